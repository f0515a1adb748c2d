"""The officers' inbox: headings with counts, and what stands under them."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest

from functions.core import inbox as inbox_rules
from functions.core.cases import PAGE
from functions.core.following_up import add_message
from functions.core.models import Via
from functions.web.words import load_words
from tests.functions.case_forms import CHIEF, COLLEAGUE, do, one_case, text_of, words_of
from tests.functions.world import OFFICER, STRANGER, TEMPLATES, UNIT, World

FUNCTIONS = TEMPLATES.parent / "functions"


def counts(page: str) -> dict[str, int]:
    """Return the count that stands at each heading."""
    tabs = re.findall(r'href="/can-bo/\?muc=([a-z-]+)"[^>]*>(.*?)</a>', page, re.DOTALL)
    found = {slug: re.search(r">(\d+)</b>", inner) for slug, inner in tabs}
    return {slug: int(match.group(1)) for slug, match in found.items() if match}


def listed(answer: Any) -> list[str]:
    return re.findall(r'<a href="/can-bo/tin/(TB-[0-9A-Z]{6})">', text_of(answer))


def test_new_are_those_nobody_has_and_those_whose_sender_waits(world: World) -> None:
    fresh, taken, answered = (one_case(world, text=text) for text in ("một", "hai", "ba"))
    client = world.sign_in()
    for tip in (taken, answered):
        do(world.sign_in(COLLEAGUE), tip.card_code, "nhan")
    add_message(answered.tip_id, "m1", "Còn nữa.", (), Via.RECEIPT_PAGE, world.acts)

    home = client.get("/can-bo/")

    assert set(listed(home)) == {fresh.card_code, answered.card_code}
    assert counts(text_of(home)) == {"moi": 2, "cua-toi": 0, "sap-het-han": 0, "qua-han": 0}
    assert "Người gửi chờ trả lời" in words_of(home)
    assert "H'Lan Niê đang giữ" in words_of(home)


def test_urgent_ones_stand_first_then_the_oldest(world: World) -> None:
    for number, urgency in enumerate(("normal", "soon", "now", "normal")):
        world.send(text=f"Tin {number}", urgency=urgency)
        world.clock.advance(timedelta(minutes=1))
    codes = [tip.card_code for tip in world.stored()]

    home = world.sign_in().get("/can-bo/?muc=moi")

    assert listed(home) == [codes[2], codes[1], codes[0], codes[3]]


def test_mine_are_those_i_hold(world: World) -> None:
    mine, other = one_case(world), one_case(world, text="hai")
    client = world.sign_in()
    do(client, mine.card_code, "nhan")
    do(world.sign_in(COLLEAGUE), other.card_code, "nhan")

    answer = client.get("/can-bo/?muc=cua-toi")

    assert listed(answer) == [mine.card_code]
    assert "Bạn đang giữ" in words_of(answer)


def test_clock_moves_a_tip_to_soon_and_to_late(world: World) -> None:
    tip = one_case(world)

    seen = []
    for hours in (11, 2, 12):
        world.clock.advance(timedelta(hours=hours))
        client = world.sign_in()
        seen.append(
            {
                slug
                for slug in ("sap-het-han", "qua-han")
                if listed(client.get(f"/can-bo/?muc={slug}")) == [tip.card_code]
            }
        )

    assert seen == [set(), {"sap-het-han"}, {"qua-han"}]


def test_closed_tip_is_among_all_only_until_its_sender_writes_again(world: World) -> None:
    tip = one_case(world)
    client = world.sign_in()
    do(client, tip.card_code, "ket-qua", outcome_text="Xong.")
    after = listed(client.get("/can-bo/"))
    everything = listed(client.get("/can-bo/?muc=tat-ca"))

    add_message(tip.tip_id, "m1", "Lại nữa.", (), Via.RECEIPT_PAGE, world.acts)

    assert (after, everything) == ([], [tip.card_code])
    assert listed(client.get("/can-bo/")) == [tip.card_code]


def test_joint_unit_finds_the_tip_under_a_heading_of_its_own(world: World) -> None:
    tip = one_case(world)
    joint = world.sign_in(STRANGER)
    before = text_of(joint.get("/can-bo/"))
    do(world.sign_in(), tip.card_code, "phoi-hop", unit="Xã Ea Kly")

    answer = joint.get("/can-bo/?muc=phoi-hop")

    assert "muc=phoi-hop" not in before
    assert counts(text_of(answer)) == {
        "moi": 0, "cua-toi": 0, "sap-het-han": 0, "qua-han": 0, "phoi-hop": 1,
    }  # fmt: skip
    assert listed(answer) == [tip.card_code]
    assert "Đơn vị giữ tin: Công an phường Tân An" in words_of(answer)


def test_other_units_tips_stand_nowhere(world: World) -> None:
    one_case(world)
    client = world.sign_in(STRANGER)

    pages = [client.get(f"/can-bo/?muc={slug}") for slug in ("moi", "qua-han", "tat-ca")]

    assert [listed(page) for page in pages] == [[], [], []]
    assert "Không có tin nào đang chờ." in words_of(pages[0])


def test_all_are_listed_newest_first(world: World) -> None:
    for text in ("một", "hai"):
        world.send(text=text)
        world.clock.advance(timedelta(minutes=1))
    first, second = world.stored()

    answer = world.sign_in().get("/can-bo/?muc=tat-ca")

    assert listed(answer) == [second.card_code, first.card_code]
    assert "20/11/2026 08:30" in text_of(answer)


def send_more_than_a_page(world: World) -> list[str]:
    for _ in range(PAGE + 1):
        world.send(headers={"User-Agent": "x"}, submission_key="")
        world.clock.advance(timedelta(minutes=11))
    return [tip.card_code for tip in world.stored()]


@pytest.mark.parametrize(
    ("slug", "marker", "last"), [("tat-ca", "truoc=", 0), ("moi", "tu=", PAGE)]
)
def test_the_rest_is_one_link_away(world: World, slug: str, marker: str, last: int) -> None:
    codes = send_more_than_a_page(world)
    client = world.sign_in()
    page = client.get(f"/can-bo/?muc={slug}")
    link = re.search(rf'href="(/can-bo/\?muc={slug}&amp;{marker}[^"]+)"', page.text)
    assert link

    rest = client.get(html.unescape(link.group(1)))

    assert len(listed(page)) == PAGE
    assert codes[last] not in listed(page)
    assert listed(rest) == [codes[last]]
    assert marker not in rest.text


def test_far_end_of_a_list_says_so(world: World) -> None:
    one_case(world)

    page = words_of(world.sign_in().get("/can-bo/?muc=moi&tu=50"))

    assert "Không có tin nào cũ hơn." in page


@pytest.mark.parametrize("typed", ["hôm qua", "2026-11-20", "2026-11-20T08:30:00", "\0"])
def test_senseless_paging_is_400(world: World, typed: str) -> None:
    assert world.sign_in().get("/can-bo/", query_string={"truoc": typed}).status_code == 400


@pytest.mark.parametrize("typed", ["-1", "x", "", "²", "9" * 30])
def test_senseless_start_is_400(world: World, typed: str) -> None:
    assert world.sign_in().get("/can-bo/", query_string={"tu": typed}).status_code == 400


@pytest.mark.parametrize("typed", ["", "x", "MOI", "moi/"])
def test_unknown_heading_is_404(world: World, typed: str) -> None:
    assert world.sign_in().get("/can-bo/", query_string={"muc": typed}).status_code == 404


def test_too_many_open_tips_are_said_to_be_cut(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_rules, "MOST_OPEN", 1)
    one_case(world)
    client = world.sign_in()
    whole = words_of(client.get("/can-bo/"))
    one_case(world, text="hai")

    cut = client.get("/can-bo/")

    assert "quá nhiều tin" not in whole
    assert "Đơn vị có quá nhiều tin chưa xong" in words_of(cut)
    assert counts(text_of(cut))["moi"] == 1


def test_own_units_alarm_is_a_red_line_others_are_none(world: World) -> None:
    world.alerts.alarm("channel-closed", UNIT)
    world.alerts.alarm("needs-authorization", STRANGER.unit_id)
    world.alerts.alarm("webhook-unverified", "")
    world.clock.advance(timedelta(hours=3))

    page = words_of(world.sign_in().get("/can-bo/"))

    assert "Zalo không cho gửi vào nhóm của đơn vị." in page
    assert "Từ 20/11/2026 08:30 – đã 3 giờ." in page
    assert "cấp quyền lại" not in page
    assert "chữ ký" not in page
    assert "bang-do" not in text_of(world.sign_in().get("/can-bo/"))


def test_red_board_is_for_the_province_alone(world: World) -> None:
    world.officers.enroll(CHIEF, world.clock.now())
    one_case(world)
    world.clock.advance(timedelta(days=3))
    world.alerts.alarm("channel-closed", UNIT)
    world.alerts.alarm("delivery-late", UNIT)
    world.alerts.alarm("webhook-unverified", "")
    world.alerts.alarm("never-heard-of", "xa-ea-kly")
    world.clock.advance(timedelta(minutes=20))
    chief = world.sign_in(CHIEF)

    board = words_of(chief.get("/can-bo/bang-do"))
    foreign = world.sign_in(OFFICER).get("/can-bo/bang-do")

    assert 'href="/can-bo/bang-do"' in text_of(chief.get("/can-bo/"))
    assert "Công an phường Tân An Zalo không cho gửi vào nhóm" in board
    assert "Toàn hệ thống Zalo gửi dữ liệu với chữ ký không đúng." in board
    assert "Công an xã Ea Kly Có sự cố kỹ thuật." in board
    assert "Từ 23/11/2026 08:30 – đã 20 phút." in board
    assert "Công an phường Tân An 1 việc quá hạn; lâu nhất 2 ngày" in board
    assert foreign.status_code == 404


def test_quiet_board_says_so(world: World) -> None:
    world.officers.enroll(CHIEF, world.clock.now())

    board = words_of(world.sign_in(CHIEF).get("/can-bo/bang-do"))

    assert "Không có sự cố nào." in board
    assert "Không có đơn vị nào quá hạn." in board


def alarm_codes() -> set[str]:
    """Return every code that the functions call for a human with, read from their sources."""
    text = "\n".join(path.read_text("utf-8") for path in FUNCTIONS.rglob("*.py"))
    named = re.findall(r"alerts?\.alarm\(\s*([A-Z_]+)", text)
    values = [
        value
        for name in named
        for value in re.findall(rf"^{name}\b[^=]*= (\{{[^}}]*\}}|\"[a-z-]+\")", text, re.MULTILINE)
    ]
    spelled = re.findall(r"alerts?\.alarm\(\s*(\"[a-z-]+\")", text)
    return {code for value in (*values, *spelled) for code in re.findall(r"\"([a-z-]+)\"", value)}


def test_every_alarm_has_a_sentence_of_its_own() -> None:
    codes = alarm_codes()

    assert {"needs-authorization", "channel-closed", "delivery-late", "undelivered"} <= codes
    assert codes - set(load_words(TEMPLATES).staff["alarms"]) == set()
