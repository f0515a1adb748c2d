"""A case that several units have had: which group hears of what."""

from __future__ import annotations

from dataclasses import replace

from functions.core import casework
from functions.core.jobs import run_job
from functions.core.models import (
    JobState,
)
from tests.core.relaying import (
    photo,
    world_with_officers,
)
from tests.core.world import (
    OTHER_GROUP,
    OTHER_WARD,
    PROVINCE,
    WARD,
)


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


def test_unit_that_gets_a_tip_learns_whence_and_all_that_was_said() -> None:
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
    assert [text.split("│ ")[1] for text in rest] == [
        "Nhóm cũ nghe", "Chưa ai nghe", "Nhóm mới nghe",
    ]  # fmt: skip
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
