"""What every CaseStore does."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from functions.core.errors import ConflictError, NotFoundError
from functions.core.models import (
    Attachment,
    AttachmentState,
    CaseEntry,
    CaseState,
    ChatAddress,
    Contact,
    EntryKind,
    Job,
    JobKind,
    JobState,
    MediaKind,
    Outcome,
    OutcomeItem,
    TimelineEntry,
    Tip,
    TipStatus,
    TipSummary,
    Via,
)
from functions.core.ports import NewTip
from tests.contracts.sqlite_parts import race
from tests.contracts.tip_stores import KINDS, Subject, open_subject
from tests.fakes.clock import START
from tests.fakes.new_tips import chat_hash, new_tip

HOUR = timedelta(hours=1)
UNIT = "phuong-tan-an"
OTHER = "xa-ea-kly"
THIRD = "doi-ma-tuy"
CHAT = ChatAddress(UNIT, "user-of-tan-an")
FULL_CASE = CaseState(
    assignee_id="officer-1",
    first_acted_at=START + HOUR,
    verified_place="hẻm 12, sau chợ",
    past_unit_ids=("ubnd-tan-an", "xa-ea-tul"),
    joint_unit_ids=(THIRD,),
    merged_into="TB-ABC123",
    closed_at=START + 2 * HOUR,
    is_extended=True,
    is_waiting=True,
    outcome=Outcome(
        "Lập biên bản.",
        men=5,
        women=1,
        objects=(OutcomeItem("ống tiêm", 2),),
        tests=(OutcomeItem("ma túy", 6, 6),),
    ),
)


@pytest.fixture(params=KINDS)
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    with open_subject(request, tmp_path) as subject:
        yield subject


def add(subject: Subject, **changes: object) -> Tip:
    new: NewTip = new_tip(**changes)  # type: ignore[arg-type]
    subject.store.add(new)
    return new.tip


def acted(tip: Tip, **changes: object) -> Tip:
    """Return the tip as it is after an act."""
    changed = replace(tip, **changes)  # type: ignore[arg-type]
    steps = tip.timeline
    if changed.status is not tip.status:
        steps = (*steps, TimelineEntry(START + HOUR, changed.status))
    return replace(changed, revision=tip.revision + 1, timeline=steps)


def with_case(tip: Tip, **changes: object) -> Tip:
    return acted(tip, case=replace(tip.case, **changes))  # type: ignore[arg-type]


def an_entry(after: Tip, entry_id: str = "", **changes: object) -> CaseEntry:
    usual = CaseEntry(
        entry_id=entry_id or f"act-{after.revision}",
        tip_id=after.tip_id,
        position=after.revision,
        at=START + HOUR,
        kind=EntryKind.TAKEN,
        unit_id=UNIT,
        via=Via.GROUP,
        actor_id="officer-1",
        actor_name="Trần Văn Bình",
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def a_job(tip: Tip, job_id: str = "relay-1") -> Job:
    return Job(
        job_id=job_id,
        kind=JobKind.RELAY_TO_GROUP,
        subject_id=tip.tip_id,
        unit_id=tip.unit_id,
        urgency=tip.urgency,
        state=JobState.PENDING,
        due_at=START,
        created_at=START,
        lane=tip.unit_id,
    )


def an_attachment(position: int, kind: MediaKind = MediaKind.PHOTO) -> Attachment:
    state = AttachmentState.ORIGINAL if kind is MediaKind.PHOTO else AttachmentState.KEPT
    return Attachment(
        uuid.uuid4().hex, position, state, uuid.uuid4().hex, kind=kind, entry_id="act-1"
    )


def do(subject: Subject, before: Tip, after: Tip, **entry: object) -> Tip:
    """Do an act with nothing but its entry; return the tip as it was written."""
    assert subject.cases.change(before, after, an_entry(after, **entry), ())  # type: ignore[arg-type]
    return after


def ids(rows: list[TipSummary]) -> list[str]:
    return [row.tip_id for row in rows]


# Acts


def test_an_act_writes_the_tip_its_entry_and_its_jobs(subject: Subject) -> None:
    tip = add(subject)
    after = acted(
        tip,
        status=TipStatus.ACKNOWLEDGED,
        due_at=START + 480 * HOUR,
        case=CaseState(assignee_id="officer-1", first_acted_at=START + HOUR),
    )
    entry = an_entry(after, status=TipStatus.ACKNOWLEDGED)

    is_written = subject.cases.change(tip, after, entry, (a_job(tip),))

    assert is_written
    assert subject.store.get(tip.tip_id) == after
    assert subject.cases.entries(tip.tip_id) == [entry]
    assert subject.cases.entry(tip.tip_id, "act-1") == entry
    assert "relay-1" in subject.job_ids()


def test_everything_a_case_can_hold_comes_back(subject: Subject) -> None:
    tip = add(subject, chat=CHAT)
    after = acted(tip, status=TipStatus.RESOLVED, due_at=None, case=FULL_CASE)
    entry = an_entry(
        after,
        kind=EntryKind.CLOSED,
        via=Via.CASE_PAGE,
        text="Đã lập biên bản.\nCảm ơn bà con.",
        about="TB-ABC123",
        status=TipStatus.RESOLVED,
    )

    subject.cases.change(tip, after, entry, ())

    assert subject.store.get(tip.tip_id) == after
    assert subject.cases.entries(tip.tip_id) == [entry]


def test_entries_come_in_order_of_the_acts_whatever_the_clock_said(subject: Subject) -> None:
    tip = add(subject)
    entries = []
    # Ids that sort against the order, and a clock that was set back.
    for number, entry_id in enumerate(("c", "a", "b", *(f"d{n}" for n in range(9, 0, -1)))):
        after = with_case(tip, is_waiting=not tip.case.is_waiting)
        entry = an_entry(after, entry_id, at=START - number * HOUR)
        subject.cases.change(tip, after, entry, ())
        entries.append(entry)
        tip = after

    assert subject.cases.entries(tip.tip_id) == entries
    assert subject.store.get(tip.tip_id).revision == 12


def test_a_tip_without_acts_has_no_entries(subject: Subject) -> None:
    tip = add(subject)

    assert subject.cases.entries(tip.tip_id) == []
    assert subject.cases.entries("no-such-tip") == []
    assert subject.cases.entry(tip.tip_id, "act-1") is None
    assert subject.cases.entry("no-such-tip", "act-1") is None


def test_an_act_that_comes_twice_changes_nothing(subject: Subject) -> None:
    tip = add(subject)
    first = do(subject, tip, with_case(tip, assignee_id="officer-1"))
    stale = with_case(tip, assignee_id="officer-2")
    fresh = with_case(first, assignee_id="officer-2")

    from_an_old_state = subject.cases.change(tip, stale, an_entry(stale, "act-1"), ())
    from_the_present = subject.cases.change(
        first, fresh, an_entry(fresh, "act-1"), (a_job(tip, "relay-2"),)
    )

    assert (from_an_old_state, from_the_present) == (False, False)
    assert subject.store.get(tip.tip_id) == first
    assert len(subject.cases.entries(tip.tip_id)) == 1
    assert "relay-2" not in subject.job_ids()


def test_two_tips_may_have_entries_of_one_id(subject: Subject) -> None:
    one, two = add(subject), add(subject)

    for tip in (one, two):
        do(subject, tip, with_case(tip, is_waiting=True), entry_id="the-same")

    assert subject.cases.entry(one.tip_id, "the-same") is not None
    assert subject.cases.entry(two.tip_id, "the-same") is not None


def test_an_act_on_an_outdated_tip_conflicts_and_writes_nothing(subject: Subject) -> None:
    tip = add(subject)
    first = do(subject, tip, with_case(tip, assignee_id="officer-1"))
    late = acted(
        tip,
        unit_id=OTHER,
        status=TipStatus.TRANSFERRED,
        attachments=(*tip.attachments, an_attachment(2)),
        case=replace(tip.case, joint_unit_ids=(THIRD,)),
    )

    with pytest.raises(ConflictError):
        subject.cases.change(tip, late, an_entry(late, "late"), (a_job(tip, "relay-2"),))

    assert subject.store.get(tip.tip_id) == first
    assert ids(subject.cases.open_for_unit(OTHER, 10)) == []
    assert ids(subject.cases.open_for_unit(THIRD, 10)) == []
    assert subject.cases.entry(tip.tip_id, "late") is None
    assert "relay-2" not in subject.job_ids()


def test_an_act_whose_job_cannot_be_written_is_not_done(subject: Subject) -> None:
    tip = add(subject)
    first = acted(tip, status=TipStatus.ACKNOWLEDGED)
    subject.cases.change(tip, first, an_entry(first), (a_job(tip),))
    second = acted(
        first, status=TipStatus.IN_PROGRESS, attachments=(*tip.attachments, an_attachment(2))
    )

    with pytest.raises(ConflictError):
        subject.cases.change(first, second, an_entry(second), (a_job(tip, "fresh"), a_job(tip)))

    assert subject.store.get(tip.tip_id) == first
    assert len(subject.cases.entries(tip.tip_id)) == 1
    assert "fresh" not in subject.job_ids()


def test_an_act_on_an_unknown_tip_is_not_found(subject: Subject) -> None:
    stranger = new_tip().tip
    after = with_case(stranger, is_waiting=True)

    with pytest.raises(NotFoundError):
        subject.cases.change(stranger, after, an_entry(after), (a_job(stranger),))

    assert subject.cases.entries(stranger.tip_id) == []
    assert subject.job_ids() == set()


def test_of_many_who_act_on_one_state_exactly_one_gets_through(subject: Subject) -> None:
    tip = add(subject)

    def take(number: int) -> bool:
        after = with_case(tip, assignee_id=f"officer-{number}")
        entry = an_entry(after, f"taken-{number}", actor_id=f"officer-{number}")
        return subject.cases.change(tip, after, entry, (a_job(tip, f"job-{number}"),))

    results = race([lambda n=number: take(n) for number in range(6)])

    stored = subject.store.get(tip.tip_id)
    (entry,) = subject.cases.entries(tip.tip_id)
    assert results.count(True) == 1
    assert sum(isinstance(result, ConflictError) for result in results) == 5
    assert stored.revision == 1
    assert stored.case.assignee_id == entry.actor_id
    assert len([one for one in subject.job_ids() if one.startswith("job-")]) == 1


def test_of_many_that_bring_the_same_act_exactly_one_writes_it(subject: Subject) -> None:
    tip = add(subject)
    after = with_case(tip, is_waiting=True)

    results = race(
        [
            lambda n=number: subject.cases.change(
                tip, after, an_entry(after, "message-7"), (a_job(tip, f"job-{n}"),)
            )
            for number in range(5)
        ]
    )

    # Who finds another's write under way may be told to read again, and then knows the act.
    assert results.count(True) == 1
    assert all(one is True or one is False or isinstance(one, ConflictError) for one in results)
    assert len(subject.cases.entries(tip.tip_id)) == 1
    assert subject.store.get(tip.tip_id).revision == 1


# What a message brings


def test_new_attachments_stand_behind_those_of_the_tip(subject: Subject) -> None:
    tip = add(subject, photos=1)
    added = (an_attachment(2), an_attachment(3, MediaKind.VOICE))
    after = acted(tip, attachments=(*tip.attachments, *added))

    do(subject, tip, after)

    assert subject.store.get(tip.tip_id).attachments == after.attachments
    assert {one.blob_key for one in added} <= subject.store.blob_keys()


def test_a_photo_cleaned_meanwhile_stays_clean(subject: Subject) -> None:
    tip = add(subject, photos=1)
    photo = tip.attachments[0]
    subject.store.set_attachment(photo.attachment_id, AttachmentState.CLEAN, "clean-key", "ab12")

    do(subject, tip, acted(tip, attachments=(*tip.attachments, an_attachment(2))))

    first, second = subject.store.get(tip.tip_id).attachments
    assert (first.state, first.blob_key) == (AttachmentState.CLEAN, "clean-key")
    assert second.state is AttachmentState.ORIGINAL


def test_a_photo_of_a_later_message_can_be_cleaned(subject: Subject) -> None:
    tip = add(subject, photos=1)
    later = an_attachment(2)
    after = do(subject, tip, acted(tip, attachments=(*tip.attachments, later)))

    subject.store.set_attachment(later.attachment_id, AttachmentState.CLEAN, "clean-key", "ab12")

    stored = subject.store.get(tip.tip_id)
    assert stored.attachments[1] == replace(
        later, state=AttachmentState.CLEAN, blob_key="clean-key", clean_sha256="ab12"
    )
    assert stored.revision == after.revision


def test_the_list_counts_photos_and_no_recordings(subject: Subject) -> None:
    tip = add(subject, photos=1)
    added = (an_attachment(2), an_attachment(3, MediaKind.VOICE), an_attachment(4, MediaKind.FILE))

    do(subject, tip, acted(tip, attachments=(*tip.attachments, *added)))

    (row,) = subject.store.list_for_unit(UNIT, limit=10)
    assert row.photo_count == 2


def test_a_taken_id_of_an_attachment_writes_nothing(subject: Subject) -> None:
    other, tip = add(subject, photos=1), add(subject, photos=1)
    taken = replace(other.attachments[0], position=2, entry_id="act-1")
    after = acted(tip, attachments=(*tip.attachments, taken))

    with pytest.raises(ConflictError):
        subject.cases.change(tip, after, an_entry(after), ())

    assert subject.store.get(tip.tip_id) == tip
    assert subject.store.get(other.tip_id) == other
    assert subject.cases.entries(tip.tip_id) == []


# What is taken away


def test_contact_and_chat_are_gone_once_withdrawn(subject: Subject) -> None:
    tip = add(subject, chat=CHAT)
    after = acted(tip, contact=Contact(), chat=None)

    do(subject, tip, after, kind=EntryKind.CONTACT_WITHDRAWN)

    stored = subject.store.get(tip.tip_id)
    assert (stored.contact, stored.chat) == (Contact(), None)
    assert subject.cases.latest_of_chat(chat_hash(CHAT)) is None


def test_contact_and_chat_outlive_every_other_act(subject: Subject) -> None:
    tip = add(subject, chat=CHAT)

    do(subject, tip, with_case(tip, is_waiting=True))

    stored = subject.store.get(tip.tip_id)
    assert (stored.contact, stored.chat) == (tip.contact, CHAT)
    assert subject.cases.latest_of_chat(chat_hash(CHAT)) == tip.tip_id


# Whose case it is


def test_a_transferred_tip_is_its_new_units_and_nobody_elses(subject: Subject) -> None:
    tip = add(subject)
    case = replace(tip.case, past_unit_ids=(UNIT,))
    after = acted(tip, unit_id=OTHER, status=TipStatus.TRANSFERRED, case=case)

    do(subject, tip, after, kind=EntryKind.TRANSFERRED, about=OTHER)

    assert subject.store.by_card_code(OTHER, tip.card_code) == after
    assert ids(subject.store.list_for_unit(OTHER, limit=10)) == [tip.tip_id]
    assert ids(subject.cases.open_for_unit(OTHER, 10)) == [tip.tip_id]
    with pytest.raises(NotFoundError):
        subject.store.by_card_code(UNIT, tip.card_code)
    assert subject.store.list_for_unit(UNIT, limit=10) == []
    assert subject.cases.open_for_unit(UNIT, 10) == []


def test_a_unit_that_works_on_it_jointly_sees_the_tip_and_has_it_in_its_list(
    subject: Subject,
) -> None:
    tip = add(subject)
    after = with_case(tip, joint_unit_ids=(THIRD,))

    do(subject, tip, after)

    assert subject.store.by_card_code(THIRD, tip.card_code) == after
    assert subject.store.by_card_code(UNIT, tip.card_code) == after
    assert ids(subject.cases.open_for_unit(THIRD, 10)) == [tip.tip_id]
    assert ids(subject.cases.open_for_unit(UNIT, 10)) == [tip.tip_id]
    with pytest.raises(NotFoundError):
        subject.store.by_card_code(OTHER, tip.card_code)


def test_a_joint_unit_that_gets_the_tip_itself_has_it_once(subject: Subject) -> None:
    tip = add(subject)
    joint = do(subject, tip, with_case(tip, joint_unit_ids=(THIRD, OTHER)))
    case = replace(joint.case, joint_unit_ids=(OTHER,), past_unit_ids=(UNIT,))

    do(subject, joint, acted(joint, unit_id=THIRD, status=TipStatus.TRANSFERRED, case=case))

    assert ids(subject.cases.open_for_unit(THIRD, 10)) == [tip.tip_id]
    assert ids(subject.cases.open_for_unit(OTHER, 10)) == [tip.tip_id]
    assert subject.cases.open_for_unit(UNIT, 10) == []


def test_a_unit_that_works_on_it_no_more_sees_it_no_more(subject: Subject) -> None:
    tip = add(subject)
    joint = do(subject, tip, with_case(tip, joint_unit_ids=(THIRD,)))

    do(subject, joint, with_case(joint, joint_unit_ids=()))

    assert subject.cases.open_for_unit(THIRD, 10) == []
    with pytest.raises(NotFoundError):
        subject.store.by_card_code(THIRD, tip.card_code)


# Lists


def test_open_cases_come_soonest_due_first(subject: Subject) -> None:
    late, soon, between = (add(subject, received_at=START + hours * HOUR) for hours in (3, 2, 1))
    between_after = do(subject, between, acted(between, due_at=soon.due_at + HOUR / 2))  # type: ignore[operator]

    rows = subject.cases.open_for_unit(UNIT, 10)

    assert ids(rows) == [soon.tip_id, between.tip_id, late.tip_id]
    assert [row.due_at for row in rows] == [soon.due_at, between_after.due_at, late.due_at]
    assert ids(subject.cases.open_for_unit(UNIT, 2)) == [soon.tip_id, between.tip_id]
    assert subject.cases.open_for_unit("xa-khong-co-tin", 10) == []


def test_open_cases_of_own_and_joint_ones_come_in_one_order(subject: Subject) -> None:
    first, joint, last = (add(subject, unit_id=unit, received_at=START + hours * HOUR)
                          for unit, hours in ((UNIT, 0), (OTHER, 1), (UNIT, 2)))  # fmt: skip
    do(subject, joint, with_case(joint, joint_unit_ids=(UNIT,)))

    assert ids(subject.cases.open_for_unit(UNIT, 10)) == [
        first.tip_id,
        joint.tip_id,
        last.tip_id,
    ]
    assert ids(subject.cases.open_for_unit(UNIT, 2)) == [first.tip_id, joint.tip_id]


def test_a_row_shows_who_has_it_and_that_somebody_waits(subject: Subject) -> None:
    tip = add(subject, photos=2)
    case = CaseState(assignee_id="officer-1", is_waiting=True)
    after = do(subject, tip, acted(tip, status=TipStatus.IN_PROGRESS, case=case))

    expected = TipSummary(
        tip_id=tip.tip_id,
        card_code=tip.card_code,
        unit_id=UNIT,
        category=tip.category,
        urgency=tip.urgency,
        status=TipStatus.IN_PROGRESS,
        received_at=START,
        photo_count=2,
        due_at=after.due_at,
        assignee_id="officer-1",
        is_waiting=True,
    )
    assert subject.cases.open_for_unit(UNIT, 10) == [expected]
    assert subject.store.list_for_unit(UNIT, limit=10) == [expected]


@pytest.mark.parametrize(
    "status", [TipStatus.RESOLVED, TipStatus.OUT_OF_SCOPE, TipStatus.DUPLICATE]
)
def test_a_closed_case_is_open_no_more(subject: Subject, status: TipStatus) -> None:
    tip = add(subject)
    joint = do(subject, tip, with_case(tip, joint_unit_ids=(THIRD,)))

    do(subject, joint, acted(joint, status=status, due_at=None))

    assert subject.cases.open_for_unit(UNIT, 10) == []
    assert subject.cases.open_for_unit(THIRD, 10) == []
    assert ids(subject.store.list_for_unit(UNIT, limit=10)) == [tip.tip_id]
    assert subject.store.by_card_code(THIRD, tip.card_code).status is status


def test_a_message_on_a_closed_case_brings_it_back_until_it_is_answered(subject: Subject) -> None:
    waiting, fresh = add(subject), add(subject, received_at=START + HOUR)
    closed = do(subject, waiting, acted(waiting, status=TipStatus.RESOLVED, due_at=None))
    asked = do(subject, closed, with_case(closed, is_waiting=True))

    while_waiting = subject.cases.open_for_unit(UNIT, 10)
    do(subject, asked, with_case(asked, is_waiting=False))

    assert ids(while_waiting) == [waiting.tip_id, fresh.tip_id]
    assert while_waiting[0].due_at is None
    assert ids(subject.cases.open_for_unit(UNIT, 10)) == [fresh.tip_id]


# Chats


def test_the_latest_tip_of_a_chat_is_found_at_once(subject: Subject) -> None:
    other = ChatAddress(OTHER, CHAT.user_id)
    none_yet = subject.cases.latest_of_chat(chat_hash(CHAT))
    first = add(subject, chat=CHAT)
    after_one = subject.cases.latest_of_chat(chat_hash(CHAT))
    second = add(subject, chat=CHAT, received_at=START + HOUR)
    add(subject, chat=other, received_at=START + 2 * HOUR)
    add(subject, received_at=START + 2 * HOUR)

    assert none_yet is None
    assert after_one == first.tip_id
    assert subject.cases.latest_of_chat(chat_hash(CHAT)) == second.tip_id


def test_a_chat_that_was_taken_from_its_latest_tip_leads_to_the_one_before(
    subject: Subject,
) -> None:
    first = add(subject, chat=CHAT)
    second = add(subject, chat=CHAT, received_at=START + HOUR)

    do(subject, second, acted(second, chat=None))

    assert subject.cases.latest_of_chat(chat_hash(CHAT)) == first.tip_id
    do(subject, first, acted(first, chat=None))
    assert subject.cases.latest_of_chat(chat_hash(CHAT)) is None
