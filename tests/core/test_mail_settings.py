"""The account for mail, and the mailboxes of units: taken apart, and refused where unclear."""

from __future__ import annotations

import pytest

from functions.config import MailAccount, Settings, SettingsError
from functions.core.addresses import is_mail_address
from functions.core.connecting import (
    ConnectServices,
    ImportFileError,
    apply_import,
    read_import,
)
from functions.core.mailboxes import mailboxes_of
from functions.core.models import Mailboxes
from tests.core.test_config import GOOD
from tests.core.world import OTHER_WARD, PROVINCE, WARD, World, units
from tests.fakes.clock import START
from tests.fakes.mail import MemoryMailer


def account(url: str) -> MailAccount | None:
    return Settings.from_env(GOOD | {"BINHYEN_SMTP_URL": url}).mail


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (
            "smtp://mail.example.vn",
            MailAccount("mail.example.vn", 587, False, "binh-yen@binhyen.example"),
        ),
        (
            "smtps://mail.example.vn",
            MailAccount("mail.example.vn", 465, True, "binh-yen@binhyen.example"),
        ),
        (
            "smtp://127.0.0.1:2525/?from=truc@example.vn",
            MailAccount("127.0.0.1", 2525, False, "truc@example.vn"),
        ),
        (
            "smtps://truc%40example.vn:m%40t%20kh%2Bu%2F1@mail.example.vn:8465?from=truc%40example.vn",
            MailAccount(
                "mail.example.vn", 8465, True, "truc@example.vn", "truc@example.vn", "m@t kh+u/1"
            ),
        ),
    ],
)
def test_an_address_of_an_account_is_taken_apart(url: str, wanted: MailAccount) -> None:
    assert account(url) == wanted


def test_without_an_address_no_mail_is_sent() -> None:
    assert account("") is None


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.vn",
        "http://mail.example.vn",
        "smtp://",
        "smtp://mail.example.vn:port",
        "smtp://mail.example.vn:99999",
        "smtp://mail.example.vn/inbox",
        "smtp://mail.example.vn?to=a@b.vn",
        "smtp://mail.example.vn?from=nobody",
        "smtp://mail.example.vn?from=a@b.vn%0d%0aBcc:c@d.vn",
        "smtp://mail.example.vn#from",
    ],
)
def test_what_is_no_account_is_refused_without_being_told(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        account(url)

    (problem,) = caught.value.problems
    assert problem == (
        "BINHYEN_SMTP_URL must be smtp[s]://[user:password@]host[:port][?from=address]"
    )


def test_an_accounts_words_stand_in_no_repr() -> None:
    found = account("smtp://user-x:pass-x@mail.example.vn")

    assert "user-x" not in repr(found)
    assert "pass-x" not in repr(found)


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("truc@tanan.example.vn", True),
        ("truc+zalo@example.vn", True),
        ("truc", False),
        ("truc@", False),
        ("@example.vn", False),
        ("a@b@c", False),
        ("a b@example.vn", False),
        ("a@example.vn\n", False),
        ("a@example.vn\r\nBcc: b@example.vn", False),
        ("Trực <a@example.vn>", False),
        ("trực@example.vn", False),
        ("a" * 65 + "@example.vn", False),
    ],
)
def test_an_address_is_one_and_ends_no_line(value: str, is_one: bool) -> None:
    assert is_mail_address(value) is is_one


def imported(world: World, emails: object) -> None:
    row = {"unit_id": WARD, **({} if emails is None else {"emails": emails})}
    services = ConnectServices(
        world.channels,
        world.tokens,
        world.officers,
        world.jobs,
        world.queue,
        world.alerts,
        units(),
        world.clock,
    )
    apply_import(read_import({"units": [row]}, units(), START), services)


def test_mailboxes_are_imported_and_stay_until_they_are_named_anew() -> None:
    world = World()

    imported(world, ["a@example.vn", "b@example.vn", "a@example.vn"])
    imported(world, None)
    kept = world.channels.mailboxes(WARD)
    imported(world, [])

    assert kept == Mailboxes(WARD, ("a@example.vn", "b@example.vn"))
    assert world.channels.mailboxes(WARD) == Mailboxes(WARD, ())


@pytest.mark.parametrize(
    ("emails", "problem"),
    [
        ("a@example.vn", "units[0].emails must be a list"),
        (["a@example.vn", "nobody"], "units[0].emails[1] must be an e-mail address"),
        ([7], "units[0].emails[0] must be an e-mail address"),
    ],
)
def test_what_is_no_mailbox_is_refused_by_its_place(emails: object, problem: str) -> None:
    with pytest.raises(ImportFileError) as caught:
        imported(World(), emails)

    assert caught.value.problems == (problem,)


def test_a_unit_leaves_its_mail_to_the_province_and_that_to_the_account() -> None:
    world, mailer = World(), MemoryMailer()

    def boxes(unit_id: str) -> tuple[str, ...]:
        return mailboxes_of(unit_id, world.channels, units(), mailer)

    nobody = boxes(WARD)
    world.channels.save_mailboxes(Mailboxes(PROVINCE, ("tinh@example.vn",)))
    world.channels.save_mailboxes(Mailboxes(WARD, ("phuong@example.vn",)))

    assert nobody == (mailer.sender,)
    assert boxes(WARD) == ("phuong@example.vn",)
    assert boxes(OTHER_WARD) == boxes(PROVINCE) == ("tinh@example.vn",)
