"""The officers' pages on the stores of one machine: SQLite and sealed files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient

from functions.bootstrap import Services
from functions.config import Settings
from functions.core.following_up import add_message
from functions.core.models import Officer, Role, Via
from functions.core.signin import issue_link
from functions.core.tips import submit_tip
from functions.installed import TEMPLATES
from functions.staff.handler import StaffServices, create_staff_app
from functions.web.app import SiteSettings
from tests.core.world import draft
from tests.fakes.clock import FrozenClock
from tests.functions.case_forms import do, draw, text_of, words_of

WARD = Officer("phuong-tan-an", "7001", "Trần Văn Bình", Role.OFFICER)
OTHER = Officer("xa-ea-kly", "7002", "Lê Thị Hoa", Role.OFFICER)
CHIEF = Officer("tinh-dak-lak", "7003", "Y Thanh", Role.COMMANDER)


class Office:
    """The function `staff` over a data folder, with an officer in three units."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FrozenClock()
        settings = Settings.from_env(
            {
                "BINHYEN_DATA_DIR": str(folder / "data"),
                "BINHYEN_KEY_FILE": str(folder / "key"),
                "BINHYEN_PUBLIC_URL": "http://127.0.0.1:8000",
                "BINHYEN_PORT": "8000",
            }
        )
        self.services = Services(settings, self.clock)
        own = self.services
        self.app = create_staff_app(
            StaffServices(own.sign_in, own.cases, own.units, own.casework),
            SiteSettings(settings.public_url, TEMPLATES),
        )
        for officer in (WARD, OTHER, CHIEF):
            own.stores.officers.enroll(officer, self.clock.now())

    def tip(self, text: str) -> Any:
        """Submit a tip and return it as it is stored."""
        known = set(self.services.stores.tips.all_ids())
        submit_tip(draft(text, place="hẻm 12"), (), self.services.submit)
        (tip_id,) = set(self.services.stores.tips.all_ids()) - known
        return self.now(tip_id)

    def now(self, tip_id: str) -> Any:
        return self.services.stores.tips.get(tip_id)

    def sign_in(self, officer: Officer) -> FlaskClient:
        client = self.app.test_client()
        secret = issue_link(officer, self.services.sign_in)
        assert client.post("/can-bo/vao", data={"secret": secret}).status_code == 303
        return client

    def kept(self) -> bytes:
        """Return everything that lies in the data folder."""
        files = (path for path in (self.folder / "data").rglob("*") if path.is_file())
        return b"".join(path.read_bytes() for path in files)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_case_is_worked_from_receipt_to_outcome_by_two_units(office: Office) -> None:
    tip = office.tip("Có nhóm dùng ma túy.")
    code = tip.card_code
    client, other = office.sign_in(WARD), office.sign_in(OTHER)
    assert code in text_of(client.get("/can-bo/"))

    do(client, code, "nhan")
    do(client, code, "can", text="Ở nhà nào?")
    add_message(tip.tip_id, "m1", "Nhà số 5.", (), Via.RECEIPT_PAGE, office.services.acts)
    waiting = words_of(client.get("/can-bo/"))
    do(client, code, "noi-xac-minh", place="hẻm 14")
    do(client, code, "phoi-hop", unit="Xã Ea Kly", on="2026-11-26", text="Cùng kiểm tra.")
    joint = words_of(other.get("/can-bo/?muc=phoi-hop"))
    do(other, code, "dap", text="Cảm ơn bà.")
    do(client, code, "ket-qua", men="5", women="1", test_1="ma túy", test_count_1="6",
       test_positive_1="6")  # fmt: skip

    page = words_of(client.get(f"/can-bo/tin/{code}"))
    assert "Người gửi chờ trả lời" in waiting
    assert code in joint
    for line in (
        "Trần Văn Bình nhận việc", "Trần Văn Bình hỏi thêm người gửi", "Nhà số 5.",
        "Nơi xảy ra, theo người gửi hẻm 12", "Nơi đã xác minh hẻm 14",
        "26/11/2026: Cùng kiểm tra.", "Lê Thị Hoa trả lời người gửi", "5 nam, 1 nữ",
        "6/6 dương tính", "Lê Thị Hoa mở tin",
    ):  # fmt: skip
        assert line in page
    assert code not in text_of(client.get("/can-bo/?muc=cua-toi"))
    assert code in text_of(client.get("/can-bo/?muc=tat-ca"))


def test_transfer_moves_the_case_and_its_second_click_does_nothing_more(office: Office) -> None:
    tip = office.tip("Ở xã bên.")
    client = office.sign_in(WARD)
    form = draw(client, tip.card_code, "chuyen") | {"unit": "ea kly", "text": "Nhờ xã."}

    answers = [client.post(f"/can-bo/tin/{tip.card_code}/chuyen", data=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert office.now(tip.tip_id).unit_id == "xa-ea-kly"
    assert len(office.services.stores.cases.entries(tip.tip_id)) == 1


def test_two_clicks_on_a_transfer_at_one_time_are_one(office: Office) -> None:
    tip = office.tip("Ở xã bên.")
    client = office.sign_in(WARD)
    form = draw(client, tip.card_code, "chuyen") | {"unit": "ea kly", "text": "Nhờ xã."}
    cookie = client.get_cookie("binhyen_session", path="/can-bo")
    assert cookie is not None
    together = Barrier(4)

    def click(_: int) -> tuple[int, str]:
        phone = office.app.test_client()
        phone.set_cookie("binhyen_session", cookie.value, path="/can-bo")
        together.wait(10)
        answer = phone.post(f"/can-bo/tin/{tip.card_code}/chuyen", data=form)
        return answer.status_code, answer.location

    with ThreadPoolExecutor(4) as clicks:
        answers = list(clicks.map(click, range(4)))

    assert set(answers) == {(303, f"/can-bo/?xong=chuyen&ma={tip.card_code}")}
    assert office.now(tip.tip_id).unit_id == "xa-ea-kly"
    assert len(office.services.stores.cases.entries(tip.tip_id)) == 1


def test_late_unit_and_its_alarm_stand_on_the_red_board(office: Office) -> None:
    office.tip("Không ai nhận.")
    office.services.stores.alerts.alarm("channel-closed", WARD.unit_id)
    office.clock.advance(timedelta(days=3))

    board = words_of(office.sign_in(CHIEF).get("/can-bo/bang-do"))

    assert "Công an phường Tân An Zalo không cho gửi vào nhóm" in board
    assert "Công an phường Tân An 1 việc quá hạn; lâu nhất 2 ngày" in board


def test_nothing_that_was_typed_lies_in_the_folder_unsealed(office: Office) -> None:
    tip = office.tip("Chuyện kín đáo.")
    client = office.sign_in(WARD)

    do(client, tip.card_code, "dap", text="Lời đáp kín.")
    do(client, tip.card_code, "noi-xac-minh", place="Hẻm kín.")
    do(client, tip.card_code, "ket-qua", outcome_text="Kết quả kín.", object_1="Vật kín",
       object_count_1="1")  # fmt: skip

    kept = office.kept()
    assert len(office.services.stores.cases.entries(tip.tip_id)) == 3
    for words in ("Lời đáp kín", "Hẻm kín", "Kết quả kín", "Vật kín", "Trần Văn Bình"):
        assert words.encode() not in kept
