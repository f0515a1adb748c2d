"""Once a month a unit's editors hear by their OA which pages are due to be looked at again.

The unit's group takes a message at any time; an officer's own chat only for a while after the
officer wrote (reference, 7). So the group gets it, and without a group every officer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from functions.core.models import Channel
from functions.core.models.content import ReviewItem
from functions.core.notes import Addressee, is_planned, note_id, plan_note
from functions.core.viet_nam import VIET_NAM
from functions.core.work import WorkServices

MOST_NAMED = 8
"""So many pages fit into one message with the rest of it."""

_FIRST_HOUR, _LAST_HOUR = 8, 17
"""Nobody is woken by a list of pages."""


def remind(due: Mapping[str, Sequence[ReviewItem]], editor_url: str, services: WorkServices) -> int:
    """Tell each unit with pages that are due, once in a calendar month; return how many were told.

    `due` is by unit id; what all units share stands under the province's. It may be called as
    often as one likes, in office hours it takes effect. Raises StoreUnavailableError.
    """
    now = services.clock.now().astimezone(VIET_NAM)
    if not _FIRST_HOUR <= now.hour < _LAST_HOUR:
        return 0
    told = 0
    for unit_id, items in due.items():
        if not items:
            continue
        for to in _editors(unit_id, services):
            occasion = note_id("review", unit_id, to.recipient, f"{now:%Y-%m}")
            if not is_planned(occasion, services):
                values = _values(unit_id, items, now.date(), editor_url, services)
                plan_note(occasion, to, "review_due", values, services)
                told += 1
    return told


def _editors(unit_id: str, services: WorkServices) -> list[Addressee]:
    channel = services.channels.channel(unit_id)
    if channel is None:
        return []
    if channel.group_id:
        return [Addressee(unit_id, Channel.ZALO_GROUP, channel.group_id)]
    return [
        Addressee(unit_id, Channel.ZALO_USER, officer.user_id)
        for officer in services.officers.officers(unit_id)
    ]


def _values(
    unit_id: str,
    items: Sequence[ReviewItem],
    today: date,
    editor_url: str,
    services: WorkServices,
) -> dict[str, str]:
    named = [f"- {item.title}{_day(item)}" for item in items[:MOST_NAMED]]
    return {
        "unit_name": services.units.get(unit_id).name,
        "month": f"{today:%m/%Y}",
        "count": str(len(items)),
        "pages": "\n".join(named),
        "more": str(max(0, len(items) - MOST_NAMED)),
        "link": f"{editor_url}/sua-nhanh/ra-soat/",
    }


def _day(item: ReviewItem) -> str:
    return f" ({date.fromisoformat(item.due_on):%d/%m/%Y})" if item.due_on else ""
