"""What staff read where an address leads nowhere or a form is not taken: no resident's page."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.core.errors import StoreUnavailableError
from functions.web.limits import WRONG_LINKS
from tests.content.small_site import UNIT_PAGE, small_world, text_of
from tests.content.world import EDITOR, Desk, EditingWorld

OF_RESIDENTS = ("113", "trang chủ", "chọn lại đơn vị", "Khẩn cấp")


@pytest.fixture
def world(tmp_path: Path) -> EditingWorld:
    return small_world(tmp_path)


@pytest.fixture
def desk(world: EditingWorld) -> Desk:
    return world.sign_in(EDITOR)


def assert_leads_back(answer: object) -> str:
    text: str = answer.text  # type: ignore[attr-defined]
    assert 'href="/sua-nhanh/">Về trang biên tập</a>' in text
    assert not [word for word in OF_RESIDENTS if word in text]
    return text_of(answer)


@pytest.mark.parametrize(
    "address", ["/khong-co", "/sua-nhanh/phuong-tan-an/khong-co", "/bien-tap/khong-co.js"]
)
def test_page_that_is_none_is_told_with_the_way_back(
    world: EditingWorld, desk: Desk, address: str
) -> None:
    answers = [desk.get(address), world.app.test_client().get(address)]

    for answer in answers:
        assert answer.status_code == 404
        assert "Trang đã được gỡ, hoặc địa chỉ không đúng." in assert_leads_back(answer)


def test_versions_of_a_page_that_never_was_lead_back(desk: Desk) -> None:
    answer = desk.get("/sua-nhanh/lich-su/site/don-vi/phuong-tan-an/thong-bao/khong-co.md")

    assert answer.status_code == 404
    assert "Không có trang này" in assert_leads_back(answer)


def test_address_that_only_takes_forms_says_so(desk: Desk) -> None:
    answer = desk.get("/vao")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "chỉ nhận nội dung gửi từ một trang khác" in assert_leads_back(answer)


def test_form_of_another_site_and_a_button_of_another_session_are_told(desk: Desk) -> None:
    foreign = desk.client.post("/ra", headers={"Origin": "https://example.org"})
    stale = desk.client.post("/ra", data={"csrf_token": "x"})

    assert (foreign.status_code, stale.status_code) == (403, 403)
    assert "Việc bạn bấm chưa được làm" in assert_leads_back(foreign)
    assert "mở từ lần đăng nhập trước" in assert_leads_back(stale)


def test_many_wrong_links_are_told_to_wait(world: EditingWorld) -> None:
    client = world.app.test_client()
    for _ in range(WRONG_LINKS.failures):
        client.post("/vao", data={"secret": "wrong"})

    answer = client.post("/vao", data={"secret": "wrong"})

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Hãy chờ ít phút" in assert_leads_back(answer)


@pytest.mark.parametrize("error", [StoreUnavailableError("disk"), ZeroDivisionError()])
def test_failure_of_the_machine_says_how_what_was_typed_may_be_kept(
    world: EditingWorld, desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(world.store, "drafts", fail)

    answer = desk.get("/sua-nhanh/ban-nhap/")

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "bấm nút quay lại của trình duyệt" in assert_leads_back(answer)


def test_form_that_is_too_large_or_broken_is_told_to_go_back(desk: Desk) -> None:
    large = desk.client.post("/vao", data={"secret": "x" * 3_000_000})
    broken = desk.post(f"/sua-nhanh/ban-nhap/{UNIT_PAGE}", viec="khong-co")

    assert (large.status_code, broken.status_code) == (413, 400)
    for answer in (large, broken):
        assert "chưa được lưu" in assert_leads_back(answer)


def test_scripts_are_answered_in_json(desk: Desk) -> None:
    answer = desk.get("/api/khong-co")

    assert answer.status_code == 404
    assert answer.json["error"] == "Không có trang này."
