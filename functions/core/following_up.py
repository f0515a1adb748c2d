"""What a resident does with a tip that is in: writes more, takes contact details back, asks
for deletion. By the receipt page and by the chat alike."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

from functions.core.acts import Actor, ActServices, Decision, Recorded, record
from functions.core.errors import ActRefusedError
from functions.core.models import (
    Attachment,
    Contact,
    EntryKind,
    Location,
    Tip,
    TipStatus,
    Via,
)

MOST_ATTACHMENTS = 50
"""Of one tip, all messages together."""

MOST_MESSAGES_A_DAY = 500
"""Of one tip: more than anybody writes who has something to say."""

LOCATION = "location"
"""What the entry of a message is about that brought a position."""

_DAY = timedelta(days=1)


def add_message(
    tip_id: str,
    entry_id: str,
    text: str,
    attachments: tuple[Attachment, ...],
    via: Via,
    services: ActServices,
    location: Location | None = None,
) -> Recorded:
    """Add what the resident wrote; a question that waited counts as answered.

    The attachments' positions and entry are set here; their blobs must be durable. A position
    sent later is kept in the case, and the entry says so. Refused: "erased",
    "too_many_messages", "too_many_attachments".
    """

    def decide(tip: Tip) -> Decision:
        if tip.status is TipStatus.ERASED:
            raise ActRefusedError("erased")
        if _is_full_for_today(tip, services):
            raise ActRefusedError("too_many_messages")
        if attachments and len(tip.attachments) + len(attachments) > MOST_ATTACHMENTS:
            raise ActRefusedError("too_many_attachments")
        first = len(tip.attachments) + 1
        added = tuple(
            replace(one, position=position, entry_id=entry_id)
            for position, one in enumerate(attachments, start=first)
        )
        status = TipStatus.IN_PROGRESS if tip.status is TipStatus.NEED_INFO else tip.status
        sent = ((entry_id, location),) if location else ()
        after = replace(
            tip,
            status=status,
            attachments=(*tip.attachments, *added),
            case=replace(
                tip.case, is_waiting=True, sent_locations=(*tip.case.sent_locations, *sent)
            ),
        )
        about = LOCATION if location else ""
        return Decision(after, EntryKind.RESIDENT_MESSAGE, text, about)

    return record(lambda: services.tips.get(tip_id), entry_id, Actor(via), decide, services)


def _is_full_for_today(tip: Tip, services: ActServices) -> bool:
    if tip.revision < MOST_MESSAGES_A_DAY:
        return False
    now = services.clock.now()
    messages = (
        entry
        for entry in services.cases.entries(tip.tip_id)
        if entry.kind is EntryKind.RESIDENT_MESSAGE
    )
    return sum(now - _DAY < one.at <= now for one in messages) >= MOST_MESSAGES_A_DAY


def withdraw_contact(tip_id: str, via: Via, services: ActServices) -> Recorded:
    """Take name, phone and chat out of the tip for good. Refused: "nothing_to_withdraw"."""

    def decide(tip: Tip) -> Decision:
        if not tip.contact and tip.chat is None:
            raise ActRefusedError("nothing_to_withdraw")
        after = replace(tip, contact=Contact(), chat=None)
        return Decision(after, EntryKind.CONTACT_WITHDRAWN)

    return record(lambda: services.tips.get(tip_id), uuid.uuid4().hex, Actor(via), decide, services)


def ask_for_deletion(tip_id: str, via: Via, services: ActServices) -> Recorded:
    """Put the wish before the officers, once; the law decides what must be kept."""

    def decide(tip: Tip) -> Decision:
        if tip.status is TipStatus.ERASED:
            raise ActRefusedError("erased")
        after = replace(tip, case=replace(tip.case, is_waiting=True))
        return Decision(after, EntryKind.DELETION_ASKED)

    return record(lambda: services.tips.get(tip_id), "deletion-asked", Actor(via), decide, services)
