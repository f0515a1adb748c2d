"""What a resident sees with the receipt code."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core import casework, codes
from functions.core.casework import Act
from functions.core.errors import NotFoundError
from functions.core.following_up import MOST_ATTACHMENTS, add_message
from functions.core.models import (
    Attachment,
    AttachmentState,
    ChatAddress,
    Contact,
    MediaKind,
    Outcome,
    TipStatus,
    Via,
)
from functions.core.receipts import (
    LineKind,
    ReceiptServices,
    ReceiptView,
    find_tip,
    view_of,
)
from tests.core.world import KEY, OTHER_WARD, PROVINCE, WARD, World, connected_world, draft

NOBODYS = "76953546625969571761"
"""Well formed, and given to no tip."""


def services(world: World) -> ReceiptServices:
    return ReceiptServices(world.acts, world.deliveries, world.blobs, world.mac)


def show(world: World, typed: str) -> ReceiptView:
    return view_of(find_tip(typed, services(world)), services(world))


def officer_acts(world: World, number: int = 1) -> Act:
    """Return an act of an officer on the last tip, with an identity of its own."""
    officer = world.enroll("7001", "Trần Văn Bình")
    return Act(officer, world.last_tip().card_code, f"act-{number}", Via.CASE_PAGE)


def spoken(view: ReceiptView) -> list[tuple[str, str]]:
    return [(line.kind, line.text) for line in view.lines if line.kind is not LineKind.STATUS]


def test_receipt_says_stored_and_not_more_before_anyone_was_reached() -> None:
    world = World()
    receipt = world.receive(draft(submission_key=KEY))

    view = show(world, codes.in_groups(receipt.receipt_code))

    assert (view.unit_id, view.category) == (WARD, "gay-roi")
    assert view.status is TipStatus.RECEIVED
    assert view.received_at == receipt.received_at
    assert view.reached_group_at is None
    assert [entry.status for entry in view.timeline] == [TipStatus.RECEIVED]


def test_receipt_says_when_the_tip_stood_in_the_group() -> None:
    world = connected_world()
    receipt = world.receive(draft())
    world.clock.advance(timedelta(seconds=4))
    world.work_once()
    world.clock.advance(timedelta(days=1))

    view = show(world, receipt.receipt_code)

    assert view.reached_group_at == receipt.received_at + timedelta(seconds=4)


def test_receipt_names_the_unit_that_received_it() -> None:
    world = World()
    receipt = world.receive(draft(category="tham-nhung"))

    assert show(world, receipt.receipt_code).unit_id == PROVINCE


def test_receipt_shows_nothing_of_what_was_written() -> None:
    world = World()
    receipt = world.receive(draft("Bí mật", place="sau chợ", contact=Contact("Đào", "113")))

    shown = repr(show(world, receipt.receipt_code))

    assert not any(word in shown for word in ("Bí mật", "sau chợ", "Đào", "113"))


@pytest.mark.parametrize("typed", ["", "1234", "abc", "00000000000000000000", NOBODYS])
def test_unknown_and_malformed_codes_look_alike(typed: str) -> None:
    assert (codes.read_receipt_code(typed) is not None) == (typed == NOBODYS)
    world = World()
    world.receive(draft())

    with pytest.raises(NotFoundError):
        show(world, typed)


def test_card_code_opens_no_receipt() -> None:
    world = World()
    tip = world.submit()

    with pytest.raises(NotFoundError):
        show(world, tip.card_code)


def test_conversation_stands_in_order_and_a_change_of_status_before_its_words() -> None:
    world = World()
    code = world.receive(draft()).receipt_code
    tip = world.last_tip()
    casework.take(officer_acts(world, 1), world.casework)
    world.clock.advance(timedelta(minutes=1))
    casework.ask(officer_acts(world, 2), "Xe màu gì?", world.casework)
    world.clock.advance(timedelta(minutes=1))
    add_message(tip.tip_id, "m1", "Màu đỏ.", (), Via.RECEIPT_PAGE, world.acts)
    casework.answer(officer_acts(world, 3), "Cảm ơn.", world.casework)

    lines = show(world, code).lines

    assert [(line.kind, line.status or line.text) for line in lines] == [
        ("status", "received"),
        ("status", "acknowledged"),
        ("status", "need_info"),
        ("question", "Xe màu gì?"),
        ("status", "in_progress"),
        ("message", "Màu đỏ."),
        ("answer", "Cảm ơn."),
    ]
    assert [line.is_by_officers for line in lines] == [True] * 5 + [False, True]
    assert [line.at for line in lines] == sorted(line.at for line in lines)


def test_nothing_that_is_the_officers_own_is_told() -> None:
    world = World()
    code = world.receive(draft(contact=Contact("Đào"))).receipt_code
    world.submit("tin khác")
    first = world.tips.get(next(iter(world.tips.all_ids())))
    act = replace(officer_acts(world), card_code=first.card_code)
    other = world.enroll("7002", "Lê Thị Hoa")
    casework.take(replace(act, act_id="1"), world.casework)
    casework.hand_over(replace(act, act_id="2"), other.user_id, world.casework)
    casework.verify_place(replace(act, act_id="3"), "hẻm 12", world.casework)
    casework.act_jointly(replace(act, act_id="4"), OTHER_WARD, "ghi chú kín", world.casework)
    casework.extend(replace(act, act_id="5"), "lý do kín", world.casework)
    casework.close(replace(act, act_id="6"), Outcome("kết quả kín", men=5), world.casework)

    view = show(world, code)

    shown = repr(view) + "".join(line.text for line in view.lines)
    assert [line.status for line in view.lines] == ["received", "acknowledged", "resolved"]
    for word in ("Bình", "Hoa", "7001", "7002", "hẻm", "kín", "Đào", first.card_code, OTHER_WARD):
        assert word not in shown


def test_transfer_names_the_unit_that_has_it_now_and_not_the_note() -> None:
    world = World()
    code = world.receive(draft()).receipt_code
    casework.transfer(officer_acts(world), OTHER_WARD, "ghi chú kín", world.casework)

    view = show(world, code)

    assert view.unit_id == OTHER_WARD
    assert (view.lines[-1].status, view.lines[-1].unit_id) == ("transferred", OTHER_WARD)
    assert spoken(view) == []


def test_merge_is_told_without_the_code_of_the_other_tip() -> None:
    world = World()
    code = world.receive(draft()).receipt_code
    double = world.last_tip()
    other = world.submit("cùng việc")
    act = replace(officer_acts(world), card_code=double.card_code)
    casework.merge(act, other.card_code, world.casework)

    view = show(world, code)

    assert view.status is TipStatus.DUPLICATE
    assert view.due_at is None
    assert other.card_code not in repr(view)


def test_photos_and_other_files_of_a_message_are_counted_apart() -> None:
    world = World()
    code = world.receive(draft(photos=(b"a", b"b"))).receipt_code
    came = tuple(
        Attachment(f"{kind}", 1, AttachmentState.ORIGINAL, f"{number:032x}", kind=kind)
        for number, kind in enumerate((MediaKind.PHOTO, MediaKind.VOICE, MediaKind.FILE))
    )
    add_message(world.last_tip().tip_id, "m1", "", came, Via.CHAT, world.acts)

    (line,) = [line for line in show(world, code).lines if line.kind is LineKind.MESSAGE]

    assert (line.photos, line.files) == (1, 2)
    assert show(world, code).photos_left == MOST_ATTACHMENTS - 5


def test_sealed_tip_shows_its_answers_here_in_full() -> None:
    world = World()
    code = world.receive(draft(sealed=True)).receipt_code
    casework.answer(officer_acts(world), "Chúng tôi đã đến.", world.casework)

    view = show(world, code)

    assert view.is_sealed
    assert spoken(view) == [("answer", "Chúng tôi đã đến.")]


def test_receipt_says_until_when_the_next_step_is_due_and_when_that_is_over() -> None:
    world = World()
    receipt = world.receive(draft())
    before = show(world, receipt.receipt_code)
    world.clock.advance(timedelta(hours=24))

    after = show(world, receipt.receipt_code)

    assert before.due_at == receipt.received_at + timedelta(hours=24)
    assert (before.is_overdue, after.is_overdue) == (False, True)


def test_receipt_says_what_is_still_kept_of_the_sender() -> None:
    world = World()
    code = world.receive(draft(contact=Contact(phone="0905123456"))).receipt_code
    tip = world.last_tip()
    with_phone = show(world, code)
    world.tips.put(replace(tip, contact=Contact(), chat=ChatAddress(WARD, "9001")))

    with_chat = show(world, code)

    assert (with_phone.has_contact, with_phone.has_chat) == (True, False)
    assert (with_chat.has_contact, with_chat.has_chat) == (False, True)


def test_erased_tip_is_not_found() -> None:
    world = World()
    code = world.receive(draft()).receipt_code
    world.tips.put(replace(world.last_tip(), status=TipStatus.ERASED))

    with pytest.raises(NotFoundError):
        show(world, code)
