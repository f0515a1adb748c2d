"""Requests that no browser makes: always an answer, never a 5xx."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.signin import issue_link
from functions.web.requests import BoundedFile
from tests.functions.world import ALL_FIELDS, OFFICER, World

WORLD = World()
WORLD.send(ALL_FIELDS)
_, COOKIE = (
    WORLD.staff.post("/can-bo/vao", data={"secret": issue_link(OFFICER, WORLD.signin)})
    .headers["Set-Cookie"]
    .split(";")[0]
    .split("=", 1)
)

latin = st.text(st.characters(max_codepoint=255), max_size=40)
paths = st.one_of(
    latin,
    st.builds(
        lambda start, rest: start + rest,
        st.sampled_from(
            ["/api/units/", "/can-bo/tin/", "/can-bo/vao/", "/can-bo/tin/TB-0/anh/", "/can-bo/"]
        ),
        latin,
    ),
)
headers = st.dictionaries(
    st.sampled_from(
        ["HTTP_ACCEPT", "HTTP_COOKIE", "HTTP_ORIGIN", "HTTP_USER_AGENT", "HTTP_SEC_FETCH_SITE",
         "HTTP_HOST", "CONTENT_TYPE", "QUERY_STRING", "HTTP_RANGE", "HTTP_IF_MODIFIED_SINCE"]
    ),
    st.one_of(latin, st.just(f"binhyen_session={COOKIE}")),
)  # fmt: skip


def raw_answer(app: Any, environ: dict[str, Any]) -> int:
    """Call an app as a server does, without the test client's tidying up."""
    statuses: list[str] = []
    chunks = app(environ, lambda status, *_: statuses.append(status))
    assert b"Traceback" not in b"".join(chunks)
    chunks.close()
    return int(statuses[0].split()[0])


@settings(max_examples=400, derandomize=True, database=None, deadline=None)
@given(
    path=paths,
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "OPTIONS", "X"]),
    odd=headers,
    body=st.binary(max_size=60),
    length=st.sampled_from(["", "0", "5", "60", "-1", "x", "9" * 30]),
)
def test_any_request_is_answered_without_a_5xx(
    path: str, method: str, odd: dict[str, str], body: bytes, length: str
) -> None:
    for app in (WORLD.tips_app, WORLD.staff_app):
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1:8000", "HTTP_COOKIE": f"binhyen_session={COOKIE}",
            "CONTENT_LENGTH": length, "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
            "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(), "REMOTE_ADDR": "::1",
        } | odd  # fmt: skip

        assert raw_answer(app, environ) < 500


def test_upload_is_cut_off_in_memory_where_it_is_too_large() -> None:
    file = BoundedFile(10)

    written = [file.write(b"12345678"), file.write(b"12345678"), file.write(b"1")]

    file.seek(0)
    assert written == [8, 8, 1]
    assert file.read() == b"1234567812"
