"""The page for whoever has to sign in first: where to go, and by what steps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from functions.core.signin import SESSION_LIFE
from tests.content.small_site import small_world, text_of
from tests.content.world import EDITOR, EditingWorld

PORTAL = "http://127.0.0.1:8000"
TO_PORTAL = re.compile(rf'<a class="st-plain" href="{PORTAL}/can-bo/"([^>]*)>trang cán bộ</a>')


@pytest.fixture
def world(tmp_path: Path) -> EditingWorld:
    return small_world(tmp_path)


def test_who_is_signed_out_is_led_to_the_page_of_officers_step_by_step(world: EditingWorld) -> None:
    client = world.app.test_client()

    answers = [
        client.get("/sua-nhanh/"),
        client.get("/"),
        client.post("/vao", data={"secret": "x"}),
    ]

    for answer in answers:
        assert answer.status_code == 401
        assert TO_PORTAL.findall(answer.text) == [""]
        said = text_of(answer)
        assert "nhắn từ “đăng nhập” cho Zalo OA của đơn vị" in said
        assert "bấm “Sửa trang của đơn vị”, rồi bấm “Mở trang biên tập”" in said
        assert "người quản trị hệ thống" in said


def test_way_to_sign_in_leaves_what_was_typed_on_the_screen(world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)
    world.clock.advance(SESSION_LIFE)

    answer = desk.post("/sua-nhanh/phuong-tan-an/gio", hours="Cả ngày")

    assert "Cả ngày" in answer.text
    assert TO_PORTAL.findall(answer.text) == [' target="_blank" rel="noopener"']
