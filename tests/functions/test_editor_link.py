"""From the officers' list on to the editor: a link of its own, for those who have pages."""

from __future__ import annotations

import re

import pytest

from functions.core.errors import NotFoundError
from functions.core.models import Officer, Role
from functions.core.signin import spend_link
from tests.functions.test_sign_in import csrf_token, text_of
from tests.functions.world import OFFICER, World

ADDRESS = "/can-bo/sua-trang"
FORM = f'action="{ADDRESS}"'
OF_NO_PAGES = Officer("phuong-tan-loi", "7000000000000000009", "Y Moan", Role.OFFICER)


def ask(world: World, officer: Officer = OFFICER) -> str:
    """Press the button of the list; return the page that comes."""
    client = world.sign_in(officer)
    token = csrf_token(text_of(client.get("/can-bo/")))
    answer = client.post(ADDRESS, data={"csrf_token": token})
    assert answer.status_code == 200
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    return text_of(answer)


def test_button_gives_a_link_that_opens_the_editor_once_and_no_case(world: World) -> None:
    page = ask(world)

    [link] = re.findall(r'href="(http://127.0.0.1:8002/vao/[^"]+)" rel="noreferrer"', page)
    secret = link.rpartition("/")[2]
    with pytest.raises(NotFoundError):
        spend_link(secret, world.signin)
    assert spend_link(secret, world.editor_signin).officer == OFFICER
    with pytest.raises(NotFoundError):
        spend_link(secret, world.editor_signin)


def test_every_press_gives_another_link(world: World) -> None:
    links = {re.findall(r'href="(http://127[^"]+/vao/[^"]+)"', ask(world))[0] for _ in range(2)}

    assert len(links) == 2


def test_form_of_another_page_gets_no_link(world: World) -> None:
    client = world.sign_in()

    assert client.post(ADDRESS).status_code == 403
    assert client.post(ADDRESS, data={"csrf_token": "x"}).status_code == 403
    assert world.staff.post(ADDRESS).status_code == 401


def test_opening_the_forms_address_leads_to_the_list(world: World) -> None:
    answer = world.sign_in().get(ADDRESS)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/can-bo/")


def test_where_there_is_no_editor_nobody_is_sent_to_one() -> None:
    world = World(editor_url="")
    client = world.sign_in()
    home = text_of(client.get("/can-bo/"))

    answer = client.post(ADDRESS, data={"csrf_token": csrf_token(home)})

    assert FORM not in home
    assert answer.status_code == 404


def test_officers_of_a_unit_without_pages_see_no_button(world: World) -> None:
    world.officers.enroll(OF_NO_PAGES, world.clock.now())
    client = world.sign_in(OF_NO_PAGES)
    home = text_of(client.get("/can-bo/"))

    answer = client.post(ADDRESS, data={"csrf_token": csrf_token(home)})

    assert FORM in text_of(world.sign_in().get("/can-bo/"))
    assert FORM not in home
    assert answer.status_code == 404
