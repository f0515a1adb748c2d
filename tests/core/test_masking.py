"""What leaves a tip's words before they go to Zalo (design D3)."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from functions.core.masking import MASK, mask
from functions.core.models import Contact

NOBODY = Contact()
DAO = Contact(name="Nguyễn Thị Đào", phone="0905 123 456")
_DIGITS_TOGETHER = re.compile(r"\d(?:[ .\-\u00a0]?\d)*")
_ANY_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[.\-]\d{1,2}[.\-](?:19|20)\d\d|(?:19|20)\d\d[.\-]\d{1,2}[.\-]\d{1,2})(?!\d)"
)


@pytest.mark.parametrize(
    "number",
    [
        "090512345",
        "0905123456",
        "0905 123 456",
        "0905.123.456",
        "0905-123-456",
        "0 9 0 5 1 2 3 4 5 6",
        "066099001234",
        "9704 1234 5678 9012 345",
        "1" * 40,
        "0905\u00a0123\u00a0456",
        "0905\u202f123\u2009456",
        "0905\t123\t456",
        "0905‑123–456",
        "０９０５１２３４５６",
        "٠٩٠٥١٢٣٤٥٦",
        "𝟎𝟗𝟎𝟓𝟏𝟐𝟑𝟒𝟓𝟔",
    ],
)
def test_long_number_is_masked(number: str) -> None:
    assert mask(f"Gọi {number} nhé", NOBODY) == f"Gọi {MASK} nhé"


@pytest.mark.parametrize("sign", ["\u200b", "\u200d", "\ufeff", "\u00ad", "\u202c", "\u2060"])
def test_invisible_signs_between_digits_hide_no_number(sign: str) -> None:
    number = sign.join("0905123456")

    assert mask(f"Gọi {sign}{number}{sign} nhé", NOBODY) == f"Gọi {MASK} nhé"


def test_number_between_direction_marks_is_masked() -> None:
    text = "Gọi \u202a0905 123\u200f 456\u202c hoặc \u20670912345678\u2069"

    assert mask(text, NOBODY) == f"Gọi {MASK} hoặc {MASK}"


@pytest.mark.parametrize(
    "text",
    [
        "8 số 12345678 thì còn",
        "xe 47K1-234.56",
        "ngày 21/11/2026 lúc 21:30",
        "ngày 21.11.2026",
        "ngày 21-11-2026",
        "ngày 1.1.1999",
        "ngày 2026-11-21",
        "từ 20.11.2026 21.11.2026",
        "từ 20.11.2026-21.11.2026",
        "lúc 21.30 19.11.2026",
        "lúc 21 19-11-2026",
        "ngày 2026-11-21 21.30",
        "ngày 2026-11-21\u00a021",
        "số nhà 12, ngõ 345, 6789",
        "12345678\n12345678",
    ],
)
def test_short_numbers_dates_and_times_stay(text: str) -> None:
    assert mask(text, NOBODY) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("21.11.2026 0905123456", f"21.11.2026 {MASK}"),
        ("0905123456 21.11.2026", f"{MASK} 21.11.2026"),
        ("20.11.2026 0905123456 21.11.2026", f"20.11.2026 {MASK} 21.11.2026"),
        ("21.11.2026 12345678", "21.11.2026 12345678"),
        ("99.99.2026", "99.99.2026"),
        ("99.99.2026.1", MASK),
        ("2026-11-21-0905", MASK),
    ],
)
def test_number_beside_a_date_is_masked_and_the_date_stays(text: str, masked: str) -> None:
    assert mask(text, NOBODY) == masked


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Đào",
        "NGUYỄN THỊ ĐÀO",
        "nguyen thi dao",
        "Nguyễn  Thị\u00a0Đào",
        "NguyễnThịĐào",
        "Nguyễn-Thị-Đào",
        "N.g.u.y.ễ.n Thị Đào",
        "Nguyễn\nThị Đào",
        unicodedata.normalize("NFD", "Nguyễn Thị Đào"),
        "Ng\u200buyễn\u200d Thị Đ\u00adào",
        "Ｎｇｕｙễｎ Thị Đào",
        "𝐍𝐠𝐮𝐲𝐞𝐧 𝐓𝐡𝐢 𝐃𝐚𝐨",
    ],
)
def test_contact_name_is_masked_in_every_form(name: str) -> None:
    masked = mask(f"Tôi là {name}, ở tổ 5. {name}!", DAO)

    assert masked == f"Tôi là {MASK}, ở tổ 5. {MASK}!"


@pytest.mark.parametrize(
    "typed", ["0262 123", "0262123", "0262.123", "0 2 6 2 1 2 3", "０２６２１２３"]
)
def test_contact_phone_is_masked_even_where_it_is_short(typed: str) -> None:
    assert mask(f"Gọi {typed}.", Contact(phone="0262-123")) == f"Gọi {MASK}."


def test_contact_phone_with_a_plus_is_masked() -> None:
    assert mask("Gọi +84 905 1 ngay", Contact(phone="+849051")) == f"Gọi {MASK} ngay"


def test_name_with_invisible_signs_is_masked_where_it_occurs_without() -> None:
    assert mask("Tôi là Đào Hoa", Contact(name="Đ\u200bào Hoa")) == f"Tôi là {MASK}"


def test_short_contact_inside_a_longer_word_is_left() -> None:
    assert mask("An ninh, Hoa An", Contact(name="An")) == f"{MASK} ninh, Hoa {MASK}"
    assert mask("Anh Ban", Contact(name="An")) == "Anh Ban"
    assert mask("_An_", Contact(name="An")) == f"_{MASK}_"


def test_long_contact_is_masked_inside_a_longer_word_too() -> None:
    assert mask("tôilàNguyễn Thị Đàonhé", DAO) == f"tôilà{MASK}nhé"
    assert mask("sđt0262123x", Contact(phone="0262 123")) == f"sđt{MASK}x"


@pytest.mark.parametrize("name", ["", "A", " ", ".-", "\u200b"])
def test_name_of_less_than_two_letters_masks_nothing(name: str) -> None:
    assert mask("A. Bốn người - năm xe", Contact(name=name)) == "A. Bốn người - năm xe"


@pytest.mark.parametrize("name", [".*", "[a-z]+", "a(b", "\\d", "x|y"])
def test_contact_is_no_pattern(name: str) -> None:
    assert mask(f"Người {name} và một ai khác", Contact(name=name)).endswith("một ai khác")


def test_masked_text_is_composed() -> None:
    assert mask("a\u200b\u0301", NOBODY) == "á"


DIGITS_AND_GAPS = st.text(alphabet="0123456789 .-\u00a0ab/:\n\u200b２", max_size=60)


@settings(deadline=None)
@given(DIGITS_AND_GAPS)
@example("0905\u200b 123456")
@example("21.11.2026 21.11.2026 1")
def test_no_long_number_but_dates_survives(text: str) -> None:
    masked = mask(text, NOBODY)

    for run in _DIGITS_TOGETHER.findall(masked):
        rest = _ANY_DATE.sub("", run)
        assert sum(sign.isdigit() for sign in rest) < 9, run


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_masked_without_an_error_and_stays_masked(
    text: str, name: str, phone: str
) -> None:
    contact = Contact(name, phone)

    masked = mask(text, contact)

    assert unicodedata.is_normalized("NFC", masked)
    assert not any(unicodedata.category(sign) == "Cf" for sign in masked)


@settings(deadline=None)
@given(
    st.text(alphabet="ăâđêôơưbchnt ", min_size=4, max_size=20).filter(lambda s: len(s.split()) > 1),
    st.text(alphabet="xyz.,! \n", max_size=20),
)
def test_contact_name_never_survives_in_any_case(name: str, around: str) -> None:
    masked = mask(f"{around} {name.upper()} {around}", Contact(name=" ".join(name.split())))

    assert "".join(name.split()).lower() not in "".join(masked.split()).lower()
