"""The main job, end to end: a real browser, the real system, the sandbox in place of Zalo.

Resident → form → receipt → card and photos in the unit's group → officer reads the case.
"""

from __future__ import annotations

import io
import re
import urllib.request

import pillow_heif
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.walking import GPS, GPS_IFD
from tests.system import System

pytestmark = pytest.mark.e2e

UNIT = "phuong-tan-an"
SECRET_DEVICE = "BI-MAT-2026"
MODEL = 0x0110

NAUGHTY = (
    "Dòng một \u202egnort od\u202c và zero\u200bwidth\n"
    "<script>alert(1)</script> [@all] [@1800115558213376570]\n"
    "e\u0302\u0301 tổ hợp, gọi 0905.123.456 hoặc 240 123 456 789\n"
    "TIN MỚI TB-ABCDEF\n"
    "https://lua-dao.example/otp"
)


def picture_with_position() -> Image.Exif:
    exif = Image.Exif()
    exif[GPS_IFD] = GPS
    exif[MODEL] = SECRET_DEVICE
    return exif


def twelve_megapixels() -> FilePayload:
    picture = Image.effect_noise((1000, 750), 70).resize((4000, 3000)).convert("RGB")
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=92, exif=picture_with_position().tobytes())
    return {"name": "nha-toi.jpg", "mimeType": "image/jpeg", "buffer": held.getvalue()}


def heic() -> FilePayload:
    picture = Image.linear_gradient("L").resize((1600, 1200)).convert("RGB")
    held = io.BytesIO()
    pillow_heif.from_pillow(picture).save(held, exif=picture_with_position().tobytes())
    return {"name": "IMG_0001.HEIC", "mimeType": "image/heic", "buffer": held.getvalue()}


def group_photos(system: System) -> list[bytes]:
    photos = [item for item in system.group(UNIT) if item["type"] == "photo"]
    return [urllib.request.urlopen(item["image_url"]).read() for item in photos]


def assert_clean(photo: bytes) -> None:
    with Image.open(io.BytesIO(photo)) as picture:
        assert picture.format == "JPEG"
        assert max(picture.size) <= 2048
        assert not picture.getexif()
    assert SECRET_DEVICE.encode() not in photo
    assert b"Exif" not in photo


def officer_link(system: System) -> str:
    listed = system.run("officers", "link", "--unit", UNIT).stderr
    user_id = re.findall(r"^\s+(\d+)\s+officer", listed, re.MULTILINE)[0]
    return system.run("officers", "link", "--unit", UNIT, "--officer", user_id).stdout.strip()


def sign_in(page: Page, system: System) -> None:
    page.goto(officer_link(system))
    page.get_by_role("button", name="Đăng nhập").click()


def test_a_tip_with_photos_goes_from_a_phone_to_the_group_and_to_the_officer(
    page: Page, system: System
) -> None:
    page.goto(f"{system.url}/{UNIT}/")
    page.get_by_role("link", name=re.compile("^Gửi tin tới")).first.click()
    page.select_option("#category", "ma-tuy")
    page.fill("#text", NAUGHTY)
    page.locator(".is-current [data-next]").click()
    page.fill("#place", "hẻm 12, gần nhà Nguyễn Văn Kín")
    for _ in range(2):
        page.locator(".is-current [data-next]").click()
    page.check("[name=urgency][value=soon]")
    page.locator(".is-current [data-next]").click()
    page.set_input_files("#photos", [twelve_megapixels(), heic()])
    expect(page.locator("[data-photo-list] li")).to_have_count(2, timeout=20_000)
    page.locator(".is-current [data-next]").click()
    page.fill("#contact_name", "Nguyễn Văn Kín")
    page.fill("#contact_phone", "0905 123 456")
    page.locator(".is-current [data-next]").click()

    page.locator("[data-send]").click()
    expect(page.locator(".tf-code")).to_be_visible(timeout=20_000)
    code = page.locator(".tf-code").inner_text()
    system.wait_for(lambda: len(system.group(UNIT)) >= 3)

    card = system.group(UNIT)[0]
    assert "│ <script>alert(1)</script> [ @all] [ @•••••]" in card["text"]
    assert "│ TIN MỚI TB-ABCDEF" in card["text"]
    assert "\u1ebf tổ hợp, gọi ••••• hoặc •••••" in card["text"]
    assert not re.search("0905|240 123|Nguyễn|\u202e|\u200b|https://lua-dao", card["text"])
    assert all(item["mentions"] == [] for item in system.group(UNIT))
    photos = group_photos(system)
    assert len(photos) == 2
    for clean in photos:
        assert_clean(clean)

    link = re.search(r"http\S+/can-bo/tin/TB-\w+", card["text"])
    assert link is not None
    sign_in(page, system)
    page.goto(link.group())
    shown = page.locator("main")
    expect(shown).to_contain_text("<script>alert(1)</script>")
    expect(shown).to_contain_text("0905.123.456")
    expect(shown).to_contain_text("Nguyễn Văn Kín")
    expect(page.locator("main img")).to_have_count(2)
    for photo in page.locator("main img").all():
        photo.scroll_into_view_if_needed()
        expect(photo).not_to_have_js_property("naturalWidth", 0)

    page.goto(f"{system.url}/theo-doi/")
    page.fill("[name=receipt_code]", code)
    page.get_by_role("button", name="Xem tin của tôi").click()
    expect(page.locator("main")).to_contain_text("nhóm trực")


