"""The list of drafts as who may publish sees it, and the ways on from drafts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from functions.core.editing.drafting import save
from functions.core.models import Officer
from functions.core.models.content import DraftStatus, Edit
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    PROCEDURE,
    UNIT_PAGE,
    drafted,
    published,
    published_whole,
    seen_at,
    small_world,
    text_of,
)
from tests.content.world import (
    APPROVER,
    EDITOR,
    PROVINCE_APPROVER,
    PROVINCE_EDITOR,
    UNIT,
    EditingWorld,
)

LIST = "/sua-nhanh/ban-nhap/"
RULES = "procedures:\n  tach-ho:\n    note: Thứ Bảy\n    based_on: c04bfa039ead"
PUBLIC = "Xem trang công khai"
NEWS = NOTICE.replace("thong-bao", "tin-tuc")
HISTORY = f"/sua-nhanh/lich-su/{NOTICE}"


@pytest.fixture
def world(tmp_path: Path) -> EditingWorld:
    return small_world(tmp_path)


def link_to_public(answer_text: str) -> list[str]:
    return re.findall(rf'href="([^"]*)">{PUBLIC}</a>', answer_text)


@pytest.mark.parametrize("status", [DraftStatus.IN_REVIEW, DraftStatus.READY])
def test_what_waits_for_the_approver_comes_first(world: EditingWorld, status: DraftStatus) -> None:
    drafted(world, status=status, officer=APPROVER)
    drafted(world, NOTICE, "", NOTICE_TEXT, base="")

    said = text_of(world.sign_in(APPROVER).get(LIST))

    places = ["Chờ bạn duyệt (1)", "Phường Tân An", "Bản nháp đang viết", "Cắt điện trụ sở"]
    assert sorted(places, key=said.index) == places


def test_approver_reads_that_nothing_waits(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    empty = text_of(desk.get(LIST))
    drafted(world)
    written = text_of(desk.get(LIST))

    assert "Không có bản nháp nào." in empty
    assert "Chờ bạn duyệt" not in empty
    assert "Chờ bạn duyệt (0) Không có bản nào chờ duyệt. Bản nháp đang viết" in written


@pytest.mark.parametrize("officer", [EDITOR, PROVINCE_EDITOR])
def test_who_may_not_publish_has_one_list(world: EditingWorld, officer: Officer) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)

    said = text_of(world.sign_in(officer).get(LIST))

    assert "Chờ bạn duyệt" not in said
    assert "Phường Tân An" in said


def test_who_hands_a_draft_in_reads_that_nobody_is_told(world: EditingWorld) -> None:
    drafted(world)
    desk, address = world.sign_in(EDITOR), f"{LIST}{UNIT_PAGE}"

    answer = desk.post(address, viec="gui-duyet", seen=seen_at(desk, address))

    said = text_of(desk.get(answer.location))
    assert "Hệ thống không tự báo tin. Cần gấp thì nhắn cán bộ duyệt của đơn vị." in said


@pytest.mark.parametrize(
    ("path", "text", "address"),
    [
        (UNIT_PAGE, None, "/phuong-tan-an/"),
        (PROCEDURE, None, "/thu-tuc/dang-ky-tam-tru/"),
        (NOTICE, NOTICE_TEXT, "/phuong-tan-an/thong-bao/cat-dien/"),
        (NOTICE, NOTICE_TEXT.replace("valid_until", "valid_from"), None),
    ],
    ids=["unit", "procedure", "notice", "notice-of-later"],
)
def test_after_publishing_there_is_a_link_to_the_public_page(
    world: EditingWorld, path: str, text: str | None, address: str | None
) -> None:
    written = text or world.published_text(path).replace("\n---\n", "\n---\n\nThêm.\n", 1)
    save(Edit(world.page(path), written), world.editor(PROVINCE_EDITOR), world.editing)
    desk = world.sign_in(PROVINCE_APPROVER)

    answer = desk.post(f"{LIST}{path}", viec="dang", seen=seen_at(desk, f"{LIST}{path}"))

    shown = desk.get(answer.location).text
    assert "Đã đăng" in shown
    assert link_to_public(shown) == ([f"http://127.0.0.1:8000{address}"] if address else [])
    assert ("Bài sẽ tự hiện trên trang công khai từ ngày 01/12/2026" in shown) == (not address)


def test_page_taken_down_and_odd_addresses_have_no_link(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    save(Edit(world.page(NOTICE), None), world.editor(EDITOR), world.editing)
    desk, draft = world.sign_in(APPROVER), f"{LIST}{NOTICE}"

    answer = desk.post(draft, viec="dang", seen=seen_at(desk, draft))

    for query in ("../mkdocs.yml", "https://la.vn/", "", "site/don-vi/phuong-tan-an/a.png"):
        shown = desk.get(f"{LIST}?xong=dang&trang={query}")
        assert (shown.status_code, link_to_public(shown.text)) == (200, [])
    assert link_to_public(desk.get(answer.location).text) == []
    assert link_to_public(desk.get(f"{LIST}?trang={UNIT_PAGE}").text) == []


def test_page_that_never_was_public_offers_no_versions(world: EditingWorld) -> None:
    drafted(world, NOTICE, "", NOTICE_TEXT, base="")
    desk, draft = world.sign_in(EDITOR), f"{LIST}{NOTICE}"

    opened = desk.get(draft)
    desk.post(draft, viec="bo", seen=seen_at(desk, draft))
    gone = desk.get(draft)
    published_whole(world, NOTICE, NOTICE_TEXT)
    later = desk.get(draft)

    assert HISTORY not in opened.text
    assert "“Cắt điện trụ sở” không có bản nháp" in text_of(gone)
    assert HISTORY not in gone.text
    assert HISTORY in later.text


def test_unit_page_shows_its_rules_without_what_the_machine_keeps(world: EditingWorld) -> None:
    drafted(world, UNIT_PAGE, "procedures:", RULES)
    desk = world.sign_in(APPROVER)

    said = text_of(desk.get(f"{LIST}{UNIT_PAGE}"))

    assert "Lưu ý riêng: Thứ Bảy" in said
    assert "c04bfa039ead" not in said


def test_draft_in_which_only_the_machines_value_changed_says_so(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "procedures:", RULES)
    drafted(world, UNIT_PAGE, "c04bfa039ead", "9f3a00000000")

    said = text_of(world.sign_in(APPROVER).get(f"{LIST}{UNIT_PAGE}"))

    assert "Phần riêng của từng thủ tục Chỉ đổi phần hệ thống tự ghi." in said
    assert "giống hệt" not in said


def test_text_of_a_new_page_is_read_in_words(world: EditingWorld) -> None:
    body = '## Các bước { #cac-buoc }\n\n!!! note "Lưu ý"\n    Mang \\* thẻ.\n\n![Cổng](cong.png)\n'
    drafted(world, NOTICE, "", f"{NOTICE_TEXT}\n{body}", base="")

    said = text_of(world.sign_in(APPROVER).get(f"{LIST}{NOTICE}"))

    assert "## Các bước Khung “Lưu ý”: Mang * thẻ. [Ảnh: Cổng]" in said


def test_link_to_go_on_editing_leads_to_the_small_form_or_the_editor(world: EditingWorld) -> None:
    drafted(world)
    drafted(world, NOTICE, "", NOTICE_TEXT, base="")
    drafted(world, NEWS, "", NOTICE_TEXT, base="")
    desk = world.sign_in(EDITOR)

    unit, notice, news = (desk.get(f"{LIST}{page}").text for page in (UNIT_PAGE, NOTICE, NEWS))

    assert f'href="/sua-nhanh/{UNIT}/"' in unit
    assert f'href="/sua-nhanh/{UNIT}/thong-bao/cat-dien"' in notice
    assert f'href="/?don-vi={UNIT}#/collections/{UNIT}--tin-tuc/entries/cat-dien"' in news
    assert desk.get(f"/sua-nhanh/{UNIT}/thong-bao/cat-dien").status_code == 200


def test_draft_that_is_gone_is_told_with_a_way_on(world: EditingWorld) -> None:
    drafted(world)
    desk, draft = world.sign_in(EDITOR), f"{LIST}{UNIT_PAGE}"
    version = seen_at(desk, draft)
    desk.post(draft, viec="bo", seen=version)

    opened, pressed = desk.get(draft), desk.post(draft, viec="gui-duyet", seen=version)

    for answer in (opened, pressed):
        assert answer.status_code == 404
        assert "Không còn bản nháp" in text_of(answer)
        assert f"/sua-nhanh/lich-su/{UNIT_PAGE}" in answer.text
