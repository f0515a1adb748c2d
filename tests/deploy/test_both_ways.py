"""Cases on the deployed installation: acts of officers and residents, each within its role.

The engine refuses every call that the function's role does not allow.
"""

from __future__ import annotations

import html
import http.cookiejar
import re
import urllib.parse
import urllib.request

from functions.core.models import Contact, TipStatus
from tests.deploy.cloud import Deployed
from tests.system import post_json


class Desk:
    """An officer at the case pages, without a browser."""

    def __init__(self, deployed: Deployed, unit_id: str) -> None:
        self._url = deployed.url
        jar = http.cookiejar.CookieJar(
            http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
        )
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar)).open
        listed = deployed.binhyen("officers", "link", "--unit", unit_id).stderr
        user_id = re.findall(r"^\s+(\d+)\s+officer", listed, re.MULTILINE)[0]
        told = deployed.binhyen(
            "officers", "link", "--unit", unit_id, "--officer", user_id
        ).stdout.strip()
        self.post("/can-bo/vao", secret=told.rpartition("/")[2])

    def get(self, path: str) -> str:
        with self._open(self._url + path, timeout=30) as page:
            return html.unescape(page.read().decode())

    def post(self, path: str, **fields: str) -> str:
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(self._url + path, body, {"Origin": self._url})
        with self._open(request, timeout=30) as page:
            return html.unescape(page.read().decode())

    def act(self, card_code: str, name: str, **fields: str) -> str:
        """Send the act's form of the case page as it stands now."""
        case = f"/can-bo/tin/{card_code}"
        page = self.get(case)
        tokens = {
            field: re.findall(rf'name="{field}" value="([^"]+)"', page)[0]
            for field in ("csrf_token", "act_key")
        }
        return self.post(f"{case}/{name}", **tokens, **fields)


def test_officers_and_the_resident_work_on_a_case_from_both_sides(
    deployed: Deployed, unit: str
) -> None:
    fields = {
        "category": "gay-roi", "text": "Tụ tập sau nhà văn hoá", "contact_name": "Đào",
        "contact_phone": "0905123456",
    }  # fmt: skip
    _, receipt = post_json(f"{deployed.url}/api/units/{unit}/tips", fields)
    code = {"receipt_code": receipt["receipt_code"]}
    stores = deployed.services().stores
    (tip_id,) = (row.tip_id for row in stores.tips.list_for_unit(unit, 1))
    card = stores.tips.get(tip_id).card_code
    desk = Desk(deployed, unit)

    desk.act(card, "nhan")
    desk.act(card, "phoi-hop", unit="Công an tỉnh Đắk Lắk", text="Cùng kiểm tra")
    desk.act(card, "can", text="Nhà số mấy?")
    wrote, _ = post_json(f"{deployed.url}/api/receipts/messages", {**code, "text": "Số nhà 15"})
    took, _ = post_json(f"{deployed.url}/api/receipts/contact/withdraw", code)
    asked, _ = post_json(f"{deployed.url}/api/receipts/deletion", code)
    on_province_list = stores.cases.open_for_unit("tinh-dak-lak", 50)
    desk.act(card, "dap", text="Đã ghi nhận")
    desk.act(card, "ket-qua", outcome_text="Đã nhắc nhở", men="2")
    inbox = desk.get("/can-bo/")

    tip = stores.tips.get(tip_id)
    assert (wrote, took, asked) == (201, 200, 200)
    assert tip.status is TipStatus.RESOLVED
    assert tip.contact == Contact()
    assert tip_id in [row.tip_id for row in on_province_list]
    assert tip_id not in [row.tip_id for row in stores.cases.open_for_unit("tinh-dak-lak", 50)]
    assert card not in inbox
    told = deployed.wait_for(
        lambda: [
            text
            for text in (message["text"] for message in deployed.sandbox.messages(unit))
            if "Số nhà 15" in text
        ]
    )
    assert len(told) == 1
    assert "AccessDenied" not in deployed.all_logs()
