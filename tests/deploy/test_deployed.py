"""The main job on the deployed installation, in a real browser; the sandbox in place of Zalo.

Form → CloudFront → API → Lambda → DynamoDB → SQS → Lambda → group. Every call of a function
is checked against its role.
"""

from __future__ import annotations

import io
import json
import re
import urllib.request
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from functions.installed import TEMPLATES
from functions.local.site import create_site_app
from functions.web.app import SiteSettings
from functions.web.headers import content_security_policy
from functions.zalo.webhook import mac_of
from tests.deploy.cloud import FORMER_OF_TWO, Deployed
from tests.e2e.test_whole_path import assert_clean, heic, twelve_megapixels
from tests.system import get_json, post_json

# What the engine's CloudFront and S3 add, and what only CloudFront's TLS makes true.
_OF_THE_ROAD = {
    "date", "content-length", "etag", "last-modified", "accept-ranges", "connection", "server",
    "vary", "via", "x-cache", "x-amz-cf-pop", "x-amz-cf-id", "x-amz-version-id",
    "x-amz-server-side-encryption", "strict-transport-security", "content-disposition",
    "x-amz-request-id", "x-amz-id-2",
}  # fmt: skip


def group_photos(deployed: Deployed, unit: str) -> list[bytes]:
    items = [item for item in deployed.sandbox.messages(unit) if item["type"] == "photo"]
    return [deployed.sandbox.image(item) for item in items]


def sign_in(page: Page, deployed: Deployed, unit: str) -> None:
    listed = deployed.binhyen("officers", "link", "--unit", unit).stderr
    user_id = re.findall(r"^\s+(\d+)\s+officer", listed, re.MULTILINE)[0]
    told = deployed.binhyen("officers", "link", "--unit", unit, "--officer", user_id)
    page.goto(told.stdout.strip())
    page.get_by_role("button", name="Đăng nhập").click()


def answer(url: str) -> Any:
    """Return the answer, also one that is an error."""
    try:
        return urllib.request.urlopen(url, timeout=20)
    except urllib.error.HTTPError as error:
        return error


def test_the_installation_is_healthy_and_its_smoke_test_passes(deployed: Deployed) -> None:
    checked = deployed.deploy("check")

    assert (checked.returncode, checked.stderr.strip()) == (0, "it answers as it must")
    assert get_json(f"{deployed.url}/api/health") == {"status": "ok"}


@pytest.mark.e2e
def test_a_tip_with_photos_goes_from_a_phone_to_the_group_and_to_the_officer(
    page: Page, deployed: Deployed, unit: str
) -> None:
    page.goto(f"{deployed.url}/{unit}/to-giac/")
    page.select_option("#category", "gay-roi")
    page.fill("#text", "Đánh nhau trước chợ, gọi 0905.123.456")
    for _ in range(4):
        page.locator(".is-current [data-next]").click()
    page.set_input_files("#photos", [twelve_megapixels(), heic()])
    expect(page.locator("[data-photo-list] li")).to_have_count(2, timeout=20_000)
    for _ in range(2):
        page.locator(".is-current [data-next]").click()

    page.locator("[data-send]").click()
    expect(page.locator(".tf-code")).to_be_visible(timeout=30_000)
    code = page.locator(".tf-code").inner_text()
    deployed.wait_for(lambda: len(group_photos(deployed, unit)) == 2)

    card = deployed.sandbox.messages(unit)[0]
    assert "Đánh nhau trước chợ, gọi •••••" in card["text"]
    for photo in group_photos(deployed, unit):
        assert_clean(photo)
    assert _left_in(deployed, "uploads") == []

    sign_in(page, deployed, unit)
    link = re.search(r"http\S+/can-bo/tin/TB-\w+", card["text"])
    assert link is not None
    page.goto(link.group())
    expect(page.locator("main")).to_contain_text("0905.123.456")
    expect(page.locator("main img")).to_have_count(2)
    for photo in page.locator("main img").all():
        photo.scroll_into_view_if_needed()
        expect(photo).not_to_have_js_property("naturalWidth", 0)

    page.goto(f"{deployed.url}/theo-doi/")
    page.fill("[name=receipt_code]", code)
    page.get_by_role("button", name="Xem tin của tôi").click()
    expect(page.locator("main")).to_contain_text("nhóm trực")


