"""From event to answer: beside a direct WSGI call, and beside apig-wsgi where both are right."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import apig_wsgi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.web.api_gateway import serve_events
from tests.functions.world import JPEG, MULTIPART, UNIT, World, multipart
from tests.lambdas.events import CLOUDFRONT, VIEWER, http_event, json_event

PUBLIC_URL = "https://binh-yen.example"
SEEN = (
    "REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE",
    "CONTENT_LENGTH", "HTTP_HOST", "HTTP_COOKIE", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE",
    "HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST",
    "HTTP_FORWARDED", "HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_LENGTH", "HTTP_SEC_FETCH_SITE",
    "REMOTE_ADDR", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "wsgi.url_scheme",
)  # fmt: skip
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer with what a WSGI app sees."""
    seen = {name: environ[name] for name in SEEN if name in environ}
    seen["body"] = hashlib.sha256(environ["wsgi.input"].read()).hexdigest()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(seen).encode()]


def seen_by_app(event: dict[str, Any]) -> Any:
    return json.loads(serve_events(echo, PUBLIC_URL)(event, None)["body"])


def answering(status: str, headers: list[tuple[str, str]], *chunks: bytes) -> WsgiApp:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response(status, headers)
        return list(chunks)

    return app


def answer_of(app: WsgiApp, event: dict[str, Any] | None = None) -> Any:
    return serve_events(app, PUBLIC_URL)(event or http_event("GET", "/"), None)


def body_of(answer: Any) -> bytes:
    text: str = answer["body"]
    return base64.b64decode(text) if answer["isBase64Encoded"] else text.encode()


SIGNS = st.characters(exclude_categories=("Cs", "Cc"))
PATHS = st.lists(st.text(SIGNS, min_size=1, max_size=12), max_size=4).map(
    lambda parts: "/" + "/".join(quote(part, safe="") for part in parts)
)
WORDS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).map(str.strip)
COOKIES = st.lists(st.from_regex(r"[a-z]{1,8}=[A-Za-z0-9._-]{0,20}", fullmatch=True), max_size=3)
QUERIES = st.lists(st.tuples(st.text(SIGNS, max_size=8), st.text(SIGNS, max_size=8)), max_size=4)
BODIES = st.one_of(st.none(), st.text(SIGNS, max_size=200), st.binary(max_size=200))
METHODS = st.sampled_from(["GET", "POST", "OPTIONS", "PUT"])
TYPES = st.sampled_from(["application/json", "text/plain; charset=utf-8", MULTIPART])


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    pairs = draw(QUERIES)
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
    headers = {"accept": draw(WORDS), "user-agent": draw(WORDS), "content-type": draw(TYPES)}
    return http_event(
        draw(METHODS),
        draw(PATHS),
        query=query,
        headers=headers,
        body=draw(BODIES),
        cookies=draw(COOKIES),
    )


def as_environ(event: dict[str, Any]) -> dict[str, Any]:
    """Return what a server that heard the same request itself would hand to the app."""
    raw = event.get("body") or ""
    body = base64.b64decode(raw) if event["isBase64Encoded"] else raw.encode()
    environ = {
        "REQUEST_METHOD": event["requestContext"]["http"]["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(event["rawPath"]).decode("latin-1"),
        "QUERY_STRING": event["rawQueryString"],
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": event["headers"]["content-type"],
        "HTTP_ACCEPT": event["headers"]["accept"],
        "HTTP_HOST": "binh-yen.example",
        "HTTP_USER_AGENT": event["headers"]["user-agent"],
        "REMOTE_ADDR": VIEWER,
        "SERVER_NAME": "binh-yen.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
    }
    if event.get("cookies"):
        environ["HTTP_COOKIE"] = "; ".join(event["cookies"])
    return environ


@settings(max_examples=200, deadline=None)
@given(events())
def test_an_app_sees_what_it_would_see_without_lambda(event: dict[str, Any]) -> None:
    direct = json.loads(b"".join(echo(as_environ(event), lambda *_: None)))

    seen = seen_by_app(event)

    assert seen == direct


@settings(max_examples=200, deadline=None)
@given(events())
def test_apig_wsgi_and_this_adapter_agree(event: dict[str, Any]) -> None:
    """But for what it leaves to the app behind it: host, forwarding and the viewer."""
    theirs = json.loads(apig_wsgi.make_lambda_handler(echo)(event, None)["body"])

    ours = seen_by_app(event)

    for name in ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_LENGTH", "CONTENT_TYPE",
                 "HTTP_ACCEPT", "HTTP_USER_AGENT", "SERVER_PROTOCOL", "body"):  # fmt: skip
        assert ours[name] == theirs[name]
    cookies = theirs["HTTP_COOKIE"]
    assert ours.get("HTTP_COOKIE", "").replace("; ", ";") == cookies


ANSWER_TYPES = st.sampled_from(
    ["text/html; charset=utf-8", "application/json", "image/jpeg", "application/octet-stream"]
)


