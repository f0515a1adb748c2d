"""The chats for people, as plain forms: a resident with the OA, officers in the group."""

from __future__ import annotations

import re

import pytest
import urllib3

from tests.sandbox.client import Caller, Reply
from tests.sandbox.receiver import Receiver

GROUP = "/nhom/phuong-tuy-hoa"
PEOPLE = "/nhan-tin/phuong-tuy-hoa"
REFRESH = 'http-equiv="refresh"'


def send(sandbox: Caller, path: str, *files: tuple[str, bytes], **fields: str) -> Reply:
    """The form as a browser sends it."""
    parts = [(name.replace("_", "-"), value) for name, value in fields.items()]
    parts += [("anh", (name, content)) for name, content in files or [("", b"")]]
    body, content_type = urllib3.encode_multipart_formdata(parts)
    return sandbox.send("POST", path, body=body, headers={"Content-Type": content_type})


def follow(sandbox: Caller, reply: Reply) -> Reply:
    assert reply.status == 303
    return sandbox.get(str(reply.headers["Location"]))


def new_resident(sandbox: Caller, name: str = "Lê Thị Ân") -> str:
    """Add one with the form; the path of their chat."""
    reply = sandbox.form(PEOPLE, {"ten": name}, {})
    assert reply.status == 303
    return str(reply.headers["Location"]).partition("?")[0]


def test_first_page_leads_to_the_chats_of_each_unit(sandbox: Caller) -> None:
    assert re.findall(r'href="(/nhan-tin/phuong[^"]+)"', sandbox.get("/").text) == [PEOPLE]


def test_people_of_the_unit_are_listed_and_residents_can_be_added(sandbox: Caller) -> None:
    before = sandbox.get(PEOPLE).text

    path = new_resident(sandbox, "  Lê   Thị Ân ")
    nameless = sandbox.get(new_resident(sandbox, "")).text

    after = sandbox.get(PEOPLE).text
    assert "Chưa có người dân nào." in before
    assert sandbox.unit()["officers"][0]["name"] in before
    assert f'<a href="{path}"><span class="ten">Lê Thị Ân</span>' in after
    assert re.search(r"Máy của \w+ \w+ \w+ ·", nameless)


def test_resident_writes_and_the_oa_answers(sandbox: Caller, webhook: Receiver) -> None:
    path = new_resident(sandbox)
    resident = path.rpartition("/")[2]

    page = follow(sandbox, send(sandbox, path, loi="Có người gây rối\r\nở <b>thôn 3</b>")).text
    last = re.search(r'data-cuoi="(\d+)"', page)
    sandbox.write(sandbox.unit(), resident, {"text": "Đã nhận tin"})

    assert last is not None
    news = sandbox.get(f"{path}/tin.json", sau=last.group(1)).json["html"]
    event = webhook.wait_for_event("user_send_text")
    assert "Có người gây rối\nở &lt;b&gt;thôn 3&lt;/b&gt;" in page
    assert "Đã nhận tin" in news
    assert "gây rối" not in news
    assert event["message"]["text"] == "Có người gây rối\nở <b>thôn 3</b>"
    assert event["sender"]["id"] == resident