def test_without_javascript_the_same_tip_takes_the_same_way(
    plain_page: Page, system: System
) -> None:
    plain_page.goto(f"{system.url}/{UNIT}/to-giac/")
    plain_page.select_option("#category", "trom-cap")
    plain_page.fill("#text", "Mất xe máy trước chợ")
    plain_page.set_input_files("#photos", [twelve_megapixels(), heic()])

    plain_page.click("[data-send]")
    expect(plain_page.locator("main")).to_contain_text(re.compile(r"\d{4} \d{4} \d{4} \d{4} \d{4}"))
    system.wait_for(lambda: len(group_photos(system)) == 2)

    for photo in group_photos(system):
        assert_clean(photo)
    sign_in(plain_page, system)
    plain_page.locator("a[href*='/can-bo/tin/']").first.click()
    expect(plain_page.locator("main")).to_contain_text("Mất xe máy trước chợ")
    expect(plain_page.locator("main img")).to_have_count(2)


def test_a_mistake_without_javascript_keeps_everything_typed(
    plain_page: Page, system: System
) -> None:
    plain_page.goto(f"{system.url}/{UNIT}/to-giac/")
    plain_page.select_option("#category", "khac")
    plain_page.fill("#text", "Việc tôi thấy")
    plain_page.fill("#contact_phone", "không phải số")

    plain_page.click("[data-send]")
    expect(plain_page.locator("[data-summary]")).to_be_visible()
    assert plain_page.input_value("#text") == "Việc tôi thấy"
    plain_page.fill("#contact_phone", "0905123456")
    plain_page.click("[data-send]")

    expect(plain_page.locator("main")).to_contain_text(re.compile(r"\d{4} \d{4} \d{4} \d{4} \d{4}"))


def test_the_page_of_the_group_shows_a_new_card_by_itself(page: Page, system: System) -> None:
    page.goto(f"{system.sandbox_url}/nhom/{UNIT}")

    system.submit(UNIT, category="gay-roi", text="Đánh nhau ở ngã tư", urgency="now")

    expect(page.locator("body")).to_contain_text("Đánh nhau ở ngã tư", timeout=10_000)


def test_a_sealed_tip_shows_nothing_of_itself_in_the_group(system: System) -> None:
    system.submit(UNIT, category="khac", text="Chuyện kín", place="Nhà kín", sealed=True)
    system.submit(UNIT, category="tre-em", text="Chuyện trẻ em", place="Trường kín")

    system.wait_for(lambda: len(system.group(UNIT)) == 2)

    told = "".join(item["text"] for item in system.group(UNIT))
    assert told.count("/can-bo/tin/TB-") == 2
    assert not re.search("Chuyện|Nhà kín|Trường", told)


def test_a_tip_about_officers_goes_to_the_province_and_not_to_the_ward(system: System) -> None:
    status, receipt = system.submit(UNIT, category="can-bo", text="Về một cán bộ")

    system.wait_for(lambda: system.group("tinh-dak-lak"))

    assert (status, receipt["unit_id"]) == (201, "tinh-dak-lak")
    assert system.group(UNIT) == []
