"""Small forms before the checks that stand at every save: what they find stands at its field."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from functions.content.texts.rewriting import read_page
from functions.installed import PROJECT
from publish.content_check import PageChecker
from tests.content.quick_forms import (
    CONTACT,
    FEES,
    HOURS,
    NEW_NOTICE,
    OWN,
    PAUSE,
    RULE,
    fields_of,
    fill,
    follow,
)
from tests.content.small_site import NOTICE, NOTICE_TEXT, PROCEDURE, published_whole, text_of
from tests.content.world import APPROVER, PROVINCE_APPROVER, Desk, EditingWorld

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    """One world for all tests; each works at a place of its own."""
    checker = PageChecker(PROJECT, lambda: TODAY)
    return EditingWorld(tmp_path_factory.mktemp("checked"), checker=checker)


@pytest.fixture
def desk(world: EditingWorld) -> Desk:
    return world.sign_in(APPROVER)


def at_field(answer: Any, name: str) -> str:
    """Return what is said to be wrong at a field."""
    assert answer.status_code == 422, text_of(answer)
    return str(answer.text.partition(f'id="{name}-loi"')[2].partition("</div>")[0])


def test_sound_facts_pass(desk: Desk) -> None:
    typed = {
        "duty_phone": "0262 385 2113",
        "address": "12 Lê Duẩn, phường Tân An",
        "email": "congan.tanan@daklak.gov.vn",
        "website": "congan.daklak.gov.vn",
        "confirmed": "yes",
    }

    assert "Đã đăng" in text_of(follow(desk, fill(desk, CONTACT, **typed)))
    assert "Đã đăng" in text_of(follow(desk, fill(desk, HOURS, hours="Sáng", id_card_point="no")))


def test_sound_rules_and_pauses_pass(desk: Desk) -> None:
    rule = {"note": "Buổi sáng.", "handled_here": "receive-only", "phone": "0262 385 2113"}
    pause = {"tat-ca": "yes", "paused_until": "30/11/2026", "reason": "Mất điện <3 ngày & mưa."}

    assert "Đã đăng" in text_of(follow(desk, fill(desk, RULE, **rule)))
    assert "Đã đăng" in text_of(follow(desk, fill(desk, PAUSE, **pause)))
    some = pause | {"tat-ca": None, "chon-tach-ho": "yes", "reason": ""}
    assert "Đã đăng" in text_of(follow(desk, fill(desk, PAUSE, **some)))
    assert "tiếp nhận trở lại" in text_of(follow(desk, desk.post(f"{OWN}mo-lai")))


def test_a_sound_notice_passes_with_its_picture_and_its_end(desk: Desk) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(picture, "JPEG")
    picture.seek(0)
    typed = {
        "title": "Làm căn cước tại buôn",
        "text": "Kính báo:\r\n- Mang giấy tờ cũ\r\n- Đến sớm",
    }

    done = fill(desk, NEW_NOTICE, **typed, picture=FileStorage(picture, "a.jpg"))

    address = done.headers["Location"].partition("?")[0]
    assert "Đã đăng" in text_of(follow(desk, done))
    assert "Đã đăng" in text_of(follow(desk, fill(desk, address, without_picture="yes")))
    assert "Đã gỡ thông báo" in text_of(follow(desk, desk.post(f"{address}/ket-thuc")))


def test_a_notice_of_an_earlier_day_passes_with_its_end(world: EditingWorld, desk: Desk) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)

    home = follow(desk, desk.post(f"{NEW_NOTICE}/cat-dien/ket-thuc"))

    assert "Đã kết thúc thông báo. Từ hôm nay thông báo không còn hiệu lực." in text_of(home)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("text", "Dòng đầu.\r\nNgười dân Đắc Lắc làm theo.", "Có chỗ viết “Đắc Lắc”"),
        ("title", "Tin của công an Đắc Lắc", "“Đắk Lắk”"),
        ("text", "# Đầu đề", "Hãy bỏ dấu # ở đầu dòng."),
        ("text", "<b onclick=x>Chữ</b>", "Hãy xóa"),
        ("text", "<script>alert(1)</script>", "Hãy xóa"),
        ("text", "Xem [đây](khong-co.md).", "Liên kết “khong-co.md”"),
        ("text", "Ảnh ![](https://example.org/a.png)", "ảnh"),
    ],
)
def test_what_is_wrong_in_a_notice_is_told_at_its_field(
    world: EditingWorld, desk: Desk, field: str, text: str, said: str
) -> None:
    version = world.store.published()
    typed = {"title": "Tiêu đề đúng", "text": "Nội dung đúng."} | {field: text}

    answer = fill(desk, NEW_NOTICE, **typed)

    assert said in at_field(answer, field)
    assert fields_of(answer, NEW_NOTICE)[field].split() == text.split()
    assert world.store.published() == version


def test_what_is_wrong_in_facts_and_rules_is_told_at_its_field(desk: Desk) -> None:
    assert "Đắk Lắk" in at_field(fill(desk, CONTACT, address="Đường 1, Đắc Lắc"), "address")
    assert "Đắk Lắk" in at_field(fill(desk, HOURS, hours="Giờ Đắc Lắc"), "hours")
    assert "Đắk Lắk" in at_field(fill(desk, RULE, place="Trụ sở Đắc Lắc"), "place")
    pause = {"tat-ca": "yes", "paused_until": "2026-11-30", "reason": "Mưa ở Đắc Lắc"}
    assert "Đắk Lắk" in at_field(fill(desk, PAUSE, **pause), "reason")


def test_fees_keep_to_their_rules(world: EditingWorld) -> None:
    desk, row = world.sign_in(PROVINCE_APPROVER), f"{FEES}/1"
    new = {"how": "new", "amount_vnd": "20000", "valid_from": "2027-01-01"}

    without_law = fill(desk, row, **new, basis="")
    outlives = fill(desk, f"{FEES}/3", valid_until="2027-12-31")

    assert "Hãy chọn văn bản" in at_field(without_law, "basis")
    assert "chỉ có hiệu lực đến hết ngày" in at_field(outlives, "valid_until")
    assert "Đã đăng" in text_of(follow(desk, fill(desk, row, **new)))
    rows = read_page(PROCEDURE, world.published_text(PROCEDURE)).meta["fees"]
    assert [one["amount_vnd"] for one in rows] == [15000, 20000, 7000, 0]


def test_who_takes_a_mark_away_says_who_checked_and_when(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)
    slug, number = marked_fee(world)
    row = f"/sua-nhanh/le-phi/{slug}/{number}"

    follow(desk, fill(desk, row, sure="yes"))

    path = f"site/thu-tuc/{slug}.md"
    meta = read_page(path, world.published_text(path)).meta
    assert "check" not in meta["fees"][number - 1]
    assert meta["checked_by_role"].startswith("Cán bộ duyệt nội dung, ")
    assert meta["facts_checked_on"] == TODAY.isoformat()


def marked_fee(world: EditingWorld) -> tuple[str, int]:
    """Return a procedure and the number of a fee that nobody has confirmed."""
    version = world.store.published()
    for path in sorted(world.store.paths(version, "site/thu-tuc")):
        rows = read_page(path, world.published_text(path)).meta.get("fees") or []
        for number, row in enumerate(rows, start=1):
            if row.get("check") and row.get("basis"):
                return path.rpartition("/")[2].removesuffix(".md"), number
    raise AssertionError("no fee is marked")
