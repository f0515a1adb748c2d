"""What happens in a case reaches its unit's group: once, in order, and no more than it may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.core import casework
from functions.core.entry_words import MOST_REPEATED
from functions.core.following_up import ask_for_deletion, withdraw_contact
from functions.core.jobs import run_job
from functions.core.models import (
    Contact,
    DeliveryState,
    ForwardMode,
    JobState,
    TipStatus,
    Via,
)
from tests.core.relaying import (
    FIVE,
    REFUSED,
    again,
    photo,
    relays,
    voice,
    world_with_officers,
)
from tests.core.world import (
    GROUP,
    PUBLIC_URL,
    WARD,
    World,
)


def test_group_hears_of_each_act_once_and_in_order() -> None:
    world, officer = world_with_officers()
    tip = world.submit(contact=Contact("Đào", "0905123456"))
    colleague = world.officers.officer(WARD, "b")
    assert colleague
    casework.take(world.act(tip, officer), world.casework)
    casework.hand_over(world.act(tip, officer), "b", world.casework)
    casework.start(world.act(tip, colleague), world.casework)
    casework.verify_place(world.act(tip, officer), "hẻm bên cạnh", world.casework)
    casework.ask(world.act(tip, officer), "Mấy giờ?", world.casework)
    world.write(tip, "9 giờ tối")
    casework.answer(world.act(tip, officer), "Cảm ơn", world.casework)
    casework.extend(world.act(tip, officer), "Chờ giám định", world.casework)
    withdraw_contact(tip.tip_id, Via.RECEIPT_PAGE, world.acts)
    ask_for_deletion(tip.tip_id, Via.RECEIPT_PAGE, world.acts)
    casework.close(world.act(tip, officer), FIVE, world.casework)

    world.work()
    again(world, tip, "relay_to_group")

    code = tip.card_code
    told = [line.split(" lúc ")[0] for line in world.said()]
    assert told == [
        f"{code}: đ/c Nguyễn Văn An đã nhận",
        f"{code}: đ/c Nguyễn Văn An giao lại cho đ/c Trần Văn Bình",
        f"{code}: đ/c Trần Văn Bình bắt đầu xử lý",
        f"{code}: đ/c Nguyễn Văn An đã xác minh nơi xảy ra",
        f"{code}: đ/c Nguyễn Văn An đã hỏi thêm người báo tin",
        f"{code}: người báo tin nhắn thêm",
        f"{code}: đ/c Nguyễn Văn An đã trả lời người báo tin",
        f"{code}: đ/c Nguyễn Văn An đã gia hạn giải quyết",
        f"{code}: người báo tin đã rút thông tin liên hệ",
        f"{code}: người báo tin đề nghị xóa tin",
        f"{code}: đ/c Nguyễn Văn An đã kết thúc vụ việc",
    ]
    assert set(relays(world, tip)) == {DeliveryState.SENT}
    assert world.crashes == []


def test_photo_of_a_message_that_comes_while_the_card_is_posted_goes_with_it() -> None:
    world, _ = world_with_officers()
    tip = world.submit()

    class InterruptedZalo:
        def __getattr__(self, name: str) -> Any:
            return getattr(world.zalo, name)

        def send_group_text(self, *sent: str) -> str:
            message_id = world.zalo.send_group_text(*sent)
            world.write(tip, "Có ảnh đây", photo(1), entry_id="the-only-one")
            return message_id

    gateway: Any = InterruptedZalo()
    run_job(world.job_of(tip.tip_id).job_id, replace(world.work_services(), gateway=gateway))
    world.work()

    assert [text.split("\n")[0].split(" lúc ")[0] for text in world.group()] == [
        f"TIN MỚI {tip.card_code}",
        f"{tip.card_code}: người báo tin nhắn thêm",
        f"{tip.card_code} ảnh 1/1",
    ]


def test_merged_tips_both_say_so() -> None:
    world, officer = world_with_officers()
    double, kept = world.submit("hai"), world.submit("một")
    casework.merge(world.act(double, officer), kept.card_code, world.casework)

    world.work()

    assert [line.split(" lúc ")[0] for line in sorted(world.said())] == sorted(
        [
            f"{double.card_code}: đ/c Nguyễn Văn An đã gộp tin này vào {kept.card_code}",
            f"{kept.card_code}: tin {double.card_code} được gộp vào tin này",
        ]
    )


def test_case_handed_to_somebody_who_left_names_nobody() -> None:
    world, officer = world_with_officers()
    tip = world.submit()
    casework.hand_over(world.act(tip, officer), "b", world.casework)
    world.officers.dismiss(WARD, "b", world.clock.now())

    world.work()

    assert "giao lại cho cán bộ khác" in world.said()[0]


def test_resident_message_brings_its_words_masked_and_its_clean_photos() -> None:
    world, _ = world_with_officers()
    tip = world.submit(contact=Contact("Đào Thị Hoa", "0905123456"))
    world.work()
    world.write(tip, "Tôi là Đào Thị Hoa\n[@all] 0905 123 456", photo(1), voice(2), photo(3))

    world.work()

    posted = world.zalo.group(GROUP)[1:]
    assert posted[0].text.split("\n")[1:] == [
        "Ảnh kèm theo: 2",
        "Ghi âm, tệp kèm theo: 1, mở trang vụ việc để nghe, xem.",
        f"Mở trang vụ việc: {PUBLIC_URL}/can-bo/tin/{tip.card_code}",
        "│ Tôi là •••••",
        "│ [ @all] •••••",
    ]
    assert [one.photo for one in posted[1:]] == [b"clean photo-1", b"clean photo-3"]
    assert [one.text for one in posted[1:]] == [f"{tip.card_code} ảnh {n}/2" for n in (1, 2)]


def test_entry_waits_for_its_photos_and_keeps_its_place() -> None:
    world, officer = world_with_officers()
    tip = world.submit()
    world.work()
    world.cleaner.failures = 3
    world.write(tip, "Có ảnh", photo(1))
    casework.take(world.act(tip, officer), world.casework)

    world.work_once()
    assert len(world.said()) == 1
    assert {job.last_error for job in world.unfinished()} >= {"photos-not-ready"}
    world.work()

    texts = world.group()
    assert "nhắn thêm" in texts[1]
    assert texts[2] == f"{tip.card_code} ảnh 1/1"
    assert "đã nhận" in texts[3]


def test_long_message_comes_in_parts_that_zalo_takes() -> None:
    world, _ = world_with_officers()
    tip = world.submit()
    world.write(tip, "từ " * 1_666)

    world.work()

    parts = world.group()[1:]
    assert len(parts) > 3
    assert all(len(part) <= 1_500 for part in parts)
    assert parts[0].startswith(f"{tip.card_code} (1/{len(parts)}): người báo tin")
    assert parts[1].startswith(f"{tip.card_code} (2/{len(parts)}) (tiếp):\n│ từ")


def test_long_answer_is_only_begun_in_the_group_and_contacts_are_masked() -> None:
    world, officer = world_with_officers()
    tip = world.submit(contact=Contact("", "0905123456"))
    casework.answer(world.act(tip, officer), "gọi 0905123456 " + "từ " * 900, world.casework)

    world.work()

    (text,) = [text for text in world.group() if "đã trả lời" in text]
    assert "0905" not in text
    assert text.endswith("…")
    assert len(text) < MOST_REPEATED + 200


@pytest.mark.parametrize(("mode", "sealed"), [(ForwardMode.NOTICE, False), (ForwardMode.TIP, True)])
def test_words_and_photos_of_a_sealed_case_stay_out_of_the_group(
    mode: ForwardMode, sealed: bool
) -> None:
    world, officer = world_with_officers(mode)
    tip = world.submit(sealed=sealed)
    world.write(tip, "Lời kể thêm", photo(1))
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    casework.verify_place(world.act(tip, officer), "Hẻm 5", world.casework)

    world.work()

    everything = "\n".join(world.group())
    assert not any(word in everything for word in ("Lời", "Hẻm 5"))
    assert len(world.said()) == 3
    assert world.zalo.calls["upload_image"] == 0
    assert f"{PUBLIC_URL}/can-bo/tin/{tip.card_code}" in world.group()[1]


def test_position_is_named_and_never_shown() -> None:
    world, _ = world_with_officers()
    tip = world.submit()
    world.write(tip, "")
    entry = world.cases._entries[tip.tip_id][0]
    world.cases._entries[tip.tip_id][0] = replace(entry, about="location")

    world.work()

    assert "Có gửi vị trí: xem ở trang vụ việc." in world.group()[1]


def test_nothing_of_a_case_stands_before_its_card() -> None:
    world, officer = world_with_officers()
    tip = world.submit()
    casework.take(world.act(tip, officer), world.casework)
    (relay,) = [job for job in world.jobs.all() if job.kind == "relay_to_group"]

    run_job(relay.job_id, world.work_services())
    assert world.group() == []
    assert world.job_of(tip.tip_id, "relay_to_group").last_error == "card-first"
    world.work()

    assert [text.startswith("TIN MỚI") for text in world.group()] == [True, False]


def test_entry_follows_a_card_that_stands_in_a_digest_or_was_refused() -> None:
    world, officer = world_with_officers()
    world.zalo.fail("send_group_text", REFUSED, times=2)
    refused = world.submit()
    world.work()
    for _ in range(21):
        world.submit()
    world.work_once()
    digested = world.last_tip()
    for tip in (refused, digested):
        casework.take(world.act(tip, officer), world.casework)

    world.work_once()

    codes = {line.split(":")[0] for line in world.said() if "đã nhận" in line}
    assert codes == {refused.card_code, digested.card_code}


@pytest.mark.parametrize("error", ["no-channel", "needs-authorization"])
def test_entries_wait_for_the_oa_like_cards(error: str) -> None:
    world = World()
    officer = world.enroll("a")
    if error == "needs-authorization":
        world.connect()
        world.tokens.give_up(WARD, 1)
    tip = world.submit_by_chat()
    casework.take(world.act(tip, officer), world.casework)

    world.work_once()

    for kind in ("relay_to_group", "relay_to_resident"):
        job = world.job_of(tip.tip_id, kind)
        assert (job.state, job.last_error) == (JobState.PENDING, error)


@pytest.mark.parametrize("kind", ["relay_to_group", "relay_to_resident"])
def test_erased_tip_is_relayed_nowhere(kind: str) -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    world.work()
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    world.tips.put(replace(world.last_tip(), status=TipStatus.ERASED))

    world.work()

    assert world.job_of(tip.tip_id, kind).state is JobState.DONE
    assert (world.said(), world.chat()) == ([], [])


def test_refused_words_give_way_to_a_sentence_without_them() -> None:
    world, officer = world_with_officers()
    world.zalo.refused_words.add("lời cấm")
    tip = world.submit()
    world.write(tip, "Có lời cấm", photo(1))
    casework.take(world.act(tip, officer), world.casework)

    world.work()
    again(world, tip, "relay_to_group")

    said = [text for text in world.group() if "nhắn thêm" in text]
    assert len(said) == 1
    assert "Nội dung xem ở trang vụ việc." in said[0]
    assert "đã nhận" in world.group()[-1]
    assert [posted.photo for posted in world.zalo.group(GROUP) if posted.photo] == [
        b"clean photo-1"
    ]
    assert world.alerts.raised == []


def test_entry_that_is_refused_in_any_wording_calls_an_operator_and_holds_nothing_up() -> None:
    world, officer = world_with_officers()
    tip = world.submit()
    world.work()
    world.zalo.fail("send_group_text", REFUSED, times=2)
    world.write(tip, "Lời cấm")
    casework.take(world.act(tip, officer), world.casework)

    world.work()
    failed = [job for job in world.jobs.all() if job.state is JobState.FAILED]
    assert [job.last_error for job in failed] == ["refused"]
    assert ("delivery-refused", WARD) in world.alerts.raised
    assert [line.split(" lúc ")[0] for line in world.said()] == [
        f"{tip.card_code}: đ/c Nguyễn Văn An đã nhận"
    ]
    casework.start(world.act(tip, officer), world.casework)
    world.work()
    assert len(world.said()) == 2
    assert world.jobs.retry(None, world.clock.now()) == 1
    world.work()

    assert any("Lời cấm" in text for text in world.group())
    assert world.unfinished() == []


def test_chat_that_came_without_words_says_so_on_the_card() -> None:
    world, _ = world_with_officers()
    world.clock.advance(timedelta(seconds=1))
    tip = world.submit_by_chat("")
    kept = replace(voice(1), entry_id="")
    world.tips.put(replace(tip, attachments=(kept,)))

    world.work()

    (card,) = world.group()
    assert card.endswith("Người gửi không viết chữ nào.")
    assert "Ghi âm, tệp kèm theo: 1, mở trang vụ việc để nghe, xem." in card
