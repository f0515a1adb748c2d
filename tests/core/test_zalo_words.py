"""The words for entries, notes and e-mails: every code has its sentence, none says too much."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.acts import FOR_RESIDENT
from functions.core.models import EntryKind
from functions.core.ports import CardValues, EntryValues
from functions.rendering import zalo_text
from tests.core.world import TEMPLATES, renderer

PROJECT = TEMPLATES.parent
AT = datetime(2026, 11, 21, 1, 20, tzinfo=UTC)
LINK = "https://binhyen.example/can-bo/tin/TB-7K3Q2M"
ENTRY = EntryValues(
    card_code="TB-7K3Q2M",
    kind="answer",
    link=LINK,
    sealed=False,
    unit_name="Phường Tân An",
    actor_name="Nguyễn Văn An",
    text="Lời kể",
    about="Xã Ea Kao",
    at=AT,
)
CARD = CardValues("TB-7K3Q2M", "gay-roi", "now", "tổ 5", LINK, sealed=False)
VALUES = {
    "about": "Xã Ea Kao",
    "card_code": "TB-7K3Q2M",
    "choices": "Xã Ea Kao; Xã Ea Knuếc",
    "link": "https://binhyen.example/can-bo/dang-nhap/abc",
    "minutes": "10",
    "most": "5000",
    "name": "xã [@all] https://x.vn",
    "unit_name": "Phường Tân An",
    "word": "dap",
    "count": "11",
    "month": "12/2026",
    "pages": "- Thông báo cắt điện (15/12/2026)",
    "more": "3",
}
NOTES = sorted(path.name.removesuffix(".txt.j2") for path in (TEMPLATES / "zalo/notes").iterdir())


def first_line(kind: EntryKind, **changes: str) -> str:
    values = replace(ENTRY, kind=kind, **changes)  # type: ignore[arg-type]
    return renderer().group_entry(values)[0].split("\n")[0]


@pytest.mark.parametrize("kind", EntryKind)
def test_every_entry_is_worded_for_the_group_under_its_code(kind: EntryKind) -> None:
    (text,) = renderer().group_entry(replace(ENTRY, kind=kind))

    assert text.startswith("TB-7K3Q2M: ")
    assert kind not in text
    assert "│ Lời kể" in text


@pytest.mark.parametrize("kind", EntryKind)
def test_sealed_entry_says_nothing_of_its_words(kind: EntryKind) -> None:
    sealed = replace(ENTRY, kind=kind, sealed=True)

    said = [*renderer().group_entry(sealed), *renderer().resident_entry(sealed)]

    assert "Lời kể" not in "".join(said)


@pytest.mark.parametrize("kind", EntryKind)
def test_resident_is_told_exactly_what_is_for_residents_and_no_officers_name(
    kind: EntryKind,
) -> None:
    said = renderer().resident_entry(replace(ENTRY, kind=kind))

    assert bool(said) is (kind in FOR_RESIDENT)
    assert "Nguyễn Văn An" not in "".join(said)


def test_confirmation_names_officer_and_local_time() -> None:
    assert first_line(EntryKind.TAKEN) == (
        "TB-7K3Q2M: đ/c Nguyễn Văn An đã nhận lúc 08:20 ngày 21/11/2026"
    )


@pytest.mark.parametrize(
    ("about", "shown"),
    [
        ("Phường Tân An", "Công an phường Tân An"),
        ("Xã Ea Kao", "Công an xã Ea Kao"),
        ("Tỉnh Đắk Lắk", "Công an tỉnh Đắk Lắk"),
        ("Ủy ban nhân dân phường Tân An", "Ủy ban nhân dân phường Tân An"),
        ("Phòng Cảnh sát hình sự", "Phòng Cảnh sát hình sự"),
    ],
)
def test_unit_is_called_by_its_office(about: str, shown: str) -> None:
    assert f" đã chuyển tin tới {shown} lúc " in first_line(EntryKind.TRANSFERRED, about=about)


def test_case_out_of_scope_is_closed_in_other_words() -> None:
    assert "không thuộc phạm vi xử lý" in first_line(EntryKind.CLOSED, status="out_of_scope")
    assert "kết thúc vụ việc" in first_line(EntryKind.CLOSED, status="resolved")


def test_undelivered_names_what_did_not_arrive() -> None:
    assert "câu hỏi" in first_line(EntryKind.UNDELIVERED, about="question")
    assert "câu trả lời" in first_line(EntryKind.UNDELIVERED, about="answer")


def test_answer_reaches_the_resident_as_it_was_written_mentions_apart() -> None:
    text = "Chào ông/bà.\n\n  Xem https://www.example.vn/a.\n[@all]\u202e\tHết"

    (said,) = renderer().resident_entry(replace(ENTRY, text=text))

    assert said == (
        "Công an phường Tân An trả lời về tin TB-7K3Q2M:\n"
        "Chào ông/bà.\n\n  Xem https://www.example.vn/a.\n[ @all] Hết"
    )


@settings(deadline=None)
@given(st.text(max_size=2_000).map(lambda text: text * 3))
def test_any_answer_arrives_whole_in_messages_zalo_takes(text: str) -> None:
    parts = renderer().resident_entry(replace(ENTRY, text=text))

    assert all(len(renderer().possible_repeat(part)) <= 1_500 for part in parts)
    assert "[@" not in "".join(parts)
    written = "".join(part.partition("\n")[2] for part in parts)
    clean = "".join(
        sign
        for sign in unicodedata.normalize("NFC", text)
        if unicodedata.category(sign) not in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
    )
    assert squeezed(written) == squeezed(unicodedata.normalize("NFC", clean))


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("typed", "inert"),
    [
        ("xem www.lua-dao.vn/a nhé", "xem www. lua-dao. vn/a nhé"),
        ("http://x.vn", "http: //x. vn"),
        ("vay。com", "vay。 com"),
        ("lúc 21.30, 3.5 triệu", "lúc 21.30, 3.5 triệu"),
        ("hết.", "hết."),
        ("thư a.b@mail.vn", "thư a. b@mail. vn"),
    ],
)
def test_address_that_zalo_would_make_a_link_of_is_inert(typed: str, inert: str) -> None:
    assert zalo_text(typed) == inert


@pytest.mark.parametrize("code", NOTES)
def test_note_is_short_and_what_was_typed_is_inert_in_it(code: str) -> None:
    source = (TEMPLATES / "zalo/notes" / f"{code}.txt.j2").read_text("utf-8")
    used = {name for name in VALUES if re.search(rf"{{[{{%] (?:if )?{name}\b", source)}

    note = renderer().note(code, {name: VALUES[name] for name in used})

    assert 10 < len(note) < 700
    assert "[@" not in note
    assert "https://x" not in note


def test_every_refusal_of_an_act_has_its_note() -> None:
    casework = Path(PROJECT / "functions/core/casework.py").read_text("utf-8")

    codes = set(re.findall(r'ActRefusedError\(\s*"(\w+)"', casework))

    assert len(codes) > 10
    assert {f"refused_{code}" for code in codes} <= set(NOTES)


def test_sign_in_link_can_be_opened() -> None:
    assert VALUES["link"] in renderer().note(
        "sign_in_link", {"link": VALUES["link"], "minutes": "10"}
    )


def test_mail_about_late_tips_names_them_and_has_its_subject_first() -> None:
    values = {"unit_name": "Phường Tân An", "cards": [CARD, replace(CARD, area="")]}

    subject, blank, *lines = renderer().mail("late_tips", values).split("\n")

    assert subject == "[Khẩn] Công an phường Tân An: 2 tin báo chưa tới được nhóm Zalo"
    assert blank == ""
    assert lines.count(LINK) == 2
    assert any(line.endswith("Đang xảy ra · tổ 5") for line in lines)


def test_mail_about_alarms_says_what_is_wrong_in_words() -> None:
    alarms = [
        {"code": "channel-closed", "unit_name": "Phường Tân An", "opened_at": AT},
        {"code": "never-heard-of", "unit_name": "", "opened_at": AT},
    ]

    subject, blank, first, second, *_ = (
        renderer().mail("alarms", {"alarms": alarms, "link": LINK}).split("\n")
    )

    assert subject == "Bình Yên: 2 sự cố cần người xử lý"
    assert blank == ""
    assert first.startswith("- Công an phường Tân An: Zalo không cho gửi vào nhóm")
    assert second.startswith("- Toàn hệ thống: Có sự cố kỹ thuật.")
