"""The nginx site of `deploy/local` before a real `binhyen web`."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from publish.csp import style_hashes
from tests.local.proxy import (
    HOST,
    Proxy,
    recording_app,
    refusing_app,
    running,
    silent_app,
    wait_for_port,
)
from tests.ports import free_port
from tests.system import BINHYEN

UNIT = "phuong-tan-an"
ONCE = (
    "content-security-policy", "x-content-type-options", "strict-transport-security",
    "cache-control",
)  # fmt: skip


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("door")
    app_port = free_port()
    proxy = Proxy(folder, app_port)
    env = {
        **os.environ,
        "BINHYEN_DATA_DIR": str(folder / "data"),
        "BINHYEN_KEY_FILE": str(folder / "key"),
        "BINHYEN_PUBLIC_URL": proxy.url(),
        "BINHYEN_PORT": str(app_port),
        "BINHYEN_ZALO_SANDBOX": "0",
    }
    with subprocess.Popen([BINHYEN, "web"], env=env, stderr=subprocess.DEVNULL) as web:
        try:
            wait_for_port(app_port, web)
            with running(proxy):
                yield proxy
        finally:
            web.terminate()
            web.wait(10)


def header_counts(headers: object) -> Counter[str]:
    return Counter(name.lower() for name, _ in headers.items())  # type: ignore[attr-defined]


def logged(door: Proxy, path: str) -> dict[str, object]:
    """Return the line of a path; nginx writes it just after the answer."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for line in map(json.loads, door.access_log.splitlines()):
            if line["path"] == path:
                return dict(line)
        time.sleep(0.02)
    raise AssertionError(door.access_log)


def test_site_file_is_sound_to_nginx(door: Proxy) -> None:
    checked = subprocess.run([*door.command, "-t", "-q"], capture_output=True, check=False)

    assert (checked.returncode, checked.stderr) == (0, b"")


def test_the_app_answers_through_the_proxy_under_its_own_name(door: Proxy) -> None:
    answer = door.request("GET", "/api/health")

    assert (answer.status, answer.json()) == (200, {"status": "ok"})


def test_a_tip_sent_through_the_proxy_gets_its_receipt(door: Proxy) -> None:
    body = json.dumps({"category": "khac", "text": "Một tin qua cửa."}).encode()

    answer = door.request(
        "POST", f"/api/units/{UNIT}/tips", body, Content_Type="application/json",
        Accept="application/json",
    )  # fmt: skip

    assert answer.status == 201
    assert len(answer.json()["receipt_code"].replace(" ", "").replace("-", "")) == 20


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/api/receipts", 257 * 1024),
        ("/api/receipts/deletion", 257 * 1024),
        (f"/api/units/{UNIT}/tips", 53 * 1024**2),
        ("/api/receipts/messages", 53 * 1024**2),
    ],
)
def test_a_body_over_its_routes_cap_gets_413_before_it_is_sent(
    door: Proxy, path: str, size: int
) -> None:
    with door.tls_socket() as phone:
        phone.sendall(
            f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {size}\r\n\r\n".encode()
        )
        answer = phone.recv(4096)

    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("path", [f"/api/units/{UNIT}/tips", "/api/receipts/messages"])
def test_a_form_with_photos_may_be_as_large_as_the_app_takes(door: Proxy, path: str) -> None:
    answer = door.request(
        "POST", path, b"x" * (2 * 1024**2), Content_Type="text/plain",
        Accept="application/json",
    )  # fmt: skip

    assert answer.status == 415


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/health", 200), ("GET", "/khong-co/", 404), ("POST", "/api/receipts", 413)],
)
def test_security_headers_stand_exactly_once_on_every_answer(
    door: Proxy, method: str, path: str, status: int
) -> None:
    body = b"x" * (300 * 1024) if status == 413 else None

    answer = door.request(method, path, body)

    assert answer.status == status
    counts = header_counts(answer.headers)
    assert {name: counts[name] for name in ONCE} == dict.fromkeys(ONCE, 1)
    assert [name for name, count in counts.items() if count > 1] == []
    assert "nginx/" not in answer.headers.get("Server", "")


