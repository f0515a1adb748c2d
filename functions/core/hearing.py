"""Who hears of which entries of a case, in the order of the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from functions.core.acts import is_for_resident
from functions.core.bundles import told_by
from functions.core.models import (
    CaseEntry,
    Channel,
    Delivery,
    DeliveryPurpose,
    DeliveryState,
    EntryKind,
    SendState,
    Tip,
)


def group_hears(
    tip: Tip, unit_id: str, entries: Sequence[CaseEntry], deliveries: Sequence[Delivery]
) -> list[CaseEntry]:
    """Return what the unit's group should have heard by now.

    All that happened while the unit had the tip, and nothing after it handed the tip on; all
    since it works on it jointly; that the tip came back to it; and, as long as it has the
    tip, whatever the resident said before, photos among it. What was begun is finished.
    """
    begun = _told(
        (one for one in deliveries if one.unit_id == unit_id),
        entries,
    )
    joined_at = _joined_at(tip, unit_id, entries)
    heard = []
    had_it = False
    for entry in entries:
        is_own = entry.unit_id == unit_id
        is_back = had_it and entry.kind is EntryKind.TRANSFERRED and entry.about == unit_id
        is_said_before = tip.unit_id == unit_id and entry.kind is EntryKind.RESIDENT_MESSAGE
        has_joined = joined_at is not None and entry.position >= joined_at
        is_begun = entry.entry_id in begun
        if is_own or is_begun or is_back or is_said_before or has_joined:
            heard.append(entry)
        is_brought_in = entry.kind is EntryKind.JOINT_ACTION and entry.about == unit_id
        had_it = had_it or is_own or is_brought_in
    return heard


def heard_elsewhere(
    tip: Tip, unit_id: str, entries: Sequence[CaseEntry], deliveries: Sequence[Delivery]
) -> int:
    """Return how many messages of the resident the unit's group will not hear: it works on the
    tip jointly, and they came before that."""
    heard = {entry.entry_id for entry in group_hears(tip, unit_id, entries, deliveries)}
    messages = (entry for entry in entries if entry.kind is EntryKind.RESIDENT_MESSAGE)
    return sum(entry.entry_id not in heard for entry in messages)


def resident_hears(entries: Iterable[CaseEntry]) -> list[CaseEntry]:
    return [entry for entry in entries if is_for_resident(entry)]


def card_stands(unit_id: str, deliveries: Iterable[Delivery]) -> bool:
    """Whether the unit's group knows the tip, or cannot be told by a card: what follows may
    be posted. A line in a digest that is still being gathered counts: it will come."""
    return any(
        delivery.purpose is DeliveryPurpose.CARD
        and delivery.channel is Channel.ZALO_GROUP
        and delivery.unit_id == unit_id
        and (delivery.is_digest or delivery.state is DeliveryState.REFUSED or _has_begun(delivery))
        for delivery in deliveries
    )


def _joined_at(tip: Tip, unit_id: str, entries: Iterable[CaseEntry]) -> int | None:
    """Return the position of the entry that brought the unit in, None if it is not in."""
    if unit_id not in tip.case.joint_unit_ids:
        return None
    return max(
        (
            entry.position
            for entry in entries
            if entry.kind is EntryKind.JOINT_ACTION and entry.about == unit_id
        ),
        default=None,
    )


def _told(deliveries: Iterable[Delivery], entries: Sequence[CaseEntry]) -> set[str]:
    return {entry.entry_id for told in told_by(deliveries, entries).values() for entry in told}


def _has_begun(delivery: Delivery) -> bool:
    return any(message.state is SendState.SENT for message in delivery.messages)
