"""The officers' inbox: what waits for whom, and what runs out of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from functions.core.cases import CaseServices
from functions.core.deadlines import is_due_soon
from functions.core.models import Officer, TipSummary

MOST_OPEN = 500
"""More open tips than any unit can have in hand: the rest is among all its tips."""


class Tab(StrEnum):
    NEW = "new"
    """Nobody has taken it, or the last word is the resident's."""
    MINE = "mine"
    SOON = "soon"
    LATE = "late"
    JOINT = "joint"
    """Another unit has it and this one works on it too."""


@dataclass(frozen=True)
class Inbox:
    """What is open, under every heading that it belongs to."""

    tabs: Mapping[Tab, tuple[TipSummary, ...]]
    names: Mapping[str, str] = field(repr=False)
    """The unit's officers by user id."""
    is_cut: bool
    """There were more than MOST_OPEN: only those due first are here."""


def open_inbox(officer: Officer, services: CaseServices) -> Inbox:
    """Return what is open in the officer's unit; the new by urgency, all else by due time."""
    now = services.clock.now()
    names = {
        one.user_id: one.name or one.user_id for one in services.officers.officers(officer.unit_id)
    }
    found = services.cases.open_for_unit(officer.unit_id, MOST_OPEN + 1)
    rows = found[:MOST_OPEN]
    own = [row for row in rows if row.unit_id == officer.unit_id]
    tabs = {
        Tab.NEW: _new(rows, officer, names),
        Tab.MINE: [row for row in own if row.assignee_id == officer.user_id],
        Tab.SOON: [row for row in own if is_due_soon(row.due_at, row.status, now, services.clocks)],
        Tab.LATE: [row for row in own if is_late(row, now)],
        Tab.JOINT: [row for row in rows if row.unit_id != officer.unit_id],
    }
    return Inbox(
        {tab: tuple(listed) for tab, listed in tabs.items()}, names, len(found) > MOST_OPEN
    )


def _new(rows: list[TipSummary], officer: Officer, names: Mapping[str, str]) -> list[TipSummary]:
    """Return what waits for somebody: who has left the unit holds nothing any more."""
    waiting = [
        row
        for row in rows
        if row.is_waiting or (row.unit_id == officer.unit_id and row.assignee_id not in names)
    ]
    return sorted(waiting, key=lambda row: (row.urgency.rank, row.due_at or row.received_at))


def is_late(row: TipSummary, now: datetime) -> bool:
    """Whether the legal clock of an open tip has run out."""
    return row.due_at is not None and row.due_at <= now
