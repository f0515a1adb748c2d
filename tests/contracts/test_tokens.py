"""What every TokenStore promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.core.errors import KeyUnavailableError
from functions.core.models import TokenPair, TokenSet, TokenState
from functions.core.ports import TokenStore
from functions.stores.dynamodb.table import Tables
from functions.stores.dynamodb.tokens import DynamoTokenStore
from functions.stores.sqlite.tokens import SqliteTokenStore
from tests.contracts.sqlite_parts import file_contents, open_parts, race
from tests.fakes.mac_keys import MemoryMacKeys
from tests.fakes.tokens import MemoryTokenStore
from tests.stores.kit import fixed_sealer

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
YEARS = timedelta(days=3650)
UNIT = "phuong-tan-an"


def make_store(folder: Path) -> SqliteTokenStore:
    parts = open_parts(folder)
    return SqliteTokenStore(parts.database, parts.sealer, parts.mac)


def make_table_store(tables: Tables) -> DynamoTokenStore:
    return DynamoTokenStore(tables, fixed_sealer(), MemoryMacKeys())


@pytest.fixture(params=["memory", "sqlite", "aws"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> TokenStore:
    if request.param == "aws":
        return make_table_store(request.getfixturevalue("engine").tables())
    return MemoryTokenStore() if request.param == "memory" else make_store(tmp_path)


def make_pair(number: int, obtained_at: datetime = NOW) -> TokenPair:
    return TokenPair(f"access-{number}", f"refresh-{number}", obtained_at + 25 * HOUR)


def authorize(store: TokenStore, number: int = 1, unit_id: str = UNIT, now: datetime = NOW) -> bool:
    return store.put_authorized(
        unit_id, f"oa-of-{unit_id}", make_pair(number, now), now, now + 12 * HOUR
    )


def exchange(store: TokenStore, generation: int, number: int, now: datetime = NOW) -> bool:
    return store.complete_exchange(UNIT, generation, make_pair(number, now), now, now + 12 * HOUR)


def get(store: TokenStore, unit_id: str = UNIT) -> TokenSet:
    token_set = store.get(unit_id)
    assert token_set is not None
    return token_set


# Authorized pairs


def test_a_unit_without_tokens_has_none(store):
    assert store.get(UNIT) is None
    assert store.due(NOW + YEARS) == []


def test_an_authorized_pair_begins_the_first_generation(store):
    stored = authorize(store)

    assert stored is True
    assert store.get(UNIT) == TokenSet(
        unit_id=UNIT,
        oa_id="oa-of-phuong-tan-an",
        pair=make_pair(1),
        generation=1,
        state=TokenState.OK,
        obtained_at=NOW,
        next_refresh_at=NOW + 12 * HOUR,
    )


def test_the_present_pair_is_not_taken_again(store):
    authorize(store, now=NOW)
    before = get(store)

    again = authorize(store, now=NOW + HOUR)

    assert again is False
    assert store.get(UNIT) == before


def test_a_fresh_pair_begins_a_new_generation_without_the_old_journal(store):
    authorize(store, 1)
    store.begin_exchange(UNIT, 1, 0, NOW)
    store.hasten(UNIT, 1, NOW)

    stored = authorize(store, 2, now=NOW + HOUR)

    assert stored is True
    token_set = get(store)
    assert token_set.generation == 2
    assert token_set.pair == make_pair(2, NOW + HOUR)
    assert token_set.obtained_at == NOW + HOUR
    assert token_set.next_refresh_at == NOW + 13 * HOUR
    assert (token_set.exchange_begun_at, token_set.exchange_attempts) == (None, 0)
    assert token_set.rejections == 0


def test_a_fresh_pair_reconnects_a_unit_that_was_given_up(store):
    authorize(store, 1)
    store.give_up(UNIT, 1)

    stored = authorize(store, 2)

    assert stored is True
    assert (get(store).state, get(store).generation) == (TokenState.OK, 2)
    assert get(store).next_refresh_at == NOW + 12 * HOUR


def test_a_spent_refresh_token_is_never_taken_again(store):
    authorize(store, 1)
    exchange(store, 1, 2)
    exchange(store, 2, 3)
    before = get(store)

    assert authorize(store, 1) is False
    assert authorize(store, 2) is False
    assert authorize(store, 1, unit_id="xa-ea-knop") is False
    assert store.get(UNIT) == before
    assert store.get("xa-ea-knop") is None


def test_a_refresh_token_that_was_given_up_is_never_taken_again(store):
    authorize(store, 1)
    store.give_up(UNIT, 1)

    assert authorize(store, 1) is False
    assert get(store).state is TokenState.NEEDS_AUTHORIZATION


def test_a_refresh_token_whose_exchange_was_begun_is_never_taken_again(store):
    authorize(store, 1)
    store.begin_exchange(UNIT, 1, 0, NOW)
    while_present = authorize(store, 1)
    authorize(store, 2)

    assert while_present is False
    assert authorize(store, 1) is False
    assert get(store).pair == make_pair(2)


def test_a_lost_answer_is_remembered_even_when_the_next_try_never_left(store):
    authorize(store, 1)
    store.begin_exchange(UNIT, 1, 0, NOW)
    store.begin_exchange(UNIT, 1, 1, NOW)
    store.delay(UNIT, 1, NOW + SECOND)
    authorize(store, 2)

    assert authorize(store, 1) is False


def test_a_pair_that_was_replaced_unused_can_come_back(store):
    authorize(store, 1)
    authorize(store, 2)

    assert authorize(store, 1) is True
    assert get(store).generation == 3


def test_one_refresh_token_cannot_serve_two_units(store):
    authorize(store, 1)

    assert authorize(store, 1, unit_id="xa-ea-knop") is False
    assert store.get("xa-ea-knop") is None


# When to refresh


def test_a_set_is_due_once_its_refresh_time_has_passed(store):
    authorize(store)

    assert store.due(NOW + 12 * HOUR - SECOND) == []
    assert store.due(NOW + 12 * HOUR) == [get(store)]


def test_due_sets_come_in_the_order_of_their_times(store):
    authorize(store, 1, "unit-b", NOW)
    authorize(store, 2, "unit-c", NOW - SECOND)
    authorize(store, 3, "unit-a", NOW)

    due = [token_set.unit_id for token_set in store.due(NOW + 12 * HOUR)]

    assert due == ["unit-c", "unit-a", "unit-b"]


def test_a_sender_can_bring_the_refresh_forward_but_not_put_it_off(store):
    authorize(store)

    store.hasten(UNIT, 1, NOW + HOUR)
    hastened = get(store).next_refresh_at
    store.hasten(UNIT, 1, NOW + 2 * HOUR)

    assert hastened == NOW + HOUR
    assert get(store).next_refresh_at == NOW + HOUR


def test_a_sender_with_an_old_pair_hastens_nothing(store):
    authorize(store, 1)
    exchange(store, 1, 2)
    before = get(store)

    store.hasten(UNIT, 1, NOW)

    assert store.get(UNIT) == before


def test_each_generation_counts_one_rejection_until_a_send_goes_through(store):
    authorize(store, 1)
    store.hasten(UNIT, 1, NOW)
    store.hasten(UNIT, 1, NOW)
    first = get(store).rejections
    exchange(store, 1, 2)
    store.hasten(UNIT, 2, NOW)
    second = get(store).rejections

    store.confirm(UNIT)

    assert (first, second) == (1, 2)
    assert get(store).rejections == 0


def test_confirming_a_unit_without_tokens_changes_nothing(store):
    store.confirm(UNIT)

    assert store.get(UNIT) is None


def test_a_delay_puts_the_refresh_off_and_takes_the_attempt_back(store):
    authorize(store)
    store.begin_exchange(UNIT, 1, 0, NOW)

    store.delay(UNIT, 1, NOW + 13 * HOUR)

    token_set = get(store)
    assert token_set.next_refresh_at == NOW + 13 * HOUR
    assert (token_set.exchange_begun_at, token_set.exchange_attempts) == (None, 0)
    assert store.begin_exchange(UNIT, 1, 0, NOW + 13 * HOUR) is True


def test_a_delay_without_a_begun_exchange_takes_no_attempt_back(store):
    authorize(store)
    store.begin_exchange(UNIT, 1, 0, NOW)
    store.begin_exchange(UNIT, 1, 1, NOW)
    store.delay(UNIT, 1, NOW + SECOND)

    store.delay(UNIT, 1, NOW + 2 * SECOND)

    assert get(store).exchange_attempts == 1


def test_a_delay_of_an_old_generation_changes_nothing(store):
    authorize(store, 1)
    exchange(store, 1, 2)
    store.begin_exchange(UNIT, 2, 0, NOW)
    before = get(store)

    store.delay(UNIT, 1, NOW + 20 * HOUR)

    assert store.get(UNIT) == before


def test_a_pair_obtained_by_a_clock_years_ahead_is_due_at_once(store):
    authorize(store, now=NOW + YEARS)

    assert [one.unit_id for one in store.due(NOW)] == [UNIT]


def test_a_pair_of_a_wrong_clock_still_waits_out_its_back_off(store):
    authorize(store, now=NOW + YEARS)
    store.begin_exchange(UNIT, 1, 0, NOW)

    store.delay(UNIT, 1, NOW + SECOND)

    assert store.due(NOW) == []
    assert [one.unit_id for one in store.due(NOW + SECOND)] == [UNIT]


def test_a_refresh_put_off_by_a_clock_years_ahead_is_due_at_once(store):
    authorize(store)
    store.delay(UNIT, 1, NOW + YEARS)

    assert [one.unit_id for one in store.due(NOW)] == [UNIT]


def test_a_pair_that_lives_for_months_is_not_renewed_all_the_time(store):
    pair = TokenPair("access-1", "refresh-1", NOW + timedelta(days=90))
    store.put_authorized(UNIT, "oa", pair, NOW, NOW + timedelta(days=89))

    assert store.due(NOW + HOUR) == []


# Exchanges


def test_an_exchange_is_journalled_before_it_is_sent(store):
    authorize(store)

    begun = store.begin_exchange(UNIT, 1, 0, NOW + 12 * HOUR)

    assert begun is True
    token_set = get(store)
    assert token_set.exchange_begun_at == NOW + 12 * HOUR
    assert token_set.exchange_attempts == 1
    assert token_set.pair == make_pair(1)


@pytest.mark.parametrize(("generation", "attempts"), [(1, 0), (1, 2), (2, 1), (0, 1)], ids=str)
def test_an_exchange_begins_only_on_what_was_read(store, generation, attempts):
    authorize(store)
    store.begin_exchange(UNIT, 1, 0, NOW)
    before = get(store)

    begun = store.begin_exchange(UNIT, generation, attempts, NOW + SECOND)

    assert begun is False
    assert store.get(UNIT) == before


def test_no_exchange_begins_without_tokens_or_after_giving_up(store):
    no_tokens = store.begin_exchange(UNIT, 1, 0, NOW)
    authorize(store)
    store.give_up(UNIT, 1)

    assert no_tokens is False
    assert store.begin_exchange(UNIT, 1, 0, NOW) is False


def test_of_many_refreshers_exactly_one_begins_the_exchange(store):
    authorize(store)

    begun = race([lambda: store.begin_exchange(UNIT, 1, 0, NOW)] * 6)

    assert sorted(begun) == [False] * 5 + [True]
    assert get(store).exchange_attempts == 1


def test_a_completed_exchange_replaces_the_pair_and_clears_the_journal(store):
    authorize(store, 1)
    store.begin_exchange(UNIT, 1, 0, NOW + 12 * HOUR)

    completed = exchange(store, 1, 2, NOW + 12 * HOUR)

    assert completed is True
    assert store.get(UNIT) == TokenSet(
        unit_id=UNIT,
        oa_id="oa-of-phuong-tan-an",
        pair=make_pair(2, NOW + 12 * HOUR),
        generation=2,
        state=TokenState.OK,
        obtained_at=NOW + 12 * HOUR,
        next_refresh_at=NOW + 24 * HOUR,
    )


def test_an_exchange_of_an_old_generation_changes_nothing(store):
    authorize(store, 1)
    authorize(store, 2)
    before = get(store)

    completed = exchange(store, 1, 3)

    assert completed is False
    assert store.get(UNIT) == before
    assert authorize(store, 3) is True


def test_an_exchange_without_a_set_changes_nothing(store):
    assert exchange(store, 1, 2) is False
    assert store.get(UNIT) is None


def test_a_pair_that_comes_after_giving_up_is_not_lost(store):
    authorize(store, 1)
    store.begin_exchange(UNIT, 1, 0, NOW)
    store.give_up(UNIT, 1)

    completed = exchange(store, 1, 2)

    assert completed is True
    assert (get(store).state, get(store).pair) == (TokenState.OK, make_pair(2))


def test_a_set_that_was_given_up_is_never_due(store):
    authorize(store)
    store.begin_exchange(UNIT, 1, 0, NOW)

    store.give_up(UNIT, 1)
    store.hasten(UNIT, 1, NOW)
    store.delay(UNIT, 1, NOW)

    token_set = get(store)
    assert token_set.state is TokenState.NEEDS_AUTHORIZATION
    assert (token_set.next_refresh_at, token_set.exchange_begun_at) == (None, None)
    assert store.due(NOW + YEARS) == []


def test_giving_up_an_old_generation_changes_nothing(store):
    authorize(store, 1)
    exchange(store, 1, 2)
    before = get(store)

    store.give_up(UNIT, 1)

    assert store.get(UNIT) == before


# Counts


def test_each_set_is_counted_once(store):
    none = store.counts(NOW)
    authorize(store, 1, "unit-a", NOW)
    authorize(store, 2, "unit-b", NOW - 12 * HOUR)
    authorize(store, 3, "unit-c", NOW - 30 * HOUR)
    authorize(store, 4, "unit-d", NOW - 30 * HOUR)
    store.give_up("unit-d", 1)

    counts = store.counts(NOW + 13 * HOUR + SECOND)

    assert none == {"ok": 0, "expiring": 0, "needs_authorization": 0}
    assert counts == {"ok": 1, "expiring": 2, "needs_authorization": 1}


def test_a_pair_that_lives_until_the_very_moment_is_not_expiring(store):
    authorize(store)

    assert store.counts(NOW + 25 * HOUR)["ok"] == 1
    assert store.counts(NOW + 25 * HOUR + SECOND)["expiring"] == 1


# SQLite alone


def test_neither_present_nor_spent_tokens_stand_in_the_files(tmp_path):
    store = make_store(tmp_path)
    authorize(store, 1)
    exchange(store, 1, 2)

    copied = file_contents(tmp_path)

    assert b"oa-of-phuong-tan-an" in copied
    assert b"refresh-1" not in copied
    assert b"refresh-2" not in copied
    assert b"access-" not in copied


def test_a_pair_opens_only_for_its_own_unit(tmp_path):
    parts = open_parts(tmp_path)
    store = SqliteTokenStore(parts.database, parts.sealer, parts.mac)
    authorize(store, 1)

    with parts.database.write() as connection:
        connection.execute("UPDATE tokens SET unit_id = 'xa-ea-knop'")

    with pytest.raises(KeyUnavailableError):
        store.get("xa-ea-knop")


def test_what_is_spent_and_what_is_begun_survive_a_restart(tmp_path):
    before = make_store(tmp_path)
    authorize(before, 1)
    exchange(before, 1, 2)
    before.begin_exchange(UNIT, 2, 0, NOW)
    stored = before.get(UNIT)

    after = make_store(tmp_path)

    assert after.get(UNIT) == stored
    assert authorize(after, 1) is False
