"""What is installed beside the code: data, templates, and the published site."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from functions.core.errors import StoreUnavailableError
from functions.core.units import UnitRegister, parse_units

if TYPE_CHECKING:
    from functions.core.deadlines import Clocks
    from functions.core.releases import ReleaseFolder

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATES = PROJECT / "templates"
BUILD = PROJECT / "build"
"""Where sites are built, unless BINHYEN_BUILD_DIR names another folder."""


def load_units() -> UnitRegister:
    """Return the register of all units. Raises UnitDataError."""
    return parse_units((PROJECT / "data" / "units.csv").read_text(encoding="utf-8"))


def load_clocks() -> Clocks:
    """Return how long each step of a case may take."""
    from functions.core.deadlines import Clocks

    set_times = tomllib.loads((PROJECT / "data" / "clocks.toml").read_text(encoding="utf-8"))
    return Clocks(
        classify=timedelta(hours=set_times["classify_hours"]),
        decide=timedelta(days=set_times["decide_days"]),
        decide_extended_months=set_times["decide_extended_months"],
        soon=timedelta(hours=set_times["soon_hours"]),
    )


def duty_phones(release: Callable[[], ReleaseFolder]) -> Callable[[str], str | None]:
    """Return a look-up of units' duty phones as the last published site has them."""

    def duty_phone(unit_id: str) -> str | None:
        try:
            facts = json.loads((release() / "facts.json").read_text("utf-8"))
        except (OSError, ValueError, StoreUnavailableError):
            # Not built yet, just being switched, or out of reach: the caller falls back to 113.
            return None
        phone = facts["units"].get(unit_id, {}).get("duty_phone")
        return str(phone) if phone else None

    return duty_phone
