"""What every OfficerStore promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.core.errors import KeyUnavailableError, NotFoundError
from functions.core.models import Officer, Role, Session
from functions.core.ports import OfficerStore
from functions.stores.dynamodb.officers import DynamoOfficerStore
from functions.stores.sqlite.officers import SqliteOfficerStore
from tests.contracts.sqlite_parts import file_contents, open_parts, race
from tests.fakes.officers import MemoryOfficerStore
from tests.stores.kit import fixed_sealer

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LINK_UNTIL = NOW + timedelta(minutes=10)
SESSION_UNTIL = NOW + timedelta(hours=12)
YEARS = timedelta(days=3650)
LINK = b"hash of a link"
SESSION = b"hash of a session"
LAN = Officer("phuong-tan-an", "user-1", "Nguyễn Thị Lan", Role.OFFICER)
MINH = Officer("phuong-tan-an", "user-2", "Trần Văn Minh", Role.COMMANDER)


@pytest.fixture(params=["memory", "sqlite", "aws"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> OfficerStore:
    if request.param == "memory":
        return MemoryOfficerStore()
    if request.param == "aws":
        return DynamoOfficerStore(request.getfixturevalue("engine").tables(), fixed_sealer())
    parts = open_parts(tmp_path)
    return SqliteOfficerStore(parts.database, parts.sealer)


def dismiss(store: OfficerStore, officer: Officer, left_at: datetime = NOW + SECOND) -> bool:
    return store.dismiss(officer.unit_id, officer.user_id, left_at)


def spend(
    store: OfficerStore,
    link_hash: bytes = LINK,
    session_hash: bytes = SESSION,
    now: datetime = NOW,
    until: datetime = SESSION_UNTIL,
) -> Officer:
    return store.spend_link(link_hash, session_hash, "csrf-1", now, until)


def sign_in(store: OfficerStore, officer: Officer = LAN) -> None:
    store.enroll(officer, NOW)
    store.add_link(LINK, officer, LINK_UNTIL)
    spend(store)


# The roll


def test_a_unit_without_officers_has_none(store):
    assert store.officers("phuong-tan-an") == []


def test_officers_of_a_unit_come_in_order_of_enrolment(store):
    store.enroll(MINH, NOW)
    store.enroll(LAN, NOW + SECOND)
    store.enroll(replace(LAN, unit_id="xa-ea-knop"), NOW)

    assert store.officers("phuong-tan-an") == [MINH, LAN]


def test_officers_enrolled_at_the_same_moment_come_in_order_of_their_ids(store):
    store.enroll(MINH, NOW)
    store.enroll(LAN, NOW)

    assert store.officers("phuong-tan-an") == [LAN, MINH]


def test_enrolling_again_changes_name_and_role_and_keeps_one_officer(store):
    promoted = replace(LAN, name="Nguyễn Thị Ngọc Lan", role=Role.COMMANDER)
    store.enroll(LAN, NOW)
    store.enroll(MINH, NOW + SECOND)

    store.enroll(promoted, NOW + 2 * SECOND)

    assert store.officers("phuong-tan-an") == [MINH, promoted]


def test_an_officer_is_found_by_unit_and_user_alone(store):
    store.enroll(LAN, NOW)

    assert store.officer("phuong-tan-an", "user-1") == LAN
    assert store.officer("phuong-tan-an", "user-2") is None
    assert store.officer("xa-ea-knop", "user-1") is None
    assert store.officer("phuong-tan-an", "") is None


def test_an_officer_who_left_is_on_the_roll_no_more(store):
    elsewhere = replace(LAN, unit_id="tinh-dak-lak")
    for officer in (LAN, MINH, elsewhere):
        store.enroll(officer, NOW)

    left = dismiss(store, LAN)
    again = dismiss(store, LAN)

    assert (left, again) == (True, False)
    assert store.officers("phuong-tan-an") == [MINH]
    assert store.officer("phuong-tan-an", "user-1") is None
    assert store.officers("tinh-dak-lak") == [elsewhere]


def test_who_was_never_enrolled_cannot_leave(store):
    assert not dismiss(store, LAN)


def test_a_leave_from_before_the_enrolment_is_old_news(store):
    store.enroll(LAN, NOW)

    before = dismiss(store, LAN, NOW - SECOND)
    in_the_same_moment = dismiss(store, LAN, NOW)

    assert (before, in_the_same_moment) == (False, True)


def test_who_came_back_has_left_only_by_a_later_word(store):
    sign_in(store)
    store.enroll(LAN, NOW + 9 * SECOND)
    # An import of an older list does not make the enrolment older.
    store.enroll(LAN, NOW - 9 * SECOND)

    late_news = dismiss(store, LAN, NOW + SECOND)

    assert not late_news
    assert store.session(SESSION, NOW + SECOND).officer == LAN
    assert dismiss(store, LAN, NOW + 9 * SECOND)


def test_the_same_user_may_serve_two_units(store):
    elsewhere = replace(LAN, unit_id="tinh-dak-lak", role=Role.COMMANDER)
    store.enroll(LAN, NOW)

    store.enroll(elsewhere, NOW)

    assert store.officers("phuong-tan-an") == [LAN]
    assert store.officers("tinh-dak-lak") == [elsewhere]


# Links


def test_a_link_opens_a_session_for_its_officer(store):
    store.enroll(LAN, NOW)
    store.enroll(MINH, NOW)
    store.add_link(LINK, LAN, LINK_UNTIL)

    officer = spend(store)

    assert officer == LAN
    assert store.session(SESSION, NOW) == Session("", "csrf-1", LAN, SESSION_UNTIL)


def test_a_link_works_once(store):
    sign_in(store)

    with pytest.raises(NotFoundError):
        spend(store, session_hash=b"another session")

    with pytest.raises(NotFoundError):
        store.session(b"another session", NOW)
    assert store.session(SESSION, NOW).officer == LAN


def test_a_link_works_until_it_expires(store):
    store.enroll(LAN, NOW)
    store.add_link(LINK, LAN, LINK_UNTIL)

    with pytest.raises(NotFoundError):
        spend(store, now=LINK_UNTIL)

    assert spend(store, now=LINK_UNTIL - SECOND) == LAN


def test_an_unknown_link_opens_nothing(store):
    store.enroll(LAN, NOW)
    store.add_link(LINK, LAN, LINK_UNTIL)

    with pytest.raises(NotFoundError):
        spend(store, link_hash=b"hash of a guess")

    with pytest.raises(NotFoundError):
        store.session(SESSION, NOW)


def test_a_link_needs_an_enrolled_officer(store):
    with pytest.raises(NotFoundError):
        store.add_link(LINK, LAN, LINK_UNTIL)

    store.enroll(LAN, NOW)
    with pytest.raises(NotFoundError):
        spend(store)


def test_a_link_dies_with_its_officer_for_good(store):
    store.enroll(LAN, NOW)
    store.add_link(LINK, LAN, LINK_UNTIL)

    dismiss(store, LAN)

    with pytest.raises(NotFoundError):
        spend(store)
    store.enroll(LAN, NOW)
    with pytest.raises(NotFoundError):
        spend(store)


def test_each_of_several_links_works(store):
    store.enroll(LAN, NOW)
    store.add_link(LINK, LAN, LINK_UNTIL)
    store.add_link(b"second link", LAN, LINK_UNTIL)

    spend(store)

    assert spend(store, b"second link", b"second session") == LAN
    assert store.session(SESSION, NOW).officer == LAN
    assert store.session(b"second session", NOW).officer == LAN


def test_a_link_made_by_a_clock_years_ahead_opens_nothing(store):
    store.enroll(LAN, NOW)
    store.add_link(LINK, LAN, LINK_UNTIL + YEARS)

    with pytest.raises(NotFoundError):
        spend(store)


def test_of_many_that_spend_one_link_exactly_one_gets_in(store):
    store.enroll(LAN, NOW)
    store.add_link(LINK, LAN, LINK_UNTIL)

    results = race([lambda n=n: spend(store, session_hash=b"session %d" % n) for n in range(6)])

    assert results.count(LAN) == 1
    assert sum(isinstance(result, NotFoundError) for result in results) == 5


# Sessions


def test_a_session_lives_until_it_expires(store):
    sign_in(store)

    assert store.session(SESSION, SESSION_UNTIL - SECOND).officer == LAN
    with pytest.raises(NotFoundError):
        store.session(SESSION, SESSION_UNTIL)


def test_an_unknown_session_is_not_found(store):
    sign_in(store)

    with pytest.raises(NotFoundError):
        store.session(b"hash of a guess", NOW)


def test_an_ended_session_is_gone_and_ending_it_twice_is_no_error(store):
    sign_in(store)

    store.end_session(SESSION)
    store.end_session(SESSION)

    with pytest.raises(NotFoundError):
        store.session(SESSION, NOW)


def test_a_session_dies_with_its_officer_for_good(store):
    sign_in(store)

    dismiss(store, LAN)

    with pytest.raises(NotFoundError):
        store.session(SESSION, NOW)
    store.enroll(LAN, NOW)
    with pytest.raises(NotFoundError):
        store.session(SESSION, NOW)


def test_a_session_knows_the_officer_as_enrolled_now(store):
    sign_in(store)
    promoted = replace(LAN, role=Role.COMMANDER)

    store.enroll(promoted, NOW + SECOND)

    assert store.session(SESSION, NOW + SECOND).officer == promoted


def test_a_session_opened_by_a_clock_years_ahead_is_void(store):
    store.enroll(LAN, NOW)
    store.add_link(LINK, LAN, LINK_UNTIL + YEARS)
    spend(store, now=NOW + YEARS, until=SESSION_UNTIL + YEARS)

    with pytest.raises(NotFoundError):
        store.session(SESSION, NOW)


# The log of reads


def test_every_read_is_logged_oldest_first(store):
    store.enroll(LAN, NOW)
    store.enroll(MINH, NOW)

    store.log_read(LAN, "tip-1", "case", NOW)
    store.log_read(MINH, "tip-1", "case", NOW + SECOND)
    store.log_read(LAN, "tip-2", "case", NOW + SECOND)
    store.log_read(LAN, "tip-1", "photo-1", NOW + 2 * SECOND)
    store.log_read(LAN, "tip-1", "photo-1", NOW + 2 * SECOND)

    assert store.reads("tip-1") == [
        ("user-1", "case", NOW),
        ("user-2", "case", NOW + SECOND),
        ("user-1", "photo-1", NOW + 2 * SECOND),
        ("user-1", "photo-1", NOW + 2 * SECOND),
    ]
    assert store.reads("tip-3") == []


def test_the_log_outlives_the_officer(store):
    store.enroll(LAN, NOW)
    store.log_read(LAN, "tip-1", "case", NOW)

    dismiss(store, LAN)

    assert store.reads("tip-1") == [("user-1", "case", NOW)]


# SQLite alone


def test_names_are_sealed_each_to_its_officer(tmp_path):
    parts = open_parts(tmp_path)
    store = SqliteOfficerStore(parts.database, parts.sealer)
    store.enroll(LAN, NOW)
    copied = file_contents(tmp_path)

    with parts.database.write() as connection:
        connection.execute("UPDATE officers SET user_id = 'user-2'")

    assert "Nguyễn".encode() not in copied
    assert "Thị Lan".encode() not in copied
    with pytest.raises(KeyUnavailableError):
        store.officers("phuong-tan-an")


def test_sessions_and_reads_survive_a_restart(tmp_path):
    first = open_parts(tmp_path)
    before = SqliteOfficerStore(first.database, first.sealer)
    sign_in(before)
    before.log_read(LAN, "tip-1", "case", NOW)
    first.database.close()

    second = open_parts(tmp_path)

    after = SqliteOfficerStore(second.database, second.sealer)
    assert after.session(SESSION, NOW).officer == LAN
    assert after.reads("tip-1") == [("user-1", "case", NOW)]


def test_what_ran_out_is_swept_away_by_the_next_sign_in(tmp_path):
    parts = open_parts(tmp_path)
    store = SqliteOfficerStore(parts.database, parts.sealer)
    sign_in(store)
    store.add_link(b"never used", LAN, LINK_UNTIL)
    tomorrow = NOW + timedelta(days=1)
    store.add_link(b"of tomorrow", LAN, tomorrow + SECOND)

    spend(store, b"of tomorrow", b"session of tomorrow", tomorrow, tomorrow + SECOND)

    with parts.database.read() as connection:
        links = connection.execute("SELECT link_hash FROM sign_in_links").fetchall()
        sessions = connection.execute("SELECT session_hash FROM officer_sessions").fetchall()
    assert links == []
    assert [row[0] for row in sessions] == [b"session of tomorrow"]
