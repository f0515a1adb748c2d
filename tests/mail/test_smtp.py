"""Mail by SMTP, against a real server: what it takes, and what each of its failures means."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from functions.config import MailAccount
from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    RejectedByProviderError,
    RetryableProviderError,
)
from functions.mail.smtp import REST, SmtpMailer
from tests.fakes.clock import FrozenClock
from tests.mail.server import PASSWORD, USER, MailServer
from tests.ports import free_port
from tests.zalo.certificates import Certificate

SENDER = "binh-yen@example.vn"
BOX = "truc@tanan.example.vn"
SUBJECT = "Công an phường Tân An: 2 tin báo chưa tới được nhóm Zalo"
TEXT = "Các tin sau chưa tới:\n\n.TB-1ABCDE · Ma tuý\nhttps://binhyen.example/can-bo/tin/TB-1ABCDE"


def account(port: int, **changes: object) -> MailAccount:
    return replace(MailAccount("127.0.0.1", port, False, SENDER), **changes)  # type: ignore[arg-type]


def mailer(server: MailServer, **changes: object) -> SmtpMailer:
    return SmtpMailer(account(server.port, **changes), FrozenClock(), timeout=5)


def test_subject_and_text_arrive_as_they_were_written() -> None:
    with MailServer() as server:
        message_id = mailer(server).send(BOX, SUBJECT, TEXT)

    (taken,) = server.taken
    assert (taken.sender, taken.recipients) == (SENDER, (BOX,))
    assert taken.subject == SUBJECT
    assert taken.text == f"{TEXT}\n"
    assert str(taken.message["From"]) == SENDER
    assert str(taken.message["To"]) == BOX
    assert str(taken.message["Message-ID"]) == message_id
    assert message_id.endswith("@example.vn>")
    assert str(taken.message["Auto-Submitted"]) == "auto-generated"
    assert str(taken.message["Date"]) == "Fri, 20 Nov 2026 01:30:00 +0000"


def test_the_message_tells_nothing_of_this_machine() -> None:
    with MailServer() as server:
        mailer(server).send(BOX, SUBJECT, TEXT)

    (taken,) = server.taken
    assert socket.gethostname().encode() not in taken.raw
    assert max(len(line) for line in taken.raw.splitlines()) < 100


@pytest.mark.parametrize(
    "subject", ["Tin\r\nBcc: la@example.vn", "Tin\nBcc: la@example.vn", "Tin\x0bBcc: a@b.vn"]
)
def test_a_subject_adds_no_line_to_the_head(subject: str) -> None:
    with MailServer() as server:
        mailer(server).send(BOX, subject, TEXT)

    (taken,) = server.taken
    assert taken.message["Bcc"] is None
    assert taken.recipients == (BOX,)
    assert taken.subject.startswith("Tin Bcc: ")


@pytest.mark.parametrize(
    "address",
    ["a@b.vn\r\nRCPT TO:<la@example.vn>", "a@b.vn, la@example.vn", "<a@b.vn>", "la", "", "ạ@b.vn"],
)
def test_what_is_no_single_address_goes_nowhere(address: str) -> None:
    with MailServer() as server, pytest.raises(RejectedByProviderError) as caught:
        mailer(server).send(address, SUBJECT, TEXT)

    assert caught.value.code == "mail-address"
    assert server.taken == []


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_for_now_is_worth_another_try(command: str) -> None:
    with (
        MailServer(replies={command: "451 later"}) as server,
        pytest.raises(RetryableProviderError) as caught,
    ):
        mailer(server).send(BOX, SUBJECT, TEXT)

    assert caught.value.code == "mail-later"
    assert server.taken == []


@pytest.mark.parametrize(
    ("command", "kind", "code"),
    [
        ("MAIL", ChannelClosedError, "mail-sender"),
        ("RCPT", RejectedByProviderError, "mail-recipient"),
        ("DATA", RejectedByProviderError, "mail-content"),
    ],
)
def test_a_refusal_for_good_says_whose_it_is(
    command: str, kind: type[Exception], code: str
) -> None:
    with MailServer(replies={command: "550 no"}) as server, pytest.raises(kind) as caught:
        mailer(server).send(BOX, SUBJECT, TEXT)

    assert str(caught.value) == code
    assert server.taken == []


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
def test_a_line_lost_before_the_message_means_that_nothing_went(command: str) -> None:
    with MailServer(drops=command) as server, pytest.raises(RetryableProviderError) as caught:
        mailer(server).send(BOX, SUBJECT, TEXT)

    assert caught.value.code == "mail-connect"


def test_a_line_lost_after_the_message_leaves_the_outcome_unknown() -> None:
    with MailServer(drops="DATA") as server, pytest.raises(OutcomeUnknownError) as caught:
        mailer(server).send(BOX, SUBJECT, TEXT)

    assert caught.value.code == "mail-lost"
    assert len(server.taken) == 1


def test_silence_after_the_message_leaves_the_outcome_unknown() -> None:
    with MailServer(silent=True) as server:
        impatient = SmtpMailer(account(server.port), FrozenClock(), timeout=3)
        with pytest.raises(OutcomeUnknownError):
            impatient.send(BOX, SUBJECT, TEXT)

    assert len(server.taken) == 1


def test_a_server_that_says_nothing_is_left_after_a_while() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]

        with pytest.raises(RetryableProviderError) as caught:
            SmtpMailer(account(port), FrozenClock(), timeout=0.2).send(BOX, SUBJECT, TEXT)

    assert caught.value.code == "mail-connect"


def test_a_server_that_is_not_there_is_asked_again_only_after_a_rest() -> None:
    port = free_port()
    clock = FrozenClock()
    patient = SmtpMailer(account(port), clock, timeout=5)
    with pytest.raises(RetryableProviderError):
        patient.send(BOX, SUBJECT, TEXT)

    with MailServer(port=port) as server:
        with pytest.raises(RetryableProviderError):
            patient.send(BOX, SUBJECT, TEXT)
        clock.advance(REST)
        patient.send(BOX, SUBJECT, TEXT)
        patient.send(BOX, SUBJECT, TEXT)

    assert len(server.taken) == 2


@contextmanager
def greeting(line: bytes) -> Iterator[int]:
    """Serve one connection with that line for a greeting."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            with closing(listener.accept()[0]) as connection:
                connection.sendall(line)
                connection.recv(1_000)

        thread = threading.Thread(target=greet)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join()


