"""Mail by Amazon SES: what the engine keeps of it, and what each refusal means."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    RejectedByProviderError,
    RetryableProviderError,
)
from functions.mail.ses import SesMailer
from functions.stores.aws_clients import AwsClients
from tests.aws.engine import CREDENTIALS, Engine
from tests.fakes.clock import FrozenClock
from tests.ports import free_port

SENDER = "binh-yen@example.vn"
BOX = "truc@tanan.example.vn"
SUBJECT = "Công an phường Tân An: 2 tin báo"
TEXT = "Các tin sau chưa tới:\n\nTB-1ABCDE · Ma tuý"


def mailer(url: str) -> SesMailer:
    clients = AwsClients(url)
    return SesMailer(lambda: clients.ses, SENDER, FrozenClock())


def kept(engine: Engine, message_id: str) -> dict[str, Any]:
    """Return what the engine kept of the message."""
    with urllib.request.urlopen(f"{engine.url_of('ses')}/_ministack/ses/messages") as answer:
        by_account: dict[str, list[dict[str, Any]]] = json.load(answer)["messages"]
    own_id = message_id.partition("@")[0]
    (found,) = [
        one for all_of in by_account.values() for one in all_of if own_id in one["MessageId"]
    ]
    return found


def test_a_message_goes_out_whole_for_a_verified_sender(engine: Engine) -> None:
    AwsClients("" if engine.elsewhere else engine.url).ses.verify_email_identity(
        EmailAddress=SENDER
    )

    message_id = mailer(engine.url_of("ses")).send(BOX, SUBJECT, TEXT)

    found = kept(engine, message_id)
    assert (found["Source"], found["To"], found["CC"]) == (SENDER, [BOX], [])
    assert found["Subject"] == SUBJECT
    assert found["BodyText"].replace("\r\n", "\n") == f"{TEXT}\n"


@contextmanager
def answering(status: int, code: str) -> Iterator[str]:
    """Serve SES refusing with that code; without a code it hangs up."""

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if not code:
                return
            body = f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>".encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "Throttling", RetryableProviderError),
        (454, "LimitExceededException", RetryableProviderError),
        (500, "InternalFailure", RetryableProviderError),
        (503, "ServiceUnavailable", RetryableProviderError),
        (403, "AccessDenied", ChannelClosedError),
        (400, "MailFromDomainNotVerifiedException", ChannelClosedError),
        (400, "AccountSendingPausedException", ChannelClosedError),
        (403, "SignatureDoesNotMatch", ChannelClosedError),
        (400, "MessageRejected", RejectedByProviderError),
        (400, "InvalidParameterValue", RejectedByProviderError),
        (200, "", OutcomeUnknownError),
    ],
)
def test_a_refusal_says_what_to_do_about_it(status: int, code: str, kind: type[Exception]) -> None:
    with answering(status, code) as url, pytest.raises(kind):
        mailer(url).send(BOX, SUBJECT, TEXT)


@pytest.mark.usefixtures("account")
def test_a_service_that_is_not_there_got_nothing() -> None:
    with pytest.raises(RetryableProviderError):
        mailer(f"http://127.0.0.1:{free_port()}").send(BOX, SUBJECT, TEXT)


def test_what_is_no_address_is_not_asked_for() -> None:
    with pytest.raises(RejectedByProviderError):
        mailer("http://127.0.0.1:1").send("a@b.vn\nBcc: c@d.vn", SUBJECT, TEXT)
