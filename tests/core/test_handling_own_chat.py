"""Officers who write to the OA itself: commands, help, and the way in (design D8)."""

from __future__ import annotations

from datetime import timedelta

from functions.core.models import Tip, Via
from functions.core.signin import spend_link
from tests.core.talking import BINH, Talk
from tests.core.world import PUBLIC_URL, RESIDENT


def talk_with_tip() -> tuple[Talk, Tip]:
    talk = Talk()
    talk.hear(talk.resident("Có người lạ ở sân bóng."))
    return talk, talk.tip()


def test_commands_work_in_an_officers_own_chat_too() -> None:
    talk, tip = talk_with_tip()

    talk.hear(
        talk.resident(f"#nhan {tip.card_code}", user_id=BINH),
        talk.resident("#nhan", user_id=BINH),
    )

    (entry,) = talk.entries(tip)
    assert (entry.via, entry.actor_id) == (Via.CHAT, BINH)
    (note,) = talk.world.chat(BINH)
    assert "viết mã" in note
    assert len(talk.tips()) == 1


def test_anything_else_from_an_officer_gets_help_and_makes_no_tip() -> None:
    talk = Talk()

    talk.hear(talk.resident("chào OA", user_id=BINH), talk.resident(user_id=BINH, is_sticker=True))

    first, second = talk.world.chat(BINH)
    assert first == second
    assert "#vao" in first
    assert talk.tips() == []


def link_in(text: str) -> str:
    (line,) = (line for line in text.split("\n") if line.startswith(PUBLIC_URL))
    return line.removeprefix(f"{PUBLIC_URL}/can-bo/vao/")


def test_officer_who_asks_gets_a_link_that_lets_them_in_once() -> None:
    talk = Talk()

    talk.hear(talk.resident("Đăng nhập", user_id=BINH))

    (note,) = talk.world.chat(BINH)
    session = spend_link(link_in(note), talk.world.work_services().sign_in)
    assert session.officer.user_id == BINH
    assert "10 phút" in note


def test_link_leads_to_the_tip_that_was_quoted() -> None:
    talk, tip = talk_with_tip()
    command = talk.resident(f"#nhan {tip.card_code}", user_id=BINH)
    talk.hear(command)

    talk.hear(talk.resident("#vao", user_id=BINH, quoted_id=command.message_id))

    (note,) = talk.world.chat(BINH)
    assert link_in(note).endswith(f"?next=/can-bo/tin/{tip.card_code}")


def test_request_to_sign_in_that_comes_late_is_to_be_repeated() -> None:
    talk = Talk()
    asked_at = talk.world.clock.now() - timedelta(minutes=10, seconds=1)

    talk.hear(talk.resident("#vao", user_id=BINH, sent_at=asked_at))

    (note,) = talk.world.chat(BINH)
    assert "/can-bo/vao/" not in note
    assert "#vao" in note


def test_resident_gets_no_link() -> None:
    talk = Talk()

    talk.hear(talk.resident("đăng nhập", user_id=RESIDENT))

    assert not any("/can-bo/" in text for text in talk.world.chat())
    assert talk.tip().content.text == "đăng nhập"