@settings(max_examples=200, deadline=None)
@given(st.text(SIGNS, max_size=100), ANSWER_TYPES, COOKIES)
def test_apig_wsgi_and_this_adapter_answer_alike(text: str, kind: str, cookies: list[str]) -> None:
    headers = [("Content-Type", kind), ("X-One", "1"), *(("Set-Cookie", each) for each in cookies)]
    app = answering("201 CREATED", headers, text.encode())

    ours = answer_of(app)

    assert ours == apig_wsgi.make_lambda_handler(app)(http_event("GET", "/"), None)


def test_a_raw_non_ascii_path_is_the_same_as_an_escaped_one() -> None:
    raw = seen_by_app(http_event("GET", "/phường-tân-an/tố-giác/"))

    escaped = seen_by_app(http_event("GET", quote("/phường-tân-an/tố-giác/")))

    assert raw["PATH_INFO"].encode("latin-1").decode() == "/phường-tân-an/tố-giác/"
    assert raw == escaped


@pytest.mark.parametrize(
    ("path", "seen"),
    [("/prod/tim", "/tim"), ("/prod/", "/"), ("/prod", "/"), ("/product/x", "/product/x")],
)
def test_the_name_of_a_stage_is_no_part_of_the_path(path: str, seen: str) -> None:
    environ = seen_by_app(http_event("GET", path, stage="prod"))

    assert (environ["PATH_INFO"], environ["SCRIPT_NAME"]) == (seen, "")


def test_without_a_named_stage_nothing_is_cut_off() -> None:
    assert seen_by_app(http_event("GET", "/$default/x"))["PATH_INFO"] == "/$default/x"


def test_two_cookies_come_in_as_one_header_and_go_out_as_two() -> None:
    app = answering("200 OK", [("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2")], b"")

    environ = seen_by_app(http_event("GET", "/", cookies=["a=1", "b=2"]))
    answer = answer_of(app)

    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert answer["cookies"] == ["a=1; Path=/", "b=2"]
    assert "set-cookie" not in answer["headers"]


def test_an_answers_repeated_header_is_kept_whole() -> None:
    app = answering("200 OK", [("Vary", "Accept"), ("vary", "Cookie")], b"")

    assert answer_of(app)["headers"]["vary"] == "Accept, Cookie"


@pytest.mark.parametrize("missing", ["body", "isBase64Encoded", "cookies", "rawQueryString"])
def test_an_event_without_a_part_is_a_request_without_it(missing: str) -> None:
    event = http_event("GET", "/tim")
    event.pop(missing, None)

    seen = seen_by_app(event)

    assert (seen["CONTENT_LENGTH"], seen["QUERY_STRING"]) == ("0", "")


def test_bytes_go_both_ways_as_base64() -> None:
    every_byte = bytes(range(256))
    app = answering("200 OK", [("Content-Type", "image/jpeg")], every_byte)

    seen = seen_by_app(http_event("POST", "/", body=every_byte))
    answer = answer_of(app)

    assert seen["body"] == hashlib.sha256(every_byte).hexdigest()
    assert (answer["isBase64Encoded"], body_of(answer)) == (True, every_byte)


@pytest.mark.parametrize(
    "headers",
    [
        [("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip")],
        [("Content-Type", "text/plain; charset=latin-1")],
    ],
)
def test_a_text_that_is_none_goes_as_base64(headers: list[tuple[str, str]]) -> None:
    answer = answer_of(answering("200 OK", headers, b"\x1f\x8b\xff"))

    assert (answer["isBase64Encoded"], body_of(answer)) == (True, b"\x1f\x8b\xff")


def test_a_head_request_gets_no_body() -> None:
    app = answering("200 OK", [("Content-Type", "text/html"), ("Content-Length", "5")], b"hello")

    answer = answer_of(app, http_event("HEAD", "/"))

    assert (answer["body"], answer["headers"]["content-length"]) == ("", "5")


