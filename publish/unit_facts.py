"""What a unit says about itself: `site/don-vi/<unit-id>/index.md`, empty where unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from publish.documents import Document, read_document
from publish.errors import PublishError

FOLDER = "don-vi"

_TELEPHONE = re.compile(r"\+?[0-9](?:[ .\-]?[0-9]){2,14}")
_TEXTS = ("address", "duty_phone", "email", "website", "hours", "reception_schedule")
_ANSWERS = ("car_registration", "motorbike_registration")


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
    checked_on: date | None = None
    body: str = ""

    @property
    def dial(self) -> str:
        """The duty phone as a tel: link takes it."""
        return re.sub(r"[^0-9+]", "", self.duty_phone or "")


_KEYS = {field.name for field in fields(UnitFacts)} - {"body"}


def read_unit_facts(root: Path, unit_id: str) -> UnitFacts:
    """Read one unit's file. Raises PublishError that names file and line."""
    document = read_document(root, root / "site" / FOLDER / unit_id / "index.md")
    problems = [*_problems(document)]
    if document.meta.get("unit_id") != unit_id:
        problems.append(document.problem("unit_id", f"unit_id must be {unit_id}, as the folder"))
    if problems:
        raise PublishError(problems)
    return UnitFacts(**document.meta, body=document.body.strip())


def _problems(document: Document) -> list[str]:
    meta: Mapping[str, object] = document.meta
    problems = [
        document.problem(str(key), f"unknown key {key}; use {', '.join(sorted(_KEYS))}")
        for key in meta.keys() - _KEYS
    ]
    problems += [
        document.problem(key, f"{key} must be text in quotes, or empty where it is not known")
        for key in _TEXTS
        if not isinstance(meta.get(key), str | None) or meta.get(key) == ""
    ]
    problems += [
        document.problem(key, f"{key} must be true, false, or empty where it is not known")
        for key in _ANSWERS
        if not isinstance(meta.get(key), bool | None)
    ]
    if not isinstance(meta.get("checked_on"), date | None):
        problems.append(document.problem("checked_on", "checked_on must be a date as 2026-07-01"))
    phone, website = meta.get("duty_phone"), meta.get("website")
    if isinstance(phone, str) and not _TELEPHONE.fullmatch(phone):
        problems.append(document.problem("duty_phone", "duty_phone must be one telephone number"))
    if isinstance(website, str) and not website.startswith(("https://", "http://")):
        problems.append(document.problem("website", "website must begin with https://"))
    return problems
