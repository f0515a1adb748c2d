"""Whatever is sent to the protocol is answered in JSON with a sentence, and never by a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.content.decap.protocol import ACTIONS
from tests.content.protocol.kit import (
    OWN,
    OWN_COLLECTION,
    OWN_FOLDER,
    SHARED,
    persist,
    put_back,
    references,
)
from tests.content.world import PROVINCE_APPROVER, Desk, EditingWorld

NEW = f"{OWN_FOLDER}/trang-moi.md"


def send(desk: Desk, body: bytes, content_type: str = "application/json") -> Any:
    return desk.client.post(
        "/api/v1", data=body, content_type=content_type, headers={"X-CSRF-Token": desk.csrf_token}
    )


def assert_told(answer: Any, *statuses: int) -> None:
    assert answer.status_code in statuses, answer.text
    assert answer.is_json
    assert isinstance(answer.json["error"], str)
    assert answer.json["error"].strip()
    # The catalogue's sentences, not their codes.
    assert " " in answer.json["error"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"info"',
        b"12",
        b"NaN",
        b"{}",
        b'{"action": null}',
        b'{"action": 12, "params": {}}',
        b'{"action": ["info"], "params": {}}',
        b'{"action": {"a": 1}, "params": {}}',
        b'{"action": "info", "params": []}',
        b'{"action": "info", "params": "x"}',
        b'{"action": "\\ud800", "params": {}}',
        b"\xff\xfe",
        b'{"action": "inf\xffo"}',
        b"[" * 200_000,
        b'{"action":' * 50_000,
        b'{"action": ' + b"9" * 10_000 + b"}",
        b'{"action": "info", "params": {}} trailing',
        b"\0" * 1000,
        b"action=info&params=",
    ],
    ids=range(23),
)
def test_a_body_that_is_no_call_is_told(desk: Desk, body: bytes) -> None:
    assert_told(send(desk, body), 400)


@pytest.mark.parametrize("action", ["", "Info", "info ", "__class__", "toString", "x" * 10_000])
def test_an_action_that_nobody_knows_is_told(desk: Desk, action: str) -> None:
    assert_told(desk.call(action), 422)


def test_the_kind_of_content_that_is_named_does_not_matter(desk: Desk) -> None:
    body = json.dumps({"action": "info", "params": {}}).encode()

    for content_type in ("text/plain", "application/json; charset=utf-16", "nonsense", ""):
        assert send(desk, body, content_type).status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_other_methods_are_told_in_json(desk: Desk, method: str) -> None:
    answer = getattr(desk.client, method)("/api/v1", headers={"X-CSRF-Token": desk.csrf_token})

    assert_told(answer, 405)
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("address", ["/api/", "/api/v2", "/api/v1/", "/api/v1/info", "/api/%00"])
def test_other_addresses_below_api_are_told_in_json(desk: Desk, address: str) -> None:
    assert_told(desk.client.post(address, headers={"X-CSRF-Token": desk.csrf_token}), 404)


@pytest.mark.parametrize("header", ["application/json", "text/html", "*/*", "nonsense"])
def test_errors_are_json_whatever_the_caller_accepts(desk: Desk, header: str) -> None:
    answer = desk.client.post("/api/v1", data=b"x", headers={"Accept": header})

    assert_told(answer, 403)


@pytest.mark.parametrize("size", [17 * 1024 * 1024, 30 * 1024 * 1024])
def test_a_body_that_is_too_large_is_told(desk: Desk, size: int) -> None:
    answer = send(desk, b'{"action": "persistEntry", "params": {"raw": "' + b"x" * size + b'"}}')

    assert_told(answer, 413)
    assert "10 MB" in answer.json["error"]


def test_a_body_that_is_too_large_is_told_before_the_session_is_known(world: EditingWorld) -> None:
    stranger = Desk(world.app.test_client(), "")

    assert_told(send(stranger, b"x" * 17 * 1024 * 1024), 401, 413)


def test_a_text_of_a_megabyte_pasted_from_word_is_told(world: EditingWorld, desk: Desk) -> None:
    raw = "---\ntitle: Dán từ Word\n---\n" + "<p class=MsoNormal>Đoạn văn.</p>\n" * 30_000

    answer = persist(desk, NEW, raw, new=True)

    assert_told(answer, 422)
    assert [problem["code"] for problem in answer.json["problems"]] == ["text-too-long"]
    assert world.store.drafts() == []


@pytest.mark.parametrize(
    "raw",
    [
        "---\ntitle: [\n---\nx\n",
        "---\ntitle: a\n  b: c\n---\nx\n",
        "---\n\t- x\n---\n",
        "---\n- a\n- b\n---\nx\n",
        "---\njust a text\n---\nx\n",
        "---\na: &a [*a]\n---\nx\n",
        "---\ntitle: !!python/object/apply:os.system [ls]\n---\nx\n",
        "---\n? [a, b]\n: c\n---\nx\n",
        "---\ntitle: x\ntitle: y\n---\nx\n",
        "---\ntitle: " + "[" * 5_000 + "\n---\nx\n",
        "---\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)) + "---\n",
        "",
        "\n",
        "---",
        "---\n---\n",
        "no front matter at all\n",
        "---\ntitle: never ended\n",
        "---\nnobody: knows this key\n---\nx\n",
        "---\ntitle: 12\nposted_on: 2026-13-45\n---\nx\n",
        "---\ntitle: x\nposted_on: .inf\n---\nx\n",
        "---\ntitle: x\n1: 2\n---\nx\n",
        "---\ntitle: x\nnull: 2\n---\nx\n",
        "---\ntitle: \0\n---\n\0\n",
        "---\ntitle: \x1b[31m\n---\n\u202e\ufeff\n",
        "---\ntitle: 🎉\n---\n🎉\n",
        "---\ntitle: " + "dài " * 75 + "\n---\nx\n",
        "---\r\ntitle: x\r\n---\r\nx\r\n",
        "---\ntitle: 2026-11-20T99:99:99\n---\nx\n",
        "---\ntitle: 1:2:3\n---\nx\n",
        "---\ntitle: 0x" + "f" * 5000 + "\n---\nx\n",
        "---\ntitle: 1" + "0" * 5000 + "\n---\nx\n",
    ],
    ids=range(31),
)
def test_any_text_is_saved_or_told_and_never_breaks(
    world: EditingWorld, desk: Desk, raw: str
) -> None:
    answer = persist(desk, NEW, raw, new=True)

    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 422:
        assert_told(answer, 422)
        assert world.store.drafts() == []
    else:
        opened = desk.call(
            "unpublishedEntryDataFile", collection=OWN_COLLECTION, slug="trang-moi", path=NEW
        )
        assert opened.status_code == 200


def test_half_of_a_sign_is_told(world: EditingWorld, desk: Desk) -> None:
    for part in ("---\ntitle: x\n---\n\ud83d\n", "\udfff"):
        assert_told(persist(desk, NEW, part, new=True), 400)

    assert world.store.drafts() == []


@pytest.mark.parametrize(
    "asset",
    [
        None,
        "x",
        [],
        {},
        {"path": f"{OWN_FOLDER}/a.jpg"},
        {"path": f"{OWN_FOLDER}/a.jpg", "content": 12},
        {"path": f"{OWN_FOLDER}/a.jpg", "content": "not base64!"},
        {"path": f"{OWN_FOLDER}/a.jpg", "content": "aaaaa"},
        {"path": f"{OWN_FOLDER}/a.jpg", "content": "đđđđ"},
        {"path": 12, "content": ""},
        {"path": ["x"], "content": ""},
    ],
    ids=range(11),
)
def test_a_file_that_is_none_is_told(world: EditingWorld, desk: Desk, asset: Any) -> None:
    raw = "---\ntitle: x\n---\n![](a.jpg)\n"

    assert_told(persist(desk, NEW, raw, assets=[asset], new=True), 400)
    assert_told(desk.call("persistMedia", asset=asset), 400)

    assert world.store.drafts() == []


@pytest.mark.parametrize(
    "base", [{NEW: 12}, {NEW: None}, {NEW: ["x"]}, [NEW], "x", 12, {NEW: "\ud800"}], ids=range(7)
)
def test_a_base_of_another_type_is_told(desk: Desk, base: Any) -> None:
    assert_told(persist(desk, NEW, "---\ntitle: x\n---\nx\n", base=base), 400)


@pytest.mark.parametrize("base", ["", "x", "0" * 40, "g" * 40, "--help", "HEAD", "đ" * 40, "\0"])
def test_a_base_that_nobody_knows_is_a_conflict_and_never_a_crash(
    world: EditingWorld, desk: Desk, base: str
) -> None:
    answer = persist(desk, OWN, "---\ntitle: x\n---\nx\n", base={OWN: base})

    assert_told(answer, 409, 422)
    assert world.store.drafts() == []


@pytest.mark.parametrize("name", ["dataFiles", "assets", "base", "options"])
def test_a_save_whose_parts_have_another_type_is_told(
    world: EditingWorld, desk: Desk, name: str
) -> None:
    sent = {"dataFiles": [{"path": NEW, "slug": "x", "raw": "---\ntitle: x\n---\n"}]}

    for odd in ("x", 12, True):
        assert_told(desk.call("persistEntry", **(sent | {name: odd})), 400)

    assert world.store.drafts() == []


@pytest.mark.parametrize("status", ["", "published", "DRAFT", "in-review", "x" * 1000])
def test_a_status_that_is_none_is_told(desk: Desk, status: str) -> None:
    persist(desk, NEW, "---\ntitle: x\n---\nx\n", new=True)

    answer = desk.call(
        "updateUnpublishedEntryStatus",
        collection=OWN_COLLECTION,
        slug="trang-moi",
        newStatus=status,
    )

    assert_told(answer, 422)


_ODD = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=40)
    | st.sampled_from([OWN, SHARED, OWN_FOLDER, OWN_COLLECTION, "trang-moi", "\0", "..", "a" * 300])
)
_NAMES = st.sampled_from(
    [
        "path",
        "paths",
        "folder",
        "mediaFolder",
        "files",
        "collection",
        "slug",
        "id",
        "dataFiles",
        "raw",
        "assets",
        "asset",
        "content",
        "encoding",
        "options",
        "newEntry",
        "newPath",
        "newStatus",
        "base",
        "seen",
        "extension",
        "depth",
    ]
)
_VALUES = st.recursive(
    _ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=10,
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(action=st.sampled_from(sorted(ACTIONS)), params=st.dictionaries(_NAMES, _VALUES, max_size=6))
def test_no_parameters_of_any_shape_break_an_action(
    shared_world: EditingWorld, action: str, params: dict[str, Any]
) -> None:
    desk = shared_world.app.extensions.setdefault(
        "desk_of_the_test", shared_world.sign_in(PROVINCE_APPROVER)
    )
    before = references(shared_world)

    answer = desk.call(action, **params)

    assert answer.status_code < 500, answer.text
    assert answer.is_json
    assert answer.status_code == 200 or answer.json["error"]
    put_back(shared_world, before)
