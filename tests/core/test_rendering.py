"""What stands in Zalo: the words of the templates, in parts, with residents' words inert."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jinja2
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from functions.core.categories import CATEGORIES
from functions.core.models import TipStatus, Urgency
from functions.core.ports import CardValues
from functions.rendering import TemplateRenderer, local_time, typed_time, zalo_text
from tests.core.world import TEMPLATES, renderer

BAR = "│ "
LONGEST = 1_500
RECEIVED = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
CARD = CardValues(
    card_code="TB-7K3Q2M",
    category="gay-roi",
    urgency="now",
    area="tổ 5",
    received_at=RECEIVED,
    link="https://binhyen.example/can-bo/tin/TB-7K3Q2M",
    sealed=False,
    text="Có người lạ tụ tập.",
    place="sau chợ",
    occurred_at="2026-11-20T21:30",
    photo_count=2,
)
NOTICE = replace(
    CARD, text="", place="", occurred_at="", received_at=None, photo_count=0, sealed=True
)


def tip_card(text: str, place: str = CARD.place, area: str = CARD.area) -> list[str]:
    return renderer().tip_card(replace(CARD, text=text, place=place, area=area))


def quoted(parts: list[str]) -> str:
    """Return what the resident wrote, as it stands behind the bars."""
    lines = [line for part in parts for line in part.split("\n")]
    return "\n".join(line.removeprefix(BAR) for line in lines if line.startswith(BAR))


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_card_says_all_an_officer_needs() -> None:
    assert renderer().tip_card(CARD) == [
        "TIN MỚI TB-7K3Q2M\n"
        "Loại việc: Gây rối, đánh nhau, gây mất trật tự\n"
        "Mức độ: Đang xảy ra\n"
        "Khu vực: tổ 5\n"
        "Nơi xảy ra: sau chợ\n"
        "Lúc xảy ra: 21:30 ngày 20/11/2026\n"
        "Nhận lúc: 01:05 ngày 21/11/2026\n"
        "Ảnh kèm theo: 2\n"
        "Mở trang vụ việc: https://binhyen.example/can-bo/tin/TB-7K3Q2M\n"
        "Số dài và thông tin liên hệ đã được che.\n"
        "Người gửi viết:\n"
        "│ Có người lạ tụ tập."
    ]


def test_what_was_not_typed_has_no_line() -> None:
    bare = replace(CARD, area="", place="", occurred_at="", photo_count=0)

    (card,) = renderer().tip_card(bare)

    for word in ("Khu vực", "Nơi xảy ra", "Lúc xảy ra", "Ảnh"):
        assert word not in card


def test_notice_says_that_a_tip_is_there_and_where_to_read_it() -> None:
    assert renderer().notice_card(NOTICE) == [
        "TIN MỚI TB-7K3Q2M\n"
        "Loại việc: Gây rối, đánh nhau, gây mất trật tự\n"
        "Mức độ: Đang xảy ra\n"
        "Khu vực: tổ 5\n"
        "Tin cần giữ kín: nội dung không gửi qua Zalo.\n"
        "Mở trang vụ việc: https://binhyen.example/can-bo/tin/TB-7K3Q2M"
    ]


def test_notice_of_a_tip_that_is_not_sealed_does_not_call_it_so() -> None:
    (card,) = renderer().notice_card(replace(NOTICE, sealed=False))

    assert "giữ kín" not in card
    assert "Nội dung xem ở trang vụ việc." in card


def test_digest_lists_each_tip_with_its_link() -> None:
    cards = [replace(NOTICE, card_code=code, area="") for code in ("TB-AAAAAA", "TB-BBBBBB")]

    (digest,) = renderer().digest("Phường Tân An", cards)

    head, *lines = digest.split("\n")
    assert head == "TIN DỒN: 2 tin gửi tới Phường Tân An trong thời gian ngắn"
    assert lines[1].startswith("TB-AAAAAA · Gây rối")
    assert lines[2::2] == [CARD.link] * 2
    assert lines[3].startswith("TB-BBBBBB · ")


def test_hundreds_of_tips_come_as_a_digest_in_parts() -> None:
    cards = [replace(NOTICE, card_code=f"TB-{number:06}", area="x" * 100) for number in range(300)]

    parts = renderer().digest("Phường Tân An", cards)

    assert all(len(part) <= LONGEST for part in parts)
    assert parts[0].startswith(f"TIN DỒN (1/{len(parts)}): 300 tin")
    assert re.findall(r"^TB-\d{6}", "\n".join(parts), re.M) == [card.card_code for card in cards]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\n" * 5_000, id="line ends only"),
        pytest.param("x" * 5_000, id="one word"),
        pytest.param("ế" * 5_000, id="one word with marks"),
        pytest.param("e" + "\u0302\u0301" * 2_499, id="marks upon marks"),
        pytest.param("a\n" * 2_500, id="short lines"),
        pytest.param("từ " * 1_666, id="short words"),
        pytest.param("[@" * 2_500, id="mentions"),
        pytest.param("://" * 1_666, id="links"),
        pytest.param("\u1100\u1161\u11a8" * 1_666, id="syllables that compose"),
        pytest.param("👨\u200d👩\u200d👧 " * 833, id="joined pictures"),
        pytest.param("\u202e" * 5_000, id="direction marks only"),
        pytest.param((" " * 399 + "\n") * 12, id="blanks only"),
        pytest.param("- " * 2_500, id="hyphens"),
    ],
)
def test_longest_texts_arrive_whole_in_messages_zalo_takes(text: str) -> None:
    parts = tip_card(text, place="p" * 300, area="a" * 100)

    assert all(len(part) <= LONGEST for part in parts)
    assert squeezed(quoted(parts)) == squeezed(zalo_text(text))


TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            ["[@", "@", "[", "]", "\u200b", "\n", "\r", "\u2028", "\x0b", "\x85", "\t", " ", "│",
             "TIN MỚI", "://", "https://x.vn", "TB-AAAAAA", "ế", "e\u0301", "\u0338", "-", "từ ",
             "\u202e", "x" * 400, "\ufeff", "\x1c", "{{ 1 }}", "{%"]
        ),
        max_size=120,
    ).map("".join),
)  # fmt: skip


@settings(deadline=None)
@given(TEXTS, TEXTS)
@example("[\u200b@tất cả]", "[[@@")
@example("a\tb", "")
@example("a\u200b\u0301", "")
def test_no_text_can_mention_link_or_pose_as_a_message_of_ours(text: str, place: str) -> None:
    place = " ".join(place.split())

    parts = tip_card(text, place=place[:300])

    lines = [line for part in parts for line in part.splitlines()]
    marks = [f" ({number}/{len(parts)})" if len(parts) > 1 else "" for number in range(1, 99)]
    assert all(len(part) <= LONGEST for part in parts)
    assert "[@" not in "".join(parts)
    assert "".join(parts).count("://") == 1
    assert squeezed(quoted(parts)) == squeezed(zalo_text(text))
    assert parts[0].startswith(f"TIN MỚI TB-7K3Q2M{marks[0]}\n")
    for mark, part in zip(marks[1:], parts[1:], strict=False):
        first, *rest = part.splitlines()
        assert first == f"TB-7K3Q2M{mark} Người gửi viết tiếp:"
        assert all(line.startswith(BAR) for line in rest)
    heading = "Người gửi viết:" if text else "Người gửi không viết chữ nào."
    written = lines[lines.index(heading) + 1 :]
    ours = {f"TB-7K3Q2M{mark} Người gửi viết tiếp:" for mark in marks}
    assert all(line.startswith(BAR) or line in ours for line in written)
    for part in parts:
        assert unicodedata.is_normalized("NFC", part)
        assert all(sign == "\n" or not _is_invisible(sign) for sign in part)


def _is_invisible(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


def test_words_stay_words_whatever_stands_between_them() -> None:
    text = "một\thai\x0bba\u2028bốn\x85năm\r\nsáu"

    assert quoted(tip_card(text)).split() == ["một", "hai", "ba", "bốn", "năm", "sáu"]


def test_words_arrive_in_order_over_several_parts() -> None:
    words = [f"từ{number}" for number in range(900)]

    parts = tip_card(" ".join(words))

    assert len(parts) > 3
    assert quoted(parts).split() == words


def test_html_and_templates_arrive_as_they_were_typed() -> None:
    text = "<script>alert(1)</script> &amp; {{ card }} {% raw %} %s {0}"

    assert quoted(tip_card(text)) == text


@pytest.mark.parametrize("forged", ["TIN MỚI TB-AAAAAA", "Người gửi viết:", "│ x", "TB-1 (2/2)"])
def test_line_of_a_resident_stands_behind_the_bar(forged: str) -> None:
    (card,) = tip_card(f"Xin chào\n{forged}\r{forged}\n\n{forged}")

    written = card.split("Người gửi viết:\n", 1)[1].split("\n")
    assert [line.removeprefix(BAR) for line in written] == [
        "Xin chào",
        f"{forged} {forged}",
        forged,
    ]
    assert all(line.startswith(BAR) for line in written)


def test_blank_lines_cannot_push_words_apart() -> None:
    (card,) = tip_card("một\n\n\n \n\u3000\nhai")

    assert card.endswith(f"{BAR}một\n{BAR}hai")


def test_repeat_is_marked_and_still_fits() -> None:
    parts = [*tip_card("từ " * 1_666), *tip_card("a\n" * 2_500), *tip_card("ab\n" * 1_666)]
    for part in parts:
        repeat = renderer().possible_repeat(part)
        assert repeat == f"(có thể trùng) {part}"
        assert len(repeat) <= LONGEST


def test_repeat_keeps_our_own_link_open() -> None:
    (notice,) = renderer().notice_card(NOTICE)

    assert CARD.link in renderer().possible_repeat(notice)


def test_photo_caption_says_which_photo_of_which_tip() -> None:
    assert renderer().photo_caption("TB-7K3Q2M", 2, 5) == "TB-7K3Q2M ảnh 2/5"


def test_every_code_has_its_word() -> None:
    words = yaml.safe_load((TEMPLATES / "catalogue.yml").read_text(encoding="utf-8"))

    assert list(words["categories"]) == list(CATEGORIES)
    assert set(words["urgencies"]) == set(Urgency)
    assert set(words["statuses"]) == set(TipStatus)


@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize("category", CATEGORIES)
def test_every_kind_of_tip_can_be_worded(category: str, urgency: Urgency) -> None:
    values = replace(CARD, category=category, urgency=urgency, link="https://x.vn")

    cards = [*renderer().tip_card(values), *renderer().notice_card(values)]
    cards += renderer().digest("Phường Tân An", [values])

    assert not any(category in card or f": {urgency}" in card for card in cards)


def test_missing_word_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "zalo").mkdir()
    (tmp_path / "zalo" / "photo_caption.txt.j2").write_text("{{ words.none }}", encoding="utf-8")
    (tmp_path / "catalogue.yml").write_text("card_mark: X", encoding="utf-8")

    with pytest.raises(jinja2.UndefinedError):
        TemplateRenderer(tmp_path).photo_caption("TB-7K3Q2M", 1, 1)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("2026-11-21", "21/11/2026"),
        ("2026-11-21T21:30", "21:30 ngày 21/11/2026"),
        ("2026-11-21 21:30:59", "21:30 ngày 21/11/2026"),
        ("2026-11-21T21:30Z", "04:30 ngày 22/11/2026"),
        ("2026-11-21T21:30+07:00", "21:30 ngày 21/11/2026"),
    ],
)
def test_typed_time_is_shown_as_people_write_it(typed: str, shown: str) -> None:
    assert typed_time(typed) == shown


def test_our_times_are_shown_in_local_time() -> None:
    assert local_time(RECEIVED) == "01:05 ngày 21/11/2026"
