"""Writing an act once, whoever acts beside it, and telling whom it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from functions.core import casework
from functions.core.acts import Actor, Decision, is_for_resident, record
from functions.core.errors import ConflictError, StoreUnavailableError
from functions.core.models import (
    Attachment,
    AttachmentState,
    CaseEntry,
    EntryKind,
    Job,
    MediaKind,
    Tip,
    TipStatus,
    Via,
)
from tests.core.cases import CHAT, TEAM, CaseWorld
from tests.core.world import OTHER_WARD, WARD


@pytest.fixture
def world() -> CaseWorld:
    return CaseWorld()


def note(tip: Tip, **changes: object) -> Decision:
    return Decision(replace(tip, **changes), EntryKind.PLACE_VERIFIED)  # type: ignore[arg-type]


class _Rival:
    """A case store in which others are quicker, as often as told."""

    def __init__(self, world: CaseWorld, times: int) -> None:
        self._world = world
        self.times = times

    def __getattr__(self, name: str) -> object:
        return getattr(self._world.cases, name)

    def change(self, before: Tip, after: Tip, entry: CaseEntry, jobs: Sequence[Job]) -> bool:
        if self.times:
            self.times -= 1
            raise ConflictError("others were quicker")
        return self._world.cases.change(before, after, entry, jobs)


def test_an_act_is_decided_again_on_what_others_made_of_the_tip(world: CaseWorld) -> None:
    tip = world.tip()
    seen: list[int] = []

    def decide(now: Tip) -> Decision:
        seen.append(now.revision)
        if len(seen) == 1:
            casework.take(world.act(tip, world.lan), world.casework)
        return note(now)

    recorded = record(
        lambda: world.tips.get(tip.tip_id), "mine", Actor(Via.GROUP), decide, world.acts
    )

    assert seen == [0, 1]
    assert recorded.entry.position == 2
    assert world.now_of(tip).case.assignee_id == "lan"


def test_the_same_act_done_meanwhile_by_another_worker_is_a_repeat(world: CaseWorld) -> None:
    tip = world.tip()

    def decide(now: Tip) -> Decision:
        if not world.cases.entries(tip.tip_id):
            casework.take(world.act(tip, world.binh, "message-7"), world.casework)
        return note(now)

    recorded = record(
        lambda: world.tips.get(tip.tip_id), "message-7", Actor(Via.GROUP), decide, world.acts
    )

    assert recorded.is_repeat
    assert recorded.entry.kind is EntryKind.TAKEN
    assert len(world.cases.entries(tip.tip_id)) == 1


def test_a_repeat_tells_how_the_tip_stands_after_the_act(world: CaseWorld) -> None:
    found = world.tip()
    casework.take(world.act(found, world.binh, "message-7"), world.casework)

    recorded = record(lambda: found, "message-7", Actor(Via.GROUP), note, world.acts)

    assert recorded.is_repeat
    assert recorded.tip == world.now_of(found) != found


@pytest.mark.parametrize(("times", "is_done"), [(19, True), (20, False)])
def test_an_act_gives_way_to_others_so_often_and_not_for_ever(
    world: CaseWorld, times: int, is_done: bool
) -> None:
    tip = world.tip()
    services = replace(world.acts, cases=_Rival(world, times))  # type: ignore[arg-type]

    def act() -> None:
        record(lambda: world.tips.get(tip.tip_id), "mine", Actor(Via.GROUP), note, services)

    if is_done:
        act()
    else:
        with pytest.raises(StoreUnavailableError):
            act()

    assert len(world.cases.entries(tip.tip_id)) == is_done


def test_an_act_rings_once_for_each_unit_that_has_jobs_of_it(world: CaseWorld) -> None:
    tip = world.tip()
    known = world.job_ids()
    world.queue.rings.clear()

    casework.transfer(world.act(tip, world.binh), OTHER_WARD, "", world.casework)

    new = [job for job in world.jobs.all() if job.job_id not in known]
    assert world.queue.rings == [
        (unit_id, tuple(job.job_id for job in new if job.unit_id == unit_id))
        for unit_id in (WARD, OTHER_WARD)
    ]


def test_units_that_work_on_it_jointly_hear_of_every_act(world: CaseWorld) -> None:
    tip = world.tip()
    casework.act_jointly(world.act(tip, world.binh), TEAM, "", world.casework)
    known = world.job_ids()

    casework.take(world.act(tip, world.binh), world.casework)

    assert world.jobs_since(known) == [
        ("relay_to_group", WARD, WARD),
        ("relay_to_group", TEAM, TEAM),
    ]


@pytest.mark.parametrize(("kind", "cleans"), [(MediaKind.PHOTO, True), (MediaKind.VOICE, False)])
def test_new_photos_are_cleaned_and_nothing_else(
    world: CaseWorld, kind: MediaKind, cleans: bool
) -> None:
    tip = world.tip(photos=1)
    added = Attachment("added", 2, AttachmentState.ORIGINAL, "a" * 32, kind=kind)
    known = world.job_ids()

    record(
        lambda: world.tips.get(tip.tip_id),
        "mine",
        Actor(Via.CHAT),
        lambda now: note(now, attachments=(*now.attachments, added)),
        world.acts,
    )

    assert (("clean_photos", WARD, "") in world.jobs_since(known)) is cleans


def test_the_residents_chat_hears_only_what_is_for_it(world: CaseWorld) -> None:
    tip, without = world.tip(chat=CHAT), world.tip()

    def told(kind: EntryKind, of: Tip = tip) -> bool:
        known = world.job_ids()
        record(
            lambda: world.tips.get(of.tip_id),
            f"{kind}-{len(known)}",
            Actor(Via.SYSTEM),
            lambda now: Decision(now, kind),
            world.acts,
        )
        return any(job[0] == "relay_to_resident" for job in world.jobs_since(known))

    assert told(EntryKind.ANSWER)
    assert not told(EntryKind.ANSWER, without)
    assert not told(EntryKind.HANDED_OVER)
    assert not told(EntryKind.TAKEN)


@pytest.mark.parametrize(
    ("kind", "status", "is_news"),
    [
        (EntryKind.TAKEN, TipStatus.ACKNOWLEDGED, True),
        (EntryKind.TAKEN, None, False),
        (EntryKind.STARTED, TipStatus.IN_PROGRESS, True),
        (EntryKind.STARTED, None, False),
        (EntryKind.ANSWER, None, True),
        (EntryKind.CLOSED, TipStatus.RESOLVED, True),
        (EntryKind.RESIDENT_MESSAGE, None, False),
        (EntryKind.UNDELIVERED, None, False),
    ],
)
def test_who_has_sent_a_tip_hears_of_what_changes_for_them(
    world: CaseWorld, kind: EntryKind, status: TipStatus | None, is_news: bool
) -> None:
    recorded = casework.take(world.act(world.tip(), world.binh), world.casework)

    assert is_for_resident(replace(recorded.entry, kind=kind, status=status)) is is_news
