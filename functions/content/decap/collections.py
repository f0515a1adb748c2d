"""Which of Decap's collections a page stands in: a unit's pages carry its id in their name.

Decap names a draft by collection and slug alone, so two units must never share a collection.
"""

from __future__ import annotations

from functions.core.editing.pages import OWN_FOLDERS, SHARED_FOLDERS, TOP_PAGES, UNIT_FOLDER
from functions.core.errors import NotFoundError
from functions.core.models.content import PageKind, PagePath

MARK = "--"
"""Stands between a unit's id and its collection; no id and no slug holds two hyphens."""

TOP_COLLECTION = "trang-chung"
UNIT_COLLECTION = "trang-don-vi"

_SHARED = {kind: folder for folder, kind in SHARED_FOLDERS.items()} | {PageKind.TOP: TOP_COLLECTION}
_OWN = {PageKind.UNIT: UNIT_COLLECTION} | {kind: folder for folder, kind in OWN_FOLDERS.items()}

SHARED_KINDS = tuple(_SHARED)
OWN_KINDS = tuple(_OWN)
FILE_KINDS = (PageKind.TOP, PageKind.UNIT)
"""Collections of fixed files; all others are folders in which pages are made."""


def collection_name(kind: PageKind, unit_id: str = "") -> str:
    """Return the collection of a kind of pages: `thu-tuc`, `phuong-tan-an--thong-bao`."""
    if kind in _SHARED:
        return _SHARED[kind]
    return f"{unit_id}{MARK}{_OWN[kind]}"


def parse_collection(name: str) -> tuple[PageKind, str]:
    """Return the kind and unit of a collection; the unit is empty where all share the pages.

    Whether there is such a unit is for the caller to see. Raises NotFoundError.
    """
    unit_id, mark, own = name.rpartition(MARK)
    kinds = _OWN if mark else _SHARED
    for kind, title in kinds.items():
        if title == own and bool(unit_id) == bool(mark):
            return kind, unit_id
    raise NotFoundError("collection")


def entry_name(page: PagePath) -> tuple[str, str]:
    """Return the collection and the slug by which Decap knows a page."""
    return collection_name(page.kind, page.unit_id), page.slug


def folder_of(kind: PageKind, unit_id: str = "") -> str:
    """Return the folder in which a collection's pages lie, as `site/thu-tuc`."""
    if kind is PageKind.TOP:
        return "site"
    if kind is PageKind.UNIT:
        return f"site/{UNIT_FOLDER}/{unit_id}"
    above = f"site/{UNIT_FOLDER}/{unit_id}" if kind in _OWN else "site"
    return f"{above}/{(_OWN | _SHARED)[kind]}"


def entry_path(collection: str, slug: str) -> str:
    """Return the path of the page that Decap calls by collection and slug.

    It is not looked up and may be no page at all: `EditingServices.page` tells.
    Raises NotFoundError for an unknown collection.
    """
    kind, unit_id = parse_collection(collection)
    name = "index" if kind is PageKind.UNIT else slug
    if (kind is PageKind.UNIT and slug != unit_id) or (
        kind is PageKind.TOP and slug not in TOP_PAGES
    ):
        raise NotFoundError("entry")
    return f"{folder_of(kind, unit_id)}/{name}.md"
