"""The pages: the list of units, a group as on a phone, and the faults a trainer orders."""

from __future__ import annotations

import re

import pytest

from functions.local.sandbox.presets import PRESETS
from tests.sandbox.client import GROUP_SEND, Caller, Reply, image_message

PAGE = "/nhom/phuong-tuy-hoa"


def new_messages(sandbox: Caller, after: int = 0) -> dict[str, object]:
    payload: dict[str, object] = sandbox.get(f"{PAGE}/tin.json", sau=after).json
    return payload


def press(sandbox: Caller, **fields: str) -> Reply:
    return sandbox.form(
        "/loi", {name.replace("_", "-"): value for name, value in fields.items()}, {}
    )


def test_first_page_lists_every_unit(sandbox: Caller) -> None:
    page = sandbox.get("/").text

    assert 'href="/nhom/phuong-tuy-hoa"' in page
    assert "Công an phường Tuy Hòa" in page
    assert "Công an tỉnh Đắk Lắk" in page


@pytest.mark.parametrize("typed", ["tuy hoa", "TUY HÒA", "phuong-tuy-hoa", " Tuy Hòa "])
def test_search_without_script_finds_without_marks(sandbox: Caller, typed: str) -> None:
    page = sandbox.get("/", None, tim=typed).text

    assert re.findall(r'href="/nhom/([^"]+)"', page) == ["phuong-tuy-hoa"]


def test_search_that_finds_nothing_says_so(sandbox: Caller) -> None:
    page = sandbox.get("/", None, tim='<b>"x').text

    assert "/nhom/" not in page
    assert '<p class="trong" id="trong">Không có đơn vị nào như vậy.</p>' in page
    assert "<b>" not in page


def test_unit_with_the_newest_message_stands_first(sandbox: Caller) -> None:
    sandbox.say(sandbox.unit("xa-ea-kar"), "tin")

    page = sandbox.get("/").text

    assert re.findall(r'href="/nhom/([^"]+)"', page)[0] == "xa-ea-kar"
    assert "1 tin · mới nhất 08:15 21/11" in page


def test_group_page_shows_text_exactly_and_escaped(sandbox: Caller) -> None:
    sandbox.say(sandbox.unit(), "<script>alert(1)</script>\n  hai & ba")

    page = sandbox.get(PAGE).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;\n  hai &amp; ba</p>" in page
    assert "<script>alert" not in page


def test_links_in_text_can_be_clicked_and_nothing_else_is_touched(sandbox: Caller) -> None:
    case = "http://127.0.0.1:8000/can-bo/TB-7K3Q2M?a=1&b="
    sandbox.say(sandbox.unit(), f'Xem {case}"x. (https://a.vn/b), javascript:alert(1)')

    page = sandbox.get(PAGE).text

    assert re.findall(r'<a href="(http[^"]+)"', page) == [
        "http://127.0.0.1:8000/can-bo/TB-7K3Q2M?a=1&amp;b=",
        "https://a.vn/b",
    ]
    assert 'href="javascript' not in page


def test_photo_and_its_caption_are_shown(sandbox: Caller, jpeg: bytes) -> None:
    unit = sandbox.unit()
    media_id = sandbox.upload(jpeg, unit["access_token"]).json["data"]["attachment_id"]
    payload = {
        "recipient": {"group_id": unit["group_id"]},
        "message": image_message(media_id, "ảnh 1/1"),
    }
    sandbox.post(GROUP_SEND, payload, unit["access_token"])

    page = sandbox.get(PAGE).text

    assert f'<img src="/control/media/{media_id}"' in page
    assert "ảnh 1/1" in page


def test_mention_is_named_under_the_bubble(sandbox: Caller) -> None:
    unit = sandbox.unit()
    officer = unit["officers"][0]

    sandbox.say(unit, f"[@{officer['user_id']}] xem giúp")

    assert f"Nhắc tên: {officer['name']}" in sandbox.get(PAGE).text


def test_new_messages_come_once_each(sandbox: Caller) -> None:
    sandbox.say(sandbox.unit(), "một")
    first = new_messages(sandbox)
    sandbox.say(sandbox.unit(), "<b>hai</b>")
    second = new_messages(sandbox, int(str(first["last"])))
    third = new_messages(sandbox, int(str(second["last"])))

    assert "một" in str(first["html"])
    assert "một" not in str(second["html"])
    assert "&lt;b&gt;hai&lt;/b&gt;" in str(second["html"])
    assert third == {"last": second["last"], "html": ""}


