"""The officers' list and the page of one case: all of it for the own unit, nothing for others."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest

from functions.core.cases import PAGE
from functions.core.models import (
    AttachmentState,
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryState,
    MessageKind,
)
from tests.functions.world import ALL_FIELDS, JPEG, OFFICER, STRANGER, World


def text_of(answer: Any) -> str:
    return html.unescape(answer.get_data(as_text=True))


def case_with_photos(world: World) -> Any:
    """A full tip: its first photo is clean, the second waits, the third is unreadable."""
    world.send(ALL_FIELDS | {"sealed": "0"}, [(JPEG, "a"), (JPEG, "b"), (JPEG, "c")])
    (tip,) = world.stored()
    clean, _, unreadable = tip.attachments
    world.tips.set_attachment(clean.attachment_id, AttachmentState.CLEAN, clean.blob_key, "0" * 64)
    world.tips.set_attachment(unreadable.attachment_id, AttachmentState.UNREADABLE, "", "")
    return tip


def test_list_shows_the_own_units_tips_newest_first(world: World) -> None:
    for text in ("một", "hai"):
        world.send(text=text, urgency="now")
        world.clock.advance(timedelta(minutes=1))
    world.send(unit_id="xa-ea-kly")
    first, second, foreign = world.stored()

    page = text_of(world.sign_in().get("/can-bo/"))

    assert page.index(second.card_code) < page.index(first.card_code)
    assert foreign.card_code not in page
    assert "Đang xảy ra" in page
    assert "20/11/2026 08:30" in page


def test_older_tips_are_one_link_away(world: World) -> None:
    for _ in range(PAGE + 1):
        world.send(headers={"User-Agent": "x"}, submission_key="")
        world.clock.advance(timedelta(minutes=11))
    oldest = world.stored()[0]
    client = world.sign_in()
    page = client.get("/can-bo/").get_data(as_text=True)
    link = re.search(r'href="(/can-bo/\?truoc=[^"]+)"', page)
    assert link
    assert oldest.card_code not in page

    older = client.get(html.unescape(link.group(1))).get_data(as_text=True)

    assert oldest.card_code in older
    assert "truoc=" not in older


@pytest.mark.parametrize("typed", ["hôm qua", "2026-11-20", "2026-11-20T08:30:00", "\0"])
def test_senseless_paging_is_400(world: World, typed: str) -> None:
    assert world.sign_in().get("/can-bo/", query_string={"truoc": typed}).status_code == 400


def test_case_shows_everything_the_sender_wrote(world: World) -> None:
    tip = case_with_photos(world)

    answer = world.sign_in().get(f"/can-bo/tin/{tip.card_code}")

    page = text_of(answer)
    assert answer.status_code == 200
    for name in ("text", "place", "area", "contact_name", "contact_phone"):
        assert ALL_FIELDS[name] in page
    assert "19/11/2026 21:00" in page
    assert 'href="geo:12.666700,108.038300"' in page
    assert f'src="/can-bo/tin/{tip.card_code}/anh/1"' in page
    assert "Ảnh 2: đang xử lý" in page
    assert "Ảnh 3: không mở được" in page
    assert "Chưa chuyển qua kênh nào" in page
    assert "20/11/2026 08:30: Đã lưu" in re.sub("<[^>]+>", "", page)


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

    answer = world.sign_in().get(f"/can-bo/tin/{tip.card_code}/anh/1")

    assert answer.data == JPEG
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("position", ["0", "2", "3", "4", "-1", "x", "9" * 30])
def test_photo_that_is_not_clean_is_404(world: World, position: str) -> None:
    tip = case_with_photos(world)

    answer = world.sign_in().get(f"/can-bo/tin/{tip.card_code}/anh/{position}")

    assert answer.status_code == 404
    assert world.officers.reads(tip.tip_id) == []


def test_other_units_tip_looks_as_if_there_were_none(world: World) -> None:
    tip = case_with_photos(world)
    client = world.sign_in(STRANGER)

    foreign = client.get(f"/can-bo/tin/{tip.card_code}")
    unknown = client.get("/can-bo/tin/TB-ZZZZZZ")
    photo = client.get(f"/can-bo/tin/{tip.card_code}/anh/1")

    assert foreign.status_code == unknown.status_code == photo.status_code == 404
    assert foreign.data == unknown.data
    assert tip.card_code not in text_of(client.get("/can-bo/"))
    assert world.officers.reads(tip.tip_id) == []


def test_every_read_leaves_a_mark(world: World) -> None:
    tip = case_with_photos(world)
    client = world.sign_in()

    client.get(f"/can-bo/tin/{tip.card_code}")
    client.get(f"/can-bo/tin/{tip.card_code}/anh/1")

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
        "&quot;", "&#34;")) == 3  # fmt: skip
    assert '<div class="by-typed by-typed--block" dir="auto">' in page
    assert "<script" not in page
    assert "<img" not in page
