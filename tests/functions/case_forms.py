"""Filling in the forms of the case page, as a browser without script does."""

from __future__ import annotations

import html
import re
from typing import Any

from flask.testing import FlaskClient

from functions.core.models import Officer, Role
from tests.functions.world import UNIT, World

COLLEAGUE = Officer(UNIT, "7000000000000000003", "H'Lan Niê", Role.OFFICER)
CHIEF = Officer("tinh-dak-lak", "7000000000000000004", "Y Thanh Mlô", Role.COMMANDER)


def text_of(answer: Any) -> str:
    return html.unescape(answer.get_data(as_text=True))


def words_of(answer: Any) -> str:
    """Return what a reader sees, without marks and line ends."""
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(answer)).split())


def drawn_form(page: str, act: str) -> dict[str, str]:
    """Return the hidden fields of the act's form."""
    found = re.search(rf'<form[^>]*action="[^"]+/{act}".*?</form>', page, re.DOTALL)
    assert found, act
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', found.group()))


def draw(client: FlaskClient, card_code: str, act: str) -> dict[str, str]:
    """Open the case and return the hidden fields of the act's form."""
    answer = client.get(f"/can-bo/tin/{card_code}")
    assert answer.status_code == 200
    return drawn_form(text_of(answer), act)


def do(client: FlaskClient, card_code: str, act: str, **fields: str) -> Any:
    """Open the case, fill in the act's form and send it."""
    hidden = draw(client, card_code, act)
    return client.post(f"/can-bo/tin/{card_code}/{act}", data=hidden | fields)


def one_case(world: World, **fields: str) -> Any:
    """Return a fresh tip of the unit, with a colleague beside the usual officer."""
    world.officers.enroll(COLLEAGUE, world.clock.now())
    world.send(**fields)
    return world.stored()[-1]


def entries(world: World, tip: Any) -> list[tuple[str, str, str]]:
    """Return kind, text and about of all that was done."""
    return [(one.kind, one.text, one.about) for one in world.cases.entries(tip.tip_id)]
