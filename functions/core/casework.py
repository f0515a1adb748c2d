"""What officers do with a tip, from the group, their own chat or the case page alike.

Every act is one line in the case's record and happens once, however often it is sent. An
officer acts only on what their unit has or works on jointly; anything else does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.core.acts import Actor, ActServices, Decision, Recorded, record
from functions.core.deadlines import is_closed
from functions.core.errors import (
    ActRefusedError,
    FieldError,
    InvalidInputError,
    NotFoundError,
)
from functions.core.models import (
    CaseState,
    EntryKind,
    Officer,
    Outcome,
    Tip,
    TipStatus,
    Via,
)
from functions.core.ports import OfficerStore
from functions.core.submissions import normalise
from functions.core.units import UnitRegister
from functions.core.viet_nam import day_of

MAX_ANSWER = 5_000
MAX_NOTE = 1_000
MAX_PLACE = 300

_UNACTED = (TipStatus.RECEIVED, TipStatus.TRANSFERRED)


@dataclass(frozen=True)
class CaseworkServices:
    acts: ActServices
    officers: OfficerStore
    units: UnitRegister


@dataclass(frozen=True)
class Act:
    """Who acts on which tip, by which way, and the identity of the act."""

    officer: Officer
    card_code: str
    act_id: str
    """A webhook event's id, or the key of a form: the same act has the same one."""
    via: Via


def take(act: Act, services: CaseworkServices) -> Recorded:
    """Make the officer responsible. Refused: "closed", "already_yours", "taken" (about who)."""

    def decide(tip: Tip) -> Decision:
        _must_be_open(tip)
        if tip.case.assignee_id == act.officer.user_id:
            raise ActRefusedError("already_yours")
        has_it = services.officers.officer(tip.unit_id, tip.case.assignee_id)
        # Who has left the unit holds nothing any more.
        if has_it is not None:
            raise ActRefusedError("taken", has_it.name)
        return Decision(_taken(tip, act.officer, services), EntryKind.TAKEN)

    return _own(act, decide, services)


def start(act: Act, services: CaseworkServices) -> Recorded:
    """Say that work has begun. Refused: "closed", "already_started"."""

    def decide(tip: Tip) -> Decision:
        _must_be_open(tip)
        if tip.status is TipStatus.IN_PROGRESS:
            raise ActRefusedError("already_started")
        after = _taken(tip, act.officer, services)
        return Decision(replace(after, status=TipStatus.IN_PROGRESS), EntryKind.STARTED)

    return _own(act, decide, services)


def answer(act: Act, text: str, services: CaseworkServices) -> Recorded:
    """Write to the resident; also after the end of the case. Refused: "erased",
    "sender_withdrew"."""
    text = _text(text, "text", MAX_ANSWER)

    def decide(tip: Tip) -> Decision:
        if tip.status is TipStatus.ERASED:
            raise ActRefusedError("erased")
        _must_be_reachable(tip)
        after = tip if is_closed(tip) else _acted_on(tip, services)
        return Decision(_heard(after), EntryKind.ANSWER, text)

    return _shared(act, decide, services)


def ask(act: Act, text: str, services: CaseworkServices) -> Recorded:
    """Ask the resident for more. Refused: "closed", "sender_withdrew"."""
    text = _text(text, "text", MAX_ANSWER)

    def decide(tip: Tip) -> Decision:
        _must_be_open(tip)
        _must_be_reachable(tip)
        after = _heard(_acted_on(tip, services))
        return Decision(replace(after, status=TipStatus.NEED_INFO), EntryKind.QUESTION, text)

    return _shared(act, decide, services)


def hand_over(act: Act, to_user_id: str, services: CaseworkServices) -> Recorded:
    """Make another officer of the unit responsible. Refused: "closed", "has_it"; the field
    `officer` is wrong when nobody of the unit has that id."""

    def decide(tip: Tip) -> Decision:
        _must_be_open(tip)
        to = services.officers.officer(tip.unit_id, to_user_id)
        if to is None:
            raise InvalidInputError((FieldError("officer", "unknown"),))
        if tip.case.assignee_id == to.user_id:
            raise ActRefusedError("has_it", to.name)
        after = _taken(tip, to, services)
        return Decision(after, EntryKind.HANDED_OVER, about=to.user_id)

    return _own(act, decide, services)


