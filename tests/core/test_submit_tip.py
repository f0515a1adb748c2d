"""Taking a tip: stored for good before it is answered, one act one tip (promises 1, 2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core import codes
from functions.core.categories import CATEGORIES
from functions.core.errors import ConflictError, StoreUnavailableError
from functions.core.models import AttachmentState, Contact, JobKind, Tip, TipStatus, Urgency
from functions.core.ports import NewTip
from functions.core.tips import Receipt, SubmitServices, submit_tip
from tests.core.world import KEY, OTHER_WARD, PROVINCE, WARD, World, draft
from tests.fakes.blobs import MemoryBlobStore
from tests.fakes.clock import START
from tests.fakes.faults import Crash, CrashPoint
from tests.fakes.tips import MemoryTipStore

DAY = timedelta(days=1)
SENDER = b"sender"
PHOTOS = (b"photo 1", b"photo 2")


def blobs_of(world: World) -> set[str]:
    return set(world.blobs.keys_older_than(world.clock.now() + DAY))


def named_blobs(world: World) -> set[str]:
    return world.tips.blob_keys()


class _TipStore(MemoryTipStore):
    """Does something else before or instead of storing."""

    def __init__(self, world: World, act: Callable[[NewTip], Tip | None]) -> None:
        super().__init__(world.jobs.bring)
        self._act = act

    def add(self, new: NewTip) -> Tip | None:
        return self._act(new)


def services_with(world: World, act: Callable[[NewTip], Tip | None]) -> SubmitServices:
    return replace(world.submit_services, tips=_TipStore(world, act))


def test_tip_is_stored_whole_with_photos_and_jobs_and_the_worker_is_rung() -> None:
    world = World()

    receipt = world.receive(
        draft("Có người lạ.", photos=PHOTOS, urgency=Urgency.SOON, contact=Contact("Đào", "113"))
    )

    tip = world.last_tip()
    assert receipt == Receipt(receipt.receipt_code, WARD, TipStatus.RECEIVED, START, False)
    assert codes.read_receipt_code(receipt.receipt_code) == receipt.receipt_code
    assert world.tips.by_receipt(codes.receipt_hash(world.mac, receipt.receipt_code)) == tip
    assert (tip.unit_id, tip.addressed_unit_id, tip.urgency) == (WARD, WARD, Urgency.SOON)
    assert tip.contact == Contact("Đào", "113")
    assert [entry.status for entry in tip.timeline] == [TipStatus.RECEIVED]
    assert [photo.position for photo in tip.attachments] == [1, 2]
    assert {photo.state for photo in tip.attachments} == {AttachmentState.ORIGINAL}
    assert tuple(world.blobs.get(photo.blob_key) for photo in tip.attachments) == PHOTOS
    assert world.queue.wait(0)


def test_delivery_runs_in_the_units_lane_and_cleaning_in_none() -> None:
    world = World()

    tip = world.submit(photos=PHOTOS, urgency=Urgency.NOW)

    lanes = {job.kind: (job.lane, job.urgency, job.due_at) for job in world.jobs.all()}
    now = tip.received_at
    assert lanes == {
        JobKind.CLEAN_PHOTOS: ("", Urgency.NOW, now),
        JobKind.DELIVER_TIP: (WARD, Urgency.NOW, now),
    }


def test_tip_without_photos_has_no_photo_job() -> None:
    world = World()

    world.submit()

    assert [job.kind for job in world.jobs.all()] == [JobKind.DELIVER_TIP]


def test_tip_carries_its_retention_from_the_first_day() -> None:
    world = World()
    stored: list[NewTip] = []
    services = services_with(world, lambda new: stored.append(new))

    submit_tip(draft(contact=Contact("Đào", "")), (), services)
    submit_tip(draft(), (), services)

    assert [new.erase_after for new in stored] == [START + 365 * DAY] * 2
    assert [new.contact_erase_after for new in stored] == [START + 365 * DAY, None]
    assert stored[0].repeatable_until == START + 7 * DAY


def test_second_submit_with_same_key_and_content_returns_first_receipt() -> None:
    world = World()
    first = world.receive(draft(photos=PHOTOS, submission_key=KEY))
    blobs = blobs_of(world)
    world.clock.advance(7 * DAY - timedelta(seconds=1))

    second = world.receive(draft(photos=PHOTOS, submission_key=KEY))

    assert second == replace(first, is_repeat=True)
    assert len(list(world.tips.all_ids())) == 1
    assert len(world.jobs.all()) == 2
    assert blobs_of(world) == blobs


@pytest.mark.parametrize("other", [{"text": "Khác"}, {"photos": (b"x",)}, {"sealed": True}])
def test_same_key_with_other_content_conflicts_and_stores_nothing(other: dict[str, object]) -> None:
    world = World()
    world.receive(draft(submission_key=KEY))

    with pytest.raises(ConflictError):
        world.receive(draft(**({"submission_key": KEY} | other)))

    assert len(list(world.tips.all_ids())) == 1
    assert blobs_of(world) == set()


def test_same_key_and_content_after_seven_days_conflicts() -> None:
    world = World()
    world.receive(draft(submission_key=KEY))
    world.clock.advance(7 * DAY)

    with pytest.raises(ConflictError):
        world.receive(draft(submission_key=KEY))


def test_same_key_at_another_unit_is_another_tip() -> None:
    world = World()

    first = world.receive(draft(submission_key=KEY))
    second = world.receive(draft(submission_key=KEY, unit_id=OTHER_WARD))

    assert first.receipt_code != second.receipt_code
    assert len(list(world.tips.all_ids())) == 2


def test_loser_of_a_race_gets_the_winners_receipt_and_wipes_its_photos() -> None:
    world = World()
    one = draft(photos=PHOTOS, submission_key=KEY)

    def lose(new: NewTip) -> Tip | None:
        world.receive(one)
        return world.tips.add(new)

    receipt = submit_tip(one, (), services_with(world, lose))

    assert receipt.is_repeat
    assert receipt == replace(world.receive(one), is_repeat=True)
    assert len(list(world.tips.all_ids())) == 1
    assert blobs_of(world) == named_blobs(world)


def test_loser_of_a_race_with_other_content_conflicts_and_wipes_its_photos() -> None:
    world = World()

    def lose(new: NewTip) -> Tip | None:
        world.receive(draft("Khác", submission_key=KEY))
        return world.tips.add(new)

    with pytest.raises(ConflictError):
        submit_tip(draft(photos=PHOTOS, submission_key=KEY), (), services_with(world, lose))

    assert blobs_of(world) == set()


def test_taken_card_code_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    drawn = iter(["TB-AAAAAA", "TB-AAAAAA", "TB-AAAAAA", "TB-BBBBBB"])
    monkeypatch.setattr(codes, "new_card_code", lambda: next(drawn))

    first, second = world.submit(), world.submit(photos=PHOTOS)

    assert (first.card_code, second.card_code) == ("TB-AAAAAA", "TB-BBBBBB")
    assert blobs_of(world) == named_blobs(world)


class _FullBlobs(MemoryBlobStore):
    """Takes the first photo, then the disk is full; may be too broken to remove anything."""

    can_wipe = True

    def put(self, key: str, data: bytes) -> None:
        if self.keys_older_than(self._clock.now() + DAY):
            raise StoreUnavailableError("disk full")
        super().put(key, data)

    def wipe(self, key: str) -> None:
        if not self.can_wipe:
            raise StoreUnavailableError("read only")
        super().wipe(key)


@pytest.mark.parametrize("can_wipe", [True, False])
def test_full_disk_while_photos_are_written_stores_nothing(can_wipe: bool) -> None:
    world = World()
    world.blobs = _FullBlobs(world.clock)
    world.blobs.can_wipe = can_wipe

    with pytest.raises(StoreUnavailableError):
        world.receive(draft(photos=PHOTOS, submission_key=KEY))

    assert list(world.tips.all_ids()) == []
    assert len(blobs_of(world)) == (0 if can_wipe else 1)
    assert not world.queue.wait(0)


def test_photos_stay_when_the_record_may_have_been_stored() -> None:
    world = World()

    def store_but_fail(new: NewTip) -> Tip | None:
        world.tips.add(new)
        raise StoreUnavailableError("the disk failed after the commit")

    one = draft(photos=PHOTOS, submission_key=KEY)
    with pytest.raises(StoreUnavailableError):
        submit_tip(one, (), services_with(world, store_but_fail))

    tip = world.last_tip()
    assert tuple(world.blobs.get(photo.blob_key) for photo in tip.attachments) == PHOTOS
    assert world.receive(one).is_repeat


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("at_call", [1, 2, 3, 4])
def test_crash_at_any_step_and_a_repeat_give_exactly_one_tip(
    at_call: int, after_effect: bool
) -> None:
    world = World()
    point = CrashPoint(at_call, after_effect=after_effect)
    one = draft(photos=PHOTOS, submission_key=KEY)
    watched = replace(
        world.submit_services, tips=point.watch(world.tips), blobs=point.watch(world.blobs)
    )

    with pytest.raises(Crash):
        submit_tip(one, (), watched)
    world.receive(one)

    tip = world.last_tip()
    assert len(list(world.tips.all_ids())) == 1
    assert tuple(world.blobs.get(photo.blob_key) for photo in tip.attachments) == PHOTOS
    assert len(world.jobs.all()) == 2


def test_repeat_without_key_from_the_same_sender_shows_the_first_receipt() -> None:
    world = World()
    first = world.receive(draft(photos=PHOTOS), SENDER)
    world.clock.advance(timedelta(minutes=10) - timedelta(seconds=1))

    second = world.receive(draft(photos=PHOTOS), SENDER)

    assert second == replace(first, is_repeat=True)
    assert len(list(world.tips.all_ids())) == 1


def test_repeat_after_the_senders_hash_changed_is_still_seen() -> None:
    world = World()
    first = world.receive(draft(), b"hash of the last hour")

    second = world.receive(draft(), b"hash of this hour", b"hash of the last hour")

    assert second.receipt_code == first.receipt_code


@pytest.mark.parametrize(
    ("changes", "senders", "minutes"),
    [
        ({}, (SENDER,), 10),
        ({}, (b"stranger",), 0),
        ({}, (), 0),
        ({"text": "Khác"}, (SENDER,), 0),
        ({"photos": (b"x",)}, (SENDER,), 0),
        ({"unit_id": OTHER_WARD}, (SENDER,), 0),
    ],
)
def test_without_key_anything_else_is_a_new_tip(
    changes: dict[str, object], senders: tuple[bytes, ...], minutes: int
) -> None:
    world = World()
    first = world.receive(draft(), SENDER)
    world.clock.advance(timedelta(minutes=minutes))

    second = world.receive(draft(**changes), *senders)

    assert not second.is_repeat
    assert second.receipt_code != first.receipt_code
    assert len(list(world.tips.all_ids())) == 2


def test_sender_gets_the_code_even_where_the_repeat_cannot_be_remembered() -> None:
    world = World()

    class _BrokenRepeats(type(world.repeats)):  # type: ignore[misc]
        def remember(self, *args: object) -> None:
            raise StoreUnavailableError("disk full")

    services = replace(world.submit_services, repeats=_BrokenRepeats())
    receipt = submit_tip(draft(), (SENDER,), services)

    assert world.tips.by_receipt(codes.receipt_hash(world.mac, receipt.receipt_code))


@pytest.mark.parametrize("category", CATEGORIES)
def test_officers_matters_go_to_the_province_and_all_else_to_the_ward(category: str) -> None:
    world = World()

    receipt = world.receive(draft(category=category))

    tip = world.last_tip()
    expected = PROVINCE if category in ("can-bo", "tham-nhung") else WARD
    assert (receipt.unit_id, tip.unit_id, world.jobs.all()[0].lane) == (expected,) * 3
    assert tip.addressed_unit_id == WARD


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("asked", [False, True])
def test_tip_is_sealed_by_its_category_or_by_wish(category: str, asked: bool) -> None:
    world = World()
    always = {"bao-luc-gia-dinh", "tre-em", "xam-hai", "can-bo", "tham-nhung"}

    tip = world.submit(category=category, sealed=asked)

    assert tip.sealed is (asked or category in always)


def test_receipt_code_is_stored_nowhere_in_the_tip() -> None:
    world = World()

    receipt = world.receive(draft(submission_key=KEY))

    assert receipt.receipt_code not in repr(world.last_tip())
    assert KEY not in repr(world.last_tip())
