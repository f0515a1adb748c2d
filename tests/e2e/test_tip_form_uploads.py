"""Photos that go straight to the store: the form on a site built for AWS, in a real browser."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from functions.local.site import create_site_app
from functions.stores.s3_uploads import S3UploadStore
from functions.tips.handler import MAX_FORM_ON_LAMBDA, TipsServices, create_tips_app
from functions.web.app import SiteSettings
from publish.build import build_site
from tests.aws.engine import Engine
from tests.e2e.conftest import PROJECT
from tests.e2e.store_front import StoreFront, serving, store_front
from tests.e2e.walking import FORM, HEIC, STEPS, TEXT, go_on, large_photo, upload
from tests.functions.world import TEMPLATES, World

pytestmark = pytest.mark.e2e

MIB = 1024 * 1024
LARGE_HEIC = HEIC + bytes(3 * MIB)


@dataclass
class AwsSite:
    """A site built for uploads, the function `tips` behind it, and the store of photos."""

    world: World
    front: StoreFront
    url: str

    def photos(self) -> list[bytes]:
        """Return the photos of the one tip that stands."""
        (tip,) = self.world.stored()
        return [self.world.blobs.get(one.blob_key) for one in tip.attachments]


@pytest.fixture(scope="module")
def front(engine: Engine) -> Iterator[StoreFront]:
    with store_front(engine) as front:
        yield front


@pytest.fixture(scope="module")
def site_folder(front: StoreFront, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("aws-site")
    day = date(2026, 11, 21)
    return build_site(
        PROJECT, out, day, lambda _: None, compress=False, upload_url=front.upload_url
    ).site


@pytest.fixture
def site(front: StoreFront, site_folder: Path) -> Iterator[AwsSite]:
    world = World()
    settings = SiteSettings("http://127.0.0.1:8000", TEMPLATES)
    tips = create_tips_app(
        TipsServices(
            world.submit,
            world.receipts,
            world.phones.get,
            lambda: True,
            S3UploadStore(front.clients, front.bucket, world.clock),
            MAX_FORM_ON_LAMBDA,
        ),
        settings,
    )
    pages = create_site_app(site_folder, settings)

    def by_address(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        app = tips if environ["PATH_INFO"].startswith("/api/") else pages
        return app(environ, start_response)

    with serving(by_address) as url:
        front.begin(url)
        yield AwsSite(world, front, url)
        front.end()


def go_to_check_with(page: Page, site: AwsSite, *photos: bytes) -> None:
    page.goto(site.url + FORM)
    page.select_option("#category", "ma-tuy")
    page.fill("#text", TEXT)
    go_on(page, 4)
    files = [upload(f"nha-toi-{n}.heic", "", photo) for n, photo in enumerate(photos)]
    page.set_input_files("#photos", files)
    ready = f"Đã có {len(photos)} ảnh."
    expect(page.locator("[data-photo-state]")).to_have_text(ready, timeout=20_000)
    go_on(page, STEPS - 5)


def send(page: Page) -> None:
    page.click("[data-send]")
    expect(page.locator(".tf-receipt")).to_be_visible(timeout=20_000)


def lose_answer(route: Route) -> None:
    route.fetch()
    route.abort()


def test_photos_go_to_the_store_and_the_tip_names_them(page: Page, site: AwsSite) -> None:
    go_to_check_with(page, site, large_photo(), HEIC)

    with page.expect_request("**/tips") as sent:
        send(page)

    shrunk, heic = site.photos()
    with Image.open(io.BytesIO(shrunk)) as picture:
        assert picture.format == "JPEG"
        assert not picture.getexif()
    assert heic == HEIC
    assert len(site.front.taken) == 2
    body = sent.value.post_data_buffer or b""
    assert body.count(b'name="uploads"') == 2
    assert b'name="photos"' not in body
    assert b"nha-toi" not in body
    assert site.front.left() == []


def test_photos_of_more_than_4_mb_in_all_are_taken(page: Page, site: AwsSite) -> None:
    go_to_check_with(page, site, LARGE_HEIC, LARGE_HEIC + b"2")

    send(page)

    assert site.photos() == [LARGE_HEIC, LARGE_HEIC + b"2"]


def test_tip_without_photos_asks_for_no_ticket(page: Page, site: AwsSite) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.url + FORM)
    page.select_option("#category", "ma-tuy")
    page.fill("#text", TEXT)
    go_on(page, STEPS - 1)

    send(page)

    assert not [url for url in asked if url.endswith("/uploads") or site.front.address in url]


def test_lost_answer_is_asked_for_again_without_a_second_upload(page: Page, site: AwsSite) -> None:
    go_to_check_with(page, site, HEIC)
    page.route("**/tips", lose_answer, times=1)
    page.click("[data-send]")
    expect(page.get_by_role("alert")).to_contain_text("Chưa chắc tin đã tới nơi")
    assert site.front.left() == []

    page.get_by_role("alert").get_by_role("button", name="Gửi lại").click()

    expect(page.locator(".tf-receipt")).to_be_visible()
    assert site.photos() == [HEIC]
    assert len(site.front.taken) == 1


def test_repeat_long_after_a_lost_answer_uploads_again_and_is_the_same_tip(
    page: Page, site: AwsSite
) -> None:
    go_to_check_with(page, site, HEIC)
    page.route("**/tips", lose_answer, times=1)
    page.click("[data-send]")
    expect(page.get_by_role("alert")).to_contain_text("Chưa chắc tin đã tới nơi")
    site.world.clock.advance(timedelta(hours=3))

    page.get_by_role("alert").get_by_role("button", name="Gửi lại").click()

    expect(page.locator(".tf-receipt")).to_be_visible()
    assert site.photos() == [HEIC]
    assert len(site.front.taken) == 2


def test_upload_that_fails_once_is_tried_with_a_fresh_ticket(page: Page, site: AwsSite) -> None:
    go_to_check_with(page, site, HEIC, HEIC + b"2")
    site.front.refuse_next = 1

    send(page)

    assert site.photos() == [HEIC, HEIC + b"2"]
    assert (site.front.refused, len(site.front.taken)) == (1, 2)


def test_photos_go_with_the_form_when_the_store_fails_twice(page: Page, site: AwsSite) -> None:
    go_to_check_with(page, site, HEIC, HEIC + b"2")
    site.front.refuse_next = 2

    with page.expect_request("**/tips") as sent:
        send(page)

    assert site.photos() == [HEIC, HEIC + b"2"]
    assert b'name="uploads"' not in (sent.value.post_data_buffer or b"")
    assert site.front.refused == 2


def test_photos_too_large_for_the_form_wait_for_the_store(page: Page, site: AwsSite) -> None:
    go_to_check_with(page, site, LARGE_HEIC, LARGE_HEIC + b"2")
    site.front.refuse_next = 3
    page.click("[data-send]")
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused(timeout=20_000)
    expect(alert).to_contain_text("Chưa tải được ảnh lên")
    expect(page.locator("#photos-error")).to_contain_text("tổng dưới 4 MB")
    expect(page.locator("[data-photo-list] li")).to_have_count(2)
    assert site.world.stored() == []

    site.front.refuse_next = 0
    site.front.hold.clear()
    alert.get_by_role("button", name="Gửi lại").click()

    expect(page.locator("[data-sending-bar]")).to_be_visible()
    site.front.hold.set()
    expect(page.locator(".tf-receipt")).to_be_visible(timeout=20_000)
    assert site.photos() == [LARGE_HEIC, LARGE_HEIC + b"2"]


def test_progress_tells_which_photo_is_under_way(page: Page, site: AwsSite) -> None:
    go_to_check_with(page, site, HEIC)
    site.front.hold.clear()

    page.click("[data-send]")

    expect(page.locator("[data-sending-text]")).to_have_text(
        "Đang tải ảnh 1/1… Đừng đóng trang này."
    )
    expect(page.locator("[data-sending-bar]")).to_be_visible()
    site.front.hold.set()
    expect(page.locator(".tf-receipt")).to_be_visible()


def test_leaving_while_photos_are_under_way_sends_no_tip(page: Page, site: AwsSite) -> None:
    go_to_check_with(page, site, HEIC)
    site.front.hold.clear()
    page.click("[data-send]")
    expect(page.locator("[data-sending-text]")).to_contain_text("Đang tải ảnh")

    page.locator("[data-quick-exit]").click()

    page.wait_for_url("**/thu-tuc/")
    site.front.hold.set()
    assert site.world.stored() == []


def test_policy_of_the_pages_names_the_one_upload_address(page: Page, site: AwsSite) -> None:
    answer = page.goto(site.url + FORM)

    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert f"connect-src 'self' {site.front.upload_url};" in policy
    assert policy.count("http") == 1
    assert "unsafe" not in policy


def test_form_without_script_goes_whole(plain_page: Page, site: AwsSite) -> None:
    plain_page.goto(site.url + FORM)
    plain_page.select_option("#category", "ma-tuy")
    plain_page.fill("#text", TEXT)
    expect(plain_page.locator("#photos-hint")).to_contain_text("dưới 4 MB")
    plain_page.set_input_files("#photos", [upload("a.heic", "image/heic", HEIC)])

    plain_page.click("[data-send]")

    expect(plain_page.locator(".by-receipt__code")).to_be_visible()
    assert site.photos() == [HEIC]


def test_form_without_script_over_4_mb_keeps_the_text(plain_page: Page, site: AwsSite) -> None:
    plain_page.goto(site.url + FORM)
    plain_page.select_option("#category", "ma-tuy")
    plain_page.fill("#text", TEXT)
    plain_page.set_input_files("#photos", [upload("a.heic", "image/heic", LARGE_HEIC + LARGE_HEIC)])

    with plain_page.expect_response("**/tips") as answer:
        plain_page.click("[data-send]")

    assert answer.value.status == 413
    expect(plain_page.locator("#text")).to_have_value(TEXT)
    expect(plain_page.locator("#category")).to_have_value("ma-tuy")
    expect(plain_page.locator("#photos-error")).to_contain_text("lớn hơn 4 MB")
    plain_page.set_input_files("#photos", [upload("a.heic", "image/heic", HEIC)])
    plain_page.click("[data-send]")
    expect(plain_page.locator(".by-receipt__code")).to_be_visible()
    assert site.photos() == [HEIC]