def transfer(act: Act, to_unit_id: str, note: str, services: CaseworkServices) -> Recorded:
    """Give the tip to another unit or body; code and clocks go along.

    Refused: "closed", "own_unit", and "had_it_before" for a unit that had it: a tip that two
    units send each other is for the province to assign. The field `unit` is wrong for a unit
    that does not exist today.
    """
    note = _note(note)

    def decide(tip: Tip) -> Decision:
        _must_be_open(tip)
        _must_be_live(to_unit_id, services)
        if to_unit_id == tip.unit_id:
            raise ActRefusedError("own_unit")
        province = services.units.province_of(tip.unit_id).unit_id
        if to_unit_id in tip.case.past_unit_ids and province not in (tip.unit_id, to_unit_id):
            raise ActRefusedError("had_it_before", services.units.get(to_unit_id).name)
        case = replace(
            _acted_on(tip, services).case,
            assignee_id="",
            past_unit_ids=(*tip.case.past_unit_ids, tip.unit_id),
            joint_unit_ids=tuple(one for one in tip.case.joint_unit_ids if one != to_unit_id),
        )
        after = replace(tip, unit_id=to_unit_id, status=TipStatus.TRANSFERRED, case=case)
        return Decision(after, EntryKind.TRANSFERRED, note, to_unit_id, also_to=to_unit_id)

    return _own(act, decide, services)


def act_jointly(act: Act, with_unit_id: str, note: str, services: CaseworkServices) -> Recorded:
    """Bring in another unit or body, which may read and answer from now on.

    Refused: "closed", "own_unit", "already_joint". The field `unit` as for `transfer`.
    """
    note = _note(note)

    def decide(tip: Tip) -> Decision:
        _must_be_open(tip)
        _must_be_live(with_unit_id, services)
        if with_unit_id == tip.unit_id:
            raise ActRefusedError("own_unit")
        if with_unit_id in tip.case.joint_unit_ids:
            raise ActRefusedError("already_joint", services.units.get(with_unit_id).name)
        after = _acted_on(tip, services)
        case = replace(after.case, joint_unit_ids=(*after.case.joint_unit_ids, with_unit_id))
        after = replace(after, case=case)
        return Decision(after, EntryKind.JOINT_ACTION, note, with_unit_id, also_to=with_unit_id)

    return _own(act, decide, services)


def verify_place(act: Act, place: str, services: CaseworkServices) -> Recorded:
    """Note where it truly was, beside what the resident said. Refused: "erased"."""
    place = _text(" ".join(normalise(place).split()), "place", MAX_PLACE)

    def decide(tip: Tip) -> Decision:
        if tip.status is TipStatus.ERASED:
            raise ActRefusedError("erased")
        after = _with_case(tip, verified_place=place)
        return Decision(after, EntryKind.PLACE_VERIFIED, place)

    return _shared(act, decide, services)


def extend(act: Act, reason: str, services: CaseworkServices) -> Recorded:
    """Prolong the time for a decision. Refused: "closed", "already_extended"."""
    reason = _text(reason, "text", MAX_NOTE)

    def decide(tip: Tip) -> Decision:
        _must_be_open(tip)
        if tip.case.is_extended:
            raise ActRefusedError("already_extended")
        after = _with_case(_acted_on(tip, services), is_extended=True)
        return Decision(after, EntryKind.EXTENDED, reason)

    return _own(act, decide, services)


def close(
    act: Act, outcome: Outcome, services: CaseworkServices, *, in_scope: bool = True
) -> Recorded:
    """End the case with what came of it. Refused: "closed". The field `outcome_text` is
    wrong when nothing at all is said."""
    has_figures = outcome.men or outcome.women or outcome.objects or outcome.tests
    if outcome.text.strip() or not has_figures:
        outcome = replace(outcome, text=_text(outcome.text, "outcome_text", MAX_ANSWER))

    def decide(tip: Tip) -> Decision:
        _must_be_open(tip)
        now = services.acts.clock.now()
        after = _with_case(
            _acted_on(tip, services), outcome=outcome, closed_at=now, is_waiting=False
        )
        status = TipStatus.RESOLVED if in_scope else TipStatus.OUT_OF_SCOPE
        return Decision(replace(after, status=status), EntryKind.CLOSED, outcome.text)

    return _own(act, decide, services)


