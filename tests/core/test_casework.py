"""What officers do with a tip, alone and beside each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core import casework, following_up
from functions.core.errors import ActRefusedError, FieldError, InvalidInputError, NotFoundError
from functions.core.models import (
    CaseEntry,
    EntryKind,
    Officer,
    Outcome,
    OutcomeItem,
    Tip,
    TipStatus,
    Via,
)
from tests.core.cases import CHAT, TEAM, CaseWorld
from tests.core.world import OTHER_WARD, WARD

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DONE = Outcome("Đã nhắc nhở hai bên.")


@pytest.fixture
def world() -> CaseWorld:
    return CaseWorld()


def refusal(error: pytest.ExceptionInfo[ActRefusedError]) -> tuple[str, str]:
    return error.value.code, error.value.about


def last_entry(world: CaseWorld, tip: Tip) -> CaseEntry:
    return world.cases.entries(tip.tip_id)[-1]


def close(world: CaseWorld, tip: Tip, officer: Officer | None = None) -> Tip:
    return casework.close(world.act(tip, officer or world.binh), DONE, world.casework).tip


# Taking and starting


def test_taking_a_tip_acknowledges_it_and_names_who_has_it(world: CaseWorld) -> None:
    tip = world.tip()
    world.clock.advance(HOUR)

    recorded = casework.take(world.act(tip, world.binh, via=Via.GROUP), world.casework)

    now = world.now_of(tip)
    assert recorded.tip == now
    assert not recorded.is_repeat
    assert (now.status, now.case.assignee_id) == (TipStatus.ACKNOWLEDGED, "binh")
    assert now.case.first_acted_at == world.clock.now()
    assert now.due_at == tip.received_at + 20 * DAY
    assert [step.status for step in now.timeline] == [TipStatus.RECEIVED, TipStatus.ACKNOWLEDGED]
    assert last_entry(world, tip) == recorded.entry
    assert (recorded.entry.actor_id, recorded.entry.actor_name) == ("binh", "Trần Văn Bình")
    assert (recorded.entry.via, recorded.entry.status) == (Via.GROUP, TipStatus.ACKNOWLEDGED)


def test_an_act_that_comes_twice_is_done_once(world: CaseWorld) -> None:
    tip = world.tip()
    first = casework.take(world.act(tip, world.binh, "message-7"), world.casework)
    jobs = world.job_ids()

    again = casework.take(world.act(tip, world.binh, "message-7"), world.casework)

    assert again.is_repeat
    assert (again.tip, again.entry) == (first.tip, first.entry)
    assert world.jobs_since(jobs) == []
    assert len(world.cases.entries(tip.tip_id)) == 1


def test_what_one_has_taken_another_cannot_take(world: CaseWorld) -> None:
    tip = world.tip()
    casework.take(world.act(tip, world.binh), world.casework)

    with pytest.raises(ActRefusedError) as by_another:
        casework.take(world.act(tip, world.lan), world.casework)
    with pytest.raises(ActRefusedError) as by_the_same:
        casework.take(world.act(tip, world.binh), world.casework)

    assert refusal(by_another) == ("taken", "Trần Văn Bình")
    assert refusal(by_the_same) == ("already_yours", "")
    assert len(world.cases.entries(tip.tip_id)) == 1


def test_who_has_left_the_unit_holds_nothing(world: CaseWorld) -> None:
    tip = world.tip()
    casework.take(world.act(tip, world.binh), world.casework)
    world.officers.dismiss(WARD, "binh", world.clock.now())

    casework.take(world.act(tip, world.lan), world.casework)

    assert world.now_of(tip).case.assignee_id == "lan"


def test_starting_takes_the_tip_and_puts_it_in_progress(world: CaseWorld) -> None:
    tip = world.tip()

    casework.start(world.act(tip, world.binh), world.casework)

    now = world.now_of(tip)
    assert (now.status, now.case.assignee_id) == (TipStatus.IN_PROGRESS, "binh")
    with pytest.raises(ActRefusedError) as again:
        casework.start(world.act(tip, world.lan), world.casework)
    assert refusal(again) == ("already_started", "")


def test_a_later_act_does_not_move_the_first_ones_time(world: CaseWorld) -> None:
    tip = world.tip()
    first = casework.take(world.act(tip, world.binh), world.casework).tip
    world.clock.advance(DAY)

    later = casework.start(world.act(tip, world.binh), world.casework).tip

    assert later.case.first_acted_at == first.case.first_acted_at


# Whose tip it is


def test_a_tip_of_another_unit_does_not_exist(world: CaseWorld) -> None:
    tip = world.tip()
    act = world.act(tip, world.hoa)

    for do in (
        lambda: casework.take(act, world.casework),
        lambda: casework.answer(act, "Chào bà con", world.casework),
        lambda: casework.transfer(act, OTHER_WARD, "", world.casework),
        lambda: casework.close(act, DONE, world.casework),
        lambda: casework.merge(act, tip.card_code, world.casework),
    ):
        with pytest.raises(NotFoundError):
            do()

    assert world.now_of(tip) == tip
    assert world.cases.entries(tip.tip_id) == []


def test_a_code_that_nobody_has_does_not_exist(world: CaseWorld) -> None:
    act = replace(world.act(world.tip(), world.binh), card_code="TB-000000")

    with pytest.raises(NotFoundError):
        casework.take(act, world.casework)


def test_a_joint_unit_answers_but_only_the_owner_decides(world: CaseWorld) -> None:
    tip = world.tip()
    casework.act_jointly(world.act(tip, world.binh), TEAM, "", world.casework)

    answered = casework.answer(world.act(tip, world.son), "Đội đã tới.", world.casework)
    asked = casework.ask(world.act(tip, world.son), "Biển số xe?", world.casework)
    placed = casework.verify_place(world.act(tip, world.son), "hẻm 14", world.casework)

    assert [one.entry.actor_id for one in (answered, asked, placed)] == ["son"] * 3
    for do in (
        lambda: casework.take(world.act(tip, world.son), world.casework),
        lambda: casework.transfer(world.act(tip, world.son), TEAM, "", world.casework),
        lambda: close(world, tip, world.son),
        lambda: casework.extend(world.act(tip, world.son), "Chờ giám định", world.casework),
    ):
        with pytest.raises(ActRefusedError) as refused:
            do()
        assert refusal(refused) == ("only_owner", "Phường Tân An")


# Answers and questions


def test_an_answer_ends_the_waiting_and_keeps_the_words(world: CaseWorld) -> None:
    tip = world.tip(chat=CHAT)
    following_up.add_message(tip.tip_id, "m-1", "Khi nào tới?", (), Via.CHAT, world.acts)
    known = world.job_ids()

    recorded = casework.answer(world.act(tip, world.binh), "  Tối nay.\r\nCảm ơn. ", world.casework)

    assert (recorded.entry.kind, recorded.entry.text) == (EntryKind.ANSWER, "Tối nay.\nCảm ơn.")
    assert not world.now_of(tip).case.is_waiting
    assert world.now_of(tip).status is TipStatus.ACKNOWLEDGED
    assert [kind for kind, _, _ in world.jobs_since(known)] == [
        "relay_to_group",
        "relay_to_resident",
    ]


def test_a_question_needs_an_answer_and_the_next_message_is_one(world: CaseWorld) -> None:
    tip = world.tip()

    asked = casework.ask(world.act(tip, world.binh), "Mấy người?", world.casework)
    following_up.add_message(tip.tip_id, "m-1", "Năm người.", (), Via.RECEIPT_PAGE, world.acts)

    assert (asked.entry.kind, asked.tip.status) == (EntryKind.QUESTION, TipStatus.NEED_INFO)
    assert world.now_of(tip).status is TipStatus.IN_PROGRESS
    assert world.now_of(tip).case.is_waiting


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        (" \n ", "required"),
        ("a\0b", "invalid_characters"),
        ("a\ud800", "invalid_characters"),
        ("x" * 5_001, "too_long"),
    ],
)
def test_words_for_the_resident_must_be_words(world: CaseWorld, typed: str, code: str) -> None:
    tip = world.tip()

    for do in (casework.answer, casework.ask):
        with pytest.raises(InvalidInputError) as wrong:
            do(world.act(tip, world.binh), typed, world.casework)
        assert wrong.value.errors == (FieldError("text", code),)

    assert world.cases.entries(tip.tip_id) == []


def test_the_longest_answer_is_taken_whole(world: CaseWorld) -> None:
    tip = world.tip()

    casework.answer(world.act(tip, world.binh), "x" * 5_000, world.casework)

    assert len(last_entry(world, tip).text) == 5_000


def test_a_closed_case_can_still_be_answered_and_stays_closed(world: CaseWorld) -> None:
    tip = world.tip()
    close(world, tip)
    following_up.add_message(tip.tip_id, "m-1", "Lại có nữa.", (), Via.CHAT, world.acts)
    waiting = [row.tip_id for row in world.cases.open_for_unit(WARD, 10)]

    answered = casework.answer(world.act(tip, world.lan), "Sẽ tới.", world.casework)

    assert waiting == [tip.tip_id]
    assert (answered.tip.status, answered.tip.due_at) == (TipStatus.RESOLVED, None)
    assert world.cases.open_for_unit(WARD, 10) == []


# Handing over


def test_a_tip_is_handed_to_a_colleague_once(world: CaseWorld) -> None:
    tip = world.tip()

    given = casework.hand_over(world.act(tip, world.binh), "lan", world.casework)

    assert (given.entry.kind, given.entry.about) == (EntryKind.HANDED_OVER, "lan")
    assert world.now_of(tip).case.assignee_id == "lan"
    with pytest.raises(ActRefusedError) as again:
        casework.hand_over(world.act(tip, world.binh), "lan", world.casework)
    assert refusal(again) == ("has_it", "Nguyễn Thị Lan")


@pytest.mark.parametrize("user_id", ["hoa", "nobody", ""])
def test_a_tip_is_handed_only_to_the_units_own(world: CaseWorld, user_id: str) -> None:
    tip = world.tip()

    with pytest.raises(InvalidInputError) as wrong:
        casework.hand_over(world.act(tip, world.binh), user_id, world.casework)

    assert wrong.value.errors == (FieldError("officer", "unknown"),)
    assert world.now_of(tip) == tip


# The end


def test_an_outcome_closes_the_case_with_its_figures(world: CaseWorld) -> None:
    tip = world.tip()
    outcome = Outcome(
        "Bắt quả tang.\r\n",
        men=5,
        women=1,
        objects=(OutcomeItem("ống tiêm", 2),),
        tests=(OutcomeItem("ma túy", 6, 6),),
    )
    following_up.add_message(tip.tip_id, "m-1", "Họ lại tới.", (), Via.CHAT, world.acts)

    closed = casework.close(world.act(tip, world.binh), outcome, world.casework)

    now = world.now_of(tip)
    assert now.case.outcome == replace(outcome, text="Bắt quả tang.")
    assert (now.status, now.due_at) == (TipStatus.RESOLVED, None)
    assert (now.case.closed_at, now.case.is_waiting) == (world.clock.now(), False)
    assert (closed.entry.kind, closed.entry.text) == (EntryKind.CLOSED, "Bắt quả tang.")


def test_what_is_not_for_the_police_ends_out_of_scope(world: CaseWorld) -> None:
    tip = world.tip()

    casework.close(world.act(tip, world.binh), DONE, world.casework, in_scope=False)

    assert world.now_of(tip).status is TipStatus.OUT_OF_SCOPE


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(men=1),
        Outcome(women=1),
        Outcome(objects=(OutcomeItem("dao", 1),)),
        Outcome(tests=(OutcomeItem("nồng độ cồn", 3, 0),)),
    ],
)
def test_figures_alone_are_an_outcome(world: CaseWorld, outcome: Outcome) -> None:
    tip = world.tip()

    casework.close(world.act(tip, world.binh), outcome, world.casework)

    assert world.now_of(tip).case.outcome == outcome


@pytest.mark.parametrize(
    ("text", "code"),
    [(" \n", "required"), ("x" * 5_001, "too_long"), ("a\ud800", "invalid_characters")],
)
def test_an_outcome_must_say_something_fit_to_read(world: CaseWorld, text: str, code: str) -> None:
    tip = world.tip()

    with pytest.raises(InvalidInputError) as wrong:
        casework.close(world.act(tip, world.binh), Outcome(text), world.casework)

    assert wrong.value.errors == (FieldError("outcome_text", code),)
    assert world.now_of(tip) == tip


def test_a_closed_case_takes_no_more_acts(world: CaseWorld) -> None:
    tip, other = world.tip(), world.tip()
    closed = close(world, tip)
    act = world.act(tip, world.binh)

    for do in (
        lambda: casework.take(act, world.casework),
        lambda: casework.start(act, world.casework),
        lambda: casework.ask(act, "Sao?", world.casework),
        lambda: casework.hand_over(act, "lan", world.casework),
        lambda: casework.transfer(act, OTHER_WARD, "", world.casework),
        lambda: casework.act_jointly(act, TEAM, "", world.casework),
        lambda: casework.extend(act, "Chờ", world.casework),
        lambda: casework.close(act, DONE, world.casework),
        lambda: casework.merge(act, other.card_code, world.casework),
    ):
        with pytest.raises(ActRefusedError) as refused:
            do()
        assert refusal(refused) == ("closed", "")

    assert world.now_of(tip) == closed
    assert world.now_of(other) == other


def test_an_erased_tip_takes_neither_words_nor_a_place(world: CaseWorld) -> None:
    tip = world.tip(status=TipStatus.ERASED)

    for do in (casework.answer, casework.verify_place):
        with pytest.raises(ActRefusedError) as refused:
            do(world.act(tip, world.binh), "Chào", world.casework)
        assert refusal(refused) == ("erased", "")
