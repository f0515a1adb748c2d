"""Finding a unit by what an officer calls it."""

from __future__ import annotations

from datetime import date

from functions.core.units import Unit, UnitRegister
from functions.core.vietnamese import slug_of

_POLICE = "cong-an-"


def units_named(typed: str, register: UnitRegister, on: date) -> list[Unit]:
    """Return the units of that day that bear the typed name, with or without tone marks.

    A whole name counts before a short one ("Phường Tân An" before "Tân An"), and nothing is
    guessed: who types a part of a name, or a name that several bear, has to say which.
    """
    wanted = slug_of(typed).removeprefix(_POLICE)
    if not wanted:
        return []
    live = register.live(on)
    whole = [unit for unit in live if wanted in (unit.unit_id, unit.plain_slug)]
    return whole or [unit for unit in live if slug_of(unit.short_name) == wanted]
