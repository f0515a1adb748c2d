"""An editing world with few pages, quick to make, and steps that many tests begin with."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path
from typing import Any

from functions.core.editing.drafting import save, set_status
from functions.core.editing.publishing import publish_now
from functions.core.models import Officer
from functions.core.models.content import Draft, DraftStatus, Edit
from functions.installed import PROJECT
from tests.content.world import APPROVER, EDITOR, OTHER, PROVINCE, UNIT, Desk, EditingWorld

UNIT_PAGE = f"site/don-vi/{UNIT}/index.md"
OTHER_PAGE = f"site/don-vi/{OTHER}/index.md"
NOTICE = f"site/don-vi/{UNIT}/thong-bao/cat-dien.md"
PROCEDURE = "site/thu-tuc/dang-ky-tam-tru.md"
SECOND_PROCEDURE = "site/thu-tuc/tach-ho.md"
WARNING = "site/canh-bao/co-lam-giay-to.md"
PAGES = (
    UNIT_PAGE,
    OTHER_PAGE,
    f"site/don-vi/{PROVINCE}/index.md",
    PROCEDURE,
    SECOND_PROCEDURE,
    "site/thu-tuc/index.md",
    WARNING,
    "site/duong-day-nong.md",
)
NOTICE_TEXT = """---
title: Cắt điện trụ sở
posted_on: 2026-11-19
valid_until: 2026-12-01
---

Trụ sở cắt điện cả ngày.
"""
PICTURE_BYTES = b"\x89PNG\r\n\x1a\n of a test"


def small_world(folder: Path, **parts: Any) -> EditingWorld:
    """Return a world with two units, the province, two procedures, a warning and hotlines."""
    pages = folder / "pages"
    for name in PAGES:
        target = pages / name.removeprefix("site/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, target)
    return EditingWorld(folder, pages, **parts)


def drafted(
    world: EditingWorld,
    path: str = UNIT_PAGE,
    old: str = "hours:",
    new: str = "hours: Cả ngày",
    officer: Officer = EDITOR,
    status: DraftStatus = DraftStatus.DRAFT,
    **more: Any,
) -> Draft:
    """Save a draft in which one text of a page is another, and hand it in if told so."""
    text = world.published_text(path).replace(old, new, 1)
    editor = world.editor(officer)
    draft = save(Edit(world.page(path), text, **more), editor, world.editing).draft
    if status is not DraftStatus.DRAFT:
        draft = set_status(world.page(path), status, editor, world.editing)
    return draft


def published(
    world: EditingWorld, path: str, old: str, new: str, officer: Officer = APPROVER
) -> str:
    """Publish a page in which one text is another; return the new version."""
    text = world.published_text(path).replace(old, new, 1)
    return published_whole(world, path, text, officer)


def published_whole(
    world: EditingWorld, path: str, text: str | None, officer: Officer = APPROVER
) -> str:
    """Publish a page as it is given; return the new version."""
    edit = Edit(world.page(path), text)
    return publish_now(edit, world.editor(officer), world.editing).version


def text_of(answer: Any) -> str:
    """Return what a page says, without its marks and doubled blanks."""
    main = re.search(r"<main[^>]*>(.*)</main>", answer.text, re.S)
    assert main is not None
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main[1])).split())


def seen_at(desk: Desk, address: str) -> str:
    """Return the version that the page's buttons stand for."""
    found = re.search(r'name="seen" value="([^"]*)"', desk.get(address).text)
    assert found is not None
    return found[1]
