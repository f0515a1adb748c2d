"""Getting a restored store ready: what waits there may stand in its group already (promise 4).

After the backup the lost machine may have posted it. So every waiting tip and entry gets its
delivery planned now, and an open digest its words; whoever works on them then looks into the
history first, as after any send whose answer was lost.
"""

from __future__ import annotations

from collections.abc import Iterable

from functions.core.delivery import existing_delivery, plan_card
from functions.core.digests import close_digest
from functions.core.models import DeliveryState, TipStatus
from functions.core.relays import plan_entries
from functions.core.work import WorkServices


def plan_waiting_tips(tip_ids: Iterable[str], services: WorkServices) -> int:
    """Plan the card of each tip for each of its units that has no delivery of it yet; return
    how many were planned.

    A unit that was not connected yet had nowhere to send to: its tips stay as they are.
    """
    planned = 0
    for tip_id in dict.fromkeys(tip_ids):
        tip = services.tips.get(tip_id)
        if tip.status is TipStatus.ERASED:
            continue
        for unit_id in (tip.unit_id, *tip.case.joint_unit_ids):
            channel = services.channels.channel(unit_id)
            if channel is not None and existing_delivery(tip, channel, services) is None:
                plan_card(tip, channel, services)
                planned += 1
    return planned


def plan_waiting_entries(tip_ids: Iterable[str], services: WorkServices) -> int:
    """Plan what groups and residents' chats have not got of each tip's case; return how many
    deliveries were planned."""
    tips = [services.tips.get(tip_id) for tip_id in dict.fromkeys(tip_ids)]
    return sum(plan_entries(tip, services) for tip in tips if tip.status is not TipStatus.ERASED)


def close_open_digests(delivery_ids: Iterable[str], services: WorkServices) -> int:
    """Write each open digest with the tips it has; return how many were open."""
    closed = 0
    for delivery_id in delivery_ids:
        delivery = services.deliveries.get(delivery_id)
        if delivery.state is DeliveryState.OPEN:
            close_digest(delivery, services)
            closed += 1
    return closed
