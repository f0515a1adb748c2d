"""Cases with officers and residents who say something, to be relayed."""

from __future__ import annotations

from dataclasses import replace

from functions.core.errors import RejectedByProviderError
from functions.core.models import (
    Attachment,
    AttachmentState,
    DeliveryPurpose,
    DeliveryState,
    EntryKind,
    ForwardMode,
    JobState,
    MediaKind,
    Officer,
    Outcome,
    Tip,
)
from tests.core.world import (
    OTHER_GROUP,
    OTHER_WARD,
    World,
    connected_world,
)

REFUSED = RejectedByProviderError("-201")
FIVE = Outcome(text="Bắt quả tang", men=5, women=1)


def world_with_officers(mode: ForwardMode = ForwardMode.TIP) -> tuple[World, Officer]:
    world = connected_world(mode)
    world.connect(OTHER_WARD, OTHER_GROUP)
    world.enroll("b", "Trần Văn Bình")
    world.enroll("c", "Lê Thị Cúc", OTHER_WARD)
    return world, world.enroll("a", "Nguyễn Văn An")


def photo(number: int) -> Attachment:
    return Attachment(f"photo-{number}", 0, AttachmentState.ORIGINAL, f"{number:032x}")


def voice(number: int) -> Attachment:
    kept = replace(photo(number), attachment_id=f"voice-{number}", kind=MediaKind.VOICE)
    return replace(kept, state=AttachmentState.KEPT)


def relays(world: World, tip: Tip) -> list[DeliveryState]:
    return [
        delivery.state
        for delivery in world.deliveries.of_tip(tip.tip_id)
        if delivery.purpose is DeliveryPurpose.RELAY
    ]


def kinds(world: World, tip: Tip) -> list[EntryKind]:
    return [entry.kind for entry in world.cases.entries(tip.tip_id)]


def again(world: World, tip: Tip, kind: str) -> None:
    """Let a job of the tip run once more, as after a lost claim."""
    jobs = [job for job in world.jobs.all() if (job.subject_id, job.kind) == (tip.tip_id, kind)]
    for number, job in enumerate(jobs):
        world.jobs.add(
            replace(job, job_id=f"again-{kind}-{number}", state=JobState.PENDING, last_error="")
        )
    world.work()
