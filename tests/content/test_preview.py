"""What somebody writes is shown to them as the real page."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from functions.installed import PROJECT
from tests.content.world import EDITOR, OTHER, PROVINCE_EDITOR, UNIT, Desk, EditingWorld

NOTICES = f"{UNIT}--thong-bao"
DATA = {"title": "Cắt nước", "posted_on": "2026-11-19", "valid_until": "2026-12-01"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    """The pages of the project as last built: nothing is changed by a preview."""
    return EditingWorld(tmp_path_factory.mktemp("preview"), out=PROJECT / "build")


def drawn(desk: Desk, collection: str, slug: str, data: Any, body: str = "") -> Any:
    return desk.client.post(
        "/api/preview",
        data=json.dumps({"collection": collection, "slug": slug, "data": data, "body": body}),
        content_type="application/json",
        headers={"X-CSRF-Token": desk.csrf_token},
    )


def test_a_notice_is_shown_in_its_real_page_with_what_it_looks_like(world: EditingWorld) -> None:
    answer = drawn(world.sign_in(EDITOR), NOTICES, "", DATA, "Từ **7 giờ**.\n")

    html = answer.json["html"]
    assert answer.status_code == 200
    assert "<strong>7 giờ</strong>" in html
    assert "Cắt nước" in html
    assert 'href="/trang/assets/site.css"' in html
    assert f'href="/trang/{UNIT}/' in html


def test_a_shared_page_is_shown_as_it_would_be(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_EDITOR)
    entry = desk.call("getEntry", path="site/canh-bao/co-lam-giay-to.md")
    meta, body = entry.json["data"].split("---\n", 2)[1:]
    data = yaml.safe_load(meta) | {"title": "Nhận làm giấy tờ rất nhanh"}

    answer = drawn(desk, "canh-bao", "co-lam-giay-to", data, body)

    assert answer.status_code == 200, answer.json
    assert "Nhận làm giấy tờ rất nhanh" in answer.json["html"]


@pytest.mark.parametrize(
    "picture",
    [
        "so-do.png",
        "small.jpg",
        "img_1234.jpg",
        "_dsc0001.jpeg",
        "so.do~2.webp",
        "hinh.heic",
        'so-do.jpg "Chú thích"',
    ],
)
def test_a_picture_that_is_still_in_the_browser_keeps_nothing_from_being_shown(
    picture: str,
    world: EditingWorld,
) -> None:
    answer = drawn(world.sign_in(EDITOR), NOTICES, "", DATA, f"![Sơ đồ]({picture})\n")

    assert answer.status_code == 200, answer.json
    assert 'alt="Sơ đồ"' in answer.json["html"]


def test_a_new_picture_of_a_page_with_a_fixed_name_keeps_nothing_from_being_shown(
    world: EditingWorld,
) -> None:
    desk = world.sign_in(EDITOR)
    entry = desk.call("getEntry", path=f"site/don-vi/{UNIT}/index.md")
    data = yaml.safe_load(entry.json["data"].split("---\n", 2)[1])

    answer = drawn(desk, f"{UNIT}--trang-don-vi", UNIT, data, "![Trụ sở](anh/tru_so.jpg)\n")

    assert answer.status_code == 200, answer.json
    assert 'alt="Trụ sở"' in answer.json["html"]


def test_what_cannot_be_drawn_is_named(world: EditingWorld) -> None:
    answer = drawn(world.sign_in(EDITOR), NOTICES, "", {"title": "Thiếu ngày"}, "# Lớn\n")

    assert answer.status_code == 422
    assert answer.json["problems"]


@pytest.mark.parametrize(
    "collection", [f"{OTHER}--thong-bao", "thu-tuc", "xa-la--thong-bao", "../x"]
)
def test_a_page_of_others_is_not_drawn(collection: str, world: EditingWorld) -> None:
    answer = drawn(world.sign_in(EDITOR), collection, "dang-ky-tam-tru", DATA)

    assert answer.status_code in (403, 404)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data": 1}', b"\xff"])
def test_a_broken_question_gets_a_sentence(body: bytes, world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)

    answer = desk.client.post(
        "/api/preview",
        data=body,
        content_type="application/json",
        headers={"X-CSRF-Token": desk.csrf_token},
    )

    assert answer.status_code == 400
    assert answer.json["error"]
