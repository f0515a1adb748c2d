"""What may stand in the front matter of each kind of page: keys in their usual order, and shapes.

Decap's widgets (templates/editor/fields.yml) and the checks know the same keys; a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from functions.core.editing.pages import OWN_FOLDERS, SHARED_FOLDERS, TOP_PAGES, UNIT_FOLDER
from functions.core.models.content import PageKind


class Leaf(Enum):
    """What one value is, and so how it is written."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    ANSWER = "answer"
    """Yes or no; empty says nobody knows."""
    MARK = "mark"
    """Stands there and is true, or does not stand there."""


@dataclass(frozen=True)
class Texts:
    """A list of texts."""

    in_a_row: bool = False
    """Written as [a, b], where the parts are short."""


@dataclass(frozen=True)
class Keys:
    """A part with keys of its own, in their order."""

    keys: Mapping[str, Shape]


@dataclass(frozen=True)
class Rows:
    """A list of parts that have the same keys."""

    keys: Keys


@dataclass(frozen=True)
class Named:
    """Parts by a name; Decap edits them as rows in which `name` is one key more."""

    name: str
    keys: Keys


Shape = Leaf | Texts | Keys | Rows | Named

TEXT, DAY, NUMBER, ANSWER, MARK = Leaf.TEXT, Leaf.DAY, Leaf.NUMBER, Leaf.ANSWER, Leaf.MARK
_LINES, _ROW = Texts(), Texts(in_a_row=True)


def _rows(**keys: Shape) -> Rows:
    return Rows(Keys(keys))


_SOURCES = _rows(title=TEXT, url=TEXT)
_REVIEWED: Mapping[str, Shape] = {
    "sources": _SOURCES,
    "facts_checked_on": DAY,
    "checked_by_role": TEXT,
    "next_review_on": DAY,
    "confidence": TEXT,
}

_PROCEDURE = Keys({
    "id": TEXT,
    "title": TEXT,
    "short_title": TEXT,
    "also_called": _ROW,
    "description": TEXT,
    "template": TEXT,
    "code_dvc": TEXT,
    "administrative_procedure": ANSWER,
    "field": TEXT,
    "level": TEXT,
    "handled_here": TEXT,
    "never_paused": ANSWER,
    "contact": TEXT,
    "hotlines": _ROW,
    "unit_shows": _ROW,
    "short_answer": Keys({"bring": TEXT, "cost": TEXT, "time": TEXT, "come": TEXT}),
    "authority": TEXT,
    "who_can_apply": TEXT,
    "conditions": _LINES,
    "channels": _rows(channel=TEXT, note=TEXT, check=MARK),
    "documents": _rows(name=TEXT, form=TEXT, note=TEXT, skip_if_in_db=MARK, check=MARK),
    "dossier_sets": NUMBER,
    "forms": _rows(code=TEXT, issued_by=TEXT, check=MARK, valid_from=DAY),
    "time_limit": _rows(case=TEXT, value=NUMBER, unit=TEXT, note=TEXT, check=MARK),
    "fees": _rows(
        case=TEXT,
        channel=TEXT,
        amount_vnd=NUMBER,
        amount_min_vnd=NUMBER,
        amount_max_vnd=NUMBER,
        note=TEXT,
        check=MARK,
        basis=TEXT,
        valid_from=DAY,
        valid_until=DAY,
    ),
    "result": TEXT,
    "common_mistakes": _LINES,
    "legal_basis": _ROW,
    **_REVIEWED,
})  # fmt: skip

_GUIDE = Keys({
    "id": TEXT,
    "title": TEXT,
    "short_title": TEXT,
    "description": TEXT,
    "template": TEXT,
    "also_called": _ROW,
    "audience": TEXT,
    "summary": TEXT,
    "do": _LINES,
    "do_not": _LINES,
    "penalties": _rows(act=TEXT, subject=TEXT, range=TEXT, basis=TEXT, checked_on=DAY, check=MARK),
    "hotlines": _ROW,
    "legal_basis": _ROW,
    **_REVIEWED,
    "sensitive": TEXT,
})  # fmt: skip

_UNIT = Keys({
    "unit_id": TEXT,
    "address": TEXT,
    "duty_phone": TEXT,
    "email": TEXT,
    "website": TEXT,
    "hours": TEXT,
    "reception_schedule": TEXT,
    "car_registration": ANSWER,
    "motorbike_registration": ANSWER,
    "gplx_receiving": ANSWER,
    "id_card_point": ANSWER,
    "residence_notice_channels": _LINES,
    "channels": _rows(kind=TEXT, name=TEXT, url=TEXT, checked_on=DAY),
    "areas": _rows(kind=TEXT, name=TEXT, officer=TEXT, phone=TEXT),
    "procedures": Named(
        "procedure",
        Keys({
            "handled_here": TEXT,
            "note": TEXT,
            "place": TEXT,
            "hours": TEXT,
            "phone": TEXT,
            "paused_until": DAY,
            "based_on": TEXT,
        }),
    ),
    "checked_on": DAY,
})  # fmt: skip

_OWN = Keys({
    "title": TEXT,
    "summary": TEXT,
    "posted_on": DAY,
    "valid_from": DAY,
    "valid_until": DAY,
})  # fmt: skip

PAGE_KEYS: Mapping[PageKind, Keys] = MappingProxyType({
    PageKind.PROCEDURE: _PROCEDURE,
    PageKind.GUIDE: _GUIDE,
    PageKind.WARNING: _GUIDE,
    PageKind.TOP: _GUIDE,
    PageKind.UNIT: _UNIT,
    PageKind.NOTICE: _OWN,
    PageKind.NEWS: _OWN,
    PageKind.OUTCOME: _OWN,
})  # fmt: skip

_TOP_PATHS = frozenset(f"site/{name}.md" for name in TOP_PAGES)

TEMPLATES: Mapping[PageKind, str] = MappingProxyType({
    PageKind.PROCEDURE: "procedure.html",
    PageKind.GUIDE: "guide.html",
    PageKind.WARNING: "guide.html",
})  # fmt: skip
"""Of pages that staff make; pages of other kinds have none or are there already."""


def shape_of(path: str) -> Keys:
    """Return the keys of the page at a path; pages that staff never edit have none to tell."""
    parts = path.split("/")
    if parts[:2] == ["site", UNIT_FOLDER] and len(parts) == 4:
        return _UNIT
    if parts[:2] == ["site", UNIT_FOLDER] and len(parts) == 5 and parts[3] in OWN_FOLDERS:
        return _OWN
    if len(parts) == 3 and parts[1] in SHARED_FOLDERS:
        return PAGE_KEYS[SHARED_FOLDERS[parts[1]]]
    return _GUIDE if path in _TOP_PATHS else Keys({})
