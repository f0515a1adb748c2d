"""Reading and applying the file of `binhyen oa import` (design 4.1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.connecting import (
    ConnectServices,
    ImportFile,
    ImportFileError,
    ImportNote,
    apply_import,
    read_import,
)
from functions.core.models import (
    ForwardMode,
    Officer,
    Role,
    TokenPair,
    TokenState,
    UnitChannel,
    ZaloApp,
)
from functions.core.tokens import refresh_due_tokens
from functions.core.units import parse_units
from tests.core.units_csv import csv_text, ended, row
from tests.core.world import GROUP, OTHER_WARD, PROVINCE, WARD, World, units
from tests.fakes.clock import START
from tests.fakes.officers import MemoryOfficerStore

Row = dict[str, object]
APP_ROW = {"app_id": "app", "secret_key": "secret", "oa_secret_key": "oa-secret"}
PUBLIC_OA = "1234567890"


def unit_row(**changes: object) -> Row:
    full: Row = {
        "unit_id": WARD,
        "oa_id": PUBLIC_OA,
        "access_token": "access",
        "refresh_token": "refresh",
        "expires_at": "2026-11-21T09:30:00+07:00",
        "group_id": GROUP,
        "officers": [{"user_id": "u1", "name": "Trần Văn Bình", "role": "commander"}],
        "zalo_forward": "notice",
    }
    return full | changes


def read(*rows: object, app: object = None) -> ImportFile:
    document: Row = {"units": list(rows)}
    return read_import(document | ({"app": app} if app else {}), units(), START)


def problems(document: object) -> tuple[str, ...]:
    with pytest.raises(ImportFileError) as caught:
        read_import(document, units(), START)
    assert str(caught.value) == "; ".join(caught.value.problems)
    return caught.value.problems


class Office:
    """A world whose units are connected from files."""

    def __init__(self) -> None:
        self.world = World()
        self.officers = MemoryOfficerStore()

    def load(self, *rows: Row, app: object = None) -> list[ImportNote]:
        world = self.world
        services = ConnectServices(
            world.channels,
            world.tokens,
            self.officers,
            world.jobs,
            world.queue,
            world.alerts,
            units(),
            world.clock,
        )
        return apply_import(read(*rows, app=app), services)


def test_whole_row_is_read() -> None:
    file = read(unit_row(), app=APP_ROW)

    assert file.app == ZaloApp("app", "secret", "oa-secret")
    (unit,) = file.units
    assert (unit.unit_id, unit.oa_id, unit.group_id) == (WARD, PUBLIC_OA, GROUP)
    expires_at = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)
    assert unit.pair == TokenPair("access", "refresh", expires_at)
    assert unit.officers == (Officer(WARD, "u1", "Trần Văn Bình", Role.COMMANDER),)
    assert unit.forward_mode is ForwardMode.NOTICE


def test_only_the_unit_id_is_required() -> None:
    (unit,) = read({"unit_id": WARD}).units

    assert (unit.oa_id, unit.group_id, unit.pair, unit.officers) == ("", "", None, ())
    assert unit.forward_mode is None


def test_empty_file_is_read() -> None:
    assert read_import({}, units(), START) == ImportFile(None, ())


def test_role_is_officer_unless_said() -> None:
    (unit,) = read({"unit_id": PROVINCE, "officers": [{"user_id": "u", "name": "An"}]}).units

    assert unit.officers == (Officer(PROVINCE, "u", "An", Role.OFFICER),)


def test_pair_without_an_end_is_renewed_at_once() -> None:
    (unit,) = read(unit_row(expires_at=None)).units

    assert unit.pair is not None
    assert unit.pair.expires_at == START


@pytest.mark.parametrize("document", [None, [], "x", 1, {"units": {}}, {"units": None}])
def test_what_is_no_import_file_is_refused(document: object) -> None:
    assert problems(document) == ('the file must be {"app": {...}, "units": [...]}',)


def test_every_problem_is_listed_with_its_place() -> None:
    found = problems(
        {
            "app": {"app_id": "app", "secret_key": 5},
            "units": [
                "x",
                {},
                {"unit_id": "xa-khong-co"},
                {"unit_id": WARD, "group_id": "g", "zalo_forward": "all"},
                {"unit_id": WARD, "oa_id": "1", "access_token": "a"},
                {"unit_id": WARD, "access_token": "a", "refresh_token": "r"},
                unit_row(expires_at="tomorrow"),
                unit_row(expires_at="2026-11-21T09:30:00"),
                {"unit_id": WARD, "officers": "u1"},
                {
                    "unit_id": WARD,
                    "officers": [7, {"user_id": " ", "name": None, "role": "chief"}],
                },
            ],
        }
    )

    together = "access_token, refresh_token and oa_id go together"
    assert set(found) == {
        "app.secret_key must be a text",
        "app.oa_secret_key is missing",
        "units[0] must be an object",
        "units[1].unit_id is missing",
        "units[2].unit_id: no unit 'xa-khong-co' in data/units.csv",
        "units[3].oa_id is missing beside group_id",
        "units[3].zalo_forward must be one of tip, notice",
        f"units[4]: {together}",
        f"units[5]: {together}",
        "units[6].expires_at must be an ISO 8601 time",
        "units[7].expires_at needs an offset, such as +07:00",
        "units[8].officers must be a list",
        "units[9].officers[0] must be an object",
        "units[9].officers[1].user_id is missing",
        "units[9].officers[1].name is missing",
        "units[9].officers[1].role must be one of officer, commander",
    }


def test_app_that_is_no_object_is_named() -> None:
    assert problems({"app": "app"}) == ("app must be an object",)


def test_former_unit_is_refused_with_its_successors() -> None:
    register = parse_units(
        csv_text(ended("xa-cu", "xa-moi;xa-khac"), row("xa-moi"), row("xa-khac"))
    )

    with pytest.raises(ImportFileError) as caught:
        read_import({"units": [{"unit_id": "xa-cu"}]}, register, START)

    assert caught.value.problems == ("units[0].unit_id: 'xa-cu' is no more; now: xa-khac, xa-moi",)


def test_no_problem_shows_a_secret() -> None:
    found = problems({"units": [unit_row(access_token="SECRET-1", refresh_token=["SECRET-2"])]})

    assert "SECRET" not in "".join(found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(WARD),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["app", "units", "unit_id", "officers", "oa_id", "expires_at", "role"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON)
def test_any_document_is_read_or_refused_with_problems(document: object) -> None:
    try:
        read_import(document, units(), START)
    except ImportFileError as error:
        found = error.problems
    else:
        found = ("none",)

    assert found


def test_import_connects_the_unit() -> None:
    office = Office()

    notes = office.load(unit_row(), app=APP_ROW)

    world = office.world
    assert notes == [ImportNote(WARD, "connected")]
    assert world.channels.app() == ZaloApp("app", "secret", "oa-secret")
    assert world.channels.channel(WARD) == UnitChannel(WARD, PUBLIC_OA, GROUP, ForwardMode.NOTICE)
    assert office.officers.officers(WARD)[0].name == "Trần Văn Bình"
    tokens = world.tokens.get(WARD)
    assert tokens is not None
    assert (tokens.pair.access_token, tokens.generation) == ("access", 1)
    assert tokens.next_refresh_at == datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
    assert world.queue.wait(0)


def test_second_import_of_the_same_file_changes_nothing() -> None:
    office = Office()
    office.load(unit_row(), app=APP_ROW)
    world = office.world
    before = (world.channels.channel(WARD), world.tokens.get(WARD), world.channels.app())
    world.clock.advance(timedelta(hours=1))

    notes = office.load(unit_row(), app=APP_ROW)

    assert notes == [ImportNote(WARD, "pair-known")]
    assert (world.channels.channel(WARD), world.tokens.get(WARD), world.channels.app()) == before
    assert len(office.officers.officers(WARD)) == 1


def test_pair_that_was_renewed_since_is_skipped_and_the_new_one_stays() -> None:
    office = Office()
    office.load(unit_row(), app=APP_ROW)
    office.world.clock.advance(timedelta(hours=13))
    assert refresh_due_tokens(office.world.refresh_services) == 1

    notes = office.load(unit_row(), app=APP_ROW)

    assert notes == [ImportNote(WARD, "pair-known")]
    tokens = office.world.tokens.get(WARD)
    assert tokens is not None
    assert tokens.pair.refresh_token == "refresh-1"
    assert office.world.issuer.uses == {"refresh": 1}


def test_fresh_pair_reconnects_a_unit_and_its_waiting_tips_go_out() -> None:
    office = Office()
    office.load(unit_row())
    world = office.world
    world.tokens.give_up(WARD, 1)
    world.submit()
    world.work_once()
    assert world.group() == []

    notes = office.load(unit_row(access_token="access-2", refresh_token="refresh-2"))
    world.work_once()

    assert notes == [ImportNote(WARD, "connected")]
    tokens = world.tokens.get(WARD)
    assert tokens is not None
    assert tokens.state is TokenState.OK
    assert len(world.group()) == 1


def test_tips_that_waited_for_an_oa_go_out_with_the_import() -> None:
    office = Office()
    for _ in range(3):
        office.world.submit()
    office.world.work_once()
    office.world.queue.wait(0)

    office.load(unit_row())
    assert office.world.queue.wait(0)
    office.world.work_once()

    assert len(office.world.group()) == 3


def test_officers_can_be_enrolled_without_an_oa() -> None:
    office = Office()

    notes = office.load({"unit_id": PROVINCE, "officers": [{"user_id": "u", "name": "An"}]})

    assert notes == []
    assert [officer.user_id for officer in office.officers.officers(PROVINCE)] == ["u"]
    assert office.world.channels.channel(PROVINCE) is None
    assert office.world.tokens.get(PROVINCE) is None


def test_officer_is_updated_under_the_same_user_id() -> None:
    office = Office()
    office.load(unit_row())

    office.load(unit_row(officers=[{"user_id": "u1", "name": "Bình", "role": "officer"}]))

    assert office.officers.officers(WARD) == [Officer(WARD, "u1", "Bình", Role.OFFICER)]


@pytest.mark.parametrize(
    ("row_changes", "channel"),
    [
        ({"zalo_forward": "tip"}, UnitChannel(WARD, PUBLIC_OA, GROUP, ForwardMode.TIP)),
        ({}, UnitChannel(WARD, PUBLIC_OA, GROUP, ForwardMode.NOTICE)),
        (
            {"oa_id": PUBLIC_OA, "group_id": "new"},
            UnitChannel(WARD, PUBLIC_OA, "new", ForwardMode.NOTICE),
        ),
    ],
)
def test_what_a_later_row_leaves_out_stays(row_changes: Row, channel: UnitChannel) -> None:
    office = Office()
    office.load(unit_row())

    office.load({"unit_id": WARD, **row_changes})

    assert office.world.channels.channel(WARD) == channel


def test_oa_without_a_group_has_a_pair_but_no_channel_yet() -> None:
    office = Office()

    office.load(unit_row(group_id=""))

    assert office.world.channels.channel(WARD) is None
    assert office.world.tokens.get(WARD) is not None


def test_mode_is_tip_unless_said() -> None:
    office = Office()

    office.load(unit_row(zalo_forward=None))

    channel = office.world.channels.channel(WARD)
    assert channel is not None
    assert channel.forward_mode is ForwardMode.TIP


def test_other_oa_than_the_public_one_is_only_a_warning() -> None:
    office = Office()

    notes = office.load(unit_row(oa_id="99"), unit_row(unit_id=OTHER_WARD, refresh_token="r2"))

    assert notes == [
        ImportNote(WARD, "connected"),
        ImportNote(WARD, "other-public-oa"),
        ImportNote(OTHER_WARD, "connected"),
    ]
    channel = office.world.channels.channel(WARD)
    assert channel is not None
    assert channel.oa_id == "99"


def test_connecting_again_ends_the_alarm_of_a_lost_pair() -> None:
    office = Office()
    office.world.alerts.alarm("needs-authorization", WARD)

    office.load(unit_row())

    assert not office.world.alerts.is_open("needs-authorization", WARD)


def test_new_group_ends_the_alarm_about_the_one_that_is_gone() -> None:
    office = Office()
    office.load(unit_row(group_id="group-old"))
    alerts = office.world.alerts
    alerts.alarm("group-gone", WARD)
    office.load(unit_row(group_id="group-old", zalo_forward="tip"))
    still_open = alerts.is_open("group-gone", WARD)

    office.load(unit_row(group_id="group-new"))

    assert still_open
    assert not alerts.is_open("group-gone", WARD)