def test_messages_of_other_units_do_not_appear(sandbox: Caller) -> None:
    sandbox.say(sandbox.unit("xa-ea-kar"), "của Ea Kar")

    assert new_messages(sandbox)["html"] == ""
    assert "của Ea Kar" not in sandbox.get(PAGE).text


def test_long_history_is_shown_in_pages(sandbox: Caller) -> None:
    sandbox.control("switches", oa_calls_per_minute=1_000)
    unit = sandbox.unit()
    officer = unit["officers"][0]["user_id"]
    for number in range(201):
        sandbox.control(f"users/{officer}/group-message", text=f"tin số {number}.")

    newest = sandbox.get(PAGE).text
    older_link = re.search(r'href="(/nhom/phuong-tuy-hoa\?truoc=\d+)"', newest)
    assert older_link is not None
    older = sandbox.get(older_link.group(1)).text

    assert "tin số 200." in newest
    assert "tin số 0." not in newest
    assert "tin số 0." in older
    assert "Về tin mới nhất" in older


def test_pages_work_without_script_and_forbid_inline_ones(sandbox: Caller) -> None:
    reply = sandbox.get(PAGE)
    policy = reply.headers["Content-Security-Policy"]

    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in reply.text
    assert "default-src 'none'; script-src 'self'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script(?! src=)", reply.text) == []
    assert re.findall(r" on[a-z]+=| style=", reply.text) == []


@pytest.mark.parametrize("path", ["/nhom/khong-co", "/nhom/khong-co/tin.json", "/gi-do"])
def test_unknown_page_says_so_in_vietnamese(sandbox: Caller, path: str) -> None:
    reply = sandbox.get(path)

    assert reply.status == 404
    assert "Không có trang này" in reply.text


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_preset_has_a_sentence_and_can_be_switched_on(sandbox: Caller, preset: str) -> None:
    label = re.search(f'<option value="{preset}">([^<]+)<', sandbox.get("/loi").text)
    assert label is not None

    answer = press(sandbox, loi=preset, so_lan="3")

    (fault,) = sandbox.get("/control/faults").json["faults"]
    assert answer.status == 303
    assert fault["kind"] == PRESETS[preset].kind
    assert fault["remaining"] == (None if fault["kind"] == "outage" else 3)
    assert f'<p class="ten">{label.group(1)}</p>' in sandbox.get("/loi").text


def test_trainer_switches_a_fault_on_for_one_unit_and_off_again(sandbox: Caller) -> None:
    press(sandbox, loi="nhom-khoa", so_lan="mai", don_vi="phuong-tuy-hoa")
    struck = sandbox.say(sandbox.unit(), "a")
    spared = sandbox.say(sandbox.unit("xa-ea-kar"), "a")
    fault_id = sandbox.get("/control/faults").json["faults"][0]["id"]
    press(sandbox, tat=str(fault_id))

    assert [struck.error, spared.error] == [-237, 0]
    assert sandbox.say(sandbox.unit(), "a").error == 0
    assert "Không có lỗi nào đang bật" in sandbox.get("/loi").text


def test_outage_is_announced_on_the_first_page_and_all_can_be_switched_off(
    sandbox: Caller,
) -> None:
    press(sandbox, loi="ngung-het")
    press(sandbox, loi="qua-tai")

    announced = "Đang bật lỗi “ngừng toàn bộ”" in sandbox.get("/").text
    press(sandbox, tat_het="1")

    assert announced
    assert sandbox.get("/control/faults").json["faults"] == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"loi": "khong-co"}, 400),
        ({"loi": "qua-tai", "so_lan": "1000"}, 400),
        ({"loi": "qua-tai", "don_vi": "khong-co"}, 404),
        ({}, 400),
    ],
)
def test_senseless_order_changes_nothing(
    sandbox: Caller, fields: dict[str, str], status: int
) -> None:
    assert press(sandbox, **fields).status == status
    assert sandbox.get("/control/faults").json["faults"] == []


def test_order_from_another_origin_is_refused(sandbox: Caller) -> None:
    reply = sandbox.form("/loi", {"loi": "ngung-het"}, {"Origin": "https://evil.example"})

    assert reply.status == 403
    assert sandbox.get("/control/faults").json["faults"] == []
