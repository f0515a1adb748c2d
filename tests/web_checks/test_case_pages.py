"""The officers' pages by axe and by a ruler: a phone held in one hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser
from werkzeug.wrappers import Response

from functions.core import casework
from functions.core.casework import Act
from functions.core.following_up import add_message, withdraw_contact
from functions.core.models import (
    AttachmentState,
    CaseState,
    ChatAddress,
    Location,
    Outcome,
    OutcomeItem,
    Via,
)
from functions.core.signin import SESSION_LIFE
from tests.functions.case_forms import CHIEF, COLLEAGUE, do, draw
from tests.functions.world import ALL_FIELDS, JPEG, OFFICER, UNIT, World
from tests.web_checks.test_accessibility import problems_at_all_widths
from tests.web_server import served

pytestmark = pytest.mark.e2e

LONG = "rấtdài" * 60
SMALLEST = 44
SMALL_TARGETS = f"""[...document.querySelectorAll(
    'main :is(a, button, summary, select, textarea, input:not([type=hidden]))')]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
  .filter(([, box]) => box.height < {SMALLEST} - 0.6 || box.width < {SMALLEST} - 0.6)
  .map(([html, box]) => `${{html}} ${{box.width}}x${{box.height}}`)"""


def full_world() -> tuple[World, Any]:
    """Return a world with a case that has seen everything, every word of it long."""
    world = World()
    for officer in (COLLEAGUE, CHIEF):
        world.officers.enroll(officer, world.clock.now())
    fields = ALL_FIELDS | {"text": f"Nội dung {LONG}", "place": LONG[:290], "urgency": "now"}
    world.send(fields, [(JPEG, "a"), (JPEG, "b"), (JPEG, "c")])
    (tip,) = world.stored()
    for one, state in zip(tip.attachments, ("clean", "original", "kept"), strict=True):
        world.tips.set_attachment(one.attachment_id, AttachmentState(state), one.blob_key, "")
    act = Act(OFFICER, tip.card_code, "1", Via.GROUP)
    casework.ask(act, f"Câu hỏi {LONG}", world.casework)
    add_message(tip.tip_id, "2", f"Trả lời {LONG}", (), Via.RECEIPT_PAGE, world.acts)
    act = Act(OFFICER, tip.card_code, "3", Via.CASE_PAGE)
    casework.act_jointly(act, "xa-ea-kly", LONG, world.casework)
    world.alerts.alarm("channel-closed", UNIT)
    world.alerts.alarm("webhook-unverified", "")
    world.clock.advance(timedelta(days=21))
    return world, tip


def inbox(world: World, tip: Any) -> str:
    return world.sign_in().get("/can-bo/").text


def case(world: World, tip: Any) -> str:
    return world.sign_in().get(f"/can-bo/tin/{tip.card_code}").text


def mistakes(world: World, tip: Any) -> str:
    client = world.sign_in()
    return do(client, tip.card_code, "ket-qua", men="-1", women="x", object_1=LONG, test_4="a").text


def refused(world: World, tip: Any) -> str:
    client = world.sign_in()
    form = draw(client, tip.card_code, "can") | {"text": LONG}
    done = closed(world, tip)
    assert "Kết quả" in done
    return client.post(f"/can-bo/tin/{tip.card_code}/can", data=form).text


def closed(world: World, tip: Any) -> str:
    item = OutcomeItem(LONG, 1_000_000, 1_000_000)
    outcome = Outcome(LONG, 9_999, 9_999, (item,), (item,))
    casework.close(Act(OFFICER, tip.card_code, "9", Via.CASE_PAGE), outcome, world.casework)
    return case(world, tip)


def ran_out(world: World, tip: Any) -> str:
    client = world.sign_in()
    form = draw(client, tip.card_code, "can") | {"text": LONG}
    world.clock.advance(SESSION_LIFE)
    return client.post(f"/can-bo/tin/{tip.card_code}/can", data=form).text


def link_gone(world: World, tip: Any) -> str:
    client = world.sign_in()
    page = client.get(f"/can-bo/tin/{tip.card_code}").text
    link = page.partition('<img src="')[2].partition('"')[0].replace("&amp;", "&")
    world.clock.advance(timedelta(minutes=11))
    return client.get(link).text


def board(world: World, tip: Any) -> str:
    return world.sign_in(CHIEF).get("/can-bo/bang-do").text


def chat(world: World, tip: Any) -> str:
    """Return a case by chat, whose sender said much and sent positions."""
    chat = ChatAddress(UNIT, "resident-1")
    world.tips.put(
        replace(world.tips.get(tip.tip_id), chat=chat, case=CaseState(is_from_chat=True))
    )
    for number, text in enumerate(("", "Dài. " * 300)):
        here = Location(12.6667, 108.05 + number)
        add_message(tip.tip_id, f"m{number}", text, (), Via.CHAT, world.acts, here)
    return case(world, tip)


def chat_withdrawn(world: World, tip: Any) -> str:
    chat(world, tip)
    withdraw_contact(tip.tip_id, Via.CHAT, world.acts)
    return case(world, tip)


def unknown(world: World, tip: Any) -> str:
    return world.sign_in().get("/can-bo/tin/TB-ZZZZZZ").text


def given_away(world: World, tip: Any) -> str:
    client = world.sign_in()
    form = draw(client, tip.card_code, "dap") | {"text": LONG}
    return client.post("/can-bo/tin/TB-ZZZZZZ/dap", data=form).text


PAGES: list[Callable[[World, Any], str]] = [
    inbox, case, mistakes, refused, closed, ran_out, link_gone, board,
    chat, chat_withdrawn, unknown, given_away,
]  # fmt: skip


@pytest.mark.parametrize("draw_page", PAGES)
def test_page_is_accessible_and_fits_the_phone(
    browser: Browser, draw_page: Callable[[World, Any], str]
) -> None:
    # Every fold open: what is folded away would not be looked at.
    html = draw_page(*full_world()).replace("<details", "<details open")
    assert "<h1" in html

    with served(Response(html, mimetype="text/html")) as address:
        problems = problems_at_all_widths(browser, address)
        page = browser.new_page(viewport={"width": 360, "height": 740})
        page.goto(address)
        small = page.evaluate(SMALL_TARGETS)
        page.close()

    assert problems == []
    assert small == []
