"""Giving a tip to a unit that an officer names in words."""

from __future__ import annotations

import re

from functions.core.casework import Act, CaseworkServices, transfer
from functions.core.unit_names import units_named
from functions.core.viet_nam import day_of

MOST_CHOICES = 5
_LONGEST_NAME = 100
_REASON = re.compile(r"[:;\n]")


def transfer_by_name(
    act: Act, typed: str, services: CaseworkServices
) -> tuple[str, dict[str, str]] | None:
    """Transfer to the one unit of that name; a reason may follow after a colon or a new line.

    Returns the note that says why not: "unit_needed", "unit_unknown", "unit_ambiguous"; None
    where it was done. Raises as `transfer`.
    """
    name, *reason = (part.strip(" \t\n,.") for part in _REASON.split(typed, maxsplit=1))
    if not name:
        return "unit_needed", {"card_code": act.card_code}
    today = day_of(services.acts.clock.now())
    found = units_named(name, services.units, today)
    if not found:
        return "unit_unknown", {"name": name[:_LONGEST_NAME]}
    if len(found) > 1:
        choices = "; ".join(unit.name for unit in found[:MOST_CHOICES])
        return "unit_ambiguous", {"card_code": act.card_code, "choices": choices}
    transfer(act, found[0].unit_id, "".join(reason), services)
    return None
