"""Port Mailer over SMTP: one connection for each message, encrypted unless on this machine."""

from __future__ import annotations

import smtplib
import ssl

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


class SmtpMailer:
    """Sends through the account of `BINHYEN_SMTP_URL`."""

    def __init__(self, account: MailAccount, clock: Clock) -> None:
        self._account = account
        self._clock = clock

    def send(self, address: str, subject: str, text: str) -> str:
        message = compose(self._account.sender, address, subject, text, self._clock)
        connection = self._connect()
        try:
            self._log_in(connection)
            _open_envelope(connection, self._account.sender, address)
            _hand_over(connection, message.as_bytes())
        finally:
            connection.close()
        return str(message["Message-ID"])

    def _connect(self) -> smtplib.SMTP:
        account = self._account
        try:
            if account.is_tls:
                return smtplib.SMTP_SSL(
                    account.host,
                    account.port,
                    timeout=TIMEOUT_SECONDS,
                    context=ssl.create_default_context(),
                )
            return smtplib.SMTP(account.host, account.port, timeout=TIMEOUT_SECONDS)
        except (OSError, smtplib.SMTPException) as exc:
            raise RetryableProviderError("mail-connect") from exc

    def _log_in(self, connection: smtplib.SMTP) -> None:
        """Encrypt and sign in, as the account asks for. Raises ChannelClosedError."""
        account = self._account
        try:
            connection.ehlo()
            if not account.is_tls and not is_loopback_host(account.host):
                connection.starttls(context=ssl.create_default_context())
                connection.ehlo()
            if account.user:
                connection.login(account.user, account.password)
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as exc:
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
