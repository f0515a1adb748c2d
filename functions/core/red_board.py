"""The red board of the province: which units cannot be reached, and which are late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from functions.core.cases import CaseServices
from functions.core.errors import NotFoundError
from functions.core.inbox import is_late
from functions.core.models import Officer, OpenAlarm
from functions.core.units import PROVINCE_KIND

MOST_LATE = 20
"""So many of a unit's tips are looked at: enough to see how badly it is behind."""


@dataclass(frozen=True)
class LateUnit:
    unit_id: str
    count: int
    oldest_due_at: datetime

    @property
    def has_more(self) -> bool:
        return self.count == MOST_LATE


@dataclass(frozen=True)
class RedBoard:
    alarms: tuple[OpenAlarm, ...]
    """Oldest first; one without a unit concerns the whole province."""
    late: tuple[LateUnit, ...]
    """Who has waited longest first."""


def is_of_province(officer: Officer, services: CaseServices) -> bool:
    """Whether the officer looks after all units."""
    return services.units.get(officer.unit_id).kind is PROVINCE_KIND


def open_board(officer: Officer, services: CaseServices) -> RedBoard:
    """Return what the province must see to. Raises NotFoundError for everybody else."""
    if not is_of_province(officer, services):
        raise NotFoundError("board")
    now = services.clock.now()
    live = [unit.unit_id for unit in services.units.live(now.date())]
    late = [found for unit_id in live if (found := _late(unit_id, now, services)) is not None]
    return RedBoard(
        tuple(services.alerts.open_alarms()),
        tuple(sorted(late, key=lambda one: one.oldest_due_at)),
    )


def alarms_of(officer: Officer, services: CaseServices) -> list[OpenAlarm]:
    """Return the open alarms of the officer's own unit, oldest first."""
    return [one for one in services.alerts.open_alarms() if one.unit_id == officer.unit_id]


def _late(unit_id: str, now: datetime, services: CaseServices) -> LateUnit | None:
    due = [
        row.due_at
        for row in services.cases.open_for_unit(unit_id, MOST_LATE)
        if row.unit_id == unit_id and row.due_at is not None and is_late(row, now)
    ]
    return LateUnit(unit_id, len(due), min(due)) if due else None
