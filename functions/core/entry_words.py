"""What may be said of an entry of a case, in a group and to the resident (design D3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from functions.core import cards
from functions.core.masking import mask
from functions.core.models import CaseEntry, EntryKind, ForwardMode, Tip
from functions.core.ports import EntryValues
from functions.core.work import WorkServices

MOST_REPEATED = 200
"""So many signs of an officer's own words stand in the confirmation: it says what went out."""

BUNDLE = "resident_messages"
"""The kind of a post that tells several messages."""

_TO_RESIDENT = (EntryKind.ANSWER, EntryKind.QUESTION)
_ABOUT_UNITS = (EntryKind.TRANSFERRED, EntryKind.JOINT_ACTION)
_ABOUT_ENTRIES = (EntryKind.UNDELIVERED, EntryKind.DELIVERED)


def group_values(
    entry: CaseEntry,
    tip: Tip,
    mode: ForwardMode,
    entries: Sequence[CaseEntry],
    services: WorkServices,
) -> EntryValues:
    """Return what the group may hear of it: words masked, and none of a sealed tip."""
    is_sealed = not cards.shows_content(tip, mode)
    text = "" if is_sealed else mask(entry.text, tip.contact)
    has_number_alone = cards.has_number_alone(text)
    if has_number_alone:
        text = ""
    if entry.kind is not EntryKind.RESIDENT_MESSAGE and len(text) > MOST_REPEATED:
        text = f"{text[:MOST_REPEATED].rstrip()}…"
    return EntryValues(
        card_code=tip.card_code,
        kind=entry.kind,
        link=cards.case_link(tip, services.public_url),
        sealed=is_sealed,
        unit_name=services.units.get(entry.unit_id).name,
        actor_name=entry.actor_name,
        text=text,
        has_number_alone=has_number_alone,
        about=_about(entry, entries, services),
        status=entry.status or "",
        at=entry.at,
        photo_count=len(cards.photos_of(tip, entry.entry_id)),
        file_count=cards.file_count(tip, entry.entry_id),
    )


def bundle_values(
    messages: Sequence[CaseEntry], tip: Tip, mode: ForwardMode, services: WorkServices
) -> EntryValues:
    """Return what the group may hear of messages that are told together: how many there are,
    and where to read them."""
    last = group_values(messages[-1], tip, mode, messages, services)
    return replace(
        last,
        kind=BUNDLE,
        sealed=True,
        text="",
        has_number_alone=False,
        about="",
        photo_count=sum(len(cards.photos_of(tip, one.entry_id)) for one in messages),
        file_count=sum(cards.file_count(tip, one.entry_id) for one in messages),
        message_count=len(messages),
    )


def resident_values(entry: CaseEntry, tip: Tip, services: WorkServices) -> EntryValues:
    """Return what the resident may hear of it: the unit and never the officer's name, and an
    officer's words only where they were meant for the resident."""
    is_meant = entry.kind in _TO_RESIDENT and not tip.sealed
    is_transfer = entry.kind is EntryKind.TRANSFERRED
    return EntryValues(
        card_code=tip.card_code,
        kind=entry.kind,
        # Who reported by chat has no receipt code: there is no page to send them to.
        link="",
        sealed=tip.sealed,
        unit_name=services.units.get(entry.unit_id).name,
        text=entry.text if is_meant else "",
        about=services.units.get(entry.about).name if is_transfer else "",
        status=entry.status or "",
        at=entry.at,
    )


def _about(entry: CaseEntry, entries: Sequence[CaseEntry], services: WorkServices) -> str:
    """Return what to show for the id that the entry is about."""
    if entry.kind in _ABOUT_UNITS:
        return services.units.get(entry.about).name
    if entry.kind is EntryKind.HANDED_OVER:
        officer = services.officers.officer(entry.unit_id, entry.about)
        return officer.name if officer else ""
    if entry.kind in _ABOUT_ENTRIES:
        kinds = {one.entry_id: one.kind for one in entries}
        return kinds[entry.about]
    return entry.about