def merge(act: Act, into_code: str, services: CaseworkServices) -> Recorded:
    """End the tip as a double of another one of the same unit, which takes note of it.

    Refused: "closed", "same_tip", "double_itself" (the other one is a double too). The field
    `into` is wrong when the unit has no tip of that code.
    """
    double = services.acts.tips.by_card_code(act.officer.unit_id, act.card_code)
    try:
        into = services.acts.tips.by_card_code(act.officer.unit_id, into_code)
    except NotFoundError:
        raise InvalidInputError((FieldError("into", "unknown"),)) from None
    if into.unit_id != double.unit_id:
        raise InvalidInputError((FieldError("into", "unknown"),))
    if into.tip_id == double.tip_id:
        raise ActRefusedError("same_tip")
    if into.status is TipStatus.DUPLICATE:
        raise ActRefusedError("double_itself", into.case.merged_into)

    def decide(tip: Tip) -> Decision:
        _must_be_open(tip)
        now = services.acts.clock.now()
        after = _with_case(tip, merged_into=into.card_code, closed_at=now, is_waiting=False)
        return Decision(
            replace(after, status=TipStatus.DUPLICATE), EntryKind.MERGED, about=into.card_code
        )

    merged = _own(act, decide, services)
    # The same id each time: where a crash came in between, doing it again completes it.
    gained = replace(act, card_code=into.card_code, act_id=f"gained-{double.tip_id}")
    _own(gained, lambda tip: Decision(tip, EntryKind.GAINED, about=double.card_code), services)
    return merged


def _own(act: Act, decide: Callable[[Tip], Decision], services: CaseworkServices) -> Recorded:
    """Do what only the unit that has the tip may do."""

    def decide_own(tip: Tip) -> Decision:
        if tip.unit_id != act.officer.unit_id:
            raise ActRefusedError("only_owner", services.units.get(tip.unit_id).name)
        return decide(tip)

    return _shared(act, decide_own, services)


def _shared(act: Act, decide: Callable[[Tip], Decision], services: CaseworkServices) -> Recorded:
    """Do what a unit that works on the tip jointly may do as well."""

    def find() -> Tip:
        return services.acts.tips.by_card_code(act.officer.unit_id, act.card_code)

    actor = Actor(act.via, act.officer.user_id, act.officer.name)
    return record(find, act.act_id, actor, decide, services.acts)


def _must_be_open(tip: Tip) -> None:
    if is_closed(tip):
        raise ActRefusedError("closed")


def _must_be_reachable(tip: Tip) -> None:
    """Who reported by chat and withdrew it reads nothing any more, not even by a code."""
    if tip.case.is_from_chat and tip.chat is None:
        raise ActRefusedError("sender_withdrew")


def _must_be_live(unit_id: str, services: CaseworkServices) -> None:
    today = day_of(services.acts.clock.now())
    try:
        if services.units.is_live(unit_id, today):
            return
    except NotFoundError:
        pass
    raise InvalidInputError((FieldError("unit", "unknown"),))


def _acted_on(tip: Tip, services: CaseworkServices) -> Tip:
    """Return the tip as known to officers: the first act acknowledges it."""
    status = TipStatus.ACKNOWLEDGED if tip.status in _UNACTED else tip.status
    first = tip.case.first_acted_at or services.acts.clock.now()
    return replace(tip, status=status, case=replace(tip.case, first_acted_at=first))


def _taken(tip: Tip, officer: Officer, services: CaseworkServices) -> Tip:
    return _with_case(_acted_on(tip, services), assignee_id=officer.user_id)


def _heard(tip: Tip) -> Tip:
    return _with_case(tip, is_waiting=False)


def _with_case(tip: Tip, **changes: object) -> Tip:
    case: CaseState = replace(tip.case, **changes)  # type: ignore[arg-type]  # names are checked
    return replace(tip, case=case)


def _text(typed: str, field: str, most: int) -> str:
    text = normalise(typed).strip()
    if not text:
        raise InvalidInputError((FieldError(field, "required"),))
    if "\0" in text or any(0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        raise InvalidInputError((FieldError(field, "invalid_characters"),))
    if len(text) > most:
        raise InvalidInputError((FieldError(field, "too_long"),))
    return text


def _note(typed: str) -> str:
    return _text(typed, "text", MAX_NOTE) if typed.strip() else ""
