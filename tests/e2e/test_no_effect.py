"""Who has no right has no effect and gets no hint: forged events, strangers in the group,
officers of elsewhere, guessed addresses. And what Zalo repeats or loses still counts once."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from typing import Any

import pytest

from tests.e2e.desk import Desk
from tests.e2e.events import FORGERIES, VARIANTS, Postman
from tests.e2e.later import SHIFTED_CLOCK
from tests.e2e.phones import Person, Phones, code_of
from tests.system import BINHYEN, System, get_json

pytestmark = pytest.mark.e2e

A_MOMENT = 200
HALF_A_DAY = 12 * 60 * 60
DAY = 2 * HALF_A_DAY


def test_forged_event_is_answered_like_a_right_one_and_only_counted(
    shared_system: System,
) -> None:
    unit_id = "xa-ea-drang"
    phones, postman = Phones(shared_system), Postman(shared_system, unit_id)
    resident = phones.resident(unit_id)
    before = unverified(shared_system)

    forged = [postman.post(postman.to_oa(resident, f"Giả {way}"), way) for way in FORGERIES]
    old = postman.post(postman.to_oa(resident, "Phát lại"), seconds_ago=3 * DAY)
    right = [postman.post(postman.to_oa(resident, f"Thật {way}"), way) for way in VARIANTS]
    settle(shared_system)

    assert set(forged) | {old} == set(right)
    assert right[0][0] == 200
    assert unverified(shared_system) - before == len(FORGERIES) + 1
    told = "\n".join(phones.told_texts(unit_id))
    assert [way for way in VARIANTS if f"│ Thật {way}" not in told] == []
    assert not re.search("Giả|Phát lại", told)
    clear_key_alarm(phones)


def test_commands_of_those_who_may_not_have_no_effect_and_no_answer(
    shared_system: System,
) -> None:
    unit_id, other_id = "xa-ea-hiao", "xa-ea-wy"
    phones, postman = Phones(shared_system), Postman(shared_system, unit_id)
    elsewhere = Postman(shared_system, other_id)
    officer, stranger = phones.member(unit_id), phones.member(other_id)
    resident, member = phones.resident(unit_id), phones.member(unit_id, "admin")
    phones.write(resident, "Có người phá hàng rào")
    card = phones.card(unit_id)
    code = code_of(card)
    command = f"#xong {code} Xóa dấu vết"

    phones.write_in_group(member, command)
    phones.write_in_group(member, "#nhan", quoted_id=card["message_id"])
    for event in (
        postman.in_group(stranger, command),
        postman.in_group(resident, command),
        postman.in_group(officer, command, elsewhere.group_id),
        postman.in_group(officer, command, "0" * 20),
        elsewhere.in_group(officer, command),
        postman.echo(command),
    ):
        assert postman.post(event)[0] == 200
    settle(shared_system)

    assert statuses(shared_system)[code] == "received"
    assert len(phones.told(unit_id)) == 1
    assert phones.told(other_id) == []
    assert len(phones.chat(resident)) == 1
    phones.write_in_group(officer, f"#nhan {code}")
    phones.wait_for_group(unit_id, f"{code}: đ/c {officer.name} đã nhận")
    assert statuses(shared_system)[code] == "acknowledged"


def test_code_of_another_unit_is_answered_like_one_that_nobody_has(
    shared_system: System,
) -> None:
    unit_id, other_id = "xa-ea-khal", "xa-ea-sup"
    phones = Phones(shared_system)
    phones.write(phones.resident(unit_id), "Có người phá hàng rào")
    code = code_of(phones.card(unit_id))
    stranger = phones.member(other_id)

    phones.write_in_group(stranger, f"#xong {code} xong")
    phones.wait_for_group(other_id, code)
    phones.write_in_group(stranger, "#xong TB-000000 xong")
    phones.wait_for_group(other_id, "TB-000000")

    others, nobodys = phones.told_texts(other_id)
    assert others.replace(code, "…") == nobodys.replace("TB-000000", "…")
    assert statuses(shared_system)[code] == "received"
    assert len(phones.told(unit_id)) == 1


def test_residents_command_is_only_a_message(shared_system: System) -> None:
    unit_id = "xa-ea-rok"
    phones = Phones(shared_system)
    resident = phones.resident(unit_id)
    phones.write(resident, "Có người phá hàng rào")
    code = code_of(phones.card(unit_id))

    phones.write(resident, f"#xong {code} xong rồi")
    phones.wait_for_group(unit_id, f"│ #xong {code} xong rồi")
    phones.write(resident, "đăng nhập")
    phones.wait_for_group(unit_id, "│ đăng nhập")

    assert statuses(shared_system)[code] == "received"
    assert "can-bo" not in "".join(phones.chat(resident))


def test_guessed_addresses_and_stale_sessions_open_nothing(shared_system: System) -> None:
    unit_id, other_id = "xa-buon-don", "xa-ea-wer"
    phones = Phones(shared_system)
    phones.write(phones.resident(unit_id), "Có người phá hàng rào", photos=1)
    code = code_of(phones.card(unit_id))
    own, other = (
        Desk(shared_system.url, phones.ask_to_sign_in(phones.member(one)))
        for one in (unit_id, other_id)
    )
    case = own.get(f"/can-bo/tin/{code}")
    shared_system.wait_for(lambda: photo_links(own.get(f"/can-bo/tin/{code}").text))
    (link,) = photo_links(own.get(f"/can-bo/tin/{code}").text)
    assert own.get(link).status == 200

    unknown = other.get("/can-bo/tin/TB-000000")
    others = other.get(f"/can-bo/tin/{code}")
    strangers = [other.get(link), other.get(link.replace(code, "TB-000000"))]
    guesses = [
        own.get(link.replace("k=", "k=0")),
        own.get(re.sub("h=[0-9]+", "h=99999999999", link)),
        own.get(link.split("?")[0]),
        own.get(link.replace("/anh/1", "/anh/2")),
    ]
    form = own.hidden(case)
    acts = [
        other.post(f"/can-bo/tin/{code}/nhan", form),
        other.post("/can-bo/tin/TB-000000/nhan", form),
        Desk(shared_system.url).post(f"/can-bo/tin/{code}/nhan", form),
        own.post(f"/can-bo/tin/{code}/nhan", {**form, "csrf_token": "geraten"}),
    ]

    assert (unknown.status, others.status) == (404, 404)
    assert unknown.without("TB-000000") == others.without(code)
    assert [guess.status for guess in strangers + guesses] == [404] * (2 + len(guesses))
    assert strangers[0].without(code) == strangers[1].without("TB-000000")
    assert {guess.without() for guess in guesses} == {guesses[0].without()}
    assert acts[0].status == acts[1].status
    assert acts[0].without(code) == acts[1].without("TB-000000")
    assert [act.status for act in acts[2:]] == [401, 403]
    assert statuses(shared_system)[code] == "received"
    cookies = list(own.cookies)
    assert own.post("/can-bo/ra", form).status == 401
    stale = Desk(shared_system.url)
    for cookie in cookies:
        stale.cookies.set_cookie(cookie)
    left, stranger = (desk.get(f"/can-bo/tin/{code}") for desk in (stale, Desk(stale.url)))
    assert (left.status, left.text) == (401, stranger.text)
    assert stale.get(link).status == 401


def test_wrong_key_of_the_oa_calls_a_human_until_a_right_event_comes(
    shared_system: System,
) -> None:
    unit_id = "xa-quang-phu"
    phones = Phones(shared_system)
    chief = phones.member("tinh-dak-lak", "commander")
    board = Desk(shared_system.url, phones.ask_to_sign_in(chief))
    resident = phones.resident(unit_id)
    settle(shared_system)
    before = unverified(shared_system)

    shared_system.control("webhook", {"sign": "wrong-key"})
    try:
        phones.write(resident, "Khóa sai")
        settle(shared_system)
    finally:
        shared_system.control("webhook", {"sign": "right"})

    red = board.get("/can-bo/bang-do").text
    assert "Zalo gửi dữ liệu với chữ ký không đúng" in red
    alarms = [line for line in logged(shared_system) if line.get("event") == "alarm"]
    assert "webhook-unverified" in {line["code"] for line in alarms}
    assert unverified(shared_system) - before == 1
    assert phones.told(unit_id) == []
    clear_key_alarm(phones)
    assert "chữ ký không đúng" not in board.get("/can-bo/bang-do").text


def test_messages_that_no_webhook_brought_are_read_back(shared_system: System) -> None:
    unit_id = "xa-krong-buk"
    phones = Phones(shared_system)
    resident, officer = phones.resident(unit_id), phones.member(unit_id)
    phones.write(resident, "Tin tới bằng webhook")
    code = code_of(phones.card(unit_id))
    settle(shared_system)
    shared_system.control("webhook", {"mode": "drop"})
    try:
        phones.write(resident, "Tin bị mất", photos=1, seconds_ago=200)
        phones.write_in_group(officer, f"#nhan {code}", seconds_ago=190)
    finally:
        shared_system.control("webhook", {"mode": "send"})

    # Each unit is asked within three minutes; what was said in the group needs the case first.
    for _ in range(2):
        for minutes_ago in range(3):
            sweep_once(shared_system, -60 * minutes_ago)

    phones.wait_for_group(unit_id, "│ Tin bị mất")
    phones.wait_for_group(unit_id, f"{code}: đ/c {officer.name} đã nhận")
    settle(shared_system)
    told = phones.told_texts(unit_id)
    assert sum("│ Tin bị mất" in text for text in told) == 1
    assert sum("đã nhận lúc" in text for text in told) == 1
    assert sum(one["type"] == "photo" for one in phones.told(unit_id)) == 1


def test_twentyfold_shuffled_and_late_has_the_same_end_as_once_in_time(
    shared_system: System,
) -> None:
    phones = Phones(shared_system)
    plain = talk(phones, "xa-cu-pong", A_MOMENT)
    settle(shared_system)

    shared_system.control("webhook", {"mode": "hold"})
    try:
        late = talk(phones, "xa-pong-drang", HALF_A_DAY, release=20)
    finally:
        shared_system.control("webhook", {"mode": "send"})
    shared_system.wait_for(lambda: outbox(shared_system)["waiting"] == 0)
    settle(shared_system)

    assert end_of(phones, late) == end_of(phones, plain)
    assert end_of(phones, plain)[2] == "acknowledged"


def talk(phones: Phones, unit_id: str, seconds_ago: int, release: int = 0) -> tuple[Person, str]:
    """Have a resident and an officer talk; held events go out shuffled, each so often."""

    def let_go() -> None:
        if release:
            order = {"order": "shuffled", "copies": release}
            phones.system.control("webhook/release", order)

    resident, officer = phones.resident(unit_id), phones.member(unit_id)
    phones.write(resident, "Có người phá hàng rào", seconds_ago=seconds_ago)
    let_go()
    code = code_of(phones.card(unit_id))
    phones.write(resident, "Họ quay lại", photos=1, seconds_ago=seconds_ago - 60)
    phones.write(resident, "Họ đi rồi", seconds_ago=seconds_ago - 90)
    phones.write_in_group(officer, f"#nhan {code}", seconds_ago=seconds_ago - 120)
    let_go()
    # Who answers first has also taken note of it: another order would be another case.
    phones.wait_for_group(unit_id, "đã nhận lúc")
    phones.write_in_group(officer, f"#dap {code} Chúng tôi tới", seconds_ago=seconds_ago - 150)
    phones.write_in_group(officer, f"#lam {code}", seconds_ago=seconds_ago - 180)
    let_go()
    return resident, code


def end_of(phones: Phones, talked: tuple[Person, str]) -> tuple[Counter[str], Counter[str], str]:
    """Return what group and chat were told, how often, and the status: without what names
    this case."""
    resident, code = talked
    officer = phones.member(resident.unit_id)

    def plain(text: str) -> str:
        for own, word in ((code, "TB"), (officer.name, "người này"), ("http", " ")):
            text = text.replace(own, word)
        text = re.sub(r"(Công an|công an) xã [\w ]+? (đã|trả)", r"Công an \2", text)
        return re.sub(r"Mở trang vụ việc.*|[0-9:]{5} ngày [0-9/]{10}", "", text)

    group = Counter(plain(text) for text in phones.told_texts(resident.unit_id))
    chat = Counter(plain(text) for text in phones.chat(resident))
    return group, chat, statuses(phones.system)[code]


def photo_links(page: str) -> list[str]:
    found = re.findall(r'<img src="([^"]+)"', page)
    return [link.replace("&amp;", "&") for link in found]


def statuses(system: System) -> dict[str, str]:
    """Return how each tip stands, by card code."""
    out = system.folder / "export"
    done = system.run("export", str(out))
    assert done.returncode == 0, done.stderr
    lines = (out / "tips.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return {row["card_code"]: row["status"] for row in rows}


def unverified(system: System) -> int:
    return int(system.status()["webhook_unverified"])


def outbox(system: System) -> dict[str, int]:
    return dict(get_json(f"{system.sandbox_url}/control/webhook")["events"])


def settle(system: System) -> None:
    """Wait until all events are posted and all jobs are done, and what these caused."""

    def is_quiet() -> bool:
        if outbox(system)["waiting"]:
            return False
        jobs = system.status()["jobs"]
        return bool(jobs["pending"] + jobs["unknown"] == 0 and not outbox(system)["waiting"])

    system.wait_for(is_quiet)


def sweep_once(system: System, seconds_on: int) -> None:
    """Sweep as it is done at another time: a unit has its turn every other minute."""
    offset = system.folder / "sweep-offset"
    offset.write_text(str(seconds_on), encoding="ascii")
    shifted = {"PYTHONPATH": str(SHIFTED_CLOCK), "SHIFTED_CLOCK_FILE": str(offset)}
    done = subprocess.run(
        [BINHYEN, "sweep", "--once"], env={**os.environ, **system.environment, **shifted},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def logged(system: System) -> list[dict[str, Any]]:
    lines = system.log.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def clear_key_alarm(phones: Phones) -> None:
    """Let a right event come, which ends the alarm about the key."""
    postman = Postman(phones.system, "phuong-thanh-nhat")
    somebody = phones.member("phuong-thanh-nhat", "admin")
    assert postman.post(postman.in_group(somebody, "Chào cả nhà"))[0] == 200
