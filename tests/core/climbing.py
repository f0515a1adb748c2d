"""A ward whose group gets nothing: who hears of its tips then."""

from __future__ import annotations

from datetime import timedelta

from functions.core.errors import RetryableProviderError
from functions.core.late import LadderServices, call_ladder
from functions.core.models import Channel, Delivery, Job, JobKind, Mailboxes, Tip
from tests.core.world import PROVINCE, PUBLIC_URL, WARD, World, connected_world
from tests.fakes.alerts import MemoryAlerts
from tests.fakes.mail import MemoryMailer

MINUTE = timedelta(minutes=1)
BOX = "truc@tanan.example.vn"
PROVINCE_BOX = "truc@tinh.example.vn"
DOWN = RetryableProviderError("http-502")


def silent_world(*mailboxes: str, mailer: MemoryMailer | None = None) -> World:
    """Return a ward whose group is down, with a mail account and these mailboxes of its own."""
    return cut_off(connected_world(), *mailboxes, mailer=mailer)


def cut_off(world: World, *mailboxes: str, mailer: MemoryMailer | None = None) -> World:
    world.alerts = MemoryAlerts(world.clock)
    world.mailer = mailer or MemoryMailer()
    world.channels.save_mailboxes(Mailboxes(WARD, mailboxes))
    world.channels.save_mailboxes(Mailboxes(PROVINCE, (PROVINCE_BOX,)))
    world.zalo.fail("send_group_text", DOWN, times=-1)
    return world


def ladder(world: World) -> LadderServices:
    return LadderServices(world.jobs, world.queue, world.alerts, world.clock)


def pass_minutes(world: World, minutes: int) -> None:
    """Let so many minutes go by, with a sweep in each and a worker that does what is due."""
    for _ in range(minutes):
        world.clock.advance(MINUTE)
        call_ladder(ladder(world))
        world.work_once()


def climbs(world: World) -> list[Job]:
    return [job for job in world.jobs.all() if job.kind is JobKind.FALL_BACK]


def attempts(world: World, tip: Tip, channel: Channel) -> list[Delivery]:
    """Return what is on record of the tip's way to that channel."""
    return [one for one in world.deliveries.of_tip(tip.tip_id) if one.channel is channel]


def mails(world: World, address: str = BOX) -> list[str]:
    """Return subject and text of what the mailbox got, oldest first."""
    assert world.mailer is not None
    sent = (mail for mail in world.mailer.sent if mail.address == address)
    return [f"{mail.subject}\n{mail.text}" for mail in sent]


def link(tip: Tip) -> str:
    """Return the address of the tip's case page."""
    return f"{PUBLIC_URL}/can-bo/tin/{tip.card_code}"
