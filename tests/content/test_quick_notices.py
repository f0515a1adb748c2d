"""The small forms about notices: a new one with a picture, its words and days, its end."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from functions.core.models.content import DraftStatus
from tests.content.quick_forms import NEW_NOTICE, OWN, as_it_was, fields_of, fill, follow, send
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    PICTURE_BYTES,
    published,
    published_whole,
    small_world,
    text_of,
)
from tests.content.world import APPROVER, EDITOR, UNIT, EditingWorld

FOLDER = f"site/don-vi/{UNIT}/thong-bao"
HERE = f"{OWN}thong-bao/cat-dien"
TODAY, YESTERDAY, TOMORROW = "2026-11-20", "2026-11-19", "2026-11-21"
TYPED = {
    "title": "Trụ sở mất điện ngày 25/11",
    "text": "Kính báo bà con:\r\nMang theo:\r\n- Căn cước\r\n- Sổ cũ",
    "valid_until": "25/11/2026",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    return small_world(tmp_path_factory.mktemp("quick"))


@pytest.fixture
def world(made: EditingWorld) -> Iterator[EditingWorld]:
    with as_it_was(made):
        yield made


def picture(content: bytes = PICTURE_BYTES, name: str = "IMG 1.HEIC") -> Any:
    return FileStorage(io.BytesIO(content), name)


def paths(world: EditingWorld) -> list[str]:
    return sorted(world.store.paths(world.store.published(), FOLDER))


def test_an_approvers_notice_is_public_at_once(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    page = follow(desk, fill(desk, NEW_NOTICE, **TYPED))

    path = f"{FOLDER}/tru-so-mat-dien-ngay-25-11.md"
    assert world.published_text(path) == (
        "---\ntitle: Trụ sở mất điện ngày 25/11\nposted_on: 2026-11-20\nvalid_until: 2026-11-25\n"
        "---\n\nKính báo bà con:  \nMang theo:\n\n- Căn cước\n- Sổ cũ\n"
    )
    assert "Đã đăng" in text_of(page)
    assert f"http://127.0.0.1:8000/{UNIT}/thong-bao/tru-so-mat-dien-ngay-25-11/" in page.text
    assert "Trụ sở mất điện" in text_of(desk.get(OWN))


def test_an_editors_notice_waits_for_review_with_its_picture(world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)

    page = follow(desk, fill(desk, NEW_NOTICE, **TYPED, picture=picture()))

    (draft,) = world.store.drafts()
    assert draft.status is DraftStatus.IN_REVIEW
    assert paths(world) == []
    (shown,) = [path for path in draft.files if path.endswith(".jpg")]
    assert world.store.read(draft.version, shown) == PICTURE_BYTES
    text = world.store.read(draft.version, draft.page)
    assert text is not None
    name = shown.rpartition("/")[2]
    assert text.decode().endswith(f"\n\n![Trụ sở mất điện ngày 25/11]({name})\n")
    assert "Đã gửi, chờ cán bộ duyệt" in text_of(page)
    assert "Đang có ảnh: Trụ sở mất điện" in text_of(page)


def test_an_approver_finishes_a_notice_that_is_only_a_draft(world: EditingWorld) -> None:
    editor, approver = world.sign_in(EDITOR), world.sign_in(APPROVER)
    address = fill(editor, NEW_NOTICE, **TYPED).headers["Location"].partition("?")[0]

    fill(approver, address, title="Trụ sở mất điện sáng 25/11")

    (path,) = paths(world)
    assert "title: Trụ sở mất điện sáng 25/11" in world.published_text(path)
    assert world.store.drafts() == []


def test_the_second_press_of_the_button_makes_no_second_notice(world: EditingWorld) -> None:
    for officer in (EDITOR, APPROVER):
        desk = world.sign_in(officer)
        drawn = fields_of(desk.get(NEW_NOTICE), NEW_NOTICE)
        typed = TYPED | {"title": f"Thông báo của {officer.role}"}
        first = send(desk, NEW_NOTICE, drawn, **typed, picture=picture())

        second = send(desk, NEW_NOTICE, drawn, **typed, picture=picture())

        assert second.headers["Location"] == first.headers["Location"]
    assert len(world.store.drafts()) == 1
    assert len([path for path in paths(world) if path.endswith(".md")]) == 1


def test_titles_that_fold_together_get_addresses_of_their_own(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    for title in ("Cắt điện", "Cát diện", "Index"):
        follow(desk, fill(desk, NEW_NOTICE, **TYPED | {"title": title}))

    assert [path.rpartition("/")[2] for path in paths(world)] == [
        "cat-dien-2.md",
        "cat-dien.md",
        "index-2.md",
    ]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "Chỗ này cần điền"),
        ("title", "Nghỉ lễ 🎉", "biểu tượng cảm xúc"),
        ("title", "a" * 300, "Dài 300 ký tự"),
        ("title", "25/11 – 26/11", "cần có chữ"),
        ("text", " \r\n ", "Chỗ này cần điền"),
        ("text", "ă" * 1_000_000, "Dài 1000000 ký tự"),
        ("valid_until", "31/02/2026", "Ngày chưa đúng"),
        ("valid_until", "2026-11-19", "Ngày này đã qua"),
        ("valid_from", "26/11/2026", "đứng trước “Từ ngày”"),
        ("picture", picture(b"<svg onload='x'>", "a.svg"), "Không mở được ảnh"),
        ("picture", picture(b"PK\3\4", "a.png"), "Không mở được ảnh"),
        ("picture", picture(PICTURE_BYTES * 600_000, "to.png"), "lớn hơn 10 MB"),
        ("picture", picture(b"", "a.png"), "trống"),
    ],
)
def test_bad_input_is_told_and_nothing_typed_is_lost(
    world: EditingWorld, field: str, value: Any, said: str
) -> None:
    desk, version = world.sign_in(APPROVER), world.store.published()

    answer = fill(desk, NEW_NOTICE, **TYPED | {field: value})

    assert answer.status_code == 422
    assert said in text_of(answer)
    typed = TYPED | ({} if field == "picture" else {field: value})
    kept = fields_of(answer, NEW_NOTICE)
    assert {name: kept[name].split() for name in typed} == {
        name: text.split() for name, text in typed.items()
    }
    assert ("phải chọn lại ảnh" in text_of(answer)) == (field == "picture")
    assert world.store.published() == version


def test_a_refused_picture_goes_by_the_name_it_was_sent_with(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    desk = world.sign_in(APPROVER)

    for address, typed in ((NEW_NOTICE, TYPED), (HERE, {})):
        answer = fill(desk, address, **typed, picture=picture(b"<svg>", "Ảnh \u202eA (1).svg"))

        said = answer.text.partition('id="picture-loi"')[2].partition("</div>")[0]
        assert "Không mở được ảnh Ảnh A (1).svg." in said


def test_a_notice_is_changed_only_where_it_was_edited(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    desk = world.sign_in(APPROVER)

    fill(desk, HERE, valid_until="2026-12-03")

    assert world.published_text(NOTICE) == NOTICE_TEXT.replace("12-01", "12-03")


def test_words_of_two_people_are_joined_or_shown(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    desk = world.sign_in(APPROVER)
    drawn = fields_of(desk.get(HERE), HERE)
    published(world, NOTICE, "cả ngày", "cả buổi sáng")

    follow(desk, send(desk, HERE, drawn, title="Cắt điện trụ sở Công an"))
    answer = send(desk, HERE, drawn, text="Trụ sở cắt điện buổi chiều.")

    assert "title: Cắt điện trụ sở Công an" in world.published_text(NOTICE)
    assert answer.status_code == 409
    assert "Trên trang bây giờ: Trụ sở cắt điện cả buổi sáng." in text_of(answer)
    assert fields_of(answer, HERE)["text"] == "Trụ sở cắt điện buổi chiều."
    assert fields_of(answer, HERE)["title"] == "Cắt điện trụ sở Công an"


def test_a_picture_is_added_replaced_and_taken_away(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    desk = world.sign_in(APPROVER)

    fill(desk, HERE, picture=picture(), picture_words="Cổng [trụ] sở")
    first = world.published_text(NOTICE)
    fill(desk, HERE, picture=picture(PICTURE_BYTES + b"2"))
    second = world.published_text(NOTICE)
    fill(desk, HERE, without_picture="yes")

    assert "\n![Cổng trụ sở](cat-dien-" in first
    assert "\n![Cổng trụ sở](cat-dien-" in second
    assert first != second
    assert world.published_text(NOTICE) == NOTICE_TEXT
    assert paths(world) == [NOTICE]  # nobody finds a picture that was taken away


def test_one_tap_ends_a_notice_at_once(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    desk = world.sign_in(APPROVER)
    assert f'action="{HERE}/ket-thuc"' in desk.get(OWN).text

    home = follow(desk, desk.post(f"{HERE}/ket-thuc"))

    assert world.published_text(NOTICE) == NOTICE_TEXT.replace("2026-12-01", YESTERDAY)
    assert "Đã kết thúc thông báo" in text_of(home)
    assert f'action="{HERE}/ket-thuc"' not in home.text
    assert "Thông báo vừa hết hạn" in text_of(home)
    versions = len(world.store.versions())
    assert "Đã kết thúc" in text_of(follow(desk, desk.post(f"{HERE}/ket-thuc")))
    assert len(world.store.versions()) == versions


@pytest.mark.parametrize(
    ("begins", "button"),
    [(TODAY, "Gỡ thông báo này"), (TOMORROW, "Thôi không đăng thông báo này")],
)
def test_a_notice_that_cannot_be_over_yet_is_taken_away(
    world: EditingWorld, begins: str, button: str
) -> None:
    text = NOTICE_TEXT.replace("posted_on", f"valid_from: {begins}\nposted_on")
    published_whole(world, NOTICE, text)
    desk = world.sign_in(APPROVER)
    assert button in text_of(desk.get(HERE))
    assert ("gỡ ngay khỏi trang công khai" in text_of(desk.get(HERE))) == (begins == TODAY)

    homes = [text_of(follow(desk, desk.post(f"{HERE}/ket-thuc"))) for _ in range(2)]

    assert world.published_text(NOTICE) == ""
    for home in homes:
        assert "Đã gỡ thông báo. Trang công khai không còn thông báo này." in home
        assert "Đã kết thúc" not in home


@pytest.mark.parametrize(
    ("address", "typed"),
    [(NEW_NOTICE, TYPED), (HERE, {"title": "Cắt điện trụ sở phường"})],
)
def test_a_notice_that_begins_later_is_not_said_to_be_public(
    world: EditingWorld, address: str, typed: dict[str, str]
) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    desk = world.sign_in(APPROVER)

    page = follow(desk, fill(desk, address, **typed, valid_from=TOMORROW))

    said = "Đã đăng. Thông báo sẽ tự hiện trên trang công khai từ ngày 21/11/2026."
    assert said in text_of(page)
    assert "Người dân thấy ngay" not in text_of(page)
    assert "Xem trang công khai" not in text_of(page)
    world.clock.advance(timedelta(days=1))
    assert "sẽ tự hiện" not in text_of(desk.get(address))


def test_what_was_handed_in_has_one_link_to_its_draft(world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)

    page = follow(desk, fill(desk, NEW_NOTICE, **TYPED))

    (draft,) = world.store.drafts()
    assert page.text.count(f'href="/sua-nhanh/ban-nhap/{draft.page}"') == 1
    assert "Hệ thống không tự báo tin" in text_of(page)


def test_a_day_keeps_its_picker_when_something_is_wrong(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    wrong = TYPED | {"valid_from": "2026-12-01", "valid_until": "2026-11-25"}
    turned = fill(desk, NEW_NOTICE, **wrong)
    unread = fill(desk, NEW_NOTICE, **TYPED | {"valid_until": "2026-02-31"})

    assert turned.text.count('type="date" value="2026-1') == 2
    assert 'type="text" value="2026-02-31"' in unread.text


def test_home_says_what_the_end_of_each_notice_does(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    for begins, button in (("2026-11-19", "Kết thúc"), (TODAY, "Gỡ"), (TOMORROW, "Thôi đăng")):
        published_whole(world, NOTICE, NOTICE_TEXT.replace("2026-11-19", begins))

        home = text_of(desk.get(OWN))

        assert f"{button} : Cắt điện trụ sở" in home


def test_an_editor_asks_to_take_a_notice_of_today_away(world: EditingWorld) -> None:
    text = NOTICE_TEXT.replace("2026-11-19", TODAY)
    published_whole(world, NOTICE, text)
    desk = world.sign_in(EDITOR)

    homes = [text_of(follow(desk, desk.post(f"{HERE}/ket-thuc"))) for _ in range(2)]

    assert world.published_text(NOTICE) == text
    for home in homes:
        assert "Đã gửi đề nghị gỡ thông báo, chờ cán bộ duyệt." in home


def test_an_editor_asks_for_the_end(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    desk = world.sign_in(EDITOR)

    home = follow(desk, desk.post(f"{HERE}/ket-thuc"))

    (draft,) = world.store.drafts()
    assert draft.status is DraftStatus.IN_REVIEW
    assert world.published_text(NOTICE) == NOTICE_TEXT
    assert "chờ cán bộ duyệt" in text_of(home)


def test_an_end_that_another_session_asked_for_shows_the_notice_as_it_is(
    world: EditingWorld,
) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    desk = world.sign_in(APPROVER)

    answer = desk.client.post(f"{HERE}/ket-thuc")

    assert answer.status_code == 403
    assert fields_of(answer, HERE) == fields_of(desk.get(HERE), HERE)
    assert world.published_text(NOTICE) == NOTICE_TEXT


def test_an_end_that_cannot_be_built_is_told_on_the_form(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    desk = world.sign_in(APPROVER)
    world.site.fails_with = "x"  # type: ignore[attr-defined]

    answer = desk.post(f"{HERE}/ket-thuc")

    assert answer.status_code == 422
    assert fields_of(answer, HERE)["title"] == "Cắt điện trụ sở"


def test_today_is_viet_nams(world: EditingWorld) -> None:
    world.clock.advance(timedelta(hours=16))  # half past midnight there, the day before in UTC
    desk = world.sign_in(APPROVER)

    follow(desk, fill(desk, NEW_NOTICE, **TYPED))

    (path,) = paths(world)
    assert f"posted_on: {TOMORROW}" in world.published_text(path)


def test_unknown_notices_are_not_found(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    assert desk.get(f"{OWN}thong-bao/khong-co").status_code == 404
    assert desk.get(f"{OWN}thong-bao/INDEX").status_code == 404
    assert desk.get(f"{OWN}thong-bao/index").status_code == 404
