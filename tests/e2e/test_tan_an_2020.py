"""The Tân An case of 2020, end to end: what the project is for.

A resident writes to one body's OA; the tip is handed to the ward's police; the place turns out
to be one alley away; days later the drug team acts jointly; and the outcome is figures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.desk import Desk
from tests.e2e.later import ShiftedSystem
from tests.e2e.phones import Person, Phones, code_of
from tests.system import get_json

pytestmark = pytest.mark.e2e

COMMITTEE, WARD, DRUG_TEAM = "ubnd-phuong-tan-an", "phuong-tan-an", "pc04-dak-lak"
REPORTED = "Khu trọ ở hẻm 12 hay có người lạ tụ tập tiêm chích ban đêm"
VERIFIED = "Hẻm 14, dãy trọ ba phòng"
QUESTION = "Anh chị thấy họ vào phòng nào, thường lúc mấy giờ?"
ANSWERED = "Phòng cuối dãy, khoảng hai giờ sáng"
OUTCOME = "Kiểm tra hành chính, lập hồ sơ xử lý theo quy định"
NOTE = "Đề nghị hỗ trợ trinh sát"
DAYS = 6


@dataclass
class Case:
    """What a test of one case goes through."""

    system: ShiftedSystem
    phones: Phones
    page: Page
    resident: Person
    code: str = ""

    @property
    def path(self) -> str:
        return f"/can-bo/tin/{self.code}"

    def open(self) -> None:
        self.page.goto(self.system.url + self.path)

    def act(self, act: str) -> Locator:
        """Unfold the form of an act on the case page."""
        self.page.locator(f"details#{act} > summary").click()
        return self.page.locator(f"details#{act}")

    def fact(self, name: str) -> str:
        """Return what stands on the case page under a name."""
        given = self.page.locator("main > dl.st-facts, main dl.st-facts").first
        text: str = given.locator(f"dt:text-is('{name}') + dd").inner_text()
        return text

    def exported(self) -> dict[str, Any]:
        out = self.system.folder / f"export-{len(list(self.system.folder.iterdir()))}"
        done = self.system.run("export", str(out))
        assert done.returncode == 0, done.stderr
        lines = (out / "tips.jsonl").read_text(encoding="utf-8").splitlines()
        (only,) = [json.loads(line) for line in lines]
        return dict(only)


@pytest.fixture
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShiftedSystem]:
    """A system whose days can be let pass."""
    running = ShiftedSystem(tmp_path_factory.mktemp("tan-an"))
    running.start()
    yield running
    running.stop()


def test_a_tip_to_the_committee_ends_with_the_drug_teams_outcome(
    system: ShiftedSystem, page: Page
) -> None:
    phones = Phones(system)
    case = Case(system, phones, page, phones.resident(COMMITTEE, "Trần Thị Bích Ngà"))

    a_resident_writes_to_the_committee(case)
    begun = case.exported()
    the_committee_hands_it_to_the_wards_police(case)
    the_committee_cannot_open_it_any_more(case)
    an_officer_of_the_ward_takes_it_on_the_phone(case)
    the_place_is_verified_one_alley_away(case)
    the_resident_is_asked_and_answers_with_a_photo(case)
    system.let_pass(DAYS)
    the_drug_team_is_brought_in(case)
    the_outcome_is_written_as_figures(case)

    ended = case.exported()
    assert (begun["unit_id"], ended["unit_id"]) == (COMMITTEE, WARD)
    for kept in ("tip_id", "card_code", "received_at", "text_sha256"):
        assert ended[kept] == begun[kept]
    assert ended["status"] == "resolved"
    assert len(ended["photos"]) == 3
    the_resident_heard_of_it_in_plain_words(case)
    the_record_tells_it_in_order(case)
    all_tokens_were_renewed(system)
    nothing_said_is_in_the_log(case)
    nothing_said_lies_open_on_the_disk(case)


def a_resident_writes_to_the_committee(case: Case) -> None:
    case.phones.write(case.resident, REPORTED, photos=2)

    card = case.phones.card(COMMITTEE)
    case.code = code_of(card)
    assert f"│ {REPORTED}" in card["text"]
    said = case.phones.wait_for_chat(case.resident, "đã lưu tin")
    assert said.startswith(f"Ủy ban nhân dân phường Tân An đã lưu tin của ông/bà, mã {case.code}.")
    case.system.wait_for(lambda: photos_in(case, COMMITTEE) == 2)


def the_committee_hands_it_to_the_wards_police(case: Case) -> None:
    officer = case.phones.member(COMMITTEE)
    card = case.phones.card(COMMITTEE)

    case.phones.write_in_group(officer, "#chuyen phường Tân An", quoted_id=card["message_id"])

    moved = case.phones.wait_for_group(COMMITTEE, "đã chuyển tin tới")
    assert moved.startswith(f"{case.code}: đ/c {officer.name} đã chuyển tin tới Công an phường")
    assert f"│ {REPORTED}" in case.phones.card(WARD, case.code)["text"]
    case.system.wait_for(lambda: photos_in(case, WARD))
    case.phones.wait_for_chat(case.resident, "đã được chuyển tới Công an phường Tân An")


def the_committee_cannot_open_it_any_more(case: Case) -> None:
    link = case.phones.ask_to_sign_in(case.phones.member(COMMITTEE))
    desk = Desk(case.system.url, link)

    moved, unknown = desk.get(case.path), desk.get("/can-bo/tin/TB-000000")

    assert (moved.status, unknown.status) == (404, 404)
    assert moved.without(case.code) == unknown.without("TB-000000")
    assert case.code not in desk.get("/can-bo/?muc=tat-ca").text


def an_officer_of_the_ward_takes_it_on_the_phone(case: Case) -> None:
    sign_in(case)
    case.page.locator(f"a[href='{case.path}']").click()

    case.page.get_by_role("button", name="Nhận việc").first.click()

    expect(case.page.locator("main")).to_contain_text("Bạn đang giữ việc này.")
    for photo in case.page.locator("main img").all():
        photo.scroll_into_view_if_needed()
        expect(photo).not_to_have_js_property("naturalWidth", 0)
    expect(case.page.locator("main img")).to_have_count(2)
    case.phones.wait_for_group(WARD, "đã nhận lúc")


def the_place_is_verified_one_alley_away(case: Case) -> None:
    form = case.act("noi-xac-minh")
    form.locator("[name=place]").fill(VERIFIED)

    form.get_by_role("button").click()

    expect(case.page.locator("[role=status]")).to_contain_text("Đã ghi nơi xác minh")
    expect(case.page.locator("main")).to_contain_text(REPORTED)
    assert case.fact("Nơi đã xác minh") == VERIFIED
    assert case.fact("Nơi xảy ra, theo người gửi") != VERIFIED
    case.phones.wait_for_group(WARD, f"│ {VERIFIED}")


def the_resident_is_asked_and_answers_with_a_photo(case: Case) -> None:
    officer = case.phones.member(WARD)
    card = case.phones.card(WARD, case.code)

    before = photos_in(case, WARD)
    case.phones.write_in_group(officer, f"#can {QUESTION}", quoted_id=card["message_id"])
    asked = case.phones.wait_for_chat(case.resident, QUESTION)
    case.phones.write(case.resident, ANSWERED, photos=1)

    assert asked.startswith(f"Công an phường Tân An hỏi thêm về tin {case.code}")
    told = case.phones.wait_for_group(WARD, f"│ {ANSWERED}")
    assert told.startswith(f"{case.code}: người báo tin nhắn thêm")
    case.system.wait_for(lambda: photos_in(case, WARD) == before + 1)
    assert photos_in(case, COMMITTEE) == 2


def the_drug_team_is_brought_in(case: Case) -> None:
    case.open()
    expect(case.page.locator("main")).to_contain_text("đăng nhập")
    sign_in(case)
    case.open()
    form = case.act("phoi-hop")
    form.locator("[name=unit]").fill("PC04")
    form.locator("[name=text]").fill(NOTE)

    form.get_by_role("button").click()

    expect(case.page.locator("main")).to_contain_text("Đơn vị phối hợp đã được thêm")
    assert f"│ {REPORTED}" in case.phones.card(DRUG_TEAM, case.code)["text"]
    link = case.phones.ask_to_sign_in(case.phones.member(DRUG_TEAM), "#vao")
    joint = Desk(case.system.url, link).get(case.path)
    assert joint.status == 200
    assert ANSWERED in joint.text


def the_outcome_is_written_as_figures(case: Case) -> None:
    form = case.act("ket-qua")
    figures = {
        "outcome_text": OUTCOME,
        "men": "5",
        "women": "1",
        "object_1": "Bơm kim tiêm",
        "object_count_1": "2",
        "test_1": "Chất ma túy trong nước tiểu",
        "test_count_1": "6",
        "test_positive_1": "6",
    }
    for name, typed in figures.items():
        form.locator(f"[name={name}]").fill(typed)

    form.get_by_role("button", name="Kết thúc việc").click()

    shown = case.page.locator("main")
    expect(shown).to_contain_text("Đã kết thúc việc và lưu kết quả")
    for line in (OUTCOME, "5 nam, 1 nữ", "Bơm kim tiêm: 2", "nước tiểu: 6/6 dương tính"):
        expect(shown).to_contain_text(line)


def the_resident_heard_of_it_in_plain_words(case: Case) -> None:
    case.phones.wait_for_chat(case.resident, "đã kết thúc việc xử lý")

    heard = case.phones.chat(case.resident)

    code, ward = case.code, "Công an phường Tân An"
    assert [text.split("\n")[0] for text in heard] == [
        f"Ủy ban nhân dân phường Tân An đã lưu tin của ông/bà, mã {code}.",
        f"Tin {code} đã được chuyển tới {ward} là nơi có thẩm quyền. Mã tin giữ nguyên.",
        f"Cán bộ {ward} đã nhận tin {code}.",
        f"{ward} hỏi thêm về tin {code}, xin trả lời ngay tại đây:",
        f"{ward} đã kết thúc việc xử lý tin {code}. Cảm ơn ông/bà đã báo tin.",
    ]
    whole = "\n".join(heard)
    officers = [case.phones.member(unit).name for unit in (COMMITTEE, WARD, DRUG_TEAM)]
    for never in (OUTCOME, NOTE, VERIFIED, "nam", "dương tính", *officers):
        assert never not in whole


def the_record_tells_it_in_order(case: Case) -> None:
    case.open()
    ward, committee = case.phones.member(WARD).name, case.phones.member(COMMITTEE).name

    steps = case.page.locator(".st-step").all_inner_texts()

    said = [re.split(" · |\n", step)[1] for step in steps]
    assert said == [
        "Đã lưu",
        "Người gửi viết qua Zalo",
        f"{committee} chuyển tin cho Công an phường Tân An trong nhóm Zalo",
        f"{ward} nhận việc",
        f"{ward} ghi nơi đã xác minh",
        f"{ward} hỏi thêm người gửi trong nhóm Zalo",
        "Người gửi viết qua Zalo",
        f"{ward} mời Phòng Cảnh sát điều tra tội phạm về ma túy cùng phối hợp",
        f"{ward} kết thúc việc",
    ]


def all_tokens_were_renewed(system: ShiftedSystem) -> None:
    def counts() -> dict[str, int]:
        return dict(system.status()["tokens"])

    system.wait_for(lambda: counts()["expiring"] == 0)
    assert counts()["needs_authorization"] == 0
    asked = get_json(f"{system.sandbox_url}/control/requests?limit=1000")["requests"]
    assert sum("access_token" in one["path"] for one in asked) >= 3


def nothing_said_is_in_the_log(case: Case) -> None:
    log = case.system.log.read_text(encoding="utf-8")

    for word in (*said_words(case), case.resident.user_id):
        assert word not in log


def nothing_said_lies_open_on_the_disk(case: Case) -> None:
    files = [path for path in (case.system.folder / "data").rglob("*") if path.is_file()]
    words = [word.encode() for word in (*said_words(case), case.resident.user_id)]

    assert files
    for path in files:
        content = path.read_bytes()
        assert [word for word in words if word in content] == [], path


def said_words(case: Case) -> list[str]:
    """Return all that people typed, and their names."""
    people = [case.phones.member(unit).name for unit in (COMMITTEE, WARD, DRUG_TEAM)]
    typed = [REPORTED, VERIFIED, QUESTION, ANSWERED, OUTCOME, NOTE, "Bơm kim tiêm"]
    return [*typed, *people, case.resident.name]


def sign_in(case: Case) -> None:
    """Let the ward's officer in by the link from their own chat."""
    case.page.goto(case.phones.ask_to_sign_in(case.phones.member(WARD)))
    case.page.get_by_role("button", name="Đăng nhập").click()
    expect(case.page.locator("main")).to_contain_text("Tin gửi tới")


def photos_in(case: Case, unit_id: str) -> int:
    return sum(item["type"] == "photo" for item in case.phones.told(unit_id))
