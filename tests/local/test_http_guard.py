"""Raw requests that must not get through the web server as they are."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.local.server import make_server
from tests.system import System


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    running = System(tmp_path_factory.mktemp("guard"))
    running.start()
    yield running
    running.stop()


def answer_to(system: System, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", system.port), timeout=10) as connection:
        answer = b""
        # A server that closes with unread bytes before it resets the connection.
        with contextlib.suppress(OSError):
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                answer += chunk
    return answer


HOST = b"Host: 127.0.0.1\r\n"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST /api/receipts HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /api/health HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n",
        b"GET /api/health HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /api/health HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    ],
)
def test_a_request_that_two_servers_read_differently_is_refused(
    server: System, request_bytes: bytes
) -> None:
    assert answer_to(server, request_bytes).split(b" ", 2)[1] == b"400"


def test_headers_over_the_cap_are_refused(server: System) -> None:
    request = b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 20_000 + b"\r\n\r\n"

    answer = answer_to(server, request)

    assert answer == b"" or answer.startswith(b"HTTP/1.0 431")
    assert server.is_healthy()


@pytest.mark.parametrize("accept", [b"text/html", b"application/json"])
def test_a_body_over_the_servers_cap_is_refused_in_vietnamese(
    server: System, accept: bytes
) -> None:
    answer = answer_to(
        server,
        b"POST /api/units/phuong-tan-an/tips HTTP/1.1\r\n" + HOST + b"Accept: " + accept
        + b"\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 900000000\r\n\r\n",
    )  # fmt: skip

    head, body = answer.split(b"\r\n\r\n", 1)
    assert head.split(b" ", 2)[1] == b"413"
    if accept == b"application/json":
        assert json.loads(body)["errors"][0]["code"] == "body_too_large"
    assert "Nội dung này chưa được lưu" in body.decode()


def test_the_site_answers_with_its_headers_and_no_way_out_of_its_folder(server: System) -> None:
    home = answer_to(server, b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    outside = answer_to(
        server, b"GET /../facts.json HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    )
    strange = answer_to(
        server, b"GET /%00/%2e%2e/facts.json HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    )

    head = home.split(b"\r\n\r\n", 1)[0].decode()
    assert head.startswith("HTTP/1.1 200")
    assert "script-src 'self'" in head
    assert "unsafe-inline" not in head
    assert "Cache-Control: no-cache" in head
    assert outside.split(b" ", 2)[1] == b"404"
    assert strange.split(b" ", 2)[1] == b"404"


def test_behind_a_proxy_the_senders_address_is_the_one_it_passes_on() -> None:
    seen: list[str] = []

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.append(environ["REMOTE_ADDR"])
        start_response("200 OK", [])
        return [b""]

    for public_url in ("http://127.0.0.1:8000", "https://binhyen.example.vn"):
        server = make_server(app, 0, public_url)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        request = b"GET / HTTP/1.0\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n"
        with socket.create_connection(("127.0.0.1", server.effective_port), 10) as connection:
            connection.sendall(request)
            connection.recv(1000)
        server.close()
        server.task_dispatcher.shutdown()

    assert seen == ["127.0.0.1", "198.51.100.7"]
