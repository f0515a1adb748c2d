"""What a resident does with the receipt code; doing the same thing twice does it once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.core import following_up
from functions.core.attachments import wipe_photos
from functions.core.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    NotFoundError,
    StoreUnavailableError,
)
from functions.core.following_up import MOST_ATTACHMENTS
from functions.core.models import (
    Attachment,
    AttachmentState,
    ChatAddress,
    Contact,
    EntryKind,
    JobKind,
    MessageDraft,
    Tip,
    TipStatus,
    Via,
)
from functions.core.receipt_acts import Sent, ask_for_deletion, send_message, withdraw_contact
from functions.core.receipts import ReceiptServices
from tests.core.world import KEY, WARD, World

OTHER_KEY = "o" * 22


def services(world: World) -> ReceiptServices:
    return ReceiptServices(world.acts, world.deliveries, world.blobs, world.mac)


def send(world: World, text: str = "", *photos: bytes, key: str = KEY) -> Sent:
    message = MessageDraft(text, photos, key)
    return send_message(world.last_tip(), message, services(world))


def entries(world: World) -> list[tuple[EntryKind, str]]:
    return [(one.kind, one.text) for one in world.cases.entries(world.last_tip().tip_id)]


def blobs_of(world: World) -> list[bytes]:
    return [world.blobs.get(one.blob_key) for one in world.last_tip().attachments]


def all_blobs(world: World) -> set[str]:
    return set(world.blobs.keys_older_than(world.clock.now() + timedelta(days=1)))


def fail(*_: object, **__: object) -> Any:
    raise StoreUnavailableError("disk full")


def with_tip(**changes: object) -> World:
    world = World()
    world.submit(**changes)  # type: ignore[arg-type]
    return world


def test_message_with_photos_is_stored_whole_with_its_jobs() -> None:
    world = with_tip(photos=(b"first",))

    sent = send(world, "Thêm ảnh.", b"one", b"two")

    assert not sent.is_repeat
    assert entries(world) == [(EntryKind.RESIDENT_MESSAGE, "Thêm ảnh.")]
    assert blobs_of(world) == [b"first", b"one", b"two"]
    assert [one.position for one in world.last_tip().attachments] == [1, 2, 3]
    (entry,) = world.cases.entries(world.last_tip().tip_id)
    assert entry.via is Via.RECEIPT_PAGE
    assert {one.entry_id for one in world.last_tip().attachments[1:]} == {entry.entry_id}
    kinds = [job.kind for job in world.jobs.all()]
    assert kinds.count(JobKind.RELAY_TO_GROUP) == 1
    assert kinds.count(JobKind.CLEAN_PHOTOS) == 2
    assert world.last_tip().case.is_waiting


def test_photos_alone_are_a_message() -> None:
    world = with_tip()

    sent = send(world, "", b"one")

    assert (sent.view.lines[-1].text, sent.view.lines[-1].photos) == ("", 1)


def test_message_answers_the_question_that_waited() -> None:
    world = with_tip()
    world.tips.put(replace(world.last_tip(), status=TipStatus.NEED_INFO))

    sent = send(world, "Màu đỏ.")

    assert sent.view.status is TipStatus.IN_PROGRESS


def test_same_key_is_the_same_message_also_years_later() -> None:
    world = with_tip()
    first = send(world, "Một", b"one")
    world.clean_photos(world.last_tip())
    world.clock.advance(timedelta(days=300))

    second = send(world, "Một", b"one")

    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert entries(world) == [(EntryKind.RESIDENT_MESSAGE, "Một")]
    assert len(all_blobs(world)) == 1


@pytest.mark.parametrize(
    ("text", "photos"),
    [("Khác", (b"one",)), ("Một", ()), ("Một", (b"two",)), ("Một", (b"one", b"one"))],
)
def test_key_of_another_message_is_a_conflict_and_leaves_nothing(
    text: str, photos: tuple[bytes, ...]
) -> None:
    world = with_tip()
    send(world, "Một", b"one")

    with pytest.raises(ConflictError):
        send(world, text, *photos)

    assert entries(world) == [(EntryKind.RESIDENT_MESSAGE, "Một")]
    assert len(all_blobs(world)) == 1


def test_other_key_or_other_tip_is_another_message() -> None:
    world = with_tip()
    send(world, "Một")
    send(world, "Một", key=OTHER_KEY)
    first = world.last_tip().tip_id
    world.submit("tin khác")

    elsewhere = send(world, "Một")

    assert not elsewhere.is_repeat
    assert len(world.cases.entries(first)) == 2


@pytest.mark.parametrize("wait", [timedelta(0), timedelta(minutes=9, seconds=59)])
def test_without_key_the_same_words_and_photos_within_ten_minutes_are_a_repeat(
    wait: timedelta,
) -> None:
    for start in range(0, 600, 150):
        world = with_tip()
        world.clock.advance(timedelta(seconds=start))
        send(world, "Một", b"one", key="")
        world.clock.advance(wait)

        again = send(world, "Một", b"one", key="")

        assert again.is_repeat
        assert len(entries(world)) == 1
        assert len(all_blobs(world)) == 1


def test_without_key_they_are_another_message_after_ten_minutes() -> None:
    for start in range(0, 600, 150):
        world = with_tip()
        world.clock.advance(timedelta(seconds=start))
        send(world, "Một", key="")
        world.clock.advance(timedelta(minutes=10))

        again = send(world, "Một", key="")

        assert not again.is_repeat
        assert len(entries(world)) == 2


@pytest.mark.parametrize(("text", "photos"), [("Hai", (b"one",)), ("Một", (b"two",)), ("Một", ())])
def test_without_key_other_words_or_photos_are_another_message(
    text: str, photos: tuple[bytes, ...]
) -> None:
    world = with_tip()
    send(world, "Một", b"one", key="")

    assert not send(world, text, *photos, key="").is_repeat


def test_two_at_once_are_one_message_with_its_own_photos() -> None:
    world = with_tip()
    change = world.cases.change
    inner: list[Sent] = []

    def overtaken(before: Tip, after: Tip, entry: Any, jobs: Any) -> bool:
        world.cases.change = change  # type: ignore[method-assign]
        inner.append(send(world, "Một", b"one"))
        return change(before, after, entry, jobs)

    world.cases.change = overtaken  # type: ignore[method-assign]
    outer = send(world, "Một", b"one")

    assert (inner[0].is_repeat, outer.is_repeat) == (False, True)
    assert len(entries(world)) == 1
    assert blobs_of(world) == [b"one"]
    assert len(all_blobs(world)) == 1


def test_tip_takes_fifty_photos_and_then_words_only() -> None:
    world = with_tip()
    tip = world.last_tip()
    full = tuple(
        Attachment(f"a{number}", number, AttachmentState.UNREADABLE, "")
        for number in range(1, MOST_ATTACHMENTS)
    )
    world.tips.put(replace(tip, attachments=full))

    with pytest.raises(InvalidInputError) as refused:
        send(world, "Một", b"one", b"two")
    words = send(world, "Một")
    last = send(world, "Hai", b"one", key=OTHER_KEY)

    assert refused.value.errors == (FieldError("photos", "too_many_in_all"),)
    assert (words.is_repeat, last.view.photos_left) == (False, 0)
    assert len(all_blobs(world)) == 1


def test_closed_case_still_takes_a_message_and_stays_closed() -> None:
    world = with_tip()
    world.tips.put(replace(world.last_tip(), status=TipStatus.RESOLVED))

    sent = send(world, "Còn điều này")

    assert sent.view.status is TipStatus.RESOLVED
    assert world.last_tip().case.is_waiting


@pytest.mark.parametrize("act", [send_message, ask_for_deletion])
def test_tip_erased_meanwhile_is_not_found_and_photos_are_taken_back(
    act: Callable[..., Any],
) -> None:
    world = with_tip()
    tip = world.last_tip()
    world.tips.put(replace(tip, status=TipStatus.ERASED))
    message = (MessageDraft("Một", (b"one",), KEY),) if act is send_message else ()

    with pytest.raises(NotFoundError):
        act(tip, *message, services(world))

    assert all_blobs(world) == set()
    assert entries(world) == []


def test_photos_that_could_not_be_written_leave_no_message_and_no_photo() -> None:
    world = with_tip()
    put = world.blobs.put
    world.blobs.put = lambda key, data: fail() if data == b"two" else put(key, data)  # type: ignore[method-assign]

    with pytest.raises(StoreUnavailableError):
        send(world, "Một", b"one", b"two")

    assert entries(world) == []
    assert all_blobs(world) == set()


def test_photos_stay_where_the_record_may_have_been_written_all_the_same() -> None:
    world = with_tip()
    change = world.cases.change

    def lost(*told: Any) -> bool:
        change(*told)
        return bool(fail())

    world.cases.change = lost  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailableError):
        send(world, "Một", b"one")
    world.cases.change = change  # type: ignore[method-assign]

    again = send(world, "Một", b"one")

    assert again.is_repeat
    assert blobs_of(world) == [b"one"]


def test_wiping_goes_as_far_as_the_disk_lets_it() -> None:
    world = with_tip()
    world.blobs.wipe = fail  # type: ignore[method-assign]

    wipe_photos((Attachment("a", 1, AttachmentState.ORIGINAL, "0" * 32),), world.blobs)


def test_withdrawing_contact_takes_all_of_it_and_asking_twice_is_fine() -> None:
    world = with_tip(contact=Contact("Đào", "0905123456"))
    world.tips.put(replace(world.last_tip(), chat=ChatAddress(WARD, "9001")))

    first = withdraw_contact(world.last_tip(), services(world))
    second = withdraw_contact(world.last_tip(), services(world))

    assert not world.last_tip().contact
    assert world.last_tip().chat is None
    for view in (first, second):
        assert (view.has_contact, view.has_chat) == (False, False)
    assert entries(world) == [(EntryKind.CONTACT_WITHDRAWN, "")]


def test_deletion_is_asked_for_once() -> None:
    world = with_tip()
    first = ask_for_deletion(world.last_tip(), services(world))
    world.clock.advance(timedelta(days=1))

    second = ask_for_deletion(world.last_tip(), services(world))

    assert first.deletion_asked_at == second.deletion_asked_at is not None
    assert entries(world) == [(EntryKind.DELETION_ASKED, "")]
    assert world.last_tip().case.is_waiting


def test_message_past_those_of_one_day_is_refused_at_its_field_and_leaves_no_photo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following_up, "MOST_MESSAGES_A_DAY", 1)
    world = with_tip()
    send(world, "Một")

    with pytest.raises(InvalidInputError) as refused:
        send(world, "Hai", b"one", key=OTHER_KEY)

    assert refused.value.errors == (FieldError("text", "too_many_today"),)
    assert not all_blobs(world)
