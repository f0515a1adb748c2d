"""How officers get in and out, and who is kept out."""

from __future__ import annotations

import html
import logging
import re
from typing import Any

import pytest

from functions.core.signin import LINK_LIFE, SESSION_LIFE, issue_link
from functions.web.limits import WRONG_LINKS
from tests.functions.world import OFFICER, PHONE, World

OWN = "http://127.0.0.1:8000"


def text_of(answer: Any) -> str:
    return html.unescape(answer.get_data(as_text=True))


def cookie_of(answer: Any) -> str:
    cookies: list[str] = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    return cookies[0]


def csrf_token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_opening_a_link_shows_a_button_and_spends_nothing(world: World) -> None:
    secret = issue_link(OFFICER, world.signin)

    for method in ("GET", "HEAD", "GET"):
        answer = world.staff.open(f"/can-bo/vao/{secret}", method=method)
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in answer.headers

    page = answer.get_data(as_text=True)
    assert "<button" in page
    assert secret not in page.split("<title>")[1].split("</title>")[0]
    assert world.staff.post("/can-bo/vao", data={"secret": secret}).status_code == 303


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize("path", ["/can-bo/vao/x", "/can-bo/vao", "/can-bo/vao/x/y"])
def test_no_page_at_a_links_address_tells_where_it_is(world: World, path: str, method: str) -> None:
    answer = world.staff.open(path, method=method)

    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_button_opens_a_session_with_a_strict_cookie(world: World) -> None:
    secret = issue_link(OFFICER, world.signin)

    answer = world.staff.post("/can-bo/vao", data={"secret": secret})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/can-bo/")
    parts = {part.strip() for part in cookie_of(answer).split(";")[1:]}
    assert {"HttpOnly", "SameSite=Strict", "Path=/can-bo", "Max-Age=43200"} <= parts
    assert not any(part.startswith("Domain") for part in parts)
    assert "Secure" not in parts


def test_cookie_is_secure_on_https() -> None:
    world = World("https://binhyen.example")
    secret = issue_link(OFFICER, world.signin)

    answer = world.staff.post(
        "/can-bo/vao",
        data={"secret": secret},
        base_url="https://binhyen.example",
        headers={"Origin": "https://binhyen.example"},
    )

    assert "Secure" in cookie_of(answer)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_link_works_once_and_for_ten_minutes(world: World) -> None:
    used = issue_link(OFFICER, world.signin)
    world.staff.post("/can-bo/vao", data={"secret": used})
    late = issue_link(OFFICER, world.signin)
    world.clock.advance(LINK_LIFE)

    answers = [
        world.staff.post("/can-bo/vao", data={"secret": secret})
        for secret in (used, late, "unknown", "", "\ud7ff", "x" * 10_000)
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.data for answer in answers}) == 1
    assert all("Set-Cookie" not in answer.headers for answer in answers)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/can-bo/tin/TB-0A1B2C", "/can-bo/tin/TB-0A1B2C"),
        ("https://example.org/", "/can-bo/"),
        ("//example.org/can-bo/", "/can-bo/"),
        ("/can-bo/../api", "/can-bo/"),
        ("/can-bo/\r\nSet-Cookie: a=b", "/can-bo/"),
        ("javascript:alert(1)", "/can-bo/"),
        ("/theo-doi/", "/can-bo/"),
    ],
)
def test_after_sign_in_the_way_goes_on_only_to_own_pages(
    world: World, wanted: str, given: str
) -> None:
    secret = issue_link(OFFICER, world.signin)

    answer = world.staff.post("/can-bo/vao", data={"secret": secret, "next": wanted})

    assert answer.headers["Location"] == given


def test_wanted_page_rides_along_in_the_form(world: World) -> None:
    page = world.staff.get("/can-bo/vao/x?next=/can-bo/tin/TB-0A1B2C").get_data(as_text=True)

    assert 'name="next" value="/can-bo/tin/TB-0A1B2C"' in page