@pytest.mark.parametrize("line", [b"421 busy\r\n", b"554 go away\r\n", b"HTTP/1.1 400 Bad\r\n"])
def test_a_server_that_does_not_let_us_in_is_tried_later(line: bytes) -> None:
    with greeting(line) as port, pytest.raises(RetryableProviderError):
        SmtpMailer(account(port), FrozenClock(), timeout=5).send(BOX, SUBJECT, TEXT)


def test_the_account_signs_in() -> None:
    with MailServer(wants_login=True) as server:
        mailer(server, user=USER, password=PASSWORD).send(BOX, SUBJECT, TEXT)

    assert [taken.user for taken in server.taken] == [USER]


def test_a_wrong_password_is_for_an_operator_and_stands_in_no_message() -> None:
    with MailServer(wants_login=True) as server, pytest.raises(ChannelClosedError) as caught:
        mailer(server, user=USER, password="s3cret-wrong").send(BOX, SUBJECT, TEXT)

    assert str(caught.value) == "mail-account"
    assert "s3cret-wrong" not in repr(account(1, password="s3cret-wrong"))


def test_a_server_without_sign_in_is_for_an_operator() -> None:
    with MailServer() as server, pytest.raises(ChannelClosedError):
        mailer(server, user=USER, password=PASSWORD).send(BOX, SUBJECT, TEXT)


def test_checking_connects_and_sends_nothing() -> None:
    with MailServer(wants_login=True) as server:
        mailer(server, user=USER, password=PASSWORD).check()
        with pytest.raises(ChannelClosedError):
            mailer(server, user=USER, password="other").check()

    assert server.taken == []


def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path, "127.0.0.1")
    with MailServer(tls=certificate.server()) as server:
        encrypted = account(server.port, is_tls=True)
        SmtpMailer(encrypted, FrozenClock(), timeout=5, tls=certificate.trusted()).send(
            BOX, SUBJECT, TEXT
        )

    assert [taken.is_encrypted for taken in server.taken] == [True]


def test_a_certificate_that_nobody_vouches_for_gets_no_message(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path, "127.0.0.1")
    with MailServer(tls=certificate.server()) as server, pytest.raises(RetryableProviderError):
        mailer(server, is_tls=True).send(BOX, SUBJECT, TEXT)

    assert server.taken == []


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> str:
    """A name that stands for this machine, but does not look like it."""
    resolve = socket.getaddrinfo

    def on_this_machine(host: str, *arguments: object, **named: object) -> object:
        return resolve("127.0.0.1" if host == "mail.example.vn" else host, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", on_this_machine)
    return "mail.example.vn"


def test_to_another_machine_it_is_encrypted_before_it_signs_in(
    elsewhere: str, tmp_path: Path
) -> None:
    certificate = Certificate(tmp_path, elsewhere)
    with MailServer(tls=certificate.server(), offers_starttls=True, wants_login=True) as server:
        there = account(server.port, host=elsewhere, user=USER, password=PASSWORD)
        SmtpMailer(there, FrozenClock(), timeout=5, tls=certificate.trusted()).send(
            BOX, SUBJECT, TEXT
        )

    assert [(taken.user, taken.is_encrypted) for taken in server.taken] == [(USER, True)]


def test_to_another_machine_nothing_goes_unencrypted(elsewhere: str) -> None:
    with MailServer(wants_login=True) as server:
        there = account(server.port, host=elsewhere, user=USER, password=PASSWORD)
        with pytest.raises(ChannelClosedError):
            SmtpMailer(there, FrozenClock(), timeout=5).send(BOX, SUBJECT, TEXT)

    assert server.taken == []
