"""The page of one case and what came with it: all for the own unit, nothing for others."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from functions.core.models import (
    AttachmentState,
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryState,
    MessageKind,
)
from functions.core.signin import open_session
from functions.staff.links import LIFE, MediaLinks
from tests.functions.case_forms import do, text_of, words_of
from tests.functions.world import ALL_FIELDS, JPEG, JSON, OFFICER, STRANGER, World


def media_links(client: FlaskClient, tip: Any) -> list[str]:
    """Open the case and return the addresses of its photos and files."""
    page = text_of(client.get(f"/can-bo/tin/{tip.card_code}"))
    return re.findall(r'href="(/can-bo/tin/[^"]+/(?:anh|tep)/[^"]+)"', page)


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("binhyen_session", path="/can-bo")
    assert cookie is not None
    return cookie.value


def case_with_photos(world: World) -> Any:
    """A full tip: its first photo is clean, the second waits, the third is unreadable."""
    world.send(ALL_FIELDS | {"sealed": "0"}, [(JPEG, "a"), (JPEG, "b"), (JPEG, "c")])
    (tip,) = world.stored()
    clean, _, unreadable = tip.attachments
    world.tips.set_attachment(clean.attachment_id, AttachmentState.CLEAN, clean.blob_key, "0" * 64)
    world.tips.set_attachment(unreadable.attachment_id, AttachmentState.UNREADABLE, "", "")
    return tip


def test_case_shows_everything_the_sender_wrote(world: World) -> None:
    tip = case_with_photos(world)

    answer = world.sign_in().get(f"/can-bo/tin/{tip.card_code}")

    page = text_of(answer)
    assert answer.status_code == 200
    for name in ("text", "place", "area", "contact_name", "contact_phone"):
        assert ALL_FIELDS[name] in page
    assert "19/11/2026 21:00" in page
    assert 'href="geo:12.666700,108.038300"' in page
    assert f'src="/can-bo/tin/{tip.card_code}/anh/1?h=' in page
    assert "Ảnh 2: đang xử lý" in page
    assert "Ảnh 3: không mở được" in page
    assert "Chưa chuyển qua kênh nào" in page
    assert "20/11/2026 08:30 · Đã lưu" in words_of(answer)


def test_case_shows_how_the_delivery_stands(world: World) -> None:
    tip = case_with_photos(world)
    at = world.clock.now()
    messages = (
        DeliveryMessage(1, MessageKind.TEXT, "card 1/2"),
        DeliveryMessage(2, MessageKind.TEXT, "card 2/2"),
    )
    world.deliveries.plan_card(
        Delivery("d1", tip.unit_id, Channel.ZALO_GROUP, "g1", False, DeliveryState.PLANNED,
                 (tip.tip_id,), messages, at)
    )  # fmt: skip
    world.deliveries.begin_send("d1", 1, at)
    world.deliveries.mark_sent("d1", 1, "m1", at)
    client = world.sign_in()
    begun = text_of(client.get(f"/can-bo/tin/{tip.card_code}"))
    world.deliveries.begin_send("d1", 2, at)
    world.deliveries.mark_sent("d1", 2, "m2", at)

    ended = text_of(client.get(f"/can-bo/tin/{tip.card_code}"))

    assert "Nhóm Zalo của đơn vị: Đang gửi (1/2 tin nhắn)" in begun
    assert "Nhóm Zalo của đơn vị: Đã gửi xong, 20/11/2026 08:30" in ended


def test_card_code_may_be_typed_small(world: World) -> None:
    tip = case_with_photos(world)

    assert world.sign_in().get(f"/can-bo/tin/{tip.card_code.lower()}").status_code == 200


def test_photo_is_a_jpeg_that_no_cache_keeps(world: World) -> None:
    tip = case_with_photos(world)
    client = world.sign_in()

    answer = client.get(media_links(client, tip)[0])

    assert answer.data == JPEG
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("position", ["0", "2", "3", "4", "-1", "x", "9" * 30])
def test_photo_that_is_not_clean_is_404(world: World, position: str) -> None:
    tip = case_with_photos(world)
    client = world.sign_in()
    session = open_session(cookie_of(client), world.signin)
    links = MediaLinks(world.mac, world.clock)
    address = links.address(session, tip.card_code, "anh", 1).replace("/1?", f"/{position}?")
    if position.isdigit():
        address = links.address(session, tip.card_code, "anh", int(position))

    answer = client.get(address)

    assert answer.status_code == 404
    assert world.officers.reads(tip.tip_id) == []


def test_photo_link_serves_ten_minutes_and_then_says_where_a_fresh_one_is(world: World) -> None:
    tip = case_with_photos(world)
    client = world.sign_in()
    link = media_links(client, tip)[0]
    world.clock.advance(LIFE - timedelta(seconds=1))
    in_time = client.get(link)
    world.clock.advance(timedelta(seconds=1))

    late = client.get(link)

    assert (in_time.status_code, late.status_code) == (200, 404)
    assert f'href="/can-bo/tin/{tip.card_code}">Mở lại vụ việc' in text_of(late)
    assert client.get(media_links(client, tip)[0]).data == JPEG


@pytest.mark.parametrize(
    "change",
    [
        lambda link: link.partition("?")[0],
        lambda link: re.sub("h=[0-9]+", "h=9999999999", link),
        lambda link: re.sub("h=[0-9]+", "h=", link),
        lambda link: re.sub("h=[0-9]+", "h=x", link),
        lambda link: link[:-1] + ("0" if link[-1] != "0" else "1"),
        lambda link: re.sub("k=.*", "k=", link),
        lambda link: re.sub("k=.*", "k=%E1%BA%A1", link),
        lambda link: link.replace("/anh/1", "/anh/2"),
        lambda link: link.replace("/anh/", "/tep/"),
    ],
)
def test_guessed_photo_link_is_404_like_any_unknown_page(
    world: World, change: Callable[[str], str]
) -> None:
    tip = case_with_photos(world)
    client = world.sign_in()
    link = media_links(client, tip)[0]
    reads = world.officers.reads(tip.tip_id)

    answer = client.get(change(link))

    assert answer.status_code == 404
    assert answer.data == client.get("/can-bo/tin/TB-ZZZZZZ").data
    assert world.officers.reads(tip.tip_id) == reads


def test_photo_link_opens_only_in_the_session_it_was_made_for(world: World) -> None:
    tip = case_with_photos(world)
    link = media_links(world.sign_in(), tip)[0]

    assert world.sign_in().get(link).status_code == 404
    assert world.sign_in(STRANGER).get(link).status_code == 404
    assert world.staff.get(link).status_code == 401


def test_photo_link_is_worth_nothing_once_the_tip_is_elsewhere(world: World) -> None:
    tip = case_with_photos(world)
    client = world.sign_in()
    link = media_links(client, tip)[0]
    do(client, tip.card_code, "chuyen", unit="Xã Ea Kly")

    assert client.get(link).status_code == 404


@pytest.mark.parametrize(
    ("data", "ending"),
    [(b"#!AMR\n12", "amr"), (b"<html><script>", "bin"), (b"%PDF-1.7", "pdf"), (b"MZ\x90", "bin")],
)
def test_file_is_handed_out_for_saving_under_a_name_of_ours(
    world: World, data: bytes, ending: str
) -> None:
    tip = case_with_photos(world)
    kept = tip.attachments[1]
    world.blobs.put(kept.blob_key, data)
    world.tips.set_attachment(kept.attachment_id, AttachmentState.KEPT, kept.blob_key, "")
    client = world.sign_in()
    (link,) = [link for link in media_links(client, tip) if "/tep/" in link]

    answer = client.get(link)

    assert answer.data == data
    assert answer.headers["Content-Type"] == "application/octet-stream"
    name = f"{tip.card_code}-2.{ending}"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert world.officers.reads(tip.tip_id)[-1][:2] == (OFFICER.user_id, "file-2")
    assert client.get(link.replace("/tep/", "/anh/")).status_code == 404
    world.clock.advance(LIFE)
    assert "Mở lại vụ việc" in text_of(client.get(link))


def test_joint_unit_sees_photos_and_its_reads_are_logged_too(world: World) -> None:
    tip = case_with_photos(world)
    do(world.sign_in(), tip.card_code, "phoi-hop", unit="Xã Ea Kly")
    joint = world.sign_in(STRANGER)

    photo = joint.get(media_links(joint, tip)[0])

    assert photo.data == JPEG
    assert [what for user, what, _ in world.officers.reads(tip.tip_id) if user == STRANGER.user_id]
    page = words_of(world.sign_in().get(f"/can-bo/tin/{tip.card_code}"))
    assert "Lê Thị Hoa xem ảnh 1" in page


def test_other_units_tip_looks_as_if_there_were_none(world: World) -> None:
    tip = case_with_photos(world)
    client = world.sign_in(STRANGER)

    foreign = client.get(f"/can-bo/tin/{tip.card_code}")
    unknown = client.get("/can-bo/tin/TB-ZZZZZZ")
    photo = client.get(media_links(world.sign_in(), tip)[0])

    assert foreign.status_code == unknown.status_code == photo.status_code == 404
    assert foreign.data == unknown.data
    assert tip.card_code not in text_of(client.get("/can-bo/"))
    assert {user for user, *_ in world.officers.reads(tip.tip_id)} == {OFFICER.user_id}


NOWHERE = [
    "/can-bo/tin/TB-ZZZZZZ", "/can-bo/tin/x", "/can-bo/tin/TB-ZZZZZZ/anh/1", "/can-bo/bang-do",
    "/can-bo/?muc=x", "/can-bo/tin/TB-ZZZZZZ/anh/x", "/can-bo/tin", "/can-bo/nowhere",
]  # fmt: skip


@pytest.mark.parametrize("address", NOWHERE)
def test_officer_who_finds_nothing_is_led_back_to_the_list(world: World, address: str) -> None:
    client = world.sign_in()

    answer = client.get(address)

    page = words_of(answer)
    assert answer.status_code == 404
    assert "Không có tin này trong đơn vị" in page
    assert 'href="/can-bo/">Về danh sách tin của đơn vị' in text_of(answer)
    assert "Trần Văn Bình" in page
    assert "chọn lại đơn vị" not in page
    assert client.get(address, headers=JSON).json["errors"][0]["code"] == "not_found"


@pytest.mark.parametrize("address", NOWHERE)
def test_nobody_else_learns_what_officers_are_told(world: World, address: str) -> None:
    known = world.send(ALL_FIELDS) and world.stored()[0].card_code

    answer = world.staff.get(address)

    assert answer.status_code in (401, 404)
    assert "Không có tin này trong đơn vị" not in text_of(answer)
    assert world.staff.get(f"/can-bo/tin/{known}").status_code == 401


def test_every_read_leaves_a_mark(world: World) -> None:
    tip = case_with_photos(world)
    client = world.sign_in()

    client.get(media_links(client, tip)[0])

    reads = world.officers.reads(tip.tip_id)
    assert [(user, what) for user, what, _ in reads] == [
        (OFFICER.user_id, "case"),
        (OFFICER.user_id, "photo-1"),
    ]


def test_what_cannot_be_logged_is_not_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tip = case_with_photos(world)
    client = world.sign_in()

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(world.officers, "log_read", full)
    answer = client.get(f"/can-bo/tin/{tip.card_code}")

    assert answer.status_code == 503
    assert ALL_FIELDS["place"] not in text_of(answer)


@pytest.mark.parametrize(
    "naughty",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '" onmouseover="alert(1)',
        "{{ 7 * 7 }}",
        "\u202eđảo ngược\u2066\u200b",
    ],
)
def test_naughty_text_is_inert_on_the_case_page(world: World, naughty: str) -> None:
    fields = {"category": "khac", "text": naughty, "place": naughty, "contact_name": naughty}
    world.send(fields)
    (tip,) = world.stored()

    page = world.sign_in().get(f"/can-bo/tin/{tip.card_code}").get_data(as_text=True)

    assert page.count(html.escape(naughty, quote=True).replace("&#x27;", "&#39;").replace(
        "&quot;", "&#34;")) == 4  # fmt: skip
    assert '<div class="by-typed by-typed--block" dir="auto">' in page
    assert "<script" not in page
    assert "<img" not in page