def test_resident_sends_photos_files_and_a_position(
    sandbox: Caller, webhook: Receiver, jpeg: bytes
) -> None:
    path = new_resident(sandbox)
    files = [("nha.jpg", jpeg), ("ghi-am.amr", b"#!AMR"), ("don.pdf", b"%PDF-1.7")]

    sent = send(sandbox, path, *files, loi="Xem giúp", vi_do="12,6667", kinh_do="108.05")
    page = follow(sandbox, sent).text

    events = [posted.event for posted in webhook.wait_for(5)]
    payloads = [event["message"]["attachments"][0]["payload"] for event in events[1:]]
    assert [event["event_name"] for event in events] == [
        "user_send_text",
        "user_send_image",
        "user_send_audio",
        "user_send_file",
        "user_send_location",
    ]
    assert sandbox.get(payloads[0]["url"].removeprefix(sandbox.base_url)).body == jpeg
    assert payloads[2]["name"] == "don.pdf"
    assert payloads[3]["coordinates"] == {"latitude": "12.6667", "longitude": "108.05"}
    assert 'alt="Ảnh trong tin nhắn"' in page
    assert "Tệp: don.pdf" in page
    assert "Vị trí: 12.6667, 108.05" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"loi": "  "}, "Hãy viết lời nhắn"),
        ({"loi": "ở đây", "vi_do": "91", "kinh_do": "108"}, "Vị trí chưa đúng"),
        ({"loi": "ở đây", "vi_do": "12"}, "Vị trí chưa đúng"),
        ({"loi": "ở đây", "vi_do": "bắc", "kinh_do": "đông"}, "Vị trí chưa đúng"),
    ],
)
def test_unusable_form_keeps_what_was_typed_and_sends_nothing(
    sandbox: Caller, fields: dict[str, str], sentence: str
) -> None:
    path = new_resident(sandbox)

    reply = send(sandbox, path, **fields)

    assert reply.status == 422
    assert sentence in reply.text
    assert f">{fields['loi'].strip()}</textarea>" in reply.text
    assert f'value="{fields.get("vi_do", "")}"' in reply.text
    assert REFRESH not in reply.text
    assert sandbox.chat(path.rpartition("/")[2]) == []


def test_officer_quotes_a_card_in_the_group(sandbox: Caller, webhook: Receiver) -> None:
    unit = sandbox.unit()
    officer = unit["officers"][1]
    card = sandbox.say(unit, "[TB-7K3Q2M] Gây rối").json["data"]["message_id"]

    writing = sandbox.get(GROUP, None, trich=card).text
    sent = send(sandbox, GROUP, ai=officer["user_id"], trich=card, loi="#nhan")
    page = follow(sandbox, sent).text

    event = webhook.wait_for_event("user_send_group_text")
    assert f'name="trich" value="{card}"' in writing
    assert event["message"]["quote_msg_id"] == card
    assert event["sender"]["id"] == officer["user_id"]
    assert '<p class="da-trich">' in page
    # Whoever spoke is ready to speak again.
    assert f'<option value="{officer["user_id"]}" selected>' in page


def test_only_what_stands_in_the_chat_can_be_quoted(sandbox: Caller) -> None:
    card = sandbox.say(sandbox.unit("xa-ea-kar"), "TB-7K3Q2M").json["data"]["message_id"]
    officer = sandbox.unit()["officers"][0]["user_id"]

    page = sandbox.get(GROUP, None, trich=card).text
    send(sandbox, GROUP, ai=officer, trich=card, loi="#nhan")

    assert 'name="trich" value=""' in page
    assert sandbox.standing()[0]["quote_id"] is None


@pytest.mark.parametrize("who", ["resident", "left", "foreign", "nobody"])
def test_only_members_speak_in_the_group(sandbox: Caller, who: str) -> None:
    officer = sandbox.unit()["officers"][0]["user_id"]
    sandbox.control(f"users/{officer}/leave-group")
    foreign = sandbox.unit("xa-ea-kar")["officers"][0]["user_id"]
    speakers = {"resident": sandbox.resident(), "left": officer, "foreign": foreign, "nobody": ""}

    reply = send(sandbox, GROUP, ai=speakers[who], loi="#nhan")

    assert reply.status == 404
    assert sandbox.standing() == []


def test_officer_writes_to_the_oa_alone(sandbox: Caller, webhook: Receiver) -> None:
    """So the sign-in by a message can be tried."""
    unit = sandbox.unit()
    officer = unit["officers"][0]["user_id"]
    path = f"{PEOPLE}/{officer}"

    send(sandbox, path, loi="đăng nhập")
    sandbox.write(unit, officer, {"text": "Bấm để vào: http://127.0.0.1:8000/can-bo/vao?m=abc"})

    event = webhook.wait_for_event("user_send_text")
    page = sandbox.get(path).text
    assert (event["sender"]["id"], event["message"]["text"]) == (officer, "đăng nhập")
    assert '<a href="http://127.0.0.1:8000/can-bo/vao?m=abc"' in page


