"""What officers type, in all the ways people type it."""

from __future__ import annotations

import unicodedata

import pytest

from functions.core.commands import (
    Command,
    Word,
    asks_to_sign_in,
    codes_in,
    read_command,
    storable,
)

CODE = "TB-7K3QAB"


@pytest.mark.parametrize(
    ("typed", "word", "codes", "text"),
    [
        ("#nhan TB-7K3QAB", Word.TAKE, (CODE,), ""),
        ("#nhận TB-7K3QAB", Word.TAKE, (CODE,), ""),
        (unicodedata.normalize("NFD", "#nhận TB-7K3QAB"), Word.TAKE, (CODE,), ""),
        ("#NHẬN tb-7k3qab", Word.TAKE, (CODE,), ""),
        ("#Nhan TB7K3QAB", Word.TAKE, (CODE,), ""),
        ("#nhan TB 7K3QAB", Word.TAKE, (CODE,), ""),
        ("#nhan TB–7K3QAB.", Word.TAKE, (CODE,), ""),
        ("#nhan [TB-7K3QAB]", Word.TAKE, (CODE,), ""),
        ("  # nhận: TB-7K3QAB", Word.TAKE, (CODE,), ""),
        ("TB-7K3QAB #nhan", Word.TAKE, (CODE,), ""),
        ("tb7k3qab: #dap Đang tới", Word.ANSWER, (CODE,), "Đang tới"),
        ("[@8756287263669629130] #nhan TB-7K3QAB", Word.TAKE, (CODE,), ""),
        ("#nhan [@8756] TB-7K3QAB", Word.TAKE, (CODE,), ""),
        ("\u200b#nhan \u2060TB-7K3QAB", Word.TAKE, (CODE,), ""),
        ("#nhan TB-0O1ILA", Word.TAKE, ("TB-00111A",), ""),
        ("#nhan tb-oilabc", Word.TAKE, ("TB-011ABC",), ""),
        ("#nhan", Word.TAKE, (), ""),
        ("#nhan giúp tin TB-7K3QAB nhé", Word.TAKE, (CODE,), "giúp tin   nhé"),
        ("#đang TB-7K3QAB", Word.START, (CODE,), ""),
        ("#dang", Word.START, (), ""),
        ("#đáp TB-7K3QAB Chúng tôi tới ngay.", Word.ANSWER, (CODE,), "Chúng tôi tới ngay."),
        ("#dap TB-7K3QAB\nDòng một\nDòng hai", Word.ANSWER, (CODE,), "Dòng một\nDòng hai"),
        ("#dap TB-7K3QAB", Word.ANSWER, (CODE,), ""),
        ("#dap Chờ chút", Word.ANSWER, (), "Chờ chút"),
        ("#cần TB-7K3QAB Biển số xe?", Word.ASK, (CODE,), "Biển số xe?"),
        ("#chuyển TB-7K3QAB phường Tân An", Word.TRANSFER, (CODE,), "phường Tân An"),
        ("#chuyen phường Tân An TB-7K3QAB", Word.TRANSFER, (CODE,), "phường Tân An"),
        ("#xong TB-7K3QAB đã lập biên bản", Word.CLOSE, (CODE,), "đã lập biên bản"),
        ("#xong 👍", Word.CLOSE, (), "👍"),
        ("#nhan TB-7K3QAB TB-7K3QAB", Word.TAKE, (CODE,), ""),
        ("TB-7K3QAB #nhan TB-999999", Word.TAKE, (CODE, "TB-999999"), ""),
        ("#nhan TB-7K3QAB, TB-999999", Word.TAKE, (CODE, "TB-999999"), ""),
        ("#dap TB-7K3QAB TB-999999 đã gộp", Word.ANSWER, (CODE, "TB-999999"), "đã gộp"),
    ],
)
def test_a_command_is_read_however_it_is_typed(
    typed: str, word: Word, codes: tuple[str, ...], text: str
) -> None:
    command = read_command(typed)

    assert command is not None
    assert (command.word, command.codes, command.text) == (word, codes, text)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "#", "# ", "##", "#7", "#!", "Anh em #nhan nhé", "nhan TB-7K3QAB", "TB-7K3QAB", "😀"],
)
def test_plain_talk_is_no_command(typed: str) -> None:
    assert read_command(typed) is None


@pytest.mark.parametrize("typed", ["#nhanh", "#đợi TB-7K3QAB", "#giup", "#nhận_tin", "#nhanTB"])
def test_a_wrong_word_is_a_command_without_one(typed: str) -> None:
    assert read_command(typed) == Command(None)


def test_a_code_within_words_for_a_resident_is_not_the_one_meant() -> None:
    answer = read_command("#dap Việc này đã có ở TB-7K3QAB")
    transfer = read_command("#chuyen TB-7K3QAB TB-7K3QAB tân an")

    assert answer == Command(Word.ANSWER, (), (CODE,), "Việc này đã có ở TB-7K3QAB")
    assert transfer == Command(Word.TRANSFER, (CODE,), (), "tân an")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("[TB-7K3QAB] Trộm cắp", (CODE,)),
        ("TB-7K3QAB và TB-999999, lại TB-7K3QAB", (CODE, "TB-999999")),
        ("TB-7K3Q", ()),
        ("TB-7K3QABC", ()),
        ("XTB-7K3QAB", ()),
        ("TB-7K3QAU", ()),
        ("tb chieng của ông", ()),
        ("tb\n7K3QAB", ()),
        ("tb khách", ()),
    ],
)
def test_codes_are_found_in_a_text_and_ordinary_words_are_none(
    text: str, codes: tuple[str, ...]
) -> None:
    assert codes_in(text) == codes


@pytest.mark.parametrize(
    "typed", ["đăng nhập", "Dang nhap", "#vao", "#vào", "VÀO", " vào. ", "#đăng nhập!"]
)
def test_officer_asks_to_sign_in_in_many_ways(typed: str) -> None:
    assert asks_to_sign_in(typed)


@pytest.mark.parametrize("typed", ["", "vào đâu", "tôi muốn đăng nhập giúp", "#nhan"])
def test_other_words_do_not_ask_to_sign_in(typed: str) -> None:
    assert not asks_to_sign_in(typed)


def test_what_cannot_be_stored_is_left_out_and_emoji_stay_whole() -> None:
    family = "👨\u200d👩\u200d👧"

    assert storable(f"a\0b\ud800c\r\n{family}") == f"abc\n{family}"
    command = read_command(f"#dap TB-7K3QAB {family}")
    assert command is not None
    assert command.text == family