def test_many_wrong_links_end_in_429(world: World) -> None:
    for _ in range(WRONG_LINKS.failures):
        world.staff.post("/can-bo/vao", data={"secret": "wrong"})

    answer = world.staff.post("/can-bo/vao", data={"secret": "wrong"})

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "path", ["/can-bo/", "/can-bo/tin/TB-0A1B2C", "/can-bo/tin/TB-0A1B2C/anh/1"]
)
@pytest.mark.parametrize("cookie", ["", "wrong", "x" * 3000, "\xff\xfe"])
def test_signed_out_is_401_and_says_how_to_sign_in(world: World, path: str, cookie: str) -> None:
    answer = world.staff.get(path, headers={"Cookie": f"binhyen_session={cookie}"})

    page = text_of(answer)
    assert answer.status_code == 401
    assert "liên kết đăng nhập" in page
    assert f'href="{path}?tiep=1"' in page
    assert "refresh" not in page


def test_visit_from_another_site_asks_once_more_from_our_own(world: World) -> None:
    path = "/can-bo/tin/TB-0A1B2C"
    first = world.staff.get(path, headers={"Sec-Fetch-Site": "cross-site"})
    second = world.staff.get(f"{path}?tiep=1", headers={"Sec-Fetch-Site": "cross-site"})

    assert f'content="0; url={path}?tiep=1"' in first.get_data(as_text=True)
    assert "refresh" not in second.get_data(as_text=True)


def test_session_ends_after_twelve_hours(world: World) -> None:
    client = world.sign_in()
    assert client.get("/can-bo/").status_code == 200

    world.clock.advance(SESSION_LIFE)

    assert client.get("/can-bo/").status_code == 401


def test_removed_officer_is_out_at_once(world: World) -> None:
    client = world.sign_in()
    world.officers.dismiss(OFFICER.unit_id, OFFICER.user_id, world.clock.now())

    assert client.get("/can-bo/").status_code == 401


def test_sign_out_needs_the_token_of_the_page_and_ends_the_session(world: World) -> None:
    client = world.sign_in()
    token = csrf_token(client.get("/can-bo/").get_data(as_text=True))

    for wrong in ({}, {"csrf_token": "wrong"}, {"csrf_token": "ạ"}):
        assert client.post("/can-bo/ra", data=wrong).status_code == 403
    kept = client.get_cookie("binhyen_session", path="/can-bo")
    answer = client.post("/can-bo/ra", data={"csrf_token": token})

    assert answer.status_code == 303
    assert client.get_cookie("binhyen_session", path="/can-bo") is None
    assert kept is not None
    old = world.staff.get("/can-bo/", headers={"Cookie": f"binhyen_session={kept.value}"})
    assert old.status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": OWN}, 303),
        ({"Origin": "http://localhost", "Host": "localhost"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "https://example.org"}, 403),
        ({"Origin": "http://127.0.0.1:8001"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": OWN, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_posts_of_other_sites_are_refused(
    world: World, headers: dict[str, str], status: int
) -> None:
    client = world.sign_in()
    token = csrf_token(client.get("/can-bo/").get_data(as_text=True))

    answer = client.post("/can-bo/ra", data={"csrf_token": token}, headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "null"}, 303),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://example.org"}, 403),
    ],
)
def test_sign_in_form_may_hide_its_origin_as_no_referrer_makes_browsers_do(
    world: World, headers: dict[str, str], status: int
) -> None:
    secret = issue_link(OFFICER, world.signin)

    answer = world.staff.post("/can-bo/vao", data={"secret": secret}, headers=headers)

    assert answer.status_code == status


def test_secrets_are_in_no_log_and_no_header_but_the_cookie(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = issue_link(OFFICER, world.signin)
    client = world.staff

    opened = client.get(f"/can-bo/vao/{secret}")
    spent = client.post("/can-bo/vao", data={"secret": secret})
    again = client.post("/can-bo/vao", data={"secret": secret})

    session_id = cookie_of(spent).split("=")[1].split(";")[0]
    logged = str([record.__dict__ for record in caplog.records])
    assert secret not in logged
    assert session_id not in logged
    for answer in (opened, spent, again):
        assert secret not in str(answer.headers)
    assert PHONE not in logged
