"""Photos in the form: made small, shown, taken away, refused."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import TipServer
from tests.e2e.walking import (
    HEIC,
    MOST_BYTES,
    fill_what,
    go_on,
    large_photo,
    upload,
)

pytestmark = pytest.mark.e2e


def test_photo_is_shrunk_and_loses_its_position(page: Page, tip_server: TipServer) -> None:
    photo = large_photo()
    assert len(photo) > 3 * MOST_BYTES
    fill_what(page, tip_server)
    go_on(page, 4)

    page.set_input_files("#photos", upload("nha-toi.jpg", "image/jpeg", photo))
    expect(page.locator("[data-photo-state]")).to_have_text("Đã có 1 ảnh.", timeout=20_000)
    go_on(page, 2)
    page.click("[data-send]")
    expect(page.locator(".tf-receipt")).to_be_visible()

    (sent,) = tip_server.tips[0].photos
    assert len(sent) < MOST_BYTES
    assert b"SECRET-PHONE" not in sent
    with Image.open(io.BytesIO(sent)) as picture:
        assert max(picture.size) == 2048
        assert not picture.getexif()
    assert tip_server.tips[0].photo_names == ["anh-1"]


def test_photo_unknown_to_the_browser_goes_as_it_is(page: Page, tip_server: TipServer) -> None:
    fill_what(page, tip_server)
    go_on(page, 4)

    page.set_input_files("#photos", upload("a.heic", "image/heic", HEIC))

    expect(page.locator("[data-photo-list]")).to_contain_text("Không xem trước được, vẫn gửi được")
    go_on(page, 2)
    page.click("[data-send]")
    expect(page.locator(".tf-receipt")).to_be_visible()
    assert tip_server.tips[0].photos == [HEIC]


@pytest.mark.parametrize(
    ("files", "message", "kept"),
    [
        ([upload("a.jpg", "image/jpeg", b"%PDF-1.7 not a photo")], "không phải là ảnh", 0),
        ([upload("a.heic", "image/heic", HEIC + bytes(10 * 1024 * 1024))], "lớn hơn 10 MB", 0),
        ([upload(f"{n}.heic", "image/heic", HEIC) for n in range(6)], "nhiều nhất 5 ảnh", 5),
    ],
)
def test_unfit_photos_are_named_at_the_field(
    page: Page, tip_server: TipServer, files: list[FilePayload], message: str, kept: int
) -> None:
    fill_what(page, tip_server)
    go_on(page, 4)

    page.set_input_files("#photos", files)

    expect(page.locator("#photos-error")).to_contain_text(message)
    expect(page.locator("[data-photo-list] li")).to_have_count(kept)


def test_removed_photo_is_not_sent(page: Page, tip_server: TipServer) -> None:
    fill_what(page, tip_server)
    go_on(page, 4)
    files = [upload(f"{n}.heic", "image/heic", HEIC + bytes([n])) for n in range(2)]
    page.set_input_files("#photos", files)

    page.get_by_role("button", name="Bỏ ảnh 1").click()
    go_on(page, 2)
    page.click("[data-send]")

    expect(page.locator(".tf-receipt")).to_be_visible()
    assert tip_server.tips[0].photos == [HEIC + b"\x01"]
