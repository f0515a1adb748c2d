"""Telling a human of open alarms on a second path: by e-mail to the province's office.

Alarms are in the log and on the red board at once. An outage that heals within moments is not
worth a message, so they wait a little; fifteen minutes after an outage the message is out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from functions.core.errors import ProviderError
from functions.core.models import OpenAlarm
from functions.core.ports import ChannelStore, Clock, Mailer, OperatorAlerts, Renderer
from functions.core.unit import PROVINCE_KIND
from functions.core.units import UnitRegister

TELL_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class TellServices:
    alerts: OperatorAlerts
    channels: ChannelStore
    mailer: Mailer | None
    """None where no mail account is set: log and red board have to do."""
    renderer: Renderer
    units: UnitRegister
    clock: Clock
    public_url: str


def tell_alarms(services: TellServices) -> int:
    """Send one message about all alarms that nobody was told of; return how many they are.

    They count as told once one mailbox took the message; until then each call tries again.
    Raises StoreUnavailableError.
    """
    now = services.clock.now()
    news = [
        alarm
        for alarm in services.alerts.open_alarms()
        if alarm.told_at is None and alarm.opened_at + TELL_AFTER <= now
    ]
    if not news or services.mailer is None or not _send(news, services.mailer, services):
        return 0
    for alarm in news:
        services.alerts.mark_told(alarm.code, alarm.unit_id, now)
    return len(news)


def _send(news: Sequence[OpenAlarm], mailer: Mailer, services: TellServices) -> bool:
    lines = [
        {
            "code": alarm.code,
            "unit_name": services.units.get(alarm.unit_id).name if alarm.unit_id else "",
            "opened_at": alarm.opened_at,
        }
        for alarm in news
    ]
    text = services.renderer.mail(
        "alarms", {"alarms": lines, "link": f"{services.public_url}/can-bo/bang-do"}
    )
    subject, _, body = text.partition("\n")
    is_told = False
    for address in _offices(services):
        try:
            mailer.send(address, subject, body.lstrip("\n"))
        except ProviderError:
            # The alarms stay untold unless another mailbox takes the message.
            continue
        is_told = True
    return is_told


def _offices(services: TellServices) -> list[str]:
    """Return the mailboxes of the provinces that exist today."""
    today = services.clock.now().date()
    boxes = (
        services.channels.mailboxes(unit.unit_id)
        for unit in services.units.live(today)
        if unit.kind is PROVINCE_KIND
    )
    return [address for box in boxes if box is not None for address in box.addresses]
