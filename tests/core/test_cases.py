"""What an officer may see: the own unit's tips, and every look leaves a mark (promise 8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core.cases import (
    PAGE,
    CaseServices,
    list_cases,
    open_case,
    open_file,
    open_photo,
)
from functions.core.deadlines import STANDARD
from functions.core.errors import NotFoundError, StoreUnavailableError
from functions.core.models import (
    AttachmentState,
    Contact,
    DeliveryState,
    Officer,
    Role,
)
from tests.core.world import OTHER_WARD, PROVINCE, WARD, World, connected_world, units
from tests.fakes.officers import MemoryOfficerStore

BINH = Officer(WARD, "user-1", "Trần Văn Bình", Role.OFFICER)
STRANGER = Officer(OTHER_WARD, "user-2", "Lê Thị Hoa", Role.COMMANDER)


class Desk:
    """A world with officers at their case pages."""

    def __init__(self, world: World, officers: MemoryOfficerStore | None = None) -> None:
        self.world = world
        self.officers = officers or MemoryOfficerStore()
        self.services = CaseServices(
            tips=world.tips,
            cases=world.cases,
            deliveries=world.deliveries,
            blobs=world.blobs,
            officers=self.officers,
            alerts=world.alerts,
            units=units(),
            clock=world.clock,
            clocks=STANDARD,
        )


def test_officer_reads_the_whole_tip_and_the_read_is_logged() -> None:
    desk = Desk(connected_world())
    tip = desk.world.submit("Nội dung kín", contact=Contact("Đào", "113"), sealed=True)
    desk.world.work()

    view = open_case(BINH, tip.card_code, desk.services)

    assert view.tip == desk.world.tips.get(tip.tip_id)
    assert view.tip.content.text == "Nội dung kín"
    assert view.tip.contact == Contact("Đào", "113")
    assert [delivery.state for delivery in view.deliveries] == [DeliveryState.SENT]
    assert desk.officers.reads(tip.tip_id) == [("user-1", "case", desk.world.clock.now())]


def test_tip_of_another_unit_does_not_exist() -> None:
    desk = Desk(World())
    ward_tip = desk.world.submit(photos=(b"x",))
    province_tip = desk.world.submit(category="can-bo")
    desk.world.work_once()

    for officer, tip in ((STRANGER, ward_tip), (BINH, province_tip)):
        with pytest.raises(NotFoundError):
            open_case(officer, tip.card_code, desk.services)
    with pytest.raises(NotFoundError):
        open_photo(STRANGER, ward_tip.card_code, 1, desk.services)
    assert desk.officers.reads(ward_tip.tip_id) == []
    assert list_cases(STRANGER, None, desk.services) == []


def test_officers_matter_is_read_at_the_province() -> None:
    desk = Desk(World())
    tip = desk.world.submit(category="can-bo")
    inspector = Officer(PROVINCE, "user-3", "Y Thanh", Role.COMMANDER)

    assert open_case(inspector, tip.card_code, desk.services).tip == tip


def test_list_shows_the_units_newest_tips_page_by_page() -> None:
    desk = Desk(World())
    tips = [desk.world.submit() for _ in range(PAGE + 2)]
    desk.world.submit(unit_id=OTHER_WARD)

    first = list_cases(BINH, None, desk.services)
    second = list_cases(BINH, first[-1].received_at, desk.services)

    newest_first = [tip.tip_id for tip in reversed(tips)]
    assert [row.tip_id for row in first + second] == newest_first
    assert len(first) == PAGE


def test_clean_photo_is_shown_and_the_read_is_logged() -> None:
    desk = Desk(World())
    tip = desk.world.submit(photos=(b"one", b"two"))
    desk.world.work_once()
    desk.world.clock.advance(timedelta(minutes=1))

    photo = open_photo(BINH, tip.card_code, 2, desk.services)

    assert photo == b"clean two"
    assert desk.officers.reads(tip.tip_id) == [("user-1", "photo-2", desk.world.clock.now())]


@pytest.mark.parametrize("position", [-1, 0, 1, 2, 3])
def test_original_unreadable_and_missing_photos_are_never_shown(position: int) -> None:
    desk = Desk(World())
    tip = desk.world.submit(photos=(b"broken", b"original"))
    desk.world.cleaner.failures = -1 if position == 2 else 0
    if position != 1:
        desk.world.work_once()

    if position == 2:
        assert desk.world.tips.get(tip.tip_id).attachments[1].state == "original"
    with pytest.raises(NotFoundError):
        open_photo(BINH, tip.card_code, position, desk.services)
    assert desk.officers.reads(tip.tip_id) == []


def test_file_as_it_came_is_given_out_and_the_read_is_logged() -> None:
    desk = Desk(World())
    tip = desk.world.submit(photos=(b"#!AMR",))
    (kept,) = tip.attachments
    desk.world.tips.set_attachment(kept.attachment_id, AttachmentState.KEPT, kept.blob_key, "")

    data = open_file(BINH, tip.card_code, 1, desk.services)

    assert data == b"#!AMR"
    assert desk.officers.reads(tip.tip_id) == [("user-1", "file-1", desk.world.clock.now())]
    with pytest.raises(NotFoundError):
        open_photo(BINH, tip.card_code, 1, desk.services)


class _UnwritableLog(MemoryOfficerStore):
    def log_read(self, *args: object) -> None:
        raise StoreUnavailableError("disk full")


def test_what_cannot_be_logged_is_not_shown() -> None:
    desk = Desk(World(), _UnwritableLog())
    tip = desk.world.submit(photos=(b"one",))
    desk.world.work_once()

    with pytest.raises(StoreUnavailableError):
        open_case(BINH, tip.card_code, desk.services)
    with pytest.raises(StoreUnavailableError):
        open_photo(BINH, tip.card_code, 1, desk.services)
