"""How an officer gets in (design D8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core.errors import NotFoundError
from functions.core.models import Officer, Role, Session
from functions.core.signin import (
    SignInServices,
    end_session,
    find_officer,
    issue_link,
    open_session,
    spend_link,
)
from tests.core.world import OTHER_WARD, WARD
from tests.fakes.clock import FrozenClock
from tests.fakes.mac_keys import MemoryMacKeys
from tests.fakes.officers import MemoryOfficerStore

SECOND = timedelta(seconds=1)
BINH = Officer(WARD, "user-1", "Trần Văn Bình", Role.OFFICER)
HOA = Officer(WARD, "user-2", "Lê Thị Hoa", Role.COMMANDER)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def services(clock: FrozenClock) -> SignInServices:
    officers = MemoryOfficerStore()
    officers.enroll(BINH, clock.now())
    return SignInServices(officers, MemoryMacKeys(), clock)


def signed_in(services: SignInServices) -> Session:
    return spend_link(issue_link(BINH, services), services)


def test_link_opens_a_session_of_its_officer(services: SignInServices) -> None:
    session = signed_in(services)

    found = open_session(session.session_id, services)

    assert found == session
    assert found.officer == BINH
    assert len({session.session_id, session.csrf_token}) == 2


def test_link_is_good_once(services: SignInServices) -> None:
    secret = issue_link(BINH, services)
    spend_link(secret, services)

    with pytest.raises(NotFoundError):
        spend_link(secret, services)


def test_link_is_good_for_ten_minutes(services: SignInServices, clock: FrozenClock) -> None:
    secrets = [issue_link(BINH, services), issue_link(BINH, services)]

    clock.advance(timedelta(minutes=10) - SECOND)
    assert spend_link(secrets[0], services).officer == BINH
    clock.advance(SECOND)
    with pytest.raises(NotFoundError):
        spend_link(secrets[1], services)


def test_session_ends_after_twelve_hours(services: SignInServices, clock: FrozenClock) -> None:
    session = signed_in(services)

    clock.advance(timedelta(hours=12) - SECOND)
    assert open_session(session.session_id, services).officer == BINH
    clock.advance(SECOND)
    with pytest.raises(NotFoundError):
        open_session(session.session_id, services)


def test_session_that_was_ended_is_gone(services: SignInServices) -> None:
    session = signed_in(services)
    other = signed_in(services)

    end_session(session, services)

    with pytest.raises(NotFoundError):
        open_session(session.session_id, services)
    assert open_session(other.session_id, services).officer == BINH


@pytest.mark.parametrize("secret", ["", "x", "x" * 201, "ă\u0301"])
def test_unknown_link_and_session_are_not_found(services: SignInServices, secret: str) -> None:
    signed_in(services)

    with pytest.raises(NotFoundError):
        spend_link(secret, services)
    with pytest.raises(NotFoundError):
        open_session(secret, services)


def test_link_is_no_session_and_session_is_no_link(services: SignInServices) -> None:
    session, link = signed_in(services), issue_link(BINH, services)

    with pytest.raises(NotFoundError):
        open_session(link, services)
    with pytest.raises(NotFoundError):
        spend_link(session.session_id, services)


def test_only_officer_of_a_unit_need_not_be_named(services: SignInServices) -> None:
    assert find_officer(WARD, None, services) == BINH
    assert find_officer(WARD, "user-1", services) == BINH


def test_one_of_several_officers_must_be_named(
    services: SignInServices, clock: FrozenClock
) -> None:
    services.officers.enroll(HOA, clock.now())

    assert find_officer(WARD, "user-2", services) == HOA
    with pytest.raises(NotFoundError):
        find_officer(WARD, None, services)


@pytest.mark.parametrize(("unit_id", "user_id"), [(OTHER_WARD, "user-1"), (WARD, "user-9")])
def test_officer_of_another_unit_or_name_is_not_found(
    services: SignInServices, unit_id: str, user_id: str
) -> None:
    with pytest.raises(NotFoundError):
        find_officer(unit_id, user_id, services)


def test_link_for_nobody_is_refused(services: SignInServices) -> None:
    with pytest.raises(NotFoundError):
        issue_link(HOA, services)
