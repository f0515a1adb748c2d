"""Alarms reach a human on a second path, soon and once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    RejectedByProviderError,
    RetryableProviderError,
)
from functions.core.models import Mailboxes
from functions.core.telling import REPEAT_UNTIL, TELL_AFTER, TellServices, tell_alarms
from tests.core.climbing import MINUTE, PROVINCE_BOX, cut_off, pass_minutes, silent_world
from tests.core.world import PROVINCE, PUBLIC_URL, WARD, World, renderer, units
from tests.fakes.mail import MemoryMailer

OTHER_BOX = "phong@tinh.example.vn"


def quiet_world() -> World:
    """Return a world without an outage, with a mail account and the province's mailbox."""
    world = cut_off(World())
    world.zalo.recover()
    return world


def services(world: World) -> TellServices:
    return TellServices(
        world.alerts, world.channels, world.mailer, renderer(), units(), world.clock, PUBLIC_URL
    )


def tell(world: World) -> int:
    return tell_alarms(services(world))


def mailer(world: World) -> MemoryMailer:
    assert world.mailer is not None
    return world.mailer


def test_an_alarm_that_stays_open_is_told_once() -> None:
    world = quiet_world()
    world.alerts.alarm("channel-closed", WARD)

    told = []
    for _ in range(60):
        told.append(tell(world))
        world.clock.advance(MINUTE)

    assert sum(told) == 1
    (mail,) = mailer(world).sent
    assert mail.address == PROVINCE_BOX
    assert mail.subject == "Bình Yên: 1 sự cố cần người xử lý"
    assert "Công an phường Tân An: Zalo không cho gửi vào nhóm" in mail.text
    assert f"{PUBLIC_URL}/can-bo/bang-do" in mail.text


def test_an_alarm_that_ends_within_moments_is_not_told() -> None:
    world = quiet_world()
    world.alerts.alarm("zalo-silent", "")
    world.clock.advance(TELL_AFTER - timedelta(seconds=1))
    early = tell(world)

    world.alerts.clear("zalo-silent", "")
    world.clock.advance(MINUTE)

    assert (early, tell(world)) == (0, 0)
    assert mailer(world).sent == []


def test_alarms_of_one_outage_make_one_message() -> None:
    world = quiet_world()
    for unit_id in (WARD, PROVINCE):
        world.alerts.alarm("delivery-late", unit_id)
    world.clock.advance(TELL_AFTER)

    assert tell(world) == 2
    (mail,) = mailer(world).sent
    assert mail.text.count("Tin chưa tới được nhóm Zalo") == 2


def test_an_alarm_that_opens_anew_is_told_anew() -> None:
    world = quiet_world()
    for _ in range(2):
        world.alerts.alarm("channel-closed", WARD)
        world.clock.advance(TELL_AFTER)
        tell(world)
        world.alerts.clear("channel-closed", WARD)

    assert len(mailer(world).sent) == 2


@pytest.mark.parametrize(
    "error", [RetryableProviderError("mail-connect"), ChannelClosedError("mail-account")]
)
def test_what_no_mailbox_took_is_told_later(error: Exception) -> None:
    world = quiet_world()
    world.alerts.alarm("channel-closed", WARD)
    world.clock.advance(TELL_AFTER)
    mailer(world).error = error  # type: ignore[assignment]
    failed = tell(world)

    mailer(world).error = None
    world.clock.advance(24 * 60 * MINUTE)

    assert (failed, tell(world), tell(world)) == (0, 1, 0)


def test_one_mailbox_that_takes_it_is_enough() -> None:
    world = quiet_world()
    world.channels.save_mailboxes(Mailboxes(PROVINCE, (OTHER_BOX, PROVINCE_BOX)))
    mailer(world).refused.add(OTHER_BOX)
    world.alerts.alarm("channel-closed", WARD)
    world.clock.advance(TELL_AFTER)

    assert tell(world) == 1
    assert [mail.address for mail in mailer(world).sent] == [PROVINCE_BOX]


def test_every_mailbox_of_the_office_gets_it() -> None:
    world = quiet_world()
    world.channels.save_mailboxes(Mailboxes(PROVINCE, (OTHER_BOX, PROVINCE_BOX)))
    world.alerts.alarm("channel-closed", WARD)
    world.clock.advance(TELL_AFTER)

    tell(world)

    assert [mail.address for mail in mailer(world).sent] == [OTHER_BOX, PROVINCE_BOX]


def test_a_lost_answer_is_repeated_for_a_while_and_not_for_good() -> None:
    world = quiet_world()
    mailer(world).error = OutcomeUnknownError("mail-lost")
    mailer(world).takes_it = True
    world.alerts.alarm("channel-closed", WARD)

    for _ in range(120):
        tell(world)
        world.clock.advance(MINUTE)

    assert 1 < len(mailer(world).sent) <= REPEAT_UNTIL // MINUTE


def test_a_refused_message_of_the_only_mailbox_leaves_the_alarm_untold() -> None:
    world = quiet_world()
    mailer(world).error = RejectedByProviderError("550")
    world.alerts.alarm("channel-closed", WARD)
    world.clock.advance(TELL_AFTER)

    assert tell(world) == 0
    assert [alarm.told_at for alarm in world.alerts.open_alarms()] == [None]


def test_without_a_mail_account_the_board_has_to_do() -> None:
    world = quiet_world()
    world.mailer = None
    world.alerts.alarm("channel-closed", WARD)
    world.clock.advance(TELL_AFTER)

    assert tell(world) == 0


def test_an_alarm_of_a_unit_that_nobody_knows_is_told_by_its_id() -> None:
    world = quiet_world()
    world.alerts.alarm("channel-closed", "xa-la")
    world.clock.advance(TELL_AFTER)

    assert tell(world) == 1
    assert "xa-la" in mailer(world).sent[0].text


def test_an_outage_with_a_waiting_tip_is_told_within_fifteen_minutes_by_mail() -> None:
    world = silent_world()
    began_at = world.clock.now()
    world.submit()

    told_at = None
    while told_at is None and world.clock.now() - began_at < 60 * MINUTE:
        pass_minutes(world, 1)
        if tell(world):
            told_at = world.clock.now()

    assert told_at is not None
    assert told_at - began_at <= 15 * MINUTE
    alarms = [mail for mail in mailer(world).sent if mail.subject.startswith("Bình Yên")]
    assert [mail.address for mail in alarms] == [PROVINCE_BOX]
