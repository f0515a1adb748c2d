"""The small forms of editors by axe and by a ruler: a phone held in one hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from werkzeug.wrappers import Request, Response

from functions.core.models.content import DraftStatus
from functions.core.signin import SESSION_LIFE
from tests.content.quick_forms import (
    CONTACT,
    FEES,
    HOME,
    HOURS,
    NEW_NOTICE,
    OWN,
    PAUSE,
    RULE,
    fields_of,
    fill,
    send,
)
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    UNIT_PAGE,
    drafted,
    published,
    published_whole,
    small_world,
)
from tests.content.world import APPROVER, OTHER, PROVINCE_APPROVER, EditingWorld
from tests.web_checks.test_accessibility import violations
from tests.web_checks.test_case_pages import SMALL_TARGETS
from tests.web_server import served

pytestmark = pytest.mark.e2e

LONG = "rấtdài" * 40
WIDTH = 360

# Of a box with words the words are the target too.
TARGETS = SMALL_TARGETS.replace(
    "input:not([type=hidden])", "input:not([type=hidden], label *), label:not([for])"
)


def conflict(world: EditingWorld) -> Any:
    desk = world.sign_in(APPROVER)
    drawn = fields_of(desk.get(CONTACT), CONTACT)
    published(world, UNIT_PAGE, "address:", f"address: {LONG}")
    return send(desk, CONTACT, drawn, address="12 Lê Duẩn")


def mistakes(world: EditingWorld) -> Any:
    wrong = {"title": "", "text": LONG * 100, "valid_from": "x", "valid_until": "2026-01-01"}
    return fill(world.sign_in(APPROVER), NEW_NOTICE, **wrong, picture_words=LONG * 3)


def ran_out(world: EditingWorld) -> Any:
    desk = world.sign_in(APPROVER)
    drawn = fields_of(desk.get(RULE), RULE)
    world.clock.advance(SESSION_LIFE)
    return send(desk, RULE, drawn, note=LONG)


def at(address: str) -> Callable[[EditingWorld], Any]:
    return lambda world: world.sign_in(PROVINCE_APPROVER).get(address)


PAGES: dict[str, Callable[[EditingWorld], Any]] = {
    "home": at(OWN),
    "contact": at(CONTACT),
    "hours": at(HOURS),
    "procedures": at(f"{OWN}thu-tuc"),
    "rule": at(RULE),
    "pause": at(PAUSE),
    "notice": at(f"{NEW_NOTICE}/cat-dien"),
    "fees": at(FEES),
    "fee": at(f"{FEES}/1"),
    "fee-pages": at(f"{HOME}le-phi"),
    "mistakes": mistakes,
    "conflict": conflict,
    "ran-out": ran_out,
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return every kind of page, every fold of it open, and every word long."""
    world = small_world(tmp_path_factory.mktemp("quick"))
    notice = NOTICE_TEXT.replace("2026-11-19", "2026-11-20").replace("trụ sở", LONG[:90])
    published_whole(world, NOTICE, notice)
    fill(world.sign_in(APPROVER), PAUSE, **{"tat-ca": "yes", "paused_until": "2026-11-30"})
    other = f"site/don-vi/{OTHER}/index.md"
    drafted(world, other, officer=PROVINCE_APPROVER, status=DraftStatus.IN_REVIEW)
    drafted(world, old="email:", new="email: a@b.vn", status=DraftStatus.IN_REVIEW)
    return {
        name: draw(world).text.replace("<details", "<details open") for name, draw in PAGES.items()
    }


@pytest.fixture(scope="module")
def address(pages: dict[str, str]) -> Iterator[str]:
    @Request.application
    def app(request: Request) -> Response:
        return Response(pages.get(request.path[1:], ""), mimetype="text/html")

    with served(app) as served_at:
        yield served_at


@pytest.mark.parametrize("name", PAGES)
def test_form_is_accessible_and_fits_the_phone(browser: Browser, address: str, name: str) -> None:
    context = browser.new_context(viewport={"width": WIDTH, "height": 740}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{address}/{name}")

    assert page.inner_text("h1")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    assert page.evaluate(TARGETS) == []
    context.close()