@pytest.mark.e2e
def test_without_javascript_the_form_takes_its_photo_along(
    plain_page: Page, deployed: Deployed, unit: str
) -> None:
    held = io.BytesIO()
    Image.linear_gradient("L").resize((1200, 900)).convert("RGB").save(held, "JPEG")
    plain_page.goto(f"{deployed.url}/{unit}/to-giac/")
    plain_page.select_option("#category", "trom-cap")
    plain_page.fill("#text", "Mất xe máy trước chợ")
    small = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": held.getvalue()}
    plain_page.set_input_files("#photos", [small])  # type: ignore[list-item]  # a FilePayload

    plain_page.click("[data-send]")

    expect(plain_page.locator("main")).to_contain_text(re.compile(r"\d{4} \d{4} \d{4} \d{4} \d{4}"))
    deployed.wait_for(lambda: len(group_photos(deployed, unit)) == 1)
    sign_in(plain_page, deployed, unit)
    plain_page.locator("a[href*='/can-bo/tin/']").first.click()
    expect(plain_page.locator("main")).to_contain_text("Mất xe máy trước chợ")


def test_the_receipt_tells_the_status_and_a_strange_code_nothing(
    deployed: Deployed, unit: str
) -> None:
    fields = {"category": "gay-roi", "text": "Đánh nhau ở ngã tư"}

    status, receipt = post_json(f"{deployed.url}/api/units/{unit}/tips", fields)
    known = post_json(f"{deployed.url}/api/receipts", {"receipt_code": receipt["receipt_code"]})
    strange = post_json(
        f"{deployed.url}/api/receipts", {"receipt_code": "1234 5678 9012 3456 7895"}
    )

    assert (status, known[0], strange[0]) == (201, 200, 404)
    assert known[1]["status"] == "received"


def test_pages_have_the_headers_that_they_have_on_one_machine(deployed: Deployed) -> None:
    site = SiteSettings(deployed.url, TEMPLATES)
    client = create_site_app(deployed.release / "site", site).test_client()
    folder = deployed.release / "site"
    kinds = {file.suffix: file for file in sorted(folder.rglob("*")) if file.is_file()}
    hashed = next(folder.glob("assets/stylesheets/main.*.css"))
    paths = ["/", "/khong-co/", *(f"/{f.relative_to(folder).as_posix()}" for f in kinds.values())]

    for path in [*paths, f"/{hashed.relative_to(folder).as_posix()}"]:
        if path.endswith("/index.html") or path.endswith(".gz"):
            continue
        with (
            client.get(path, base_url=deployed.url) as here,
            answer(deployed.url + path) as there,
        ):
            assert there.status == here.status_code, path
            assert there.read() == here.data, path
        expected = {name.lower(): value for name, value in here.headers.items()}
        if not path.endswith("/") and not path.endswith(".html"):
            # One policy for all that CloudFront serves; only pages act upon it.
            expected["content-security-policy"] = content_security_policy(
                upload_url=deployed.upload_url
            )
        found = {name.lower(): value for name, value in there.headers.items()}
        assert {k: v for k, v in found.items() if k not in _OF_THE_ROAD} == {
            k: v for k, v in expected.items() if k not in _OF_THE_ROAD
        }, path


def test_a_page_has_its_qr_code_and_a_split_unit_its_choice(deployed: Deployed, unit: str) -> None:
    site = SiteSettings(deployed.url, TEMPLATES)
    client = create_site_app(deployed.release / "site", site).test_client()

    for path in (f"/{unit}/to-giac/qr.svg", f"/{FORMER_OF_TWO}/thu-tuc/"):
        with (
            client.get(path, base_url=deployed.url) as here,
            answer(deployed.url + path) as there,
        ):
            assert (there.status, there.read()) == (200, here.data), path