def test_the_app_closes_what_it_sends() -> None:
    closed: list[bool] = []

    class Chunks(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Chunks:
        start_response("200 OK", [("Content-Type", "text/plain")])(b"wrote ")
        return Chunks([b"a", b"b"])

    answer = answer_of(app)

    assert (answer["body"], closed) == ("wrote ab", [True])


@pytest.mark.parametrize(
    ("passed_on", "address"),
    [
        (f"{VIEWER}, {CLOUDFRONT}", VIEWER),
        (f"6.6.6.6, 7.7.7.7,{VIEWER},{CLOUDFRONT}", VIEWER),
        (f"2001:db8::7, {CLOUDFRONT}", "2001:db8::7"),
        (CLOUDFRONT, CLOUDFRONT),
        ("", CLOUDFRONT),
    ],
)
def test_the_sender_is_whom_cloudfront_saw(passed_on: str, address: str) -> None:
    """What a sender writes ahead of it is never believed."""
    event = http_event("GET", "/", headers={"x-forwarded-for": passed_on})

    assert seen_by_app(event)["REMOTE_ADDR"] == address


def test_no_header_about_the_way_reaches_the_app() -> None:
    hostile = {
        "forwarded": "for=6.6.6.6;host=evil.example",
        "x-forwarded-host": "evil.example",
        "host": "evil.example",
        "transfer-encoding": "chunked",
        "content-length": "999",
        "sec_fetch_site": "same-origin",
    }

    seen = seen_by_app(http_event("POST", "/", headers=hostile, body="abc"))

    assert seen["HTTP_HOST"] == "binh-yen.example"
    assert seen["CONTENT_LENGTH"] == "3"
    assert seen.keys().isdisjoint(
        {"HTTP_FORWARDED", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_FOR", "HTTP_SEC_FETCH_SITE",
         "HTTP_X_FORWARDED_PROTO", "HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_LENGTH"}
    )  # fmt: skip


def test_a_repeated_field_of_a_query_stays_repeated() -> None:
    seen = seen_by_app(http_event("GET", "/", query="a=1&a=2&b=%C4%91"))

    assert seen["QUERY_STRING"] == "a=1&a=2&b=%C4%91"


@pytest.mark.parametrize("text", ["%%%", "QUJ", "YWJj!", "đ"])
def test_base64_that_is_none_gets_the_page_for_broken_requests(text: str) -> None:
    world = World(PUBLIC_URL)
    event = http_event("POST", f"/api/units/{UNIT}/tips", headers={"content-type": MULTIPART})
    event |= {"body": text, "isBase64Encoded": True}

    answer = serve_events(world.tips_app, PUBLIC_URL)(event, None)

    assert answer["statusCode"] == 400
    assert "<!doctype html>" in answer["body"].lower()
    assert world.stored() == []


def test_a_body_that_no_event_can_hold_gets_the_page_for_large_ones() -> None:
    world = World(PUBLIC_URL)
    event = http_event(
        "POST",
        "/api/receipts",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=b"receipt_code=" + b"1" * (6 * 1024 * 1024 + 1),
    )

    answer = serve_events(world.tips_app, PUBLIC_URL)(event, None)

    assert answer["statusCode"] == 413


def test_a_tip_with_a_photo_is_stored_as_it_came() -> None:
    world = World(PUBLIC_URL)
    body = multipart({"category": "gay-roi", "text": "Có người lạ."}, [(JPEG, "a.jpg")])
    headers = {"content-type": MULTIPART, "accept": "application/json"}

    answer = serve_events(world.tips_app, PUBLIC_URL)(
        http_event("POST", f"/api/units/{UNIT}/tips", headers=headers, body=body), None
    )

    (tip,) = world.stored()
    assert answer["statusCode"] == 201
    assert (tip.content.text, len(tip.attachments)) == ("Có người lạ.", 1)


def test_an_unknown_route_gets_our_own_page() -> None:
    world = World(PUBLIC_URL)

    answer = serve_events(world.tips_app, PUBLIC_URL)(http_event("GET", "/api/khong-co"), None)

    assert answer["statusCode"] == 404
    assert answer["headers"]["content-security-policy"]


def test_the_hosts_name_of_the_api_is_no_reason_to_refuse() -> None:
    world = World(PUBLIC_URL)

    answer = serve_events(world.tips_app, PUBLIC_URL)(json_event("/api/receipts", {}), None)

    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["errors"]


SECRETS = ("new-secret", "secret-before")


@pytest.mark.parametrize("named", SECRETS)
def test_the_secret_of_cloudfront_opens_and_is_not_passed_on(named: str) -> None:
    seen: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.append(environ)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"here"]

    event = http_event("GET", "/", headers={"x-binhyen-origin": named})
    answer = serve_events(app, PUBLIC_URL, SECRETS)(event, None)

    assert (answer["statusCode"], answer["body"]) == (200, "here")
    assert named not in seen[0].values()


@pytest.mark.parametrize(
    "headers", [{}, {"x-binhyen-origin": ""}, {"x-binhyen-origin": "new-secre"},
                {"x-binhyen-origin": "new-secret,secret-before"}, {"x-binhyen-origin": "bí mật"},
                {"x_binhyen_origin": "new-secret"}],
)  # fmt: skip
def test_who_asks_past_cloudfront_is_refused_without_a_word(headers: dict[str, str]) -> None:
    forged = {"x-forwarded-for": "6.6.6.6, 7.7.7.7", **headers}

    answer = serve_events(echo, PUBLIC_URL, SECRETS)(http_event("GET", "/", headers=forged), None)

    assert (answer["statusCode"], answer["body"]) == (403, "")


def test_an_event_without_headers_is_refused_where_a_secret_is_wanted() -> None:
    bare = {**http_event("GET", "/"), "headers": None}

    assert serve_events(echo, PUBLIC_URL, SECRETS)(bare, None)["statusCode"] == 403
