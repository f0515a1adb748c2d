"""What is special to officers in DynamoDB: what the table removes by itself, and sealing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.core.errors import KeyUnavailableError, NotFoundError, StoreUnavailableError
from functions.core.models import Officer, Role
from functions.stores.dynamodb.officers import DynamoOfficerStore
from functions.stores.dynamodb.schema import EXPIRY
from functions.stores.dynamodb.table import Key, Tables
from tests.aws.engine import Engine
from tests.aws.raw import raw_bytes
from tests.contracts.sqlite_parts import race
from tests.stores.dynamodb.throttling import HalfOfAll
from tests.stores.dynamodb.troubled import (
    LosesAnswers,
    client_at,
    troubled,
)
from tests.stores.kit import fixed_sealer

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LINK_UNTIL = NOW + timedelta(minutes=10, microseconds=1)
SESSION_UNTIL = NOW + timedelta(hours=12)
LINK = b"hash of a link"
SESSION = b"hash of a session"
LAN = Officer("phuong-tan-an", "user-1", "Nguyễn Thị Lan", Role.OFFICER)
LAN_KEY = Key("UNIT#phuong-tan-an", "OFFICER#user-1")


@pytest.fixture
def tables(engine: Engine) -> Tables:
    return engine.tables()


@pytest.fixture
def store(tables: Tables) -> DynamoOfficerStore:
    return make_store(tables)


@pytest.fixture
def without_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client repeat its calls at once."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)


def make_store(tables: Tables) -> DynamoOfficerStore:
    return DynamoOfficerStore(tables, fixed_sealer())


def spend(store: DynamoOfficerStore, session_hash: bytes = SESSION) -> Officer:
    return store.spend_link(LINK, session_hash, "csrf-1", NOW, SESSION_UNTIL)


def invite(store: DynamoOfficerStore) -> None:
    store.enroll(LAN, NOW)
    store.add_link(LINK, LAN, LINK_UNTIL)


def test_link_and_session_name_the_second_from_which_the_table_may_remove_them(
    tables: Tables, store: DynamoOfficerStore
) -> None:
    invite(store)
    (link,) = [item for item in tables.officers.scan() if item["pk"].startswith("LINK#")]
    spend(store)
    (session,) = [item for item in tables.officers.scan() if item["pk"].startswith("SESSION#")]

    # Not before their end: the time to live counts whole seconds.
    assert link[EXPIRY] - 1 < LINK_UNTIL.timestamp() <= link[EXPIRY]
    assert session[EXPIRY] - 1 <= SESSION_UNTIL.timestamp() <= session[EXPIRY]


def test_neither_officers_nor_reads_are_ever_removed_by_the_table(
    tables: Tables, store: DynamoOfficerStore
) -> None:
    store.enroll(LAN, NOW)
    store.log_read(LAN, "tip-1", "case", NOW)

    items = list(tables.officers.scan())

    assert len(items) == 2
    assert all(EXPIRY not in item for item in items)


def test_link_is_spent_by_one_while_its_officer_is_taken_off_the_roll(tables: Tables) -> None:
    for number in range(8):
        officer = replace(LAN, user_id=f"user-{number}")
        link = b"link %d" % number
        make_store(tables).enroll(officer, NOW)
        make_store(tables).add_link(link, officer, LINK_UNTIL)

        race(
            [
                lambda link=link: make_store(tables).spend_link(
                    link, b"session of " + link, "csrf-1", NOW, SESSION_UNTIL
                ),
                lambda one=officer: tables.officers.delete(
                    Key("UNIT#phuong-tan-an", f"OFFICER#{one.user_id}")
                ),
            ]
        )

        make_store(tables).enroll(officer, NOW)
        with pytest.raises(NotFoundError):
            make_store(tables).session(b"session of " + link, NOW)


def test_link_lets_nobody_in_whose_officer_went_at_the_last_moment(
    tables: Tables, store: DynamoOfficerStore
) -> None:
    invite(store)
    late = make_store(
        troubled(tables, "TransactWriteItems", lambda request: tables.officers.delete(LAN_KEY))
    )

    with pytest.raises(NotFoundError):
        spend(late)

    with pytest.raises(NotFoundError):
        store.session(SESSION, NOW)


@pytest.mark.usefixtures("without_waits")
def test_link_whose_answer_was_lost_still_lets_its_officer_in(
    tables: Tables, store: DynamoOfficerStore
) -> None:
    invite(store)
    losing = make_store(troubled(tables, "TransactWriteItems", LosesAnswers(1)))

    officer = spend(losing)

    assert officer == LAN
    assert store.session(SESSION, NOW).officer == LAN
    with pytest.raises(NotFoundError):
        spend(store, b"another session")


@pytest.mark.usefixtures("without_waits")
def test_read_whose_answer_was_lost_is_logged_once(
    tables: Tables, store: DynamoOfficerStore
) -> None:
    losing = make_store(troubled(tables, "PutItem", LosesAnswers(1)))

    losing.log_read(LAN, "tip-1", "case", NOW)

    assert store.reads("tip-1") == [("user-1", "case", NOW)]


@pytest.mark.usefixtures("without_waits")
def test_busy_table_is_asked_again(tables: Tables) -> None:
    half = HalfOfAll()
    busy = make_store(troubled(tables, "*", half, attempts=12))

    invite(busy)
    spend(busy)

    assert busy.session(SESSION, NOW).officer == LAN
    assert busy.officers("phuong-tan-an") == [LAN]
    busy.end_session(SESSION)
    assert half.refused > 2
    with pytest.raises(NotFoundError):
        busy.session(SESSION, NOW)


@pytest.mark.usefixtures("engine")
def test_table_out_of_reach_is_an_error_of_the_store() -> None:
    store = make_store(Tables.named(client_at("http://127.0.0.1:9", attempts=1), "t"))

    for act in (
        lambda: store.officers("phuong-tan-an"),
        lambda: spend(store),
        lambda: store.session(SESSION, NOW),
        lambda: store.log_read(LAN, "tip-1", "case", NOW),
    ):
        with pytest.raises(StoreUnavailableError):
            act()


def test_names_are_sealed_each_to_its_officer(tables: Tables, store: DynamoOfficerStore) -> None:
    invite(store)
    seen = raw_bytes(tables.officers)
    item = tables.officers.get(LAN_KEY) or {}

    tables.officers.put({**item, "sk": "OFFICER#user-2", "user_id": "user-2"})

    assert b"user-1" in seen
    assert "Nguyễn".encode() not in seen
    assert "Thị Lan".encode() not in seen
    with pytest.raises(KeyUnavailableError):
        store.officers("phuong-tan-an")


def test_no_secret_that_opens_anything_stands_in_the_table(
    tables: Tables, store: DynamoOfficerStore
) -> None:
    invite(store)
    spend(store)

    seen = raw_bytes(tables.officers)

    assert SESSION.hex().encode() in seen
    assert SESSION not in seen
