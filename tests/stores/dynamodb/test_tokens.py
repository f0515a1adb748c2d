"""What is special to token pairs in DynamoDB: races, lost answers, a busy table, sealing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from functions.core.errors import KeyUnavailableError, StoreUnavailableError
from functions.core.models import TokenPair, TokenState
from functions.stores.dynamodb.table import Key, Tables
from functions.stores.dynamodb.tokens import DynamoTokenStore
from tests.aws.engine import Engine
from tests.aws.raw import raw_bytes
from tests.contracts.sqlite_parts import race
from tests.fakes.mac_keys import MemoryMacKeys
from tests.stores.dynamodb.throttling import HalfOfAll
from tests.stores.dynamodb.troubled import (
    EverySecond,
    LosesAnswers,
    client_at,
    throttled,
    troubled,
)
from tests.stores.kit import fixed_sealer

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
UNIT = "phuong-tan-an"
OTHER = "xa-ea-knop"


@pytest.fixture
def tables(engine: Engine) -> Tables:
    return engine.tables()


@pytest.fixture
def store(tables: Tables) -> DynamoTokenStore:
    return make_store(tables)


@pytest.fixture
def without_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client repeat its calls at once."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)


def make_store(tables: Tables) -> DynamoTokenStore:
    return DynamoTokenStore(tables, fixed_sealer(), MemoryMacKeys())


def make_pair(number: int) -> TokenPair:
    return TokenPair(f"access-{number}", f"refresh-{number}", NOW + 25 * HOUR)


def authorize(store: DynamoTokenStore, number: int, unit_id: str = UNIT) -> bool:
    return store.put_authorized(unit_id, "oa-1", make_pair(number), NOW, NOW + 12 * HOUR)


def complete(store: DynamoTokenStore, generation: int, number: int) -> bool:
    return store.complete_exchange(UNIT, generation, make_pair(number), NOW, NOW + 12 * HOUR)


def test_one_refresh_token_imported_for_many_units_at_once_serves_one(
    tables: Tables,
) -> None:
    units = [f"unit-{number}" for number in range(6)]

    stored = race([lambda unit=unit: authorize(make_store(tables), 1, unit) for unit in units])

    assert sorted(map(str, stored)) == ["False"] * 5 + ["True"]
    kept = [unit for unit in units if make_store(tables).get(unit) is not None]
    assert kept == [units[stored.index(True)]]


def test_imports_for_one_unit_at_once_are_all_kept_as_generations(tables: Tables) -> None:
    stored = race([lambda n=n: authorize(make_store(tables), n) for n in range(4)])

    found = make_store(tables).get(UNIT)
    assert stored == [True] * 4
    assert found is not None
    assert found.generation == 4
    marks = [item["pk"] for item in tables.channels.scan() if item["pk"].startswith("CURRENT#")]
    assert len(marks) == 1


def test_token_whose_exchange_begins_during_an_import_is_known_as_spent(
    tables: Tables,
) -> None:
    for number in range(0, 20, 2):
        unit_id = f"unit-{number}"
        authorize(make_store(tables), number, unit_id)

        begun, stored = race(
            [
                lambda u=unit_id: make_store(tables).begin_exchange(u, 1, 0, NOW),
                lambda n=number, u=unit_id: authorize(make_store(tables), n + 1, u),
            ]
        )

        assert stored is True
        comes_back = authorize(make_store(tables), number, unit_id)
        assert comes_back is not begun


def test_of_two_completions_one_stands_and_the_other_is_told(tables: Tables) -> None:
    authorize(make_store(tables), 1)

    completed = race([lambda n=n: complete(make_store(tables), 1, n) for n in (2, 3)])

    found = make_store(tables).get(UNIT)
    assert sorted(map(str, completed)) == ["False", "True"]
    assert found is not None
    assert found.pair == make_pair(2 + completed.index(True))


@pytest.mark.usefixtures("without_waits")
def test_journal_whose_answer_was_lost_is_known_to_be_ones_own(
    tables: Tables, store: DynamoTokenStore
) -> None:
    authorize(store, 1)
    losing = make_store(troubled(tables, "UpdateItem", LosesAnswers(1)))

    begun = losing.begin_exchange(UNIT, 1, 0, NOW)

    found = store.get(UNIT)
    assert begun is True
    assert found is not None
    assert found.exchange_attempts == 1


@pytest.mark.usefixtures("without_waits")
def test_pair_whose_write_lost_its_answer_is_kept_once(
    tables: Tables, store: DynamoTokenStore
) -> None:
    authorize(store, 1)
    losing = make_store(troubled(tables, "TransactWriteItems", LosesAnswers(1)))
    losing.begin_exchange(UNIT, 1, 0, NOW)

    assert complete(losing, 1, 2) is True

    found = store.get(UNIT)
    assert found is not None
    assert (found.generation, found.pair) == (2, make_pair(2))


def test_pair_whose_write_seemed_to_fail_is_found_kept_by_the_next_try(
    tables: Tables, store: DynamoTokenStore
) -> None:
    authorize(store, 1)
    losing = make_store(troubled(tables, "TransactWriteItems", LosesAnswers(1), attempts=1))
    losing.begin_exchange(UNIT, 1, 0, NOW)

    with pytest.raises(StoreUnavailableError):
        complete(losing, 1, 2)
    again = complete(losing, 1, 2)

    found = store.get(UNIT)
    assert again is True
    assert found is not None
    assert (found.generation, found.pair) == (2, make_pair(2))


def test_nothing_is_read_between_the_answer_and_its_write(
    tables: Tables, store: DynamoTokenStore
) -> None:
    authorize(store, 1)
    unreadable = make_store(troubled(tables, "GetItem", EverySecond(throttled), attempts=1))
    unreadable.begin_exchange(UNIT, 1, 0, NOW)

    assert complete(unreadable, 1, 2) is True


@pytest.mark.usefixtures("without_waits")
def test_busy_table_is_asked_again(tables: Tables, store: DynamoTokenStore) -> None:
    half = HalfOfAll()
    busy = make_store(troubled(tables, "*", half, attempts=12))

    authorize(busy, 1)
    busy.begin_exchange(UNIT, 1, 0, NOW)
    complete(busy, 1, 2)
    busy.hasten(UNIT, 2, NOW)

    found = store.get(UNIT)
    assert found is not None
    assert (found.generation, found.next_refresh_at, found.rejections) == (2, NOW, 1)
    assert busy.due(NOW) == [found]
    assert half.refused > 2


@pytest.mark.usefixtures("engine")
def test_table_out_of_reach_is_an_error_of_the_store() -> None:
    store = make_store(Tables.named(client_at("http://127.0.0.1:9", attempts=1), "t"))

    for act in (
        lambda: store.get(UNIT),
        lambda: store.due(NOW),
        lambda: authorize(store, 1),
        lambda: store.begin_exchange(UNIT, 1, 0, NOW),
        lambda: complete(store, 1, 2),
        lambda: store.confirm(UNIT),
    ):
        with pytest.raises(StoreUnavailableError):
            act()


def test_neither_present_nor_spent_tokens_stand_in_the_table(
    tables: Tables, store: DynamoTokenStore
) -> None:
    authorize(store, 1)
    complete(store, 1, 2)
    store.give_up(UNIT, 2)

    seen = raw_bytes(tables.channels)

    assert b"oa-1" in seen
    assert b"needs_authorization" in seen
    assert b"refresh-" not in seen
    assert b"access-" not in seen


def test_pair_opens_only_for_its_own_unit(tables: Tables, store: DynamoTokenStore) -> None:
    authorize(store, 1)
    authorize(store, 2, OTHER)
    item = tables.channels.get(Key("TOKENS", UNIT)) or {}

    tables.channels.put({**item, "sk": OTHER})

    with pytest.raises(KeyUnavailableError):
        store.get(OTHER)


def test_what_one_function_spent_and_began_another_knows(tables: Tables) -> None:
    before = make_store(tables)
    authorize(before, 1)
    complete(before, 1, 2)
    before.begin_exchange(UNIT, 2, 0, NOW)

    after = make_store(tables)

    assert after.get(UNIT) == before.get(UNIT)
    assert authorize(after, 1) is False
    assert complete(after, 2, 3) is True


def test_many_units_are_looked_through_page_after_page(
    tables: Tables, store: DynamoTokenStore
) -> None:
    # A page of DynamoDB ends at 1 MB.
    padding = "x" * 300_000
    for number in range(8):
        authorize(store, number, f"unit-{number}")
        item = tables.channels.get(Key("TOKENS", f"unit-{number}")) or {}
        tables.channels.put({**item, "padding": padding})
    store.give_up("unit-3", 1)

    due = [each.unit_id for each in store.due(NOW + 12 * HOUR)]

    assert due == [f"unit-{number}" for number in range(8) if number != 3]
    assert store.counts(NOW) == {"ok": 7, "expiring": 0, "needs_authorization": 1}
    given_up = store.get("unit-3")
    assert given_up is not None
    assert given_up.state is TokenState.NEEDS_AUTHORIZATION
