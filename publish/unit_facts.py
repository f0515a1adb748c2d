"""What a unit says about itself: `site/don-vi/<unit-id>/index.md`, empty where unknown."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from publish.documents import Document, read_document
from publish.errors import Problem, PublishError
from publish.inputs import UNIT_FOLDER as FOLDER
from publish.unit_fact_checks import fact_problems

__all__ = ["FOLDER", "UnitFacts", "read_unit_facts", "unit_file"]


@dataclass(frozen=True)
class UnitChannel:
    """Another place where the unit truly is: its verified Facebook page, a Zalo group."""

    kind: str
    name: str
    url: str
    checked_on: date


@dataclass(frozen=True)
class Area:
    """A part of the unit (khu vực, tổ dân phố, thôn, buôn) and who is in charge of it."""

    kind: str
    name: str
    officer: str | None = None
    phone: str | None = None

    @property
    def dial(self) -> str:
        """The phone as a tel: link takes it."""
        return dialled(self.phone)


@dataclass(frozen=True)
class LocalRule:
    """What is different for one procedure at this unit."""

    note: str | None = None
    handled_here: str | None = None
    place: str | None = None
    hours: str | None = None
    phone: str | None = None
    paused_until: date | None = None
    """The last day on which the unit does not take this procedure in."""
    based_on: str | None = None
    """The blob of the shared text that the unit has seen; shown to editors only."""

    @property
    def dial(self) -> str:
        """The phone as a tel: link takes it."""
        return dialled(self.phone)

    def is_paused(self, on: date) -> bool:
        return self.paused_until is not None and on <= self.paused_until

    def is_shown(self, on: date) -> bool:
        """Tell whether there is anything for residents to read."""
        said = (self.note, self.handled_here, self.place, self.hours, self.phone)
        return any(said) or self.is_paused(on)


@dataclass(frozen=True)
class UnitFacts:
    """How a unit is reached; None is what nobody has confirmed yet."""

    unit_id: str
    address: str | None = None
    duty_phone: str | None = None
    email: str | None = None
    website: str | None = None
    hours: str | None = None
    reception_schedule: str | None = None
    car_registration: bool | None = None
    motorbike_registration: bool | None = None
    gplx_receiving: bool | None = None
    id_card_point: bool | None = None
    residence_notice_channels: tuple[str, ...] = ()
    channels: tuple[UnitChannel, ...] = ()
    areas: tuple[Area, ...] = ()
    procedures: Mapping[str, LocalRule] = field(default_factory=dict)
    checked_on: date | None = None
    body: str = ""
    source: Document | None = None
    """The file itself, for messages; None where a former unit never had one."""

    @property
    def dial(self) -> str:
        """The duty phone as a tel: link takes it."""
        return dialled(self.duty_phone)


_KEYS = {item.name for item in fields(UnitFacts)} - {"body", "source"}


def dialled(phone: str | None) -> str:
    """Return a telephone number as a tel: link takes it."""
    return re.sub(r"[^0-9+]", "", phone or "")


def unit_file(root: Path, unit_id: str) -> Path:
    """Return where a unit's file lies."""
    return root / "site" / FOLDER / unit_id / "index.md"


def read_unit_facts(root: Path, unit_id: str, procedures: Collection[str] = ()) -> UnitFacts:
    """Read one unit's file. Raises PublishError that names file and line.

    `procedures` are the slugs the unit may say something about.
    """
    document = read_document(root, unit_file(root, unit_id))
    problems = unit_problems(document, unit_id, procedures)
    if problems:
        raise PublishError(problems)
    return UnitFacts(**_values(document.meta), body=document.body.strip(), source=document)


def unit_problems(document: Document, unit_id: str, procedures: Collection[str]) -> list[Problem]:
    """Return everything that is wrong with what a unit says about itself."""
    problems = fact_problems(document, _KEYS, procedures)
    if document.meta.get("unit_id") != unit_id:
        text = f"unit_id must be {unit_id}, as the folder"
        problems.append(document.problem("unit_id", text, "wrong-unit"))
    return problems


def _values(meta: Mapping[str, Any]) -> dict[str, Any]:
    rows = {
        "channels": tuple(UnitChannel(**row) for row in meta.get("channels") or ()),
        "areas": tuple(Area(**row) for row in meta.get("areas") or ()),
        "residence_notice_channels": tuple(meta.get("residence_notice_channels") or ()),
        "procedures": {
            slug: LocalRule(**rule) for slug, rule in (meta.get("procedures") or {}).items()
        },
    }
    return {**meta, **rows}
