"""The pages of drafts, versions, reviews and shared text, by axe."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from werkzeug.wrappers import Response

from functions.core.models.content import DraftStatus
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    PICTURE_BYTES,
    PROCEDURE,
    UNIT_PAGE,
    drafted,
    published,
    small_world,
)
from tests.content.world import APPROVER, EDITOR, PROVINCE_APPROVER, UNIT, EditingWorld
from tests.web_checks.test_accessibility import problems_at_all_widths
from tests.web_server import served

pytestmark = pytest.mark.e2e

LONG = "rấtdài" * 60
RULE = f"procedures:\n  dang-ky-tam-tru:\n    note: {LONG}"
PICTURE = f"site/don-vi/{UNIT}/anh/tru-so.png"


def busy_world(folder: Path) -> EditingWorld:
    """Return a world in which every page has something to show."""
    world = small_world(folder)
    published(world, UNIT_PAGE, "procedures:", RULE)
    published(world, PROCEDURE, "time: 3 ngày", f"time: {LONG}", PROVINCE_APPROVER)
    drafted(world, old="hours:", new=f"hours: {LONG}", status=DraftStatus.IN_REVIEW)
    pictures = {world.page(PICTURE): PICTURE_BYTES}
    drafted(world, NOTICE, "", NOTICE_TEXT, base="", pictures=pictures)
    return world


def answers(world: EditingWorld) -> list[str]:
    """Return the pages as they answer editors and approvers, refusals among them."""
    first = world.store.versions()[-1].version
    editor, approver = world.sign_in(EDITOR), world.sign_in(APPROVER)
    province = world.sign_in(PROVINCE_APPROVER)
    drafts, history = "/sua-nhanh/ban-nhap/", "/sua-nhanh/lich-su/"
    drawn = [
        province.get(drafts),
        editor.get(drafts + NOTICE),
        approver.post(drafts + UNIT_PAGE, viec="tra-lai", seen="", text=""),
        province.get(history),
        approver.get(f"{history}{UNIT_PAGE}?ban={first}"),
        province.get("/sua-nhanh/quay-lai/1"),
        province.get("/sua-nhanh/ra-soat/"),
        approver.get("/sua-nhanh/phan-chung/"),
    ]
    return [answer.text for answer in drawn]


def test_pages_about_changes_are_accessible(browser: Browser, tmp_path: Path) -> None:
    problems = []

    for drawn in answers(busy_world(tmp_path)):
        assert "<h1" in drawn
        with served(Response(drawn, mimetype="text/html")) as address:
            problems += problems_at_all_widths(browser, address)

    assert problems == []
