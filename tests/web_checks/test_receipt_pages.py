"""The pages for whoever has a receipt code, in each state they have, by axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser
from werkzeug.wrappers import Response

from functions.core import casework
from functions.core.casework import Act
from functions.core.errors import StoreUnavailableError
from functions.core.models import Outcome, Via
from functions.web.limits import WRONG_RECEIPTS
from tests.functions.world import ALL_FIELDS, JSON, OFFICER, World
from tests.web_checks.test_accessibility import problems_at_all_widths
from tests.web_server import served

pytestmark = pytest.mark.e2e

LONG = "rấtdài" * 60


def post(world: World, path: str = "", **body: object) -> str:
    return world.public.post(f"/api/receipts{path}", data=body).get_data(as_text=True)


def with_conversation(world: World, code: str) -> str:
    card_code = world.stored()[0].card_code
    casework.ask(Act(OFFICER, card_code, "1", Via.GROUP), f"Câu hỏi {LONG}", world.casework)
    return post(world, "/messages", receipt_code=code, text=f"Trả lời {LONG}")


def question(world: World, code: str) -> str:
    card_code = world.stored()[0].card_code
    casework.ask(Act(OFFICER, card_code, "1", Via.GROUP), "Xe màu gì?", world.casework)
    return post(world, receipt_code=code)


def closed(world: World, code: str) -> str:
    card_code = world.stored()[0].card_code
    act = Act(OFFICER, card_code, "1", Via.GROUP)
    casework.close(act, Outcome("xong"), world.casework)
    post(world, "/contact/withdraw", receipt_code=code)
    return post(world, "/deletion", receipt_code=code)


def mistakes(world: World, code: str) -> str:
    return post(world, "/messages", receipt_code=code, text="", message_key="?")


def not_stored(world: World, code: str) -> str:
    def away(*_: object) -> None:
        raise StoreUnavailableError("away")

    world.cases.change = away  # type: ignore[method-assign]
    return post(world, "/messages", receipt_code=code, text="Đã gõ")


def wrong_too_often(world: World, _: str) -> str:
    for _ in range(WRONG_RECEIPTS.failures):
        post(world, receipt_code="1")
    return post(world, "/messages", receipt_code="1", text="Đã gõ")


@pytest.mark.parametrize(
    "drawn", [with_conversation, question, closed, mistakes, not_stored, wrong_too_often]
)
def test_receipt_page_is_accessible(browser: Browser, drawn: Callable[[World, str], str]) -> None:
    world = World()
    page = drawn(world, world.send(ALL_FIELDS, headers=JSON).json["receipt_code"])

    with served(Response(page, mimetype="text/html")) as address:
        assert "<h1" in page
        assert problems_at_all_widths(browser, address) == []
