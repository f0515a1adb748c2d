"""Which files staff may change at all, and whose they are: everything else is refused."""

from __future__ import annotations

import re
from collections.abc import Collection

from functions.core.errors import NotAllowedError
from functions.core.models.content import PageKind, PagePath

SHARED_FOLDERS = {
    "thu-tuc": PageKind.PROCEDURE,
    "phap-luat": PageKind.GUIDE,
    "canh-bao": PageKind.WARNING,
}
OWN_FOLDERS = {
    "thong-bao": PageKind.NOTICE,
    "tin-tuc": PageKind.NEWS,
    "ket-qua": PageKind.OUTCOME,
}
UNIT_FOLDER = "don-vi"
PICTURES = "anh"
"""The folder of pictures that belong to no single page."""

TOP_PAGES = ("duong-day-nong", "huong-dan-zalo")
_TOP_FILES = frozenset(f"{name}.md" for name in TOP_PAGES)

LONGEST_SLUG = 80
_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_PICTURE = re.compile(rf"({_SLUG}\.(?:jpg|jpeg|png|webp))", re.ASCII)
_PAGE = re.compile(rf"({_SLUG})\.md", re.ASCII)


def page_path(path: str, units: Collection[str]) -> PagePath:
    """Return what a path below the project is; `units` are the ids that have pages.

    Raises NotAllowedError for everything that is no page or picture for staff: other files,
    lists, samples, unknown units, and any path that is not written in its one plain form.
    """
    parts = path.split("/")
    if parts[0] == "site":
        if len(parts) == 4 and parts[1] == UNIT_FOLDER and parts[2] in units:
            if parts[3] == "index.md":
                return PagePath(path, PageKind.UNIT, parts[2], parts[2])
        elif len(parts) == 5 and parts[1] == UNIT_FOLDER and parts[2] in units:
            return _in_folder(path, parts[3], parts[4], parts[2], OWN_FOLDERS)
        elif len(parts) == 3:
            return _in_folder(path, parts[1], parts[2], "", SHARED_FOLDERS)
        elif len(parts) == 2 and parts[1] in _TOP_FILES:
            return PagePath(path, PageKind.TOP, "", parts[1].removesuffix(".md"))
    raise NotAllowedError("path")


def _in_folder(
    path: str, folder: str, name: str, unit_id: str, kinds: dict[str, PageKind]
) -> PagePath:
    if folder in kinds or folder == PICTURES:
        page, picture = _PAGE.fullmatch(name), _PICTURE.fullmatch(name)
        if page and folder in kinds and name != "index.md" and len(page[1]) <= LONGEST_SLUG:
            return PagePath(path, kinds[folder], unit_id, page[1])
        if picture and len(name) <= LONGEST_SLUG:
            return PagePath(path, PageKind.PICTURE, unit_id, name)
    raise NotAllowedError("path")
