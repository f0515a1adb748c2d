"""What must hold between the rows of the unit register, whatever each row says by itself."""

from __future__ import annotations

from datetime import date
from itertools import combinations

from functions.core.unit import COMMUNE_KINDS, PROVINCE_KIND, Unit, UnitKind
from functions.core.unit_rows import Rows

_CODED_KINDS = COMMUNE_KINDS | {UnitKind.HUYEN, PROVINCE_KIND}


def check_register(rows: Rows) -> None:
    """Report every link between rows that leads nowhere, round in a circle, or back in time."""
    units = {unit.unit_id: unit for _, unit in rows.units}
    lines = {unit.unit_id: line for line, unit in rows.units}
    for line, unit in rows.units:
        _check_links(rows, line, unit, units)
    for unit_id in _in_circles({unit.unit_id: unit.successors for unit in units.values()}):
        rows.report(
            lines[unit_id],
            f"{unit_id}: its successors lead back to itself; empty valid_to and successors of "
            "the unit that lives on",
        )
    _check_provinces(rows, units, lines)
    _check_codes(rows)


def _check_links(rows: Rows, line: int, unit: Unit, units: dict[str, Unit]) -> None:
    for successor in unit.successors:
        if successor not in rows.ids:
            rows.report(
                line,
                f"{unit.unit_id}: successor {successor!r} is no unit; correct it or add its row",
            )
        elif successor in units and successor != unit.unit_id:
            _check_order(rows, line, unit, units[successor])
    if unit.parent and unit.parent not in rows.ids:
        rows.report(
            line, f"{unit.unit_id}: parent {unit.parent!r} is no unit; correct it or add its row"
        )


def _check_order(rows: Rows, line: int, unit: Unit, successor: Unit) -> None:
    if unit.valid_to and successor.valid_to and successor.valid_to <= unit.valid_to:
        rows.report(
            line,
            f"{unit.unit_id}: successor {successor.unit_id} had ended by "
            f"{successor.valid_to.isoformat()}; name the unit that lived on, or correct valid_to",
        )


def _in_circles(links: dict[str, tuple[str, ...]]) -> list[str]:
    """Return the nodes that can be reached from themselves."""
    return [node for node, targets in links.items() if _leads_to(node, targets, links)]


def _leads_to(node: str, targets: tuple[str, ...], links: dict[str, tuple[str, ...]]) -> bool:
    visited: set[str] = set()
    waiting = list(targets)
    while waiting:
        here = waiting.pop()
        if here == node:
            return True
        if here not in visited:
            visited.add(here)
            waiting.extend(links.get(here, ()))
    return False


def _check_provinces(rows: Rows, units: dict[str, Unit], lines: dict[str, int]) -> None:
    """Report units from which no way leads up to a province, unless a parent is unknown."""
    for unit in units.values():
        seen: set[str] = set()
        here: Unit | None = unit
        while here is not None and here.kind is not PROVINCE_KIND and here.unit_id not in seen:
            seen.add(here.unit_id)
            if here.parent and here.parent not in units:
                break  # told with the parent's own line
            here = units.get(here.parent)
        else:
            if here is None or here.kind is not PROVINCE_KIND:
                rows.report(
                    lines[unit.unit_id],
                    f"{unit.unit_id}: no province above it; name the province or a unit of it "
                    "as parent",
                )


def _check_codes(rows: Rows) -> None:
    """Report two units of one level that bear the same code on the same day."""
    bearers: dict[str, list[tuple[int, Unit]]] = {}
    for line, unit in rows.units:
        if unit.code and unit.kind in _CODED_KINDS:
            bearers.setdefault(unit.code, []).append((line, unit))
    for code, numbered in bearers.items():
        for (_, first), (line, second) in combinations(numbered, 2):
            if _overlap(first, second):
                rows.report(
                    line,
                    f"{second.unit_id}: code {code} is borne by {first.unit_id} at the same time; "
                    "correct the code or the dates",
                )


def _overlap(first: Unit, second: Unit) -> bool:
    return _begins_before_end(first, second) and _begins_before_end(second, first)


def _begins_before_end(first: Unit, second: Unit) -> bool:
    return (first.valid_from or date.min) < (second.valid_to or date.max)
