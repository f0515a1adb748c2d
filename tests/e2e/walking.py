"""Walking through the tip form in a browser: the small steps that its tests share."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import TipServer

FORM = "/phuong-tan-an/to-giac/"
TEXT = "Có nhóm người bán thuốc lạ sau chợ."
STEPS = 7
GPS = {1: "N", 2: (12.0, 40.0, 48.0), 3: "E", 4: (108.0, 2.0, 2.0)}
GPS_IFD = 0x8825
MOST_BYTES = 900 * 1024
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"not opened by this browser" * 100


def fill_what(page: Page, server: TipServer, link: str = "") -> None:
    page.goto(server.url + FORM + link)
    page.select_option("#category", "ma-tuy")
    page.fill("#text", TEXT)


def go_on(page: Page, times: int = 1) -> None:
    for _ in range(times):
        page.locator(".is-current [data-next]").click()


def go_to_check(page: Page, server: TipServer) -> None:
    fill_what(page, server)
    go_on(page, STEPS - 1)
    expect(page.locator("#buoc-7")).to_be_focused()


def stored_on_the_phone(page: Page) -> list[object]:
    found: list[object] = page.evaluate(
        """async () => [localStorage.length, sessionStorage.length, document.cookie,
             (await indexedDB.databases()).length, (await caches.keys()).length]"""
    )
    return found


def large_photo() -> bytes:
    """A 12-megapixel JPEG that says where it was taken."""
    picture = Image.effect_noise((800, 600), 90).resize((4000, 3000)).convert("RGB")
    exif = Image.Exif()
    exif[GPS_IFD] = GPS
    exif[0x0110] = "SECRET-PHONE"
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=97, exif=exif.tobytes())
    return held.getvalue()


def upload(name: str, kind: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}
