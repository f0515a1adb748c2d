"""Telling a human of open alarms on a second path: by e-mail to the province's office.

Alarms are in the log and on the red board at once. An outage that heals within moments is not
worth a message, so they wait a little; fifteen minutes after an outage the message is out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from functions.core.errors import NotFoundError, OutcomeUnknownError, ProviderError
from functions.core.mailboxes import mailboxes_of
from functions.core.models import OpenAlarm
from functions.core.ports import ChannelStore, Clock, Mailer, OperatorAlerts, Renderer
from functions.core.unit import PROVINCE_KIND
from functions.core.units import UnitRegister
from functions.core.viet_nam import day_of

TELL_AFTER = timedelta(minutes=2)

REPEAT_UNTIL = timedelta(minutes=15)
"""So long after an alarm a message whose answer was lost is sent again, rather twice than not at
all; then it counts as sent, so that it does not go each minute for good."""


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
            "unit_name": _name_of(alarm.unit_id, services),
            "opened_at": alarm.opened_at,
        }
        for alarm in news
    ]
    text = services.renderer.mail(
        "alarms", {"alarms": lines, "link": f"{services.public_url}/can-bo/bang-do"}
    )
    subject, _, body = text.partition("\n")
    last_repeat_at = min(alarm.opened_at for alarm in news) + REPEAT_UNTIL
    is_told = False
    for address in _offices(mailer, services):
        try:
            mailer.send(address, subject, body.lstrip("\n"))
        except OutcomeUnknownError:
            is_told = is_told or services.clock.now() >= last_repeat_at
        except ProviderError:
            # The alarms stay untold unless another mailbox takes the message.
            continue
        else:
            is_told = True
    return is_told


def _name_of(unit_id: str, services: TellServices) -> str:
    """Return the unit's name, its id where the register has none: no alarm is left unsaid."""
    try:
        return services.units.get(unit_id).name if unit_id else ""
    except NotFoundError:
        return unit_id


def _offices(mailer: Mailer, services: TellServices) -> list[str]:
    """Return the mailboxes of the provinces that exist today."""
    today = day_of(services.clock.now())
    boxes = (
        mailboxes_of(unit.unit_id, services.channels, services.units, mailer)
        for unit in services.units.live(today)
        if unit.kind is PROVINCE_KIND
    )
    return list(dict.fromkeys(address for box in boxes for address in box))