def test_what_functions_read_of_a_release_has_no_address(deployed: Deployed) -> None:
    for name in ("facts.json", "search.json"):
        with answer(f"{deployed.url}/_release/{name}") as hidden:
            assert hidden.status == 404


def test_the_search_without_javascript_answers_by_the_published_site(deployed: Deployed) -> None:
    with answer(f"{deployed.url}/tim?q=mat%20ho%20chieu") as found:
        assert "hộ chiếu" in found.read().decode().lower()


def test_what_a_resident_writes_to_the_account_reaches_the_group(
    deployed: Deployed, unit: str
) -> None:
    app = deployed.services().stores.channels.app()
    channel = deployed.services().stores.channels.channel(unit)
    assert app is not None
    assert channel is not None
    stamp = str(int(deployed.services().clock.now().timestamp() * 1000))
    event = {
        "app_id": app.app_id, "event_name": "user_send_text", "timestamp": stamp,
        "sender": {"id": "8756287263669629130"}, "recipient": {"id": channel.oa_id},
        "message": {"msg_id": f"m-{stamp}", "text": "Có người lạ sau nhà văn hoá"},
    }  # fmt: skip
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    signed = f"mac={mac_of(app.app_id, body, stamp, app.oa_secret_key)}"

    answers = [
        posted_event(deployed, body, signed),
        posted_event(deployed, body, signed),
        posted_event(deployed, body, f"mac={'0' * 64}"),
    ]

    told = deployed.wait_for(lambda: deployed.sandbox.messages(unit))
    assert answers == [200, 200, 200]
    assert len(told) == 1
    assert "Có người lạ sau nhà văn hoá" in told[0]["text"]
    assert json.loads(deployed.binhyen("status", "--json").stdout)["webhook_unverified"] == 1


def posted_event(deployed: Deployed, body: bytes, signed: str) -> int:
    """Post what Zalo would, under the public address; return the status of the answer."""
    headers = {"Content-Type": "application/json", "X-ZEvent-Signature": signed}
    request = urllib.request.Request(f"{deployed.url}/api/zalo/webhook", body, headers)
    with urllib.request.urlopen(request, timeout=30) as told:
        return int(told.status)


def test_a_form_of_eight_megabytes_is_answered_before_any_function(
    deployed: Deployed, unit: str
) -> None:
    request = urllib.request.Request(
        f"{deployed.url}/api/units/{unit}/tips", b"a" * 8_000_000,
        {"Content-Type": "multipart/form-data; boundary=x"},
    )  # fmt: skip

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)

    with refused.value as told:
        assert told.status == 413
        assert "nút quay lại" in told.read().decode()


def test_an_unknown_route_of_the_api_keeps_its_own_404(deployed: Deployed) -> None:
    status, told = post_json(f"{deployed.url}/api/khong-co", {})

    assert (status, told["errors"][0]["code"]) == (404, "not_found")


def test_no_log_holds_a_sender_a_text_or_a_code(deployed: Deployed, unit: str) -> None:
    text = "Chuyện chỉ kể ở đây"
    _, receipt = post_json(
        f"{deployed.url}/api/units/{unit}/tips", {"category": "khac", "text": text}
    )
    deployed.wait_for(lambda: deployed.sandbox.messages(unit))
    deployed.binhyen("officers", "link", "--unit", unit)

    logged = deployed.all_logs()

    assert logged
    code = receipt["receipt_code"]
    for secret in (text, code, code.replace(" ", ""), "127.0.0.1", "Mozilla", "Python-urllib"):
        assert secret not in logged


def _left_in(deployed: Deployed, use: str) -> list[str]:
    found = deployed.client("s3").list_objects_v2(Bucket=f"by-thu-{use}-000000000000")
    return [each["Key"] for each in found.get("Contents", [])]
