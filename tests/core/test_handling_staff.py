"""Officers in the group and in their own chat: commands, help, and the way in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core.casework import MAX_ANSWER, MAX_NOTE
from functions.core.events import OwnEcho
from functions.core.models import EntryKind, Tip, TipStatus, Via
from functions.core.submissions import normalise
from tests.core.talking import BINH, HOA, OA, Talk
from tests.core.world import GROUP, OTHER_GROUP, OTHER_WARD, WARD


def talk_with_tip() -> tuple[Talk, Tip]:
    talk = Talk()
    talk.hear(talk.resident("Có người lạ ở sân bóng."))
    return talk, talk.tip()


def now(talk: Talk, tip: Tip) -> Tip:
    return talk.world.tips.get(tip.tip_id)


def answers(talk: Talk) -> list[str]:
    """Return what the group got beside the card."""
    return talk.world.group()[1:]


def test_officer_takes_a_tip_by_its_code_and_the_group_hears_it_once() -> None:
    talk, tip = talk_with_tip()

    talk.hear(talk.staff(f"#nhận {tip.card_code}"))

    after = now(talk, tip)
    assert (after.status, after.case.assignee_id) == (TipStatus.ACKNOWLEDGED, BINH)
    (entry,) = talk.entries(tip)
    assert (entry.via, entry.actor_id, entry.actor_name) == (Via.GROUP, BINH, "Trần Văn Bình")
    (said,) = answers(talk)
    assert tip.card_code in said
    assert "Trần Văn Bình" in said


def test_officer_takes_a_tip_by_quoting_its_card() -> None:
    talk, tip = talk_with_tip()

    talk.hear(talk.staff("#nhan", quoted_id=talk.card_id(tip)))

    assert now(talk, tip).case.assignee_id == BINH


def test_every_word_does_what_it_says() -> None:
    talk, tip = talk_with_tip()
    code = tip.card_code

    talk.hear(
        talk.staff(f"#nhan {code}"),
        talk.staff(f"#dang {code}"),
        talk.staff(f"#dap {code} Chúng tôi đang tới."),
        talk.staff(f"#can {code} Mấy người?"),
        talk.staff(f"#xong {code} Nhắc nhở 2 thanh niên."),
    )

    done = [(entry.kind, entry.text) for entry in talk.entries(tip)]
    assert done == [
        (EntryKind.TAKEN, ""),
        (EntryKind.STARTED, ""),
        (EntryKind.ANSWER, "Chúng tôi đang tới."),
        (EntryKind.QUESTION, "Mấy người?"),
        (EntryKind.CLOSED, "Nhắc nhở 2 thanh niên."),
    ]
    outcome = now(talk, tip).case.outcome
    assert outcome is not None
    assert outcome.text == "Nhắc nhở 2 thanh niên."
    chat = "\n".join(talk.world.chat())
    assert "Chúng tôi đang tới." in chat
    assert "Mấy người?" in chat


def test_plain_talk_has_no_effect_and_no_answer() -> None:
    talk, tip = talk_with_tip()

    talk.hear(
        talk.staff("Anh em xem tin này nhé", quoted_id=talk.card_id(tip)),
        talk.staff(tip.card_code),
        talk.staff("Đáp lại dân giúp tôi #dap"),
    )

    assert talk.entries(tip) == []
    assert answers(talk) == []
    assert len(talk.world.chat()) == 1


def test_typed_code_counts_before_the_quoted_card() -> None:
    talk, quoted = talk_with_tip()
    meant = talk.world.submit("Việc khác.")
    talk.world.work_once()

    talk.hear(talk.staff(f"#nhan {meant.card_code}", quoted_id=talk.card_id(quoted)))

    assert now(talk, meant).case.assignee_id == BINH
    assert talk.entries(quoted) == []


def test_two_codes_do_nothing() -> None:
    talk, tip = talk_with_tip()

    talk.hear(talk.staff(f"#dap {tip.card_code} TB-000000 Đã rõ."))

    (said,) = answers(talk)
    assert "Mỗi lệnh chỉ ghi một mã" in said
    assert talk.entries(tip) == []


def test_other_code_in_the_words_makes_a_quote_unclear() -> None:
    talk, tip = talk_with_tip()
    quoted_id = talk.card_id(tip)

    talk.hear(talk.staff("#dap Đã gộp vào TB-000000.", quoted_id=quoted_id))
    refused = answers(talk)
    talk.hear(talk.staff(f"#dap Đã nhận {tip.card_code}.", quoted_id=quoted_id))

    (entry,) = talk.entries(tip)
    assert len(refused) == 1
    assert entry.text == f"Đã nhận {tip.card_code}."


@pytest.mark.parametrize("text", ["#nhan", "#dap Đã rõ TB-000000 nhé"])
def test_without_code_and_quote_nothing_is_guessed(text: str) -> None:
    talk, tip = talk_with_tip()

    talk.hear(talk.staff(text))

    (said,) = answers(talk)
    assert "viết mã" in said
    assert talk.entries(tip) == []


def test_quote_of_a_message_that_is_no_card_is_asked_about_after_a_moment() -> None:
    talk, tip = talk_with_tip()

    talk.hear(talk.staff("#nhan", quoted_id="somebody's message"))
    at_once = answers(talk)
    talk.world.work()

    assert at_once == []
    (said,) = answers(talk)
    assert "viết mã" in said
    assert talk.entries(tip) == []


def test_quote_that_comes_before_the_echo_of_its_card_is_understood() -> None:
    talk, tip = talk_with_tip()

    talk.hear(talk.staff("#nhan", quoted_id="other-id"))
    talk.hear(talk.staff("#dang", quoted_id="other-id"))
    talk.hear(
        OwnEcho(
            OA,
            talk.world.clock.now() - timedelta(seconds=5),
            "other-id",
            GROUP,
            f"[{tip.card_code}] Tin mới",
        )
    )
    talk.world.work()

    kinds = [entry.kind for entry in talk.entries(tip)]
    assert kinds == [EntryKind.TAKEN, EntryKind.STARTED]


def test_quote_of_an_officers_command_means_the_same_tip() -> None:
    talk, tip = talk_with_tip()
    command = talk.staff(f"#nhan {tip.card_code}")
    talk.hear(command)

    talk.hear(talk.staff("#dang", quoted_id=command.message_id))

    assert [entry.kind for entry in talk.entries(tip)] == [EntryKind.TAKEN, EntryKind.STARTED]


def test_command_without_an_id_of_its_own_is_obeyed_too() -> None:
    talk, tip = talk_with_tip()
    command = talk.staff(f"#nhan {tip.card_code}")
    nameless = type(command)(**{**vars(command), "message_id": ""})

    talk.post(nameless, key="user_send_group_text:1")
    talk.world.work_once()

    assert now(talk, tip).case.assignee_id == BINH


def test_wrong_word_gets_a_short_help() -> None:
    talk, tip = talk_with_tip()

    talk.hear(talk.staff(f"#nhanh {tip.card_code}"))

    (said,) = answers(talk)
    for word in ("#nhan", "#dang", "#dap", "#can", "#chuyen", "#xong"):
        assert word in said
    assert talk.entries(tip) == []


def test_unknown_code_and_one_of_another_unit_get_the_same_answer() -> None:
    talk, _ = talk_with_tip()
    talk.world.connect(OTHER_WARD, OTHER_GROUP)
    foreign = talk.world.submit("Việc của xã khác.", unit_id=OTHER_WARD)

    talk.hear(talk.staff("#nhan TB-000000"), talk.staff(f"#nhan {foreign.card_code}"))

    first, second = answers(talk)
    assert first.replace("TB-000000", foreign.card_code) == second
    assert talk.entries(foreign) == []


@pytest.mark.parametrize(
    ("user_id", "group_id"),
    [
        ("nobody", GROUP),
        (HOA, GROUP),
        (BINH, OTHER_GROUP),
        (BINH, "group-of-nobody"),
    ],
)
def test_who_is_no_officer_of_the_unit_or_in_another_group_has_no_effect(
    user_id: str, group_id: str
) -> None:
    talk, tip = talk_with_tip()
    talk.world.connect(OTHER_WARD, OTHER_GROUP)
    talk.world.enroll(HOA, "Trần Văn Bình", OTHER_WARD)

    for text in (f"#nhan {tip.card_code}", "#nhan", "#gi", "đăng nhập"):
        talk.hear(talk.staff(text, user_id, talk.card_id(tip), group_id))

    assert talk.entries(tip) == []
    assert answers(talk) == []
    assert talk.world.group(OTHER_GROUP) == []
    assert talk.world.chat(user_id) == []


def test_group_of_a_unit_that_is_no_more_connected_has_no_effect() -> None:
    talk, tip = talk_with_tip()
    talk.post(talk.staff(f"#nhan {tip.card_code}"))
    talk.world.channels = type(talk.world.channels)()

    talk.world.work_once()

    assert talk.entries(tip) == []


def test_officer_who_was_dismissed_meanwhile_has_no_effect() -> None:
    talk, tip = talk_with_tip()
    talk.post(talk.staff(f"#nhan {tip.card_code}"))
    talk.world.officers.dismiss(WARD, BINH, talk.world.clock.now())

    talk.world.work_once()

    assert talk.entries(tip) == []


def test_second_officer_hears_who_has_the_tip() -> None:
    talk, tip = talk_with_tip()
    talk.world.enroll(HOA, "Lê Thị Hoa")

    talk.hear(talk.staff(f"#nhan {tip.card_code}"), talk.staff(f"#nhan {tip.card_code}", HOA))

    assert "Trần Văn Bình" in answers(talk)[-1]
    assert now(talk, tip).case.assignee_id == BINH


@pytest.mark.parametrize("word", ["nhan", "dang", "can", "chuyen", "xong"])
def test_closed_case_is_closed(word: str) -> None:
    talk, tip = talk_with_tip()
    talk.hear(talk.staff(f"#xong {tip.card_code} xong"))
    before = len(answers(talk))

    talk.hear(talk.staff(f"#{word} {tip.card_code} Ea Kao"))

    assert len(talk.entries(tip)) == 1
    assert len(answers(talk)) == before + 1
    assert "đã kết thúc" in answers(talk)[-1]


@pytest.mark.parametrize("word", ["dap", "can", "xong"])
def test_words_for_a_resident_are_needed_and_may_be_long_but_not_endless(word: str) -> None:
    talk, tip = talk_with_tip()
    longest = "ă" * MAX_ANSWER

    talk.hear(talk.staff(f"#{word} {tip.card_code}"))
    talk.hear(talk.staff(f"#{word} {tip.card_code} {longest}ă"))
    refused = (talk.entries(tip), len(answers(talk)))
    talk.hear(talk.staff(f"#{word} {tip.card_code} {longest}"))

    assert refused == ([], 2)
    (entry,) = talk.entries(tip)
    assert entry.text == normalise(longest)


@pytest.mark.parametrize(
    "typed",
    ["xa-ea-kao", "Xã Ea Kao", "xa ea kao", "EA KAO", "Công an xã Ea Kao", "ea kao: thuộc địa bàn"],
)
def test_tip_is_transferred_to_a_unit_named_in_words(typed: str) -> None:
    talk, tip = talk_with_tip()
    talk.world.connect(OTHER_WARD, OTHER_GROUP)

    talk.hear(talk.staff(f"#chuyển {tip.card_code} {typed}"))

    after = now(talk, tip)
    assert (after.unit_id, after.status) == (OTHER_WARD, TipStatus.TRANSFERRED)
    (entry,) = talk.entries(tip)
    assert entry.text == typed.partition(": ")[2]
    assert any(tip.card_code in text for text in talk.world.group(OTHER_GROUP))
    assert len(answers(talk)) == 1


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("", "ghi tên đơn vị"),
        (": không rõ", "không rõ"),
        ("Hà Nội", "Hà Nội"),
        ("tân", "tân"),
        ("Tân An", "đơn vị mình"),
        (f"Ea Kao: {'ă' * (MAX_NOTE + 1)}", str(MAX_NOTE)),
    ],
)
def test_transfer_that_cannot_be_meant_says_why(typed: str, hint: str) -> None:
    talk, tip = talk_with_tip()

    talk.hear(talk.staff(f"#chuyen {tip.card_code} {typed}"))

    (said,) = answers(talk)
    assert hint in said
    assert now(talk, tip).unit_id == WARD
