"""What holds for every route of every HTTP function."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from functions.web.app import create_app
from functions.web.audience import Audience, audience_of
from functions.web.openapi import load_document
from tests.functions.world import World

ANY_ACT = (
    "<any('nhan','dang','dap','can','giao','chuyen','phoi-hop','noi-xac-minh','gia-han','ket-qua',"
    "'gop'):act_name>"
)
ROUTES = {
    ("POST", "/api/units/<unit_id>/tips"): Audience.PUBLIC,
    ("POST", "/api/units/<unit_id>/uploads"): Audience.PUBLIC,
    ("POST", "/api/receipts"): Audience.PUBLIC,
    ("POST", "/api/receipts/messages"): Audience.PUBLIC,
    ("POST", "/api/receipts/contact/withdraw"): Audience.PUBLIC,
    ("POST", "/api/receipts/deletion"): Audience.PUBLIC,
    ("POST", "/api/zalo/webhook"): Audience.ZALO,
    ("GET", "/api/health"): Audience.PUBLIC,
    ("GET", "/api/openapi.json"): Audience.PUBLIC,
    ("GET", "/can-bo/vao/<secret>"): Audience.PUBLIC,
    ("GET", "/tim"): Audience.PUBLIC,
    ("POST", "/can-bo/vao"): Audience.PUBLIC,
    ("POST", "/can-bo/ra"): Audience.STAFF,
    ("GET", "/can-bo/"): Audience.STAFF,
    ("GET", "/can-bo/tin/<card_code>"): Audience.STAFF,
    ("GET", "/can-bo/bang-do"): Audience.STAFF,
    ("GET", "/can-bo/sua-trang"): Audience.STAFF,
    ("POST", "/can-bo/sua-trang"): Audience.STAFF,
    ("GET", "/can-bo/tin/<card_code>/anh/<int:position>"): Audience.STAFF,
    ("GET", "/can-bo/tin/<card_code>/tep/<int:position>"): Audience.STAFF,
    ("GET", f"/can-bo/tin/<card_code>/{ANY_ACT}"): Audience.STAFF,
    ("POST", f"/can-bo/tin/<card_code>/{ANY_ACT}"): Audience.STAFF,
}


def routes(world: World) -> Iterator[tuple[Flask, Rule, str]]:
    for app in (world.tips_app, world.search_app, world.staff_app, world.webhook_app):
        for rule in app.url_map.iter_rules():
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield app, rule, method


def test_each_route_declares_its_audience_and_is_on_the_list() -> None:
    found = {
        (method, rule.rule): audience_of(app.view_functions[rule.endpoint])
        for app, rule, method in routes(World())
    }

    assert found == ROUTES


def test_no_staff_route_answers_without_a_session() -> None:
    world = World()

    for app, rule, method in routes(world):
        if audience_of(app.view_functions[rule.endpoint]) is Audience.STAFF:
            path = rule.rule.replace("<card_code>", "TB-0A1B2C").replace("<int:position>", "1")
            path = path.replace(ANY_ACT, "dap")
            assert app.test_client().open(path, method=method).status_code == 401, path


def test_route_without_an_audience_is_not_served() -> None:
    world = World()
    app = create_app(__name__, world.site)
    app.add_url_rule("/forgotten", view_func=lambda: "here")

    assert app.test_client().get("/forgotten").status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "PUT", "BREW"])
def test_security_headers_stand_on_every_answer(method: str) -> None:
    world = World()
    for app, rule, _ in routes(world):
        path = rule.rule.replace("<int:position>", "1").replace(ANY_ACT, "dap")
        path = path.replace("<", "").replace(">", "")
        for address in (path, "/khong-co"):
            answer = app.test_client().open(address, method=method)

            headers = answer.headers
            assert answer.status_code < 500
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
            assert headers["Cache-Control"] == "no-store"
            assert "geolocation=(self)" in headers["Permissions-Policy"]
            assert "Strict-Transport-Security" not in headers
            assert "Set-Cookie" not in headers


def test_https_site_says_so_for_a_year() -> None:
    world = World("https://binhyen.example")
    answer = world.public.get("/api/health", base_url="https://binhyen.example")

    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("public_url", "host", "status"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000", 200),
        ("http://127.0.0.1:8000", "localhost:8000", 200),
        ("http://127.0.0.1:8000", "example.org", 400),
        ("https://binhyen.example", "binhyen.example", 200),
        ("https://binhyen.example", "localhost", 400),
        ("https://binhyen.example", "binhyen.example.evil.org", 400),
        ("https://binhyen.example", "a b", 400),
        ("https://binhyen.example", "\xff", 400),
    ],
)
def test_only_the_own_host_name_is_answered(public_url: str, host: str, status: int) -> None:
    world = World(public_url)

    for client, path in ((world.public, "/api/health"), (world.staff, "/can-bo/vao/x")):
        assert client.get(path, headers={"Host": host}).status_code == status


def test_documented_routes_are_exactly_the_public_ones_for_programs() -> None:
    world = World()
    served = {
        (method.lower(), rule.rule.replace("<", "{").replace(">", "}"))
        for _, rule, method in routes(world)
        if rule.rule.startswith("/api/") or rule.rule == "/tim"
    }

    paths = load_document("http://127.0.0.1:8000")["paths"]
    assert served == {(method, path) for path, item in paths.items() for method in item}
