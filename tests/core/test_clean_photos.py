"""Cleaning a tip's photos off the accept path (promise 7)."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from functions.core.jobs import run_job
from functions.core.models import AttachmentState, JobState, Tip
from functions.core.photos import MOST_TRIES
from functions.core.work import LEASE
from tests.core.world import World
from tests.fakes.faults import Crash, CrashPoint

CLEAN, ORIGINAL, UNREADABLE = (
    AttachmentState.CLEAN,
    AttachmentState.ORIGINAL,
    AttachmentState.UNREADABLE,
)


def states(world: World, tip: Tip) -> list[AttachmentState]:
    return [photo.state for photo in world.tips.get(tip.tip_id).attachments]


def clean(world: World, tip: Tip, point: CrashPoint | None = None) -> JobState:
    job = world.job_of(tip.tip_id, "clean_photos")
    run_job(job.job_id, world.work_services(point))
    return world.job_of(tip.tip_id, "clean_photos").state


def all_blobs(world: World) -> set[str]:
    return set(world.blobs.keys_older_than(world.clock.now() + timedelta(days=1)))


def test_clean_copies_are_named_and_originals_wiped() -> None:
    world = World()
    tip = world.submit(photos=(b"one", b"two"))

    assert clean(world, tip) is JobState.DONE

    cleaned = world.tips.get(tip.tip_id).attachments
    assert [world.blobs.get(photo.blob_key) for photo in cleaned] == [b"clean one", b"clean two"]
    assert cleaned[0].clean_sha256 == hashlib.sha256(b"clean one").hexdigest()
    assert all_blobs(world) == world.tips.blob_keys() == {photo.blob_key for photo in cleaned}


def test_photo_that_cannot_be_opened_costs_the_others_nothing() -> None:
    world = World()
    tip = world.submit(photos=(b"one", b"broken", b"three"))

    assert clean(world, tip) is JobState.DONE

    assert states(world, tip) == [CLEAN, UNREADABLE, CLEAN]
    assert world.tips.get(tip.tip_id).attachments[1].blob_key == ""
    assert all_blobs(world) == world.tips.blob_keys()


def test_machine_that_cannot_clean_now_tries_again_later() -> None:
    world = World()
    tip = world.submit(photos=(b"one", b"two"))
    world.cleaner.failures = 1

    assert clean(world, tip) is JobState.PENDING
    job = world.job_of(tip.tip_id, "clean_photos")
    assert states(world, tip) == [ORIGINAL, ORIGINAL]
    assert job.last_error == "photo-tool"
    assert job.due_at > world.clock.now()
    world.clock.set(job.due_at)

    assert clean(world, tip) is JobState.DONE
    assert states(world, tip) == [CLEAN, CLEAN]


def test_photo_that_brings_the_cleaner_down_each_time_counts_as_unreadable_in_the_end() -> None:
    world = World()
    tip = world.submit(photos=(b"one",))
    world.cleaner.failures = -1
    for _ in range(MOST_TRIES - 1):
        assert clean(world, tip) is JobState.PENDING
        world.clock.set(world.job_of(tip.tip_id, "clean_photos").due_at)

    assert states(world, tip) == [ORIGINAL]
    assert clean(world, tip) is JobState.DONE
    assert states(world, tip) == [UNREADABLE]
    assert all_blobs(world) == set()


@pytest.mark.parametrize("after_effect", [False, True])
def test_crash_at_any_step_leaves_every_photo_named(after_effect: bool) -> None:
    at_call = 0
    while True:
        at_call += 1
        world = World()
        tip = world.submit(photos=(b"one", b"broken", b"three"))
        point = CrashPoint(at_call, after_effect=after_effect)
        try:
            clean(world, tip, point)
        except Crash:
            named = world.tips.blob_keys()
            assert named <= all_blobs(world), at_call
            assert len(named) >= 2
        world.clock.advance(LEASE)
        clean(world, tip)
        photos = world.tips.get(tip.tip_id).attachments
        assert [photo.state for photo in photos] == [CLEAN, UNREADABLE, CLEAN], at_call
        assert world.blobs.get(photos[2].blob_key) == b"clean three"
        if not point.is_reached:
            break
    assert at_call > 15


def test_job_of_two_workers_ends_with_one_named_copy() -> None:
    world = World()
    tip = world.submit(photos=(b"one",))
    slow = world.cleaner.clean

    def overtaken(original: bytes) -> bytes | None:
        world.cleaner.clean = slow  # type: ignore[method-assign]
        world.clock.advance(LEASE)
        clean(world, tip)
        return slow(original)

    world.cleaner.clean = overtaken  # type: ignore[method-assign]
    clean(world, tip)

    (photo,) = world.tips.get(tip.tip_id).attachments
    assert photo.state is CLEAN
    assert world.blobs.get(photo.blob_key) == b"clean one"
    assert world.job_of(tip.tip_id, "clean_photos").state is JobState.DONE


def test_many_slow_photos_stay_with_the_worker_that_has_them() -> None:
    world = World()
    tip = world.submit(photos=(b"one", b"two", b"three"))
    fast = world.cleaner.clean
    taken: list[bool] = []

    def slow(original: bytes) -> bytes | None:
        world.clock.advance(LEASE - timedelta(seconds=1))
        job = world.job_of(tip.tip_id, "clean_photos")
        taken.append(run_job(job.job_id, world.work_services()))
        return fast(original)

    world.cleaner.clean = slow  # type: ignore[method-assign]

    assert clean(world, tip) is JobState.DONE
    assert taken == [False] * 3
