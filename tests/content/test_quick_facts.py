"""The small forms about a unit itself: how it is reached, its hours, its answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from functions.content.texts.rewriting import read_page
from functions.core.editing.drafting import set_status
from functions.core.errors import StoreUnavailableError
from functions.core.models.content import ContentProblem, DraftStatus
from tests.content.quick_forms import CONTACT, HOURS, OWN, as_it_was, fields_of, fill, follow, send
from tests.content.small_site import UNIT_PAGE, drafted, published, small_world, text_of
from tests.content.world import APPROVER, EDITOR, OTHER, PROVINCE_APPROVER, UNIT, EditingWorld

PHONE = "0262 385 2113"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    return small_world(tmp_path_factory.mktemp("quick"))


@pytest.fixture
def world(made: EditingWorld) -> Iterator[EditingWorld]:
    with as_it_was(made):
        yield made


def changed_lines(before: str, after: str) -> list[str]:
    return [line for line in after.splitlines() if line not in before.splitlines()]


def test_an_approvers_phone_number_is_public_at_once(world: EditingWorld) -> None:
    desk, before = world.sign_in(APPROVER), world.published_text(UNIT_PAGE)

    page = follow(desk, fill(desk, CONTACT, duty_phone=PHONE))

    assert changed_lines(before, world.published_text(UNIT_PAGE)) == [f'duty_phone: "{PHONE}"']
    assert len(before.splitlines()) == len(world.published_text(UNIT_PAGE).splitlines())
    assert "Đã đăng" in text_of(page)
    assert f'href="http://127.0.0.1:8000/{UNIT}/"' in page.text
    assert world.store.drafts() == []
    assert world.site.live == world.store.published()


def test_an_editors_phone_number_is_handed_in_for_review(world: EditingWorld) -> None:
    desk, before = world.sign_in(EDITOR), world.published_text(UNIT_PAGE)

    page = follow(desk, fill(desk, CONTACT, duty_phone=PHONE))

    (draft,) = world.store.drafts()
    assert draft.status is DraftStatus.IN_REVIEW
    assert world.published_text(UNIT_PAGE) == before
    assert "Đã gửi, chờ cán bộ duyệt" in text_of(page)
    assert f"/sua-nhanh/ban-nhap/{UNIT_PAGE}" in page.text
    assert fields_of(page, CONTACT)["duty_phone"] == PHONE


def test_an_editor_goes_on_with_the_draft_and_an_approver_is_told_of_it(
    world: EditingWorld,
) -> None:
    drafted(world, old="address:", new="address: 12 Nguyễn Tất Thành")

    of_editor = world.sign_in(EDITOR).get(CONTACT)
    of_approver = world.sign_in(APPROVER).get(CONTACT)

    assert fields_of(of_editor, CONTACT)["address"] == "12 Nguyễn Tất Thành"
    assert "phần bạn lưu được ghi thêm vào đó, chưa gửi duyệt" in text_of(of_editor)
    assert fields_of(of_approver, CONTACT)["address"] == ""
    assert "một bản nháp chưa đăng" in text_of(of_approver)


def test_who_changes_an_approved_draft_hands_it_in_again(world: EditingWorld) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)
    page = world.page(UNIT_PAGE)
    set_status(page, DraftStatus.READY, world.editor(APPROVER), world.editing)
    editor = world.sign_in(EDITOR)
    assert "lấy từ bản nháp đang chờ" in text_of(editor.get(CONTACT))

    fill(editor, CONTACT, duty_phone=PHONE)

    (draft,) = world.store.drafts()
    assert draft.status is DraftStatus.IN_REVIEW
    text = world.store.read(draft.version, UNIT_PAGE)
    assert text is not None
    assert "hours: Cả ngày" in text.decode()
    assert PHONE in text.decode()


def test_hours_and_answers_are_kept_as_data(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    fill(
        desk,
        HOURS,
        hours="Sáng 7 giờ 30 đến 11 giờ 30\r\n chiều nghỉ.\r\nThứ Bảy nghỉ",
        motorbike_registration="yes",
        car_registration="no",
        confirmed="yes",
    )

    meta = read_page(UNIT_PAGE, world.published_text(UNIT_PAGE)).meta
    assert meta["hours"] == "Sáng 7 giờ 30 đến 11 giờ 30; chiều nghỉ. Thứ Bảy nghỉ"
    assert meta["motorbike_registration"] is True
    assert meta["car_registration"] is False
    assert meta["id_card_point"] is None
    assert meta["checked_on"] == world.editing.today().isoformat()
    assert "được kiểm ngày" in text_of(desk.get(HOURS))


def test_a_field_that_is_emptied_is_unknown_again(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    before = world.published_text(UNIT_PAGE)
    fill(desk, CONTACT, duty_phone=PHONE, website="congan.daklak.gov.vn")
    assert "website: https://congan.daklak.gov.vn" in world.published_text(UNIT_PAGE)

    fill(desk, CONTACT, duty_phone=" ", website="")

    assert world.published_text(UNIT_PAGE) == before


def test_nothing_changed_publishes_nothing(world: EditingWorld) -> None:
    desk, version = world.sign_in(APPROVER), world.store.published()

    page = follow(desk, fill(desk, CONTACT))

    assert "Bạn chưa đổi gì" in text_of(page)
    assert world.store.published() == version


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"duty_phone": "0262 385 2113, 0262 385 2114"}, "Số điện thoại chưa đúng"),
        ({"duty_phone": "0262 385"}, "Số điện thoại chưa đúng"),
        ({"duty_phone": "gọi 113"}, "Số điện thoại chưa đúng"),
        ({"email": "cong an@x"}, "Địa chỉ thư chưa đúng"),
        ({"website": "javascript:alert(1)"}, "Địa chỉ trang chưa đúng"),
        ({"address": "a" * 301}, "Dài 301 ký tự"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_typed_is_lost(
    world: EditingWorld, typed: dict[str, str], said: str
) -> None:
    desk, version = world.sign_in(APPROVER), world.store.published()
    everything = {"address": "12 Lê Duẩn", "duty_phone": PHONE, "email": "a@b.vn"} | typed

    answer = fill(desk, CONTACT, **everything)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert f'id="{next(iter(typed))}-loi"' in answer.text
    assert fields_of(answer, CONTACT).items() >= everything.items()
    assert world.store.published() == version


def test_what_the_checks_find_stands_at_its_field(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    world.checker.listed = [  # type: ignore[attr-defined]
        ContentProblem(UNIT_PAGE, 3, "address", "any"),
        ContentProblem(UNIT_PAGE, 9, "areas", "any"),
    ]

    answer = fill(desk, CONTACT, address="12 Lê Duẩn", duty_phone=PHONE)

    assert answer.status_code == 422
    at_field = answer.text.partition('id="address-loi"')[2].partition("</div>")[0]
    assert "Dòng 1" in at_field
    assert "Dòng 9" in answer.text.partition("st-alarm")[2].partition("</div>")[0]
    assert fields_of(answer, CONTACT)["duty_phone"] == PHONE


def test_a_site_that_cannot_be_built_keeps_what_was_typed(world: EditingWorld) -> None:
    desk, version = world.sign_in(APPROVER), world.store.published()
    world.site.fails_with = "x"  # type: ignore[attr-defined]

    answer = fill(desk, CONTACT, duty_phone=PHONE)

    assert answer.status_code == 422
    assert "Trang công khai vẫn như cũ" in text_of(answer)
    assert fields_of(answer, CONTACT)["duty_phone"] == PHONE
    assert world.store.published() == version
    world.site.fails_with = ""  # type: ignore[attr-defined]
    assert "Đã đăng" in text_of(follow(desk, send(desk, CONTACT, fields_of(answer, CONTACT))))


def test_two_people_in_two_fields_are_joined_and_told(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    drawn = fields_of(desk.get(CONTACT), CONTACT)
    published(world, UNIT_PAGE, "address:", "address: 12 Lê Duẩn")

    page = follow(desk, send(desk, CONTACT, drawn, duty_phone=PHONE))

    assert "phần sửa của cả hai đều được giữ" in text_of(page)
    text = world.published_text(UNIT_PAGE)
    assert "address: 12 Lê Duẩn" in text
    assert PHONE in text


def test_two_people_in_one_field_see_both_and_lose_nothing(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    drawn = fields_of(desk.get(CONTACT), CONTACT)
    published(world, UNIT_PAGE, "duty_phone:", 'duty_phone: "0262 385 9999"')
    published(world, UNIT_PAGE, "email:", "email: moi@daklak.gov.vn")

    answer = send(desk, CONTACT, drawn, duty_phone=PHONE, address="12 Lê Duẩn")

    assert answer.status_code == 409
    assert "Trên trang bây giờ: 0262 385 9999" in text_of(answer)
    again = fields_of(answer, CONTACT)
    assert again["duty_phone"] == PHONE
    assert again["address"] == "12 Lê Duẩn"
    assert again["email"] == "moi@daklak.gov.vn"
    follow(desk, send(desk, CONTACT, again))
    meta = read_page(UNIT_PAGE, world.published_text(UNIT_PAGE)).meta
    assert (meta["duty_phone"], meta["address"]) == (PHONE, "12 Lê Duẩn")
    assert meta["email"] == "moi@daklak.gov.vn"


def test_the_second_press_of_the_button_does_no_harm(world: EditingWorld) -> None:
    for officer, said in ((EDITOR, "Đã gửi, chờ"), (APPROVER, "Đã đăng")):
        desk = world.sign_in(officer)
        drawn = fields_of(desk.get(CONTACT), CONTACT)
        follow(desk, send(desk, CONTACT, drawn, duty_phone=PHONE))
        published_before = len(world.store.versions())

        page = follow(desk, send(desk, CONTACT, drawn, duty_phone=PHONE))

        assert said in text_of(page)
        assert len(world.store.versions()) == published_before


@pytest.mark.parametrize("base", ["", "0" * 40, "../../etc", "a" * 40])
def test_a_form_of_unknown_origin_writes_over_nothing(world: EditingWorld, base: str) -> None:
    published(world, UNIT_PAGE, "duty_phone:", 'duty_phone: "0262 385 9999"')
    desk = world.sign_in(APPROVER)
    drawn = fields_of(desk.get(CONTACT), CONTACT)

    answer = send(desk, CONTACT, drawn, base=base, duty_phone=PHONE)

    assert answer.status_code == 409
    assert "0262 385 9999" in world.published_text(UNIT_PAGE)
    assert fields_of(answer, CONTACT)["duty_phone"] == PHONE


def test_the_province_fixes_any_unit(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)
    here = f"/sua-nhanh/{OTHER}/lien-he"

    page = follow(desk, fill(desk, here, duty_phone=PHONE))

    assert "Đã đăng" in text_of(page)
    assert PHONE in world.published_text(f"site/don-vi/{OTHER}/index.md")


def test_home_shows_what_waits(world: EditingWorld) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)

    home = world.sign_in(EDITOR).get(OWN)

    assert "Chờ duyệt" in text_of(home)
    assert f"/sua-nhanh/ban-nhap/{UNIT_PAGE}" in home.text
    assert "Lệ phí" not in text_of(home)
    assert "<script" not in home.text


def test_a_save_in_the_very_moment_is_joined_too(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, turn, others = world.sign_in(APPROVER), world.site.turn, ["address: 12 Lê Duẩn"]

    def turn_after_another() -> AbstractContextManager[None]:
        while others:
            published(world, UNIT_PAGE, "address:", others.pop())
        return turn()

    monkeypatch.setattr(world.site, "turn", turn_after_another)

    page = follow(desk, fill(desk, CONTACT, duty_phone=PHONE))

    assert "phần sửa của cả hai đều được giữ" in text_of(page)
    text = world.published_text(UNIT_PAGE)
    assert "address: 12 Lê Duẩn" in text
    assert PHONE in text


def test_a_store_that_fails_keeps_what_was_typed(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = world.sign_in(APPROVER)
    drawn = fields_of(desk.get(CONTACT), CONTACT)

    def fail(*_: object) -> str:
        raise StoreUnavailableError("disk full", "git")

    monkeypatch.setattr(world.store, "make_version", fail)
    answer = send(desk, CONTACT, drawn, duty_phone=PHONE)

    assert answer.status_code == 503
    assert fields_of(answer, CONTACT)["duty_phone"] == PHONE
