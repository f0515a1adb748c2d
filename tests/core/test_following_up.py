"""What a resident does with a tip that is in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core import casework
from functions.core.errors import ActRefusedError, NotFoundError
from functions.core.following_up import (
    MOST_ATTACHMENTS,
    MOST_MESSAGES_A_DAY,
    add_message,
    ask_for_deletion,
    withdraw_contact,
)
from functions.core.models import (
    Attachment,
    AttachmentState,
    Contact,
    EntryKind,
    Location,
    MediaKind,
    TipStatus,
    Via,
)
from tests.core.cases import CHAT, CaseWorld
from tests.fakes.new_tips import chat_hash


@pytest.fixture
def world() -> CaseWorld:
    return CaseWorld()


def media(number: int, kind: MediaKind = MediaKind.PHOTO) -> Attachment:
    return Attachment(f"media-{number}", 0, AttachmentState.ORIGINAL, f"{number:032x}", kind=kind)


def refused(code: str, error: pytest.ExceptionInfo[ActRefusedError]) -> bool:
    return error.value.code == code


def test_a_message_waits_for_an_answer_with_what_came_with_it(world: CaseWorld) -> None:
    tip = world.tip(photos=2)

    recorded = add_message(
        tip.tip_id,
        "m-1",
        "Họ lại tới.",
        (media(1), media(2, MediaKind.VOICE)),
        Via.CHAT,
        world.acts,
    )

    now = world.now_of(tip)
    assert now.case.is_waiting
    assert now.status is TipStatus.RECEIVED
    assert [(one.position, one.entry_id) for one in now.attachments] == [
        (1, ""),
        (2, ""),
        (3, "m-1"),
        (4, "m-1"),
    ]
    assert (recorded.entry.kind, recorded.entry.text) == (
        EntryKind.RESIDENT_MESSAGE,
        "Họ lại tới.",
    )
    assert (recorded.entry.via, recorded.entry.actor_id) == (Via.CHAT, "")


def test_a_message_that_comes_twice_stands_once(world: CaseWorld) -> None:
    tip = world.tip(photos=0)

    for _ in range(2):
        last = add_message(tip.tip_id, "m-1", "Có nữa.", (media(1),), Via.CHAT, world.acts)

    assert last.is_repeat
    assert len(world.cases.entries(tip.tip_id)) == 1
    assert len(world.now_of(tip).attachments) == 1


def test_a_position_sent_later_is_kept_in_the_case_and_stays_until_the_next(
    world: CaseWorld,
) -> None:
    tip = world.tip()
    here, there = Location(12.7, 108.1), Location(12.8, 108.2)

    sent = add_message(tip.tip_id, "m-1", "", (), Via.CHAT, world.acts, here)
    add_message(tip.tip_id, "m-2", "Ở đó.", (), Via.CHAT, world.acts)
    add_message(tip.tip_id, "m-3", "", (), Via.CHAT, world.acts, there)

    assert sent.entry.about == "location"
    assert world.cases.entries(tip.tip_id)[1].about == ""
    assert world.now_of(tip).case.sent_locations == (("m-1", here), ("m-3", there))
    assert world.now_of(tip).content.location == tip.content.location


def test_a_tip_takes_so_many_attachments_and_still_takes_words(world: CaseWorld) -> None:
    tip = world.tip(photos=MOST_ATTACHMENTS - 1)
    add_message(tip.tip_id, "m-1", "", (media(1),), Via.CHAT, world.acts)

    with pytest.raises(ActRefusedError) as error:
        add_message(tip.tip_id, "m-2", "", (media(2),), Via.CHAT, world.acts)
    add_message(tip.tip_id, "m-3", "Còn lời.", (), Via.CHAT, world.acts)

    assert refused("too_many_attachments", error)
    assert [one.entry_id for one in world.cases.entries(tip.tip_id)] == ["m-1", "m-3"]


def test_nothing_can_be_added_to_what_does_not_exist_or_was_erased(world: CaseWorld) -> None:
    erased = world.tip(status=TipStatus.ERASED)

    with pytest.raises(ActRefusedError) as message:
        add_message(erased.tip_id, "m-1", "Có ai không?", (), Via.CHAT, world.acts)
    with pytest.raises(ActRefusedError) as deletion:
        ask_for_deletion(erased.tip_id, Via.RECEIPT_PAGE, world.acts)
    with pytest.raises(NotFoundError):
        add_message("no-such-tip", "m-1", "Có ai không?", (), Via.CHAT, world.acts)

    assert refused("erased", message)
    assert refused("erased", deletion)
    assert world.cases.entries(erased.tip_id) == []


def test_contact_and_chat_are_withdrawn_for_good(world: CaseWorld) -> None:
    tip = world.tip(chat=CHAT)

    recorded = withdraw_contact(tip.tip_id, Via.RECEIPT_PAGE, world.acts)

    now = world.now_of(tip)
    assert (now.contact, now.chat) == (Contact(), None)
    assert recorded.entry.kind is EntryKind.CONTACT_WITHDRAWN
    assert world.cases.latest_of_chat(chat_hash(CHAT)) is None
    with pytest.raises(ActRefusedError) as again:
        withdraw_contact(tip.tip_id, Via.RECEIPT_PAGE, world.acts)
    assert refused("nothing_to_withdraw", again)


@pytest.mark.parametrize("left", [{"contact": Contact(), "chat": CHAT}, {"chat": None}])
def test_either_of_contact_and_chat_can_be_withdrawn(
    world: CaseWorld, left: dict[str, object]
) -> None:
    tip = world.tip(**left)

    withdraw_contact(tip.tip_id, Via.CHAT, world.acts)

    assert (world.now_of(tip).contact, world.now_of(tip).chat) == (Contact(), None)


def test_an_answer_after_the_withdrawal_goes_to_no_chat(world: CaseWorld) -> None:
    tip = world.tip(chat=CHAT)
    withdraw_contact(tip.tip_id, Via.CHAT, world.acts)
    known = world.job_ids()

    casework.answer(world.act(tip, world.binh), "Đã nhận.", world.casework)

    assert [kind for kind, _, _ in world.jobs_since(known)] == ["relay_to_group"]


def test_the_wish_for_deletion_is_put_before_the_officers_once(world: CaseWorld) -> None:
    tip = world.tip()

    first = ask_for_deletion(tip.tip_id, Via.RECEIPT_PAGE, world.acts)
    again = ask_for_deletion(tip.tip_id, Via.CHAT, world.acts)

    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert world.now_of(tip).case.is_waiting
    assert [one.kind for one in world.cases.entries(tip.tip_id)] == [EntryKind.DELETION_ASKED]


def test_a_day_has_room_for_so_many_messages_of_a_tip_and_the_next_day_for_more(
    world: CaseWorld,
) -> None:
    tip = world.tip()
    officers_share = 3
    for number in range(officers_share):
        casework.verify_place(world.act(tip, world.binh), f"hẻm {number}", world.casework)
    for number in range(MOST_MESSAGES_A_DAY):
        add_message(tip.tip_id, f"m-{number}", "Nữa", (), Via.CHAT, world.acts)

    with pytest.raises(ActRefusedError) as error:
        add_message(tip.tip_id, "one-more", "Nữa", (), Via.CHAT, world.acts)
    repeated = add_message(tip.tip_id, "m-7", "Nữa", (), Via.CHAT, world.acts)
    world.clock.advance(timedelta(days=1))
    next_day = add_message(tip.tip_id, "one-more", "Nữa", (), Via.CHAT, world.acts)

    assert refused("too_many_messages", error)
    assert repeated.is_repeat
    assert next_day.entry.position == MOST_MESSAGES_A_DAY + officers_share + 1
