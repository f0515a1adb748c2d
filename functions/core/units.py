"""Every unit there is or was: who exists on a day, and who takes over an old name.

The register is data (`data/units.csv`); mergers are rows with an end and successors, never code.
Nothing here opens a file or asks for the time: text and day come from the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from functions.core.errors import BinhyenError, NotFoundError
from functions.core.unit import COMMUNE_KINDS, PROVINCE_KIND, Unit, UnitKind
from functions.core.unit_checks import check_register
from functions.core.unit_rows import read_rows

__all__ = [
    "COMMUNE_KINDS",
    "PROVINCE_KIND",
    "Unit",
    "UnitDataError",
    "UnitKind",
    "UnitRegister",
    "parse_units",
]


class UnitDataError(BinhyenError):
    """The register cannot be used; `problems` names every line and what to do about it."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def parse_units(csv_text: str, source: str = "data/units.csv") -> UnitRegister:
    """Read the register from CSV text, whole or not at all.

    `UnitDataError` lists every problem as "file:line: unit: what is wrong; what to do".
    """
    rows = read_rows(csv_text)
    check_register(rows)
    if rows.problems:
        raise UnitDataError(
            tuple(f"{source}:{line}: {text}" for line, text in sorted(rows.problems))
        )
    return UnitRegister(unit for _, unit in rows.units)


class UnitRegister:
    """All units ever; `parse_units` makes one that holds together."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._units = tuple(units)
        self._by_id = {unit.unit_id: unit for unit in self._units}
        self._direct_predecessors: dict[str, list[Unit]] = {}
        self._by_plain_slug: dict[str, list[Unit]] = {}
        for unit in self._units:
            self._by_plain_slug.setdefault(unit.plain_slug, []).append(unit)
            for successor in unit.successors:
                self._direct_predecessors.setdefault(successor, []).append(unit)

    def all(self) -> tuple[Unit, ...]:
        """Return every unit, live and former, in the order of the register."""
        return self._units

    def get(self, unit_id: str) -> Unit:
        """Return one unit, live or former; `NotFoundError` if there never was one."""
        try:
            return self._by_id[unit_id]
        except KeyError:
            raise NotFoundError(f"no unit {unit_id}") from None

    def live(self, on: date) -> list[Unit]:
        """Return all units that exist, and so receive tips, on that day in alphabetical order.

        The province and other bodies are among them; `communes` leaves them out.
        """
        return _in_order(unit for unit in self._units if unit.is_live(on))

    def communes(self, on: date) -> list[Unit]:
        """Return the wards, communes and towns that exist on that day in alphabetical order."""
        return [unit for unit in self.live(on) if unit.kind in COMMUNE_KINDS]

    def with_pages(self, on: date) -> list[Unit]:
        """Return the units that the portal has pages for on that day, in alphabetical order:
        communes and provinces. A team or a committee is only written to, or given tips."""
        kinds = COMMUNE_KINDS | {PROVINCE_KIND}
        return [unit for unit in self.live(on) if unit.kind in kinds]

    def is_live(self, unit_id: str, on: date) -> bool:
        """Tell whether this unit exists on that day; `NotFoundError` if it is unknown."""
        return self.get(unit_id).is_live(on)

    def receivers(self, unit_id: str, on: date) -> tuple[Unit, ...]:
        """Return who serves this unit's people on that day, in alphabetical order.

        A live unit serves them itself; a former one's live successors do, over any number of
        mergers. There is always at least one: `NotFoundError` says that the unit is unknown, or
        that neither it nor any successor exists on that day.
        """
        serving = self._serving((self.get(unit_id),), on)
        if not serving:
            raise NotFoundError(f"nobody serves unit {unit_id} on {on.isoformat()}")
        return serving

    def former_units_of(self, unit_id: str) -> tuple[Unit, ...]:
        """Return all units that ended in this one, directly or over later mergers."""
        found: dict[str, Unit] = {}
        waiting = [self.get(unit_id)]
        while waiting:
            for former in self._direct_predecessors.get(waiting.pop().unit_id, ()):
                if former.unit_id not in found:
                    found[former.unit_id] = former
                    waiting.append(former)
        return tuple(_in_order(found.values()))

    def old_addresses(self, on: date) -> dict[str, tuple[str, ...]]:
        """Return every address that is a former unit's on that day, with the live units behind it.

        An address is a former unit's id, or its name alone where no live unit has that address.
        Several live units mean a choice: the old unit was split, or several bore the name.
        """
        bearers: dict[str, list[Unit]] = {}
        for unit in self._units:
            if unit.has_ended(on):
                for address in {unit.unit_id, unit.plain_slug}:
                    bearers.setdefault(address, []).append(unit)
        addresses = {
            address: tuple(unit.unit_id for unit in self._serving(units, on))
            for address, units in sorted(bearers.items())
            if not self._is_live_address(address, on)
        }
        return {address: serving for address, serving in addresses.items() if serving}

    def former_namesakes(self, unit_id: str, on: date) -> tuple[Unit, ...]:
        """Return the former units whose name is this live unit's address but who went elsewhere.

        Its page offers them ("Tìm … cũ?"). A namesake that merged into this very unit needs no
        such line: whoever looks for it has arrived.
        """
        unit = self.get(unit_id)
        return tuple(
            _in_order(
                former
                for former in self._by_plain_slug.get(unit_id, ())
                if former.has_ended(on) and self._serving((former,), on) not in {(unit,), ()}
            )
        )

    def province_of(self, unit_id: str) -> Unit:
        """Return the province a unit belongs to; a province belongs to itself."""
        unit = self.get(unit_id)
        while unit.kind is not PROVINCE_KIND:
            unit = self.get(unit.parent)
        return unit

    def _is_live_address(self, address: str, on: date) -> bool:
        unit = self._by_id.get(address)
        return unit is not None and unit.is_live(on)

    def _serving(self, units: Iterable[Unit], on: date) -> tuple[Unit, ...]:
        """Follow successors to the units that exist on that day; none where none does yet."""
        found: set[Unit] = set()
        visited: set[Unit] = set()
        waiting = list(units)
        while waiting:
            unit = waiting.pop()
            if unit in visited:
                continue
            visited.add(unit)
            if unit.is_live(on):
                found.add(unit)
            elif unit.has_ended(on):
                waiting.extend(self.get(successor) for successor in unit.successors)
        return tuple(_in_order(found))


def _in_order(units: Iterable[Unit]) -> list[Unit]:
    return sorted(units, key=lambda unit: unit.sort_key)
