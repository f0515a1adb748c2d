"""A real SMTP server on this machine that keeps what it gets, or refuses as told."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "binh-yen", "m@t kh+u/1"
OK = "250 OK"


@dataclass(frozen=True)
class Taken:
    """One message as the server got it."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    user: str
    is_encrypted: bool

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.raw, policy=policy.SMTP)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """Return the text as its reader sees it, lines ended by LF."""
        return str(self.message.get_content()).replace("\r\n", "\n")


@dataclass
class MailServer:
    """Use it as a context manager; it listens on a free port of 127.0.0.1."""

    replies: dict[str, str] = field(default_factory=dict)
    """What it says to MAIL, RCPT and DATA instead of 250."""
    drops: str = ""
    """The command at which it hangs up, after it has taken what came; DATA keeps the message."""
    silent: bool = False
    """After the message it says nothing more."""
    tls: ssl.SSLContext | None = None
    offers_starttls: bool = False
    wants_login: bool = False
    taken: list[Taken] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> MailServer:
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="mail-server")
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *exception: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        first = None if self.offers_starttls else self.tls
        server = self._loop.run_until_complete(
            self._loop.create_server(self._new_session, "127.0.0.1", self.port, ssl=first)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._loop.call_soon(started.set)
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _new_session(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.example.vn",
            loop=self._loop,
            tls_context=self.tls if self.offers_starttls else None,
            auth_require_tls=False,
            authenticator=_authenticate if self.wants_login else None,
        )

    async def handle_MAIL(  # noqa: N802 - the library calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._answer(server, "MAIL")

    async def handle_RCPT(  # noqa: N802 - the library calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer(server, "RCPT")
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - the library calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self._answer(server, "DATA")
        if answer == OK:
            assert isinstance(envelope.content, bytes)
            self.taken.append(
                Taken(
                    envelope.mail_from or "",
                    tuple(envelope.rcpt_tos),
                    envelope.content,
                    str(getattr(session.auth_data, "login", b""), "ascii")
                    if session.authenticated
                    else "",
                    session.ssl is not None or self.tls is not None,
                )
            )
        if self.silent:
            await asyncio.sleep(3600)
        return answer

    def _answer(self, server: SMTP, command: str) -> str:
        if self.drops == command:
            assert server.transport is not None
            server.transport.abort()
        return self.replies.get(command, OK)


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    is_known = isinstance(data, LoginPassword) and data == LoginPassword(
        USER.encode(), PASSWORD.encode()
    )
    return AuthResult(success=is_known, handled=False, auth_data=data)
