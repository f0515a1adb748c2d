"""Handling a stored event: what it means for tips and officers.

What the OA itself wrote is never a command, whatever it says (reference, W7).
"""

from __future__ import annotations

from functions.core import tokens
from functions.core.commands import codes_in
from functions.core.conversations import forget_chat, hear_resident
from functions.core.duty import hear_group, hear_officer
from functions.core.errors import NotFoundError
from functions.core.events import (
    GroupClosed,
    MembersLeft,
    OwnEcho,
    PermissionRevoked,
    ResidentMessage,
    ResidentWithdrew,
    StaffMessage,
    StoredEvent,
)
from functions.core.models import Claim
from functions.core.work import Done, Outcome, WorkServices

GROUP_GONE = "group-gone"


def handle_event(claim: Claim, services: WorkServices) -> Outcome:
    """Do what the event asks for, once; then wipe what it said."""
    event = services.events.get(claim.job.subject_id)
    if not event.body:
        return Done()
    outcome = _act_on(event, claim, services)
    if isinstance(outcome, Done):
        services.events.finish(event.event_id)
    return outcome


def _act_on(stored: StoredEvent, claim: Claim, services: WorkServices) -> Outcome:
    match services.reader.read(stored.body):
        case ResidentMessage() as message:
            return _hear(stored, message, claim, services)
        case StaffMessage() as message:
            return hear_group(stored, message, claim, services)
        case OwnEcho() as echo:
            _learn_from(stored, echo, services)
        case ResidentWithdrew() as withdrawal:
            forget_chat(stored, withdrawal, services)
        case MembersLeft() as parting:
            _dismiss(stored, parting, services)
        case GroupClosed() as closing:
            if _is_own_group(stored.unit_id, closing.group_id, services):
                services.alerts.alarm(GROUP_GONE, stored.unit_id)
        case PermissionRevoked() as revocation:
            tokens.accept_revocation(
                stored.unit_id, revocation.sent_at, services.tokens, services.alerts
            )
    # Anything else means nothing to us, and was dropped before it came here.
    return Done()


def _hear(
    stored: StoredEvent, message: ResidentMessage, claim: Claim, services: WorkServices
) -> Outcome:
    officer = services.officers.officer(stored.unit_id, message.user_id)
    if officer is not None:
        return hear_officer(stored, message, officer, claim, services)
    return hear_resident(stored, message, claim, services)


def _learn_from(stored: StoredEvent, echo: OwnEcho, services: WorkServices) -> None:
    """Note the id under which Zalo speaks of a message of ours, if it is not the one that the
    send returned (reference, 5.7)."""
    found = codes_in(echo.text)
    if len(found) != 1 or services.deliveries.is_known_message(echo.recipient, echo.message_id):
        return
    try:
        tip = services.tips.by_card_code(stored.unit_id, found[0])
    except NotFoundError:
        # A person wrote it in the OA's manager, or the tip has been transferred since.
        return
    services.deliveries.learn_message_id(echo.recipient, echo.message_id, tip.tip_id)


def _dismiss(stored: StoredEvent, parting: MembersLeft, services: WorkServices) -> None:
    """Who leaves the unit's group is no officer of it any more."""
    if not _is_own_group(stored.unit_id, parting.group_id, services):
        return
    for user_id in parting.user_ids:
        services.officers.dismiss(stored.unit_id, user_id, parting.sent_at)


def _is_own_group(unit_id: str, group_id: str, services: WorkServices) -> bool:
    channel = services.channels.channel(unit_id)
    return channel is not None and channel.group_id == group_id
