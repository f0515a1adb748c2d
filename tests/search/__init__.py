"""What residents type and what answers it, read from the files of queries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
MEASURED = HERE / "queries.yml"
TUNED_ON = HERE / "queries_tuning.yml"


@dataclass(frozen=True)
class Query:
    """One thing typed. Without a page or a unit, nothing may be found."""

    q: str
    kind: str
    page: str | None = None
    also: tuple[str, ...] = ()
    unit: str | None = None
    units: tuple[str, ...] = ()

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages that may come first; the one meant stands first."""
        return (self.page, *self.also) if self.page else ()

    @property
    def live_units(self) -> tuple[str, ...]:
        """The units that may come first."""
        return (self.unit,) if self.unit else self.units

    @property
    def finds_nothing(self) -> bool:
        """Whether an empty list is the only right answer."""
        return not self.pages and not self.live_units


def load_queries(path: Path) -> tuple[Query, ...]:
    """Read one file of queries, in its order; a field it does not know is an error."""
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    many = ("also", "units")
    return tuple(
        Query(**entry | {field: tuple(entry[field]) for field in many if field in entry})
        for entry in entries
    )
