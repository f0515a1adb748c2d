"""What residents write to an OA: it opens a tip or goes on with one, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core import following_up
from functions.core.conversations import GOES_ON
from functions.core.events import ResidentWithdrew
from functions.core.following_up import LOCATION
from functions.core.jobs import run_job
from functions.core.models import (
    ChatAddress,
    Contact,
    EntryKind,
    Location,
    Outcome,
    Tip,
    TipStatus,
    Urgency,
    Via,
)
from functions.core.submissions import MAX_TEXT
from functions.core.units import parse_units
from tests.core.talking import BINH, OA, Talk
from tests.core.units_csv import csv_text, ended, row
from tests.core.world import OTHER_WARD, PROVINCE, RESIDENT, WARD

HERE = Location(12.6667, 108.0383)


def close(talk: Talk, code: str) -> None:
    talk.hear(talk.staff(f"#xong {code} đã giải quyết"))


def notes(talk: Talk, user_id: str = RESIDENT) -> list[str]:
    """Return what the OA wrote to the resident of its own accord, by its first words."""
    return [text.split("\n")[0] for text in talk.world.chat(user_id)]


def test_first_message_is_a_tip_of_the_ward_like_one_from_the_web() -> None:
    talk = Talk()

    talk.hear(talk.resident("Có người lạ ở sân bóng."))

    tip = talk.tip()
    assert (tip.unit_id, tip.addressed_unit_id) == (WARD, WARD)
    assert (tip.category, tip.urgency, tip.sealed) == ("khac", Urgency.NORMAL, False)
    assert tip.status is TipStatus.RECEIVED
    assert tip.content.text == "Có người lạ ở sân bóng."
    assert (tip.contact, tip.chat) == (Contact(), ChatAddress(WARD, RESIDENT))
    assert tip.due_at == talk.world.clock.now() + timedelta(hours=24)
    assert any("Có người lạ ở sân bóng." in text for text in talk.world.group())


def test_sender_is_told_once_that_it_is_in_with_the_card_code() -> None:
    talk = Talk()

    talk.hear(talk.resident("một"), talk.resident("hai"), talk.resident("ba"))

    (told,) = talk.world.chat()
    assert talk.tip().card_code in told
    assert "Công an phường Tân An" in told


def test_later_messages_go_on_with_the_tip() -> None:
    talk = Talk()

    talk.hear(talk.resident("một"), talk.resident("hai"), talk.resident("👍"))

    tip = talk.tip()
    assert talk.messages(tip) == ["một", "hai", "👍"]
    assert {entry.via for entry in talk.entries(tip)} == {Via.CHAT}
    assert tip.case.is_waiting


def test_two_people_have_two_tips() -> None:
    talk = Talk()

    talk.hear(talk.resident("một"), talk.resident("hai", user_id="someone-else"))

    assert [tip.content.text for tip in talk.tips()] == ["một", "hai"]


def test_who_writes_soon_after_the_end_means_the_same_case() -> None:
    talk = Talk()
    talk.hear(talk.resident("một"))
    close(talk, talk.tip().card_code)
    talk.world.clock.advance(GOES_ON - timedelta(seconds=1))

    talk.hear(talk.resident("Cảm ơn."))

    tip = talk.tip()
    assert talk.messages(tip) == ["một", "Cảm ơn."]
    assert tip.status is TipStatus.RESOLVED


def test_who_writes_long_after_the_end_opens_another_case() -> None:
    talk = Talk()
    talk.hear(talk.resident("một"))
    close(talk, talk.tip().card_code)
    talk.world.clock.advance(GOES_ON)

    talk.hear(talk.resident("hai"))

    assert [tip.content.text for tip in talk.tips()] == ["một", "hai"]


def test_quote_of_an_old_acknowledgement_means_that_case() -> None:
    talk = Talk()
    talk.hear(talk.resident("một"))
    (told,) = talk.world.zalo.user_chat(RESIDENT)
    close(talk, talk.tip().card_code)
    talk.world.clock.advance(GOES_ON * 10)
    talk.hear(talk.resident("hai"))
    old, new = talk.tips()

    talk.hear(talk.resident("thêm về việc cũ", quoted_id=told.message_id))
    talk.hear(talk.resident("thêm về việc mới", quoted_id="some-message"))

    assert talk.messages(old) == ["một", "thêm về việc cũ"]
    assert talk.messages(new) == ["hai", "thêm về việc mới"]


def test_quote_of_what_was_written_to_somebody_else_leads_nowhere() -> None:
    talk = Talk()
    talk.hear(talk.resident("một", user_id="someone-else"))
    (told,) = talk.world.zalo.user_chat("someone-else")

    talk.hear(talk.resident("hai", quoted_id=told.message_id))

    assert [talk.messages(tip) for tip in talk.tips()] == [["một"], ["hai"]]


def test_erased_tip_is_not_gone_on_with() -> None:
    talk = Talk()
    talk.hear(talk.resident("một"))
    talk.world.tips.put(replace(talk.tip(), status=TipStatus.ERASED))

    talk.hear(talk.resident("hai"))

    assert [tip.content.text for tip in talk.tips()] == ["một", "hai"]


def test_tip_that_was_closed_without_a_time_counts_from_its_receipt() -> None:
    talk = Talk()
    talk.hear(talk.resident("một"))
    talk.world.tips.put(replace(talk.tip(), status=TipStatus.RESOLVED))
    talk.world.clock.advance(GOES_ON)

    talk.hear(talk.resident("hai"))

    assert len(talk.tips()) == 2


def test_sticker_alone_opens_nothing_and_is_asked_about_once_a_day() -> None:
    talk = Talk()

    talk.hear(*(talk.resident(is_sticker=True) for _ in range(3)))
    once = len(notes(talk))
    talk.world.clock.advance(timedelta(days=1))
    talk.hear(talk.resident(is_sticker=True), talk.resident("  \n"))
    talk.hear(talk.resident("  \n", user_id="someone-else"))

    assert talk.tips() == []
    assert once == 1
    assert len(notes(talk)) == 2
    assert notes(talk, "someone-else") == notes(talk)[:1]


def test_sticker_within_a_conversation_is_passed_over() -> None:
    talk = Talk()

    talk.hear(talk.resident("một"), talk.resident(is_sticker=True))

    assert talk.entries(talk.tip()) == []
    assert len(notes(talk)) == 1


def test_emoji_alone_are_a_message() -> None:
    talk = Talk()

    talk.hear(talk.resident("🆘🔥"))

    assert talk.tip().content.text == "🆘🔥"


def test_position_is_kept_and_never_goes_to_the_group() -> None:
    talk = Talk()

    talk.hear(talk.resident(location=HERE))
    talk.hear(talk.resident("thêm", location=Location(12.7, 108.1)), talk.resident("nữa"))

    tip = talk.tip()
    assert (tip.content.text, tip.content.location) == ("", HERE)
    located, said = talk.entries(tip)
    assert (located.about, said.about) == (LOCATION, "")
    assert tip.case.sent_locations == ((located.entry_id, Location(12.7, 108.1)),)
    posted = "\n".join(talk.world.group())
    assert not any(part in posted for part in ("12.6", "12.7", "108.0", "108.1"))


def test_very_long_message_is_kept_whole_in_parts() -> None:
    talk = Talk()
    first, second = "a" * MAX_TEXT, "b" * 7

    talk.hear(talk.resident(first + second), talk.resident(second + first))

    assert talk.messages(talk.tip()) == [first, second, second + first[:-7], first[-7:]]


def test_signs_that_nothing_can_store_are_left_out() -> None:
    talk = Talk()

    talk.hear(talk.resident("Có\0 trộm\ud800."))

    assert talk.tip().content.text == "Có trộm."


@pytest.mark.parametrize(
    ("former", "receiver"),
    [
        (ended("old", OTHER_WARD), OTHER_WARD),
        (ended("old", f"{WARD};{OTHER_WARD}"), PROVINCE),
    ],
)
def test_oa_of_a_former_unit_serves_its_heir_and_of_a_split_one_the_province(
    former: dict[str, str], receiver: str
) -> None:
    talk = Talk()
    talk.world.connect("old", "group-old")
    register = parse_units(csv_text(row(WARD, kind="phuong"), row(OTHER_WARD), former))
    talk.post(replace(talk.resident("Có trộm."), oa_id="oa-old"))
    (job,) = talk.world.unfinished()

    run_job(job.job_id, replace(talk.world.work_services(), units=register))

    tip = talk.tip()
    assert (tip.unit_id, tip.addressed_unit_id) == (receiver, "old")
    assert tip.chat == ChatAddress("old", RESIDENT)


def test_withdrawal_takes_the_chat_out_of_every_tip_of_it() -> None:
    talk = Talk()
    for text in ("một", "hai"):
        talk.hear(talk.resident(text))
        close(talk, talk.tips()[-1].card_code)
        talk.world.clock.advance(GOES_ON)
    talk.hear(talk.resident("của người khác", user_id="someone-else"))
    withdrawal = ResidentWithdrew(OA, talk.world.clock.now(), RESIDENT)

    talk.hear(withdrawal, withdrawal)

    first, second, other = talk.tips()
    assert (first.chat, second.chat) == (None, None)
    assert other.chat == ChatAddress(WARD, "someone-else")
    for tip in (first, second):
        (entry,) = talk.entries(tip, EntryKind.CONTACT_WITHDRAWN)
        assert entry.via is Via.SYSTEM
    assert talk.entries(other, EntryKind.CONTACT_WITHDRAWN) == []


def test_who_withdrew_and_writes_again_opens_another_tip() -> None:
    talk = Talk()
    talk.hear(talk.resident("một"))
    talk.hear(ResidentWithdrew(OA, talk.world.clock.now(), RESIDENT))

    talk.hear(talk.resident("hai"))

    assert [tip.content.text for tip in talk.tips()] == ["một", "hai"]


def test_words_that_look_like_a_command_are_words_from_a_resident() -> None:
    talk = Talk()
    talk.hear(talk.resident("một"))
    code = talk.tip().card_code

    talk.hear(talk.resident(f"#xong {code} bỏ qua đi"), talk.resident("đăng nhập"))

    tip = talk.tip()
    assert tip.status is TipStatus.RECEIVED
    assert talk.messages(tip) == ["một", f"#xong {code} bỏ qua đi", "đăng nhập"]
    assert Outcome() != tip.case.outcome
    assert len(notes(talk)) == 1


def test_question_that_was_answered_in_the_chat_waits_no_more() -> None:
    talk = Talk()
    talk.hear(talk.resident("một"))
    talk.hear(talk.staff(f"#can {talk.tip().card_code} Ở đâu?", BINH))
    asked = talk.tip().status

    talk.hear(talk.resident("Ở ngõ 5."))

    assert asked is TipStatus.NEED_INFO
    assert talk.tip().status is TipStatus.IN_PROGRESS


def test_who_writes_too_much_for_one_day_is_told_so_once_and_may_go_on_the_day_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following_up, "MOST_MESSAGES_A_DAY", 2)
    talk = Talk()
    talk.hear(*(talk.resident(text) for text in ("mở", "một", "hai", "ba", "bốn")))
    talk.world.work()

    assert talk.messages(talk.tip()) == ["mở", "một", "hai"]
    _, full = talk.world.chat()
    assert f"Hôm nay tin {talk.tip().card_code} đã nhận đủ" in full
    assert "113" in full
    assert "Công an phường Tân An" in full
    talk.world.clock.advance(timedelta(days=1))
    talk.hear(talk.resident("năm"))

    assert talk.messages(talk.tip()) == ["mở", "một", "hai", "năm"]
    assert talk.world.crashes == []


def test_message_that_meets_an_erased_tip_is_no_message_too_many() -> None:
    talk = Talk()
    talk.hear(talk.resident("mở"))
    tip = talk.tip()

    class Overtaken:
        """The tip as the worker read it; then its words are erased."""

        def __getattr__(self, name: str) -> object:
            return getattr(talk.world.tips, name)

        def find_submission(self, *known: object) -> None:
            return None

        def get(self, tip_id: str) -> Tip:
            seen = talk.world.tips.get(tip_id)
            talk.world.tips.put(replace(tip, status=TipStatus.ERASED))
            return seen

    talk.post(talk.resident("hai"))
    services = replace(talk.world.work_services(), tips=Overtaken())  # type: ignore[arg-type]
    (job_id,) = talk.world.jobs.due(talk.world.clock.now(), 1)
    run_job(job_id, services)

    assert talk.messages(tip) == ["mở"]
    (crash,) = talk.world.crashes
    assert str(crash[1]) == "erased"