def test_page_without_script_renews_itself_but_not_while_writing(sandbox: Caller) -> None:
    path = new_resident(sandbox)

    for page in (GROUP, path):
        reading = sandbox.get(page).text
        writing = sandbox.get(page, None, viet=1).text

        assert f"<noscript><meta {REFRESH}" in reading
        assert 'href="?viet=1#soan">Viết tin</a>' in reading
        assert re.search(r'<form class="soan"[^>]* hidden>', reading)
        assert REFRESH not in writing
        assert re.search(r'<form class="soan"[^>]*"multipart/form-data">', writing)
        assert f'<a href="{page}">Xem tin mới</a>' in writing


@pytest.mark.parametrize(
    ("act", "event_name", "next_label"),
    [
        ("follow", "follow", "Bỏ quan tâm"),
        ("block", None, "Bỏ chặn"),
        ("withdraw", "user_withdraw", "Rút đồng ý cho dùng dữ liệu"),
        ("join-group", "user_join_group", "Rời nhóm trực"),
    ],
)
def test_person_acts_by_a_button(
    sandbox: Caller, webhook: Receiver, act: str, event_name: str | None, next_label: str
) -> None:
    path = new_resident(sandbox)
    assert f'<button name="viec" value="{act}">' in sandbox.get(path).text

    page = follow(sandbox, sandbox.form(f"{path}/viec", {"viec": act}, {})).text

    assert f">{next_label}</button>" in page
    if event_name is not None:
        webhook.wait_for_event(event_name)


@pytest.mark.parametrize("path", [GROUP, PEOPLE, "chat", "act"])
def test_form_of_another_origin_is_refused(sandbox: Caller, path: str) -> None:
    resident = sandbox.resident()
    places = {"chat": f"{PEOPLE}/{resident}", "act": f"{PEOPLE}/{resident}/viec"}
    people = len(sandbox.get("/control/users/phuong-tuy-hoa").json["users"])

    fields = {"loi": "a", "ten": "a", "viec": "follow", "ai": "a"}
    reply = sandbox.form(places.get(path, path), fields, {"Origin": "https://evil.example"})

    assert reply.status == 403
    assert sandbox.chat(resident) == []
    assert len(sandbox.get("/control/users/phuong-tuy-hoa").json["users"]) == people


@pytest.mark.parametrize("path", ["/nhan-tin/khong-co", f"{PEOPLE}/1", f"{PEOPLE}/1/tin.json"])
def test_unknown_chat_says_so_in_vietnamese(sandbox: Caller, path: str) -> None:
    reply = sandbox.get(path)

    assert reply.status == 404
    assert "Không có trang này" in reply.text


def test_person_of_another_unit_has_no_chat_here(sandbox: Caller) -> None:
    foreign = sandbox.resident("xa-ea-kar")

    assert sandbox.get(f"{PEOPLE}/{foreign}").status == 404
    assert send(sandbox, f"{PEOPLE}/{foreign}", loi="a").status == 404
    assert sandbox.form(f"{PEOPLE}/{foreign}/viec", {"viec": "follow"}, {}).status == 404


def test_unknown_act_is_refused(sandbox: Caller) -> None:
    assert sandbox.form(f"{new_resident(sandbox)}/viec", {"viec": "dance"}, {}).status == 400


def test_too_much_at_once_is_refused_in_vietnamese(sandbox: Caller) -> None:
    path = new_resident(sandbox)

    reply = send(sandbox, path, ("to.jpg", bytes(25 * 1_048_576)))

    assert reply.status == 413
    assert "Tệp quá lớn" in reply.text
    assert sandbox.chat(path.rpartition("/")[2]) == []
