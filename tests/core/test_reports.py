"""Export, status and sweep: what stands where, and tidying up after crashes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core.errors import NotFoundError, RejectedByProviderError
from functions.core.events import StoredEvent
from functions.core.exporting import ExportServices, export_tips
from functions.core.models import Contact, Job, JobKind, JobState, TokenPair, Urgency
from functions.core.status import StatusServices, read_status
from functions.core.sweeping import (
    EVENTS_KNOWN,
    ORPHAN_AGE,
    SweepServices,
    ring_for_due,
    sweep,
    wipe_orphans,
)
from tests.core.world import GROUP, OTHER_GROUP, OTHER_WARD, WARD, World, connected_world, draft
from tests.fakes.clock import START

TEXT = "Có người lạ.\nSố 0905123456"


def export(world: World) -> list[dict[str, object]]:
    return list(export_tips(ExportServices(world.tips, world.deliveries)))


def status(world: World) -> dict[str, object]:
    return read_status(
        StatusServices(world.tips, world.jobs, world.tokens, world.events, world.clock)
    )


def sweep_services(world: World) -> SweepServices:
    return SweepServices(
        world.tips,
        world.blobs,
        world.jobs,
        world.repeats,
        world.events,
        world.queue,
        world.clock,
    )


def run_sweep(world: World) -> int:
    return sweep(sweep_services(world))


def test_export_has_a_row_a_tip_in_order_of_receipt() -> None:
    world = connected_world()
    first = world.submit(TEXT, photos=(b"one", b"broken"), contact=Contact("Đào", "113"))
    second = world.submit(unit_id=OTHER_WARD)
    world.work(timedelta(minutes=1))

    rows = export(world)

    assert [row["tip_id"] for row in rows] == [first.tip_id, second.tip_id]
    assert rows[0] == {
        "tip_id": first.tip_id,
        "card_code": first.card_code,
        "unit_id": WARD,
        "category": "gay-roi",
        "urgency": "normal",
        "status": "received",
        "received_at": first.received_at.isoformat(),
        "text_sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "photos": [hashlib.sha256(b"clean one").hexdigest()],
        "deliveries": [
            {
                "channel": "zalo_group",
                "state": "sent",
                "message_id": world.zalo.group(GROUP)[0].message_id,
            }
        ],
    }
    assert rows[1]["deliveries"] == []


def test_export_says_nothing_of_what_was_written() -> None:
    world = World()
    world.submit(TEXT, place="sau chợ", area="tổ 5", contact=Contact("Đào", "0905123456"))

    line = json.dumps(export(world), ensure_ascii=False)

    assert not any(word in line for word in ("người lạ", "0905123456", "sau chợ", "tổ 5", "Đào"))


def test_export_shows_a_refused_delivery_without_a_message() -> None:
    world = connected_world()
    world.zalo.fail("send_group_text", RejectedByProviderError("-201"), times=-1)
    world.submit()
    world.work()

    assert export(world)[0]["deliveries"] == [
        {"channel": "zalo_group", "state": "refused", "message_id": None}
    ]


def test_status_counts_tips_jobs_and_tokens() -> None:
    world = connected_world()
    world.connect(OTHER_WARD, OTHER_GROUP)
    now = world.clock.now()
    old_pair = TokenPair("a", "r", now + timedelta(hours=5))
    world.tokens.put_authorized("tinh-dak-lak", "oa", old_pair, now, now)
    world.tokens.give_up(OTHER_WARD, 1)
    world.submit()
    world.work()
    world.submit()
    world.clock.advance(timedelta(seconds=90))

    assert status(world) == {
        "tips": {"stored": 2, "set_aside": 0, "erased": 0},
        "jobs": {"pending": 1, "done": 1, "failed": 0, "unknown": 0},
        "oldest_due_seconds": 90,
        "tokens": {"ok": 1, "expiring": 1, "needs_authorization": 1},
        "webhook_unverified": 0,
    }


def test_status_of_an_empty_store_is_all_zero() -> None:
    assert status(World())["oldest_due_seconds"] == 0


def test_sweep_wipes_only_old_photos_that_no_tip_names() -> None:
    world = World()
    world.submit(photos=(b"one",))
    world.blobs.put("0" * 32, b"left by a crash")
    world.clock.advance(ORPHAN_AGE)
    world.blobs.put("1" * 32, b"under way")
    world.clock.advance(timedelta(seconds=1))

    assert run_sweep(world) == 1

    left = set(world.blobs.keys_older_than(world.clock.now() + timedelta(days=1)))
    assert left == world.tips.blob_keys() | {"1" * 32}


def test_sweep_rings_for_due_jobs_and_only_then() -> None:
    world = World()
    run_sweep(world)
    assert not world.queue.wait(0)
    world.submit()
    assert world.queue.wait(0)

    run_sweep(world)

    assert world.queue.wait(0)


def test_wiping_and_ringing_have_schedules_of_their_own() -> None:
    world = World()
    world.submit()
    assert world.queue.wait(0)
    world.blobs.put("0" * 32, b"left by a crash")
    world.clock.advance(ORPHAN_AGE + timedelta(seconds=1))

    ring_for_due(sweep_services(world))
    rang = world.queue.wait(0)
    left_by_ringing = world.blobs.get("0" * 32)
    wiped = wipe_orphans(sweep_services(world))

    assert rang
    assert left_by_ringing == b"left by a crash"
    assert wiped == 1
    assert not world.queue.wait(0)


def test_sweep_forgets_codes_past_their_time() -> None:
    world = World()
    mark = world.mac.digest("mark", b"")
    now = world.clock.now()
    world.repeats.remember(mark, "code", "tip", now + timedelta(minutes=10))
    world.receive(draft(), b"sender")
    world.clock.advance(timedelta(minutes=10))

    run_sweep(world)

    world.clock.set(now)
    assert world.repeats.recall(mark, now) is None


def test_sweep_forgets_events_that_were_handled_long_ago_and_no_others() -> None:
    world = World()
    start = world.clock.now()
    for number, event_id in enumerate(("handled", "waiting", "young")):
        event = StoredEvent(event_id, WARD, start + timedelta(seconds=number), b"{}")
        world.events.add(event, replace(event_job(), job_id=event_id, subject_id=event_id))
    for event_id in ("handled", "young"):
        world.events.finish(event_id)
    world.clock.set(start + EVENTS_KNOWN + timedelta(seconds=2))

    run_sweep(world)

    with pytest.raises(NotFoundError):
        world.events.get("handled")
    assert world.events.get("waiting").body == b"{}"
    assert world.events.get("young").body == b""


def event_job() -> Job:
    kind, state = JobKind.HANDLE_EVENT, JobState.PENDING
    return Job("", kind, "", WARD, Urgency.SOON, state, START, START, lane="talk")
