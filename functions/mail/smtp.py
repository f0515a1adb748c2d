"""Port Mailer over SMTP: one connection for each message, encrypted unless on this machine."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from datetime import datetime, timedelta

from functions.config import MailAccount, is_loopback_host
from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    ProviderError,
    RejectedByProviderError,
    RetryableProviderError,
)
from functions.core.ports import Clock
from functions.mail.message import compose

TIMEOUT_SECONDS = 10.0
"""For each step of the exchange; the lease of a job is longer than all of them."""

REST = timedelta(seconds=30)
"""A server that did not answer is left alone for so long: many units' mail may wait for it, and
each try would hold up a worker for seconds."""


class SmtpMailer:
    """Sends through the account of `BINHYEN_SMTP_URL`."""

    def __init__(
        self,
        account: MailAccount,
        clock: Clock,
        *,
        timeout: float = TIMEOUT_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._account = account
        self._clock = clock
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()
        self._silent_at: datetime | None = None

    @property
    def sender(self) -> str:
        return self._account.sender

    def send(self, address: str, subject: str, text: str) -> str:
        message = compose(self._account.sender, address, subject, text, self._clock)
        connection = self._connect()
        try:
            self._log_in(connection)
            _open_envelope(connection, self._account.sender, address)
            _hand_over(connection, message.as_bytes())
            with suppress(OSError, smtplib.SMTPException):
                # The message was taken: nothing depends on the answer.
                connection.putcmd("QUIT")
        finally:
            connection.close()
        return str(message["Message-ID"])

    def check(self) -> None:
        """Connect and sign in, and send nothing. Raises what `send` does."""
        connection = self._connect()
        try:
            self._log_in(connection)
        finally:
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        now = self._clock.now()
        if self._silent_at is not None and self._silent_at <= now < self._silent_at + REST:
            raise RetryableProviderError("mail-connect")
        try:
            connection = self._new_connection()
        except (OSError, smtplib.SMTPException) as exc:
            self._silent_at = now
            raise RetryableProviderError("mail-connect") from exc
        self._silent_at = None
        return connection

    def _new_connection(self) -> smtplib.SMTP:
        account = self._account
        # Otherwise the machine's own name would be looked up, and told.
        own_name = account.sender.rpartition("@")[2]
        if account.is_tls:
            return smtplib.SMTP_SSL(
                account.host, account.port, own_name, timeout=self._timeout, context=self._tls
            )
        return smtplib.SMTP(account.host, account.port, own_name, timeout=self._timeout)

    def _log_in(self, connection: smtplib.SMTP) -> None:
        """Encrypt and sign in, as the account asks for. Raises ChannelClosedError."""
        account = self._account
        try:
            connection.ehlo()
            if not account.is_tls and not is_loopback_host(account.host):
                connection.starttls(context=self._tls)
                connection.ehlo()
            if account.user:
                connection.login(account.user, account.password)
        except smtplib.SMTPAuthenticationError as exc:
            raise _refusal(exc.smtp_code, ChannelClosedError("mail-account")) from exc
        except smtplib.SMTPNotSupportedError as exc:
            raise ChannelClosedError("mail-account") from exc
        except (OSError, smtplib.SMTPException) as exc:
            raise RetryableProviderError("mail-connect") from exc


def _open_envelope(connection: smtplib.SMTP, sender: str, address: str) -> None:
    """Name sender and recipient: nothing is sent yet, so every failure is definite."""
    try:
        code, _ = connection.mail(sender)
        if code // 100 != 2:
            raise _refusal(code, ChannelClosedError("mail-sender"))
        code, _ = connection.rcpt(address)
        if code // 100 != 2:
            raise _refusal(code, RejectedByProviderError("mail-recipient"))
    except (OSError, smtplib.SMTPException) as exc:
        raise RetryableProviderError("mail-connect") from exc


def _hand_over(connection: smtplib.SMTP, message: bytes) -> None:
    """Send the message itself: an answer that is lost leaves open whether it was taken."""
    try:
        code, _ = connection.data(message)
    except smtplib.SMTPDataError as exc:
        raise _refusal(exc.smtp_code, RejectedByProviderError("mail-content")) from exc
    except (OSError, smtplib.SMTPException) as exc:
        raise OutcomeUnknownError("mail-lost") from exc
    if code // 100 != 2:
        raise _refusal(code, RejectedByProviderError("mail-content"))


def _refusal(code: int, permanent: ProviderError) -> ProviderError:
    """Return what a refusal means: 4xx passes with time (RFC 5321, 4.2.1)."""
    return RetryableProviderError("mail-later") if code // 100 == 4 else permanent
