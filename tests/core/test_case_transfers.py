"""What officers do with a tip that is not theirs alone: transfers, joint action, doubles."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core import casework
from functions.core.errors import ActRefusedError, FieldError, InvalidInputError, NotFoundError
from functions.core.models import (
    EntryKind,
    Outcome,
    Tip,
    TipStatus,
)
from tests.core.cases import CHAT, FORMER, TEAM, CaseWorld
from tests.core.world import OTHER_WARD, PROVINCE, WARD
from tests.fakes.faults import Crash, CrashPoint

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DONE = Outcome("Đã nhắc nhở hai bên.")


@pytest.fixture
def world() -> CaseWorld:
    return CaseWorld()


def refusal(error: pytest.ExceptionInfo[ActRefusedError]) -> tuple[str, str]:
    return error.value.code, error.value.about


def close(world: CaseWorld, tip: Tip) -> None:
    casework.close(world.act(tip, world.binh), DONE, world.casework)


# Transfers


def test_a_transfer_takes_code_words_and_clocks_along(world: CaseWorld) -> None:
    tip = world.tip(chat=CHAT)
    casework.take(world.act(tip, world.binh), world.casework)
    world.clock.advance(2 * HOUR)
    known = world.job_ids()

    moved = casework.transfer(
        world.act(tip, world.binh), OTHER_WARD, "Việc ở Ea Kao.", world.casework
    )

    now = world.tips.by_card_code(OTHER_WARD, tip.card_code)
    assert now == moved.tip
    assert (now.unit_id, now.status) == (OTHER_WARD, TipStatus.TRANSFERRED)
    assert (now.received_at, now.due_at) == (tip.received_at, tip.received_at + DAY)
    assert now.case.first_acted_at == tip.received_at
    assert (now.case.assignee_id, now.case.past_unit_ids) == ("", (WARD,))
    assert (moved.entry.unit_id, moved.entry.about, moved.entry.text) == (
        WARD,
        OTHER_WARD,
        "Việc ở Ea Kao.",
    )
    assert [(kind, unit) for kind, unit, _ in world.jobs_since(known)] == [
        ("relay_to_group", WARD),
        ("deliver_tip", OTHER_WARD),
        ("relay_to_resident", WARD),
    ]
    with pytest.raises(NotFoundError):
        casework.answer(world.act(tip, world.binh), "Chào", world.casework)


def test_an_extended_clock_goes_along_too(world: CaseWorld) -> None:
    tip = world.tip()
    casework.extend(world.act(tip, world.binh), "Chờ giám định.", world.casework)
    casework.transfer(world.act(tip, world.binh), OTHER_WARD, "", world.casework)

    taken = casework.take(world.act(tip, world.hoa), world.casework).tip

    assert taken.due_at == tip.received_at.replace(year=2027, month=1)


def test_a_tip_cannot_go_round_in_a_circle(world: CaseWorld) -> None:
    tip = world.tip()
    casework.transfer(world.act(tip, world.binh), OTHER_WARD, "", world.casework)

    with pytest.raises(ActRefusedError) as back_at_once:
        casework.transfer(world.act(tip, world.hoa), WARD, "", world.casework)
    casework.transfer(world.act(tip, world.hoa), TEAM, "", world.casework)
    with pytest.raises(ActRefusedError) as by_a_detour:
        casework.transfer(world.act(tip, world.son), WARD, "", world.casework)

    assert refusal(back_at_once) == ("had_it_before", "Phường Tân An")
    assert refusal(by_a_detour) == ("had_it_before", "Phường Tân An")
    assert world.now_of(tip).unit_id == TEAM


def test_the_province_settles_whose_tip_it_is(world: CaseWorld) -> None:
    tip = world.tip()
    casework.transfer(world.act(tip, world.binh), OTHER_WARD, "", world.casework)
    casework.transfer(world.act(tip, world.hoa), PROVINCE, "", world.casework)

    casework.transfer(world.act(tip, world.chief), WARD, "", world.casework)
    casework.transfer(world.act(tip, world.binh), PROVINCE, "", world.casework)

    now = world.now_of(tip)
    assert now.unit_id == PROVINCE
    assert now.case.past_unit_ids == (WARD, OTHER_WARD, PROVINCE, WARD)


@pytest.mark.parametrize("unit_id", [FORMER, "xa-khong-co", ""])
def test_a_tip_goes_only_to_units_that_exist_today(world: CaseWorld, unit_id: str) -> None:
    tip = world.tip()

    for do in (casework.transfer, casework.act_jointly):
        with pytest.raises(InvalidInputError) as wrong:
            do(world.act(tip, world.binh), unit_id, "", world.casework)
        assert wrong.value.errors == (FieldError("unit", "unknown"),)

    assert world.now_of(tip) == tip


def test_a_tip_is_not_given_to_the_unit_that_has_it(world: CaseWorld) -> None:
    tip = world.tip()

    for do in (casework.transfer, casework.act_jointly):
        with pytest.raises(ActRefusedError) as refused:
            do(world.act(tip, world.binh), WARD, "", world.casework)
        assert refusal(refused) == ("own_unit", "")


def test_a_note_on_the_way_may_be_long_but_not_endless(world: CaseWorld) -> None:
    tip = world.tip()

    with pytest.raises(InvalidInputError) as wrong:
        casework.transfer(world.act(tip, world.binh), OTHER_WARD, "x" * 1_001, world.casework)

    assert wrong.value.errors == (FieldError("text", "too_long"),)


# Working together


def test_another_unit_is_brought_in_once_and_gets_the_card(world: CaseWorld) -> None:
    tip = world.tip()
    known = world.job_ids()

    joined = casework.act_jointly(world.act(tip, world.binh), TEAM, "Nghi ma túy.", world.casework)

    assert joined.tip.case.joint_unit_ids == (TEAM,)
    assert (joined.entry.kind, joined.entry.about) == (EntryKind.JOINT_ACTION, TEAM)
    assert ("deliver_tip", TEAM, TEAM) in world.jobs_since(known)
    assert world.tips.by_card_code(TEAM, tip.card_code) == joined.tip
    with pytest.raises(ActRefusedError) as again:
        casework.act_jointly(world.act(tip, world.lan), TEAM, "", world.casework)
    assert refusal(again) == ("already_joint", "Đội Cảnh sát ma túy")


def test_a_joint_unit_that_gets_the_tip_is_no_longer_beside_itself(world: CaseWorld) -> None:
    tip = world.tip()
    casework.act_jointly(world.act(tip, world.binh), TEAM, "", world.casework)

    casework.transfer(world.act(tip, world.binh), TEAM, "", world.casework)

    now = world.now_of(tip)
    assert (now.unit_id, now.case.joint_unit_ids) == (TEAM, ())


def test_the_verified_place_stands_beside_what_the_sender_said(world: CaseWorld) -> None:
    tip = world.tip()

    placed = casework.verify_place(
        world.act(tip, world.binh), " hẻm 14,\n chợ  Tân An ", world.casework
    )

    now = world.now_of(tip)
    assert now.case.verified_place == "hẻm 14, chợ Tân An"
    assert now.content.place == tip.content.place
    assert now.status is TipStatus.RECEIVED
    assert placed.entry.text == "hẻm 14, chợ Tân An"
    with pytest.raises(InvalidInputError) as wrong:
        casework.verify_place(world.act(tip, world.binh), " ", world.casework)
    assert wrong.value.errors == (FieldError("place", "required"),)


def test_the_time_for_a_decision_is_prolonged_once(world: CaseWorld) -> None:
    tip = world.tip()

    extended = casework.extend(world.act(tip, world.binh), "Chờ giám định.", world.casework)

    assert extended.tip.case.is_extended
    assert extended.tip.due_at == tip.received_at.replace(year=2027, month=1)
    with pytest.raises(ActRefusedError) as again:
        casework.extend(world.act(tip, world.binh), "Lần nữa", world.casework)
    assert refusal(again) == ("already_extended", "")


# Doubles


def test_a_double_ends_in_the_other_tip_which_takes_note(world: CaseWorld) -> None:
    double, into = world.tip(), world.tip()

    merged = casework.merge(world.act(double, world.binh), into.card_code, world.casework)

    now = world.now_of(double)
    assert merged.tip == now
    assert (now.status, now.case.merged_into) == (TipStatus.DUPLICATE, into.card_code)
    assert now.case.closed_at == world.clock.now()
    (gained,) = world.cases.entries(into.tip_id)
    assert (gained.kind, gained.about) == (EntryKind.GAINED, double.card_code)
    assert world.now_of(into).status is TipStatus.RECEIVED


def test_a_merge_that_a_crash_cut_in_two_is_completed_by_doing_it_again(world: CaseWorld) -> None:
    double, into = world.tip(), world.tip()
    point = CrashPoint(1, after_effect=True)
    services = replace(
        world.casework, acts=replace(world.acts, cases=_ChangesCount(world.cases, point))
    )
    with pytest.raises(Crash):
        casework.merge(world.act(double, world.binh, "form-1"), into.card_code, services)
    cut = world.cases.entries(into.tip_id)

    again = casework.merge(world.act(double, world.binh, "form-1"), into.card_code, world.casework)
    third = casework.merge(world.act(double, world.binh, "form-1"), into.card_code, world.casework)

    assert cut == []
    assert (again.is_repeat, third.is_repeat) == (True, True)
    assert [one.kind for one in world.cases.entries(into.tip_id)] == [EntryKind.GAINED]
    assert [one.kind for one in world.cases.entries(double.tip_id)] == [EntryKind.MERGED]


class _ChangesCount:
    """A case store whose changes alone count as calls."""

    def __init__(self, cases: object, point: CrashPoint) -> None:
        self._cases = cases
        self.change = point.watch(cases).change

    def __getattr__(self, name: str) -> object:
        return getattr(self._cases, name)


def test_a_tip_doubles_only_an_own_open_or_ended_one_that_is_no_double(world: CaseWorld) -> None:
    tip, first, elsewhere = world.tip(), world.tip(), world.tip(unit_id=OTHER_WARD)
    ended = world.tip()
    close(world, ended)
    casework.merge(world.act(first, world.binh), ended.card_code, world.casework)

    with pytest.raises(InvalidInputError) as foreign:
        casework.merge(world.act(tip, world.binh), elsewhere.card_code, world.casework)
    with pytest.raises(ActRefusedError) as itself:
        casework.merge(world.act(tip, world.binh), tip.card_code, world.casework)
    with pytest.raises(ActRefusedError) as of_a_double:
        casework.merge(world.act(tip, world.binh), first.card_code, world.casework)

    assert foreign.value.errors == (FieldError("into", "unknown"),)
    assert refusal(itself) == ("same_tip", "")
    assert refusal(of_a_double) == ("double_itself", ended.card_code)
    assert world.now_of(tip) == tip


def test_a_tip_that_is_only_worked_on_jointly_takes_no_doubles(world: CaseWorld) -> None:
    tip, joint = world.tip(), world.tip(unit_id=OTHER_WARD)
    casework.act_jointly(world.act(joint, world.hoa), WARD, "", world.casework)

    with pytest.raises(InvalidInputError) as wrong:
        casework.merge(world.act(tip, world.binh), joint.card_code, world.casework)

    assert wrong.value.errors == (FieldError("into", "unknown"),)