def test_plain_http_leads_to_https_with_path_and_query(door: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", door.http_port), timeout=10) as phone:
        phone.sendall(f"GET /theo-doi/?q=a HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
        answer = phone.recv(4096).decode()

    assert answer.startswith("HTTP/1.1 308 ")
    assert f"Location: {door.url('/theo-doi/?q=a')}\r\n" in answer


def test_another_hosts_name_gets_no_answer(door: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", door.http_port), timeout=10) as phone:
        phone.sendall(b"GET / HTTP/1.0\r\nHost: elsewhere.test\r\n\r\n")

        assert phone.recv(4096) == b""


def test_a_client_that_dawdles_over_its_headers_is_cut(door: Proxy) -> None:
    with door.tls_socket() as phone:
        phone.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n".encode())

        # It is let go although it never closes; the socket's own patience is longer.
        assert phone.recv(4096) == b""


def test_log_names_neither_address_nor_query_nor_one_time_link(door: Proxy) -> None:
    door.request("GET", "/tim?q=bi-mat-hoi", User_Agent="Trinh-duyet-la", Referer="https://x.vn/")
    door.request("GET", "/can-bo/vao/mot-lan-thoi")

    assert logged(door, "/tim")["status"] == 200
    assert logged(door, "/can-bo/vao/-")["method"] == "GET"
    logs = "".join(path.read_text() for path in (door.folder / "var/log/binhyen").iterdir())
    assert logs
    for secret in ("127.0.0.1", "bi-mat-hoi", "mot-lan-thoi", "Trinh-duyet-la", "x.vn"):
        assert secret not in logs


def test_what_a_sender_claims_of_its_address_is_overwritten(tmp_path: Path) -> None:
    claims = {
        "X_Forwarded_For": "203.0.113.9", "X_Real_IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9", "X_Forwarded_Host": "evil.test",
    }  # fmt: skip
    with recording_app() as (app_port, seen), running(Proxy(tmp_path, app_port)) as proxy:
        proxy.request("GET", "/", **claims)

    [headers] = seen
    assert headers["x-forwarded-for"] == ["127.0.0.1"]
    assert headers["host"] == [HOST]
    assert not headers.keys() & {"x-real-ip", "forwarded", "x-forwarded-host"}


@pytest.fixture(scope="module")
def deserted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A door behind which nothing runs."""
    with running(Proxy(tmp_path_factory.mktemp("deserted"), free_port())) as proxy:
        yield proxy


FROM_A_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("accept", [FROM_A_BROWSER, "*/*", "text/html, application/json;q=0.1"])
def test_while_the_app_is_down_people_get_a_page_that_tells_whom_to_call(
    deserted: Proxy, accept: str
) -> None:
    answer = deserted.request("GET", f"/{UNIT}/", Accept=accept)

    page = answer.data.decode()
    assert (answer.status, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert '<html lang="vi">' in page
    assert 'href="tel:113"' in page
    assert "xin gọi công an nơi bạn ở" in page
    assert "Tin của bạn chưa được lưu" in page
    assert "nginx" not in page
    # It stands alone: whatever it would load is down as well.
    assert not re.search(r"src=|<link|url\(|<script", page)


@pytest.mark.parametrize("size", [10, 2 * 1024**2])
def test_while_the_app_is_down_a_tip_sent_by_a_script_is_answered_in_json(
    deserted: Proxy, size: int
) -> None:
    answer = deserted.request(
        "POST", f"/api/units/{UNIT}/tips", b"x" * size, Accept="application/json"
    )

    assert (answer.status, answer.headers["Content-Type"]) == (502, "application/json")
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("", "unavailable")
    assert "chưa được lưu" in error["message"]
    assert answer.json()["phone"] == "113"


def test_while_the_app_is_down_a_large_form_gets_the_page_and_not_the_cap(deserted: Proxy) -> None:
    answer = deserted.request(
        "POST", f"/api/units/{UNIT}/tips", b"x" * 2 * 1024**2, Accept=FROM_A_BROWSER
    )

    assert answer.status == 502
    assert "Tin của bạn chưa được lưu" in answer.data.decode()


@pytest.mark.parametrize("accept", [FROM_A_BROWSER, "application/json"])
def test_while_the_app_is_down_the_answer_carries_the_strict_headers(
    deserted: Proxy, accept: str
) -> None:
    answer = deserted.request("GET", "/", Accept=accept)

    assert answer.status == 502
    counts = header_counts(answer.headers)
    assert {name: counts[name] for name in ONCE} == dict.fromkeys(ONCE, 1)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Retry-After"] == "30"


def assert_page_stands_alone(answer: urllib3.BaseHTTPResponse) -> None:
    """Whatever it would load may be refused or down as well; its own style is let through."""
    page = answer.data.decode()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<html lang="vi">' in page
    assert 'href="tel:113"' in page
    assert "nginx" not in page
    assert not re.search(r"src=|<link|url\(|<script", page)
    policy = answer.headers["Content-Security-Policy"]
    assert set(re.findall(r"'sha256-[^']+'", policy)) == style_hashes(page)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    counts = header_counts(answer.headers)
    assert {name: counts[name] for name in ONCE} == dict.fromkeys(ONCE, 1)


TOO_LARGE = (
    "quay lại trang trước, trình duyệt giữ những gì bạn đã gõ; chọn ít ảnh hơn hoặc ảnh nhỏ hơn"
    " (mỗi ảnh dưới 10 MB, nhiều nhất 5 ảnh)"
)
TOO_MANY = "Xin đợi một phút rồi thử lại. Việc khẩn cấp xin gọi 113"
TIPS = f"/api/units/{UNIT}/tips"


@pytest.mark.parametrize(("path", "size"), [("/api/receipts", 257 * 1024), (TIPS, 53 * 1024**2)])
def test_people_who_send_too_much_are_told_in_vietnamese_what_to_do(
    door: Proxy, path: str, size: int
) -> None:
    answer = door.announce(path, size, FROM_A_BROWSER)

    assert answer.status == 413
    assert_page_stands_alone(answer)
    assert "Nội dung gửi lớn quá" in answer.data.decode()
    assert TOO_LARGE in answer.data.decode()
    assert "Retry-After" not in answer.headers


def test_people_who_send_too_much_without_saying_so_are_told_as_well(door: Proxy) -> None:
    pieces = (b"x" * 64 * 1024 for _ in range(5))

    answer = door.request("POST", "/api/receipts", pieces, Accept=FROM_A_BROWSER)

    assert answer.status == 413
    assert TOO_LARGE in answer.data.decode()


def test_scripts_that_send_too_much_are_told_in_json(door: Proxy) -> None:
    answer = door.announce(TIPS, 53 * 1024**2, "application/json")

    assert (answer.status, answer.headers["Content-Type"]) == (413, "application/json")
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("", "body_too_large")
    assert TOO_LARGE in error["message"]


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A door for one at a time, with one in it."""
    with silent_app() as app_port:
        proxy = Proxy(tmp_path_factory.mktemp("crowded"), app_port)
        text = proxy.site.read_text()
        narrow = text.replace("binhyen_connections 256", "binhyen_connections 1")
        assert narrow != text
        # The one in it stays for as long as these tests take.
        patient = narrow.replace("client_body_timeout 20s", "client_body_timeout 300s")
        proxy.site.write_text(patient)
        with running(proxy), proxy.tls_socket() as first:
            first.sendall(
                f"POST {TIPS} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 9\r\n"
                "Expect: 100-continue\r\n\r\n".encode()
            )
            # Said when its body is waited for, which is after it was counted.
            assert first.recv(4096).startswith(b"HTTP/1.1 100 ")
            yield proxy


def test_people_in_a_crowd_are_asked_in_vietnamese_to_wait(crowded: Proxy) -> None:
    answer = crowded.request("GET", "/", Accept=FROM_A_BROWSER)

    assert (answer.status, answer.headers["Retry-After"]) == (429, "60")
    assert_page_stands_alone(answer)
    assert "Đang có quá nhiều người gửi cùng lúc" in answer.data.decode()
    assert TOO_MANY in answer.data.decode()


def test_scripts_in_a_crowd_are_asked_in_json_to_wait(crowded: Proxy) -> None:
    answer = crowded.request("POST", TIPS, b"x" * 2 * 1024**2, Accept="application/json")

    assert (answer.status, answer.headers["Content-Type"]) == (429, "application/json")
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("", "too_many_requests")
    assert TOO_MANY in error["message"]
    assert answer.json()["phone"] == "113"


def test_policy_of_the_page_lets_its_own_style_through_and_nothing_else(deserted: Proxy) -> None:
    answer = deserted.request("GET", "/")

    assert_page_stands_alone(answer)


@pytest.mark.parametrize("page", ["app-down", "too-large", "too-many"])
def test_pages_of_the_proxy_cannot_be_asked_for(door: Proxy, page: str) -> None:
    answer = door.request("GET", f"/.own/{page}.html")

    assert answer.status == 404


def test_an_app_that_never_answers_is_covered_by_the_page(tmp_path: Path) -> None:
    with (
        silent_app() as app_port,
        running(Proxy(tmp_path, app_port, is_impatient=True)) as proxy,
    ):
        answer = proxy.request("GET", "/", Accept=FROM_A_BROWSER)

    assert answer.status == 504
    assert "Tin của bạn chưa được lưu" in answer.data.decode()


@pytest.mark.parametrize("accept", [FROM_A_BROWSER, "application/json"])
@pytest.mark.parametrize("status", [413, 429, 503])
def test_what_the_app_says_in_a_refusal_of_its_own_passes_unchanged(
    tmp_path: Path, status: int, accept: str
) -> None:
    words = b"its own words"
    with refusing_app(status, words) as app_port, running(Proxy(tmp_path, app_port)) as proxy:
        answer = proxy.request("GET", "/", Accept=accept)

    assert (answer.status, answer.data) == (status, words)
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["Retry-After"] == "7"
