"""Officers who write to the OA itself: commands, help, and the way in (design D8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from functions.core.errors import StoreUnavailableError
from functions.core.jobs import run_job
from functions.core.models import JobKind, Location, Tip, Via
from functions.core.signin import spend_link
from tests.core.talking import BINH, Talk
from tests.core.world import OTHER_WARD, PUBLIC_URL, RESIDENT


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
    done, note = talk.world.chat(BINH)
    assert done == f"{tip.card_code}: đã thực hiện lệnh #nhan."
    assert "viết mã" in note
    assert len(talk.tips()) == 1
    assert [line.split(" lúc ")[0] for line in talk.world.said()] == [
        f"{tip.card_code}: đ/c Trần Văn Bình đã nhận"
    ]


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

    _, note = talk.world.chat(BINH)
    assert link_in(note).endswith(f"?next=/can-bo/tin/{tip.card_code}")


def test_request_to_sign_in_that_comes_late_is_to_be_repeated() -> None:
    talk = Talk()
    asked_at = talk.world.clock.now() - timedelta(minutes=10, seconds=1)

    talk.hear(talk.resident("#vao", user_id=BINH, sent_at=asked_at))

    (note,) = talk.world.chat(BINH)
    assert "/can-bo/vao/" not in note
    assert "#vao" in note


def test_who_is_not_enrolled_gets_no_link_and_makes_no_tip_of_the_request() -> None:
    talk = Talk()

    talk.hear(*(talk.resident(text, user_id=RESIDENT) for text in ("đăng nhập", "#vao", "Vào")))

    (note,) = talk.world.chat()
    assert note == "Chỉ cán bộ đã được ghi danh mới đăng nhập được bằng cách này."
    assert talk.tips() == []
    assert talk.world.group() == []


def test_request_to_sign_in_with_a_photo_or_a_position_is_a_tip() -> None:
    talk = Talk()

    talk.hear(talk.resident("đăng nhập", user_id="one", location=Location(12.7, 108.1)))
    talk.world.media.held["https://f.example/1"] = b"photo"
    talk.hear(talk.resident("đăng nhập", "https://f.example/1", user_id="two"))

    assert [tip.content.text for tip in talk.tips()] == ["đăng nhập", "đăng nhập"]


def test_command_is_confirmed_once_in_the_own_chat_also_after_a_crash() -> None:
    talk, tip = talk_with_tip()
    order = talk.resident(f"#chuyen {tip.card_code} Ea Kao", user_id=BINH)
    talk.post(order)

    class Crashing:
        """Notes cannot be stored; everything else can."""

        def __getattr__(self, name: str) -> object:
            return getattr(talk.world.deliveries, name)

        def plan(self, *_: object) -> None:
            raise StoreUnavailableError

    services = replace(talk.world.work_services(), deliveries=Crashing())  # type: ignore[arg-type]
    (job,) = (one for one in talk.world.unfinished() if one.kind is JobKind.HANDLE_EVENT)
    run_job(job.job_id, services)
    told_before = talk.world.chat(BINH)
    talk.world.work()
    talk.post(order)
    talk.world.work()

    assert told_before == []
    assert talk.world.chat(BINH) == [f"{tip.card_code}: đã thực hiện lệnh #chuyen."]
    assert [entry.about for entry in talk.entries(tip)] == [OTHER_WARD]


def test_refused_command_in_the_own_chat_gets_the_refusal_alone() -> None:
    talk, tip = talk_with_tip()

    talk.hear(*(talk.resident(f"#nhan {tip.card_code}", user_id=BINH) for _ in range(2)))

    _, refusal = talk.world.chat(BINH)
    assert "đang phụ trách tin này rồi" in refusal
