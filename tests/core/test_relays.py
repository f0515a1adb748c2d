"""Entries of a case reach its groups and its sender: once, in order, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core import casework
from functions.core.entry_words import MOST_REPEATED
from functions.core.errors import RejectedByProviderError
from functions.core.following_up import ask_for_deletion, withdraw_contact
from functions.core.jobs import run_job
from functions.core.models import (
    Attachment,
    AttachmentState,
    Contact,
    DeliveryPurpose,
    DeliveryState,
    EntryKind,
    ForwardMode,
    JobState,
    MediaKind,
    Officer,
    Outcome,
    SendState,
    Tip,
    TipStatus,
    Via,
)
from tests.core.world import (
    GROUP,
    OTHER_GROUP,
    OTHER_WARD,
    PROVINCE,
    PUBLIC_URL,
    RESIDENT,
    WARD,
    World,
    connected_world,
)

REFUSED = RejectedByProviderError("-201")
FIVE = Outcome(text="Bắt quả tang", men=5, women=1)


def world_with_officers(mode: ForwardMode = ForwardMode.TIP) -> tuple[World, Officer]:
    world = connected_world(mode)
    world.connect(OTHER_WARD, OTHER_GROUP)
    world.enroll("b", "Trần Văn Bình")
    world.enroll("c", "Lê Thị Cúc", OTHER_WARD)
    return world, world.enroll("a", "Nguyễn Văn An")


def photo(number: int) -> Attachment:
    return Attachment(f"photo-{number}", 0, AttachmentState.ORIGINAL, f"{number:032x}")


def voice(number: int) -> Attachment:
    kept = replace(photo(number), attachment_id=f"voice-{number}", kind=MediaKind.VOICE)
    return replace(kept, state=AttachmentState.KEPT)


def relays(world: World, tip: Tip) -> list[DeliveryState]:
    return [
        delivery.state
        for delivery in world.deliveries.of_tip(tip.tip_id)
        if delivery.purpose is DeliveryPurpose.RELAY
    ]


def kinds(world: World, tip: Tip) -> list[EntryKind]:
    return [entry.kind for entry in world.cases.entries(tip.tip_id)]


def again(world: World, tip: Tip, kind: str) -> None:
    """Let a job of the tip run once more, as after a lost claim."""
    jobs = [job for job in world.jobs.all() if (job.subject_id, job.kind) == (tip.tip_id, kind)]
    for number, job in enumerate(jobs):
        world.jobs.add(
            replace(job, job_id=f"again-{kind}-{number}", state=JobState.PENDING, last_error="")
        )
    world.work()


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


def test_new_group_of_the_unit_hears_of_a_case_whose_card_stands_in_the_old_one() -> None:
    world, officer = world_with_officers()
    tip = world.submit()
    world.work()
    world.connect(group_id="new-group")
    casework.take(world.act(tip, officer), world.casework)

    world.work()

    assert [line.split(" lúc ")[0] for line in world.said("new-group")] == [
        f"{tip.card_code}: đ/c Nguyễn Văn An đã nhận"
    ]


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


def test_unit_that_gets_a_tip_learns_whence_and_what_no_group_has_heard() -> None:
    world, officer = world_with_officers()
    tip = world.submit("Lời kể")
    world.work()
    world.write(tip, "Nhóm cũ nghe")
    world.work()
    world.write(tip, "Chưa ai nghe")
    casework.transfer(world.act(tip, officer), OTHER_WARD, "", world.casework)
    (deliver,) = [
        job for job in world.jobs.all() if (job.kind, job.unit_id) == ("deliver_tip", OTHER_WARD)
    ]
    run_job(deliver.job_id, world.work_services())
    world.write(tip, "Nhóm mới nghe")

    world.work()

    card, *rest = world.group(OTHER_GROUP)
    assert "Chuyển từ: Công an phường Tân An. Thời hạn vẫn tính từ lúc nhận tin ban đầu." in card
    assert [text.split("│ ")[1] for text in rest] == ["Chưa ai nghe", "Nhóm mới nghe"]
    old = world.group()[1:]
    assert [text.split("│ ")[-1] for text in old[:2]] == ["Nhóm cũ nghe", "Chưa ai nghe"]
    assert "đã chuyển tin tới Công an xã Ea Kao" in old[2]
    assert len(old) == 3


def test_photo_that_came_late_reaches_the_unit_that_has_the_tip_now() -> None:
    world, officer = world_with_officers()
    tip = world.submit()
    world.work()
    world.cleaner.failures = 4
    world.write(tip, "Có ảnh", photo(1))
    casework.transfer(world.act(tip, officer), OTHER_WARD, "", world.casework)
    (deliver,) = [
        job for job in world.jobs.all() if (job.kind, job.unit_id) == ("deliver_tip", OTHER_WARD)
    ]
    run_job(deliver.job_id, world.work_services())

    world.work()

    assert world.group(OTHER_GROUP)[-1] == f"{tip.card_code} ảnh 1/1"
    assert sum("Có ảnh" in text for text in world.group(OTHER_GROUP)) == 1


def test_tip_that_went_on_before_its_card_leaves_the_first_group_out() -> None:
    world, officer = world_with_officers()
    tip = world.submit()
    casework.transfer(world.act(tip, officer), OTHER_WARD, "", world.casework)

    world.work()

    assert world.group() == []
    assert len(world.group(OTHER_GROUP)) == 1
    assert {job.state for job in world.jobs.all()} == {JobState.DONE}


def test_unit_hears_that_a_tip_came_back_to_it() -> None:
    world, officer = world_with_officers()
    world.connect(PROVINCE, "group-province")
    province = world.enroll("p", "Phạm Văn Phú", PROVINCE)
    tip = world.submit()
    world.work()
    casework.transfer(world.act(tip, officer), PROVINCE, "", world.casework)
    world.work()
    casework.take(world.act(tip, province), world.casework)
    casework.transfer(world.act(tip, province), WARD, "Của phường", world.casework)

    world.work()

    told = [line.split(" lúc ")[0] for line in world.said()]
    assert told == [
        f"{tip.card_code}: đ/c Nguyễn Văn An đã chuyển tin tới Công an tỉnh Đắk Lắk",
        f"{tip.card_code}: đ/c Phạm Văn Phú đã chuyển tin tới Công an phường Tân An",
    ]
    assert len([text for text in world.group() if text.startswith("TIN MỚI")]) == 1


def test_joint_unit_gets_the_card_and_hears_from_then_on() -> None:
    world, officer = world_with_officers()
    tip = world.submit()
    casework.take(world.act(tip, officer), world.casework)
    casework.act_jointly(world.act(tip, officer), OTHER_WARD, "", world.casework)
    world.work()
    joint = world.officers.officer(OTHER_WARD, "c")
    assert joint
    casework.answer(world.act(tip, joint), "Cảm ơn", world.casework)
    world.write(tip, "Không có gì")

    world.work()

    card, *rest = world.group(OTHER_GROUP)
    assert "Cùng xử lý với: Công an phường Tân An (đơn vị chủ trì)." in card
    told = [text.split(" lúc ")[0] for text in rest]
    code = tip.card_code
    assert told == [
        f"{code}: đ/c Nguyễn Văn An mời Công an xã Ea Kao cùng xử lý",
        f"{code}: đ/c Lê Thị Cúc đã trả lời người báo tin",
        f"{code}: người báo tin nhắn thêm",
    ]
    assert [line.split(" lúc ")[0] for line in world.said()][1:] == told


def test_joint_unit_that_gets_the_whole_tip_hears_of_it() -> None:
    world, officer = world_with_officers()
    tip = world.submit()
    casework.act_jointly(world.act(tip, officer), OTHER_WARD, "", world.casework)
    world.work()
    casework.transfer(world.act(tip, officer), OTHER_WARD, "", world.casework)

    world.work()

    assert "đã chuyển tin tới Công an xã Ea Kao" in world.group(OTHER_GROUP)[-1]


def test_joint_unit_without_its_entry_hears_nothing_old() -> None:
    world, officer = world_with_officers()
    tip = world.submit()
    casework.take(world.act(tip, officer), world.casework)
    world.work()
    tip = world.last_tip()
    world.tips.put(replace(tip, case=replace(tip.case, joint_unit_ids=(OTHER_WARD,))))
    deliver = world.job_of(tip.tip_id)
    world.jobs.add(
        replace(
            deliver, job_id="joint", unit_id=OTHER_WARD, lane=OTHER_WARD, state=JobState.PENDING
        )
    )

    world.work()

    assert len(world.group(OTHER_GROUP)) == 1


def test_resident_in_the_chat_hears_answers_questions_and_status_and_no_more() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    casework.take(world.act(tip, officer), world.casework)
    casework.verify_place(world.act(tip, officer), "hẻm", world.casework)
    casework.hand_over(world.act(tip, officer), "b", world.casework)
    casework.start(world.act(tip, officer), world.casework)
    casework.ask(world.act(tip, officer), "Mấy giờ? Xem https://x.vn", world.casework)
    world.write(tip, "9 giờ")
    casework.answer(world.act(tip, officer), "Cảm ơn.\n\nGọi 0262 3 851 234", world.casework)
    casework.close(world.act(tip, officer), FIVE, world.casework)

    world.work()
    again(world, tip, "relay_to_resident")

    code = tip.card_code
    assert world.chat() == [
        f"Cán bộ Công an phường Tân An đã nhận tin {code}.",
        f"Công an phường Tân An đang xem xét tin {code}.",
        f"Công an phường Tân An hỏi thêm về tin {code}, xin trả lời ngay tại đây:\n"
        "Mấy giờ? Xem https://x.vn",
        f"Công an phường Tân An trả lời về tin {code}:\nCảm ơn.\n\nGọi 0262 3 851 234",
        f"Công an phường Tân An đã kết thúc việc xử lý tin {code}. Cảm ơn ông/bà đã báo tin.",
    ]
    assert "Nguyễn Văn An" not in "".join(world.chat())
    assert "Bắt quả tang" not in "".join(world.chat())


def test_resident_hears_where_the_tip_went() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    casework.transfer(world.act(tip, officer), OTHER_WARD, "lý do riêng", world.casework)
    other = world.officers.officer(OTHER_WARD, "c")
    assert other
    casework.answer(world.act(tip, other), "Chúng tôi đã nhận", world.casework)

    world.work()

    assert world.chat() == [
        f"Tin {tip.card_code} đã được chuyển tới Công an xã Ea Kao là nơi có thẩm quyền. "
        "Mã tin giữ nguyên.",
        f"Công an xã Ea Kao trả lời về tin {tip.card_code}:\nChúng tôi đã nhận",
    ]


def test_resident_of_a_double_learns_of_no_other_tip() -> None:
    world, officer = world_with_officers()
    kept, double = world.submit("một"), world.submit_by_chat("hai")
    casework.merge(world.act(double, officer), kept.card_code, world.casework)

    world.work()

    (text,) = world.chat()
    assert double.card_code in text
    assert kept.card_code not in text


def test_tip_out_of_scope_is_said_so() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    casework.close(world.act(tip, officer), FIVE, world.casework, in_scope=False)

    world.work()

    assert "không thuộc phạm vi xử lý của Công an phường Tân An" in world.chat()[0]
    assert "không thuộc phạm vi xử lý" in world.said()[0]


def test_sealed_case_tells_the_chat_only_that_there_is_news() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat(sealed=True)
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    casework.ask(world.act(tip, officer), "Lời hỏi", world.casework)

    world.work()

    assert len(world.chat()) == 2
    assert not any("Lời" in text for text in world.chat())
    assert all(f"{PUBLIC_URL}/theo-doi/" in text for text in world.chat())
    assert "trả lời mới" in world.chat()[0]


def test_long_answer_reaches_the_chat_whole_in_parts() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    answer = " ".join(f"từ{number}" for number in range(800))
    casework.answer(world.act(tip, officer), answer, world.casework)

    world.work()

    parts = world.chat()
    assert len(parts) > 2
    assert all(len(part) <= 1_500 for part in parts)
    words = " ".join(" ".join(part.split("\n")[1:]) for part in parts)
    assert words.split() == answer.split()


def test_web_tip_and_withdrawn_chat_get_nothing_by_zalo() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    withdraw_contact(tip.tip_id, Via.CHAT, world.acts)

    world.work()

    assert world.chat() == []
    assert world.job_of(tip.tip_id, "relay_to_resident").state is JobState.DONE


def test_answer_that_cannot_reach_the_resident_is_told_to_the_group_once() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    world.zalo.closed_users.add(RESIDENT)
    casework.take(world.act(tip, officer), world.casework)
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    casework.ask(world.act(tip, officer), "Lời hỏi", world.casework)

    world.work()
    again(world, tip, "relay_to_resident")
    again(world, tip, "relay_to_group")

    told = [line for line in world.said() if "KHÔNG gửi được" in line]
    assert [("câu trả lời" in line, "câu hỏi" in line) for line in told] == [
        (True, False),
        (False, True),
    ]
    assert kinds(world, tip).count(EntryKind.UNDELIVERED) == 2
    assert world.zalo.calls["send_user_text"] <= 2
    assert world.alerts.raised == []
    assert world.unfinished() == []


def test_closed_chat_neither_pauses_nor_alarms_anything() -> None:
    world, officer = world_with_officers()
    tip, other = world.submit_by_chat(), world.submit_by_chat("khác", "resident-2")
    world.zalo.closed_users.add(RESIDENT)
    for one in (tip, other):
        casework.answer(world.act(one, officer), "Lời đáp", world.casework)

    world.work_once()

    assert world.chat() == []
    assert len(world.chat("resident-2")) == 1
    assert world.alerts.raised == []


def test_answer_of_which_only_the_beginning_arrived_counts_as_undelivered() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    casework.answer(world.act(tip, officer), "từ " * 1_200, world.casework)

    class _Closing(type(world.zalo)):  # type: ignore[misc]
        def send_user_text(self, access_token: str, user_id: str, text: str) -> str:
            message_id: str = super().send_user_text(access_token, user_id, text)
            self.closed_users.add(user_id)
            return message_id

    world.zalo.__class__ = _Closing

    world.work()

    assert len(world.chat()) == 1
    assert EntryKind.UNDELIVERED in kinds(world, tip)
    (sent,) = [
        delivery
        for delivery in world.deliveries.of_tip(tip.tip_id)
        if delivery.recipient == RESIDENT
    ]
    states = [message.state for message in sent.messages]
    assert states[0] is SendState.SENT
    assert set(states[1:]) == {SendState.REFUSED}


def test_answer_whose_words_zalo_refuses_leaves_word_that_there_is_one() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    world.zalo.refused_words.add("lời cấm")
    casework.answer(world.act(tip, officer), "Có lời cấm", world.casework)

    world.work()

    (text,) = world.chat()
    assert "có trả lời mới" in text
    assert any("KHÔNG gửi được câu trả lời" in line for line in world.said())


def test_job_of_another_oa_than_the_chats_sends_nothing() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    world.work()
    foreign = replace(
        world.job_of(tip.tip_id, "relay_to_resident"),
        job_id="foreign",
        unit_id=OTHER_WARD,
        state=JobState.PENDING,
    )
    world.jobs.add(foreign)

    world.work()

    assert len(world.chat()) == 1


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
