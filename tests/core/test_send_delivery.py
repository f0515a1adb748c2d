"""Notes and e-mails: sent once, and given up where nobody is there to take them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    RejectedByProviderError,
)
from functions.core.lanes import chat_lane
from functions.core.models import (
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryPurpose,
    DeliveryState,
    Job,
    JobKind,
    JobState,
    MessageKind,
    SendState,
    Tip,
    Urgency,
)
from functions.core.posting import Address, post_unsent
from tests.core.relaying import world_with_officers
from tests.core.test_delivery_crashes import crash_everywhere
from tests.core.world import GROUP, RESIDENT, WARD, World
from tests.fakes.mail import MemoryMailer

LOST = OutcomeUnknownError("timeout")
REPEAT = "(có thể trùng) "
MINUTE = timedelta(minutes=1)


def settled(world: World, where: str) -> None:
    assert world.unfinished() == [], where
    assert world.crashes == [], where
    assert {job.state for job in world.jobs.all()} == {JobState.DONE}, where


def plan_note(world: World, **changes: object) -> Job:
    """Plan a note to the ward's group, and the job that sends it."""
    message = DeliveryMessage(1, MessageKind.TEXT, "Hướng dẫn")
    now = world.clock.now()
    note = Delivery(
        delivery_id="note",
        unit_id=WARD,
        channel=Channel.ZALO_GROUP,
        recipient=GROUP,
        is_digest=False,
        state=DeliveryState.PLANNED,
        tip_ids=(),
        messages=(message,),
        created_at=now,
        purpose=DeliveryPurpose.NOTE,
    )
    note = replace(note, **changes)  # type: ignore[arg-type]
    lane = WARD if note.channel is Channel.ZALO_GROUP else chat_lane(WARD)
    job = Job(
        "note-job", JobKind.SEND_DELIVERY, "note", WARD, Urgency.NORMAL, JobState.PENDING, now,
        now, lane=lane,
    )  # fmt: skip
    world.deliveries.plan(note, job)
    return job


def note_state(world: World) -> DeliveryState:
    return world.deliveries.get("note").state


@pytest.mark.parametrize(
    ("channel", "recipient"), [(Channel.ZALO_GROUP, GROUP), (Channel.ZALO_USER, RESIDENT)]
)
def test_note_is_sent_once_however_often_its_job_runs(channel: Channel, recipient: str) -> None:
    world, _ = world_with_officers()
    job = plan_note(world, channel=channel, recipient=recipient)

    world.work()
    world.jobs.add(replace(job, job_id="again"))
    world.work()

    assert [*world.group(), *world.chat()] == ["Hướng dẫn"]
    assert note_state(world) is DeliveryState.SENT


def test_note_survives_a_crash_at_any_step() -> None:
    def prepare() -> World:
        world, _ = world_with_officers()
        plan_note(world)
        return world

    def check(world: World, where: str) -> None:
        settled(world, where)
        assert world.group() == ["Hướng dẫn"], where

    assert crash_everywhere(prepare, check) > 10


def test_note_to_somebody_who_cannot_be_written_to_is_given_up() -> None:
    world, _ = world_with_officers()
    world.zalo.closed_users.add(RESIDENT)
    job = plan_note(world, channel=Channel.ZALO_USER, recipient=RESIDENT)

    world.work()

    assert note_state(world) is DeliveryState.REFUSED
    assert world.jobs.all()[-1].state is JobState.DONE
    assert world.alerts.raised == []
    assert job.lane != WARD


def test_note_to_a_group_that_is_the_units_no_more_is_given_up() -> None:
    world, _ = world_with_officers()
    plan_note(world)
    world.connect(group_id="new-group")

    world.work()

    assert world.group() == world.group("new-group") == []
    assert note_state(world) is DeliveryState.REFUSED


def test_note_waits_for_the_oa() -> None:
    world = World()
    plan_note(world)

    world.work_once()

    (job,) = world.unfinished()
    assert job.last_error == "no-channel"


def test_note_that_is_refused_is_done_with() -> None:
    world, _ = world_with_officers()
    world.zalo.fail("send_group_text", RejectedByProviderError("-201"))
    plan_note(world)

    world.work()

    assert note_state(world) is DeliveryState.REFUSED
    assert world.unfinished() == []


def mail_card(world: World, tip: Tip) -> Delivery:
    message = DeliveryMessage(1, MessageKind.TEXT, "Tiêu đề\n\nDòng một\nDòng hai")
    return replace(
        Delivery(
            "mail", WARD, Channel.EMAIL, "truc@example.vn", False, DeliveryState.PLANNED,
            (tip.tip_id,), (message,), world.clock.now(),
        )
    )  # fmt: skip


def test_mail_goes_with_its_subject_and_a_lost_answer_marks_the_repeat() -> None:
    world, _ = world_with_officers()
    tip = world.submit()
    world.mailer = MemoryMailer()
    card = mail_card(world, tip)
    world.deliveries.plan_notice(card)
    claim = world.jobs.claim(
        world.job_of(tip.tip_id).job_id, world.clock.now(), world.clock.now() + MINUTE
    )
    assert claim
    address = Address(WARD, Channel.EMAIL, "truc@example.vn", "")
    world.mailer.error = LOST
    with pytest.raises(OutcomeUnknownError):
        post_unsent(card, address, Urgency.NOW, claim, world.work_services())
    world.mailer.error = None

    post_unsent(world.deliveries.get("mail"), address, Urgency.NOW, claim, world.work_services())

    (mail,) = world.mailer.sent
    assert (mail.subject, mail.text) == (f"{REPEAT}Tiêu đề", "Dòng một\nDòng hai")
    assert world.deliveries.get("mail").messages[0].state is SendState.SENT


def test_mail_without_an_account_is_a_closed_channel() -> None:
    world, _ = world_with_officers()
    tip = world.submit()
    card = mail_card(world, tip)
    world.deliveries.plan_notice(card)
    claim = world.jobs.claim(
        world.job_of(tip.tip_id).job_id, world.clock.now(), world.clock.now() + MINUTE
    )
    assert claim

    with pytest.raises(ChannelClosedError):
        post_unsent(
            card,
            Address(WARD, Channel.EMAIL, "truc@example.vn", ""),
            Urgency.NOW,
            claim,
            world.work_services(),
        )

    assert world.deliveries.get("mail").messages[0].state is SendState.PENDING
