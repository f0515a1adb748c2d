"""What every TipStore does."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from functions.core.errors import BinhyenError, CardCodeTakenError, ConflictError, NotFoundError
from functions.core.models import (
    Attachment,
    AttachmentState,
    ChatAddress,
    Contact,
    MediaKind,
    TimelineEntry,
    TipContent,
    TipStatus,
    TipSummary,
)
from functions.core.ports import TipStore
from tests.contracts.tip_stores import KINDS, Subject, open_subject
from tests.fakes.clock import START
from tests.fakes.new_tips import CONTENT, new_tip

MINUTE = timedelta(minutes=1)
CHAT = ChatAddress("phuong-tan-an", "user-of-tan-an")


@pytest.fixture(params=KINDS)
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    with open_subject(request, tmp_path) as subject:
        yield subject


@pytest.fixture(params=["memory", "sqlite"])
def counting_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TipStore]:
    """The stores that count the arrivals; DynamoDB has only the clock to order tips by."""
    with open_subject(request, tmp_path) as subject:
        yield subject.store


@pytest.fixture
def store(subject: Subject) -> TipStore:
    return subject.store


def test_stored_tip_comes_back_whole(subject: Subject) -> None:
    new = new_tip(photos=2)

    answer = subject.store.add(new)

    assert answer is None
    assert subject.store.get(new.tip.tip_id) == new.tip
    assert subject.job_ids() == {job.job_id for job in new.jobs}


def test_anonymous_tip_without_place_or_photos_comes_back_whole(store: TipStore) -> None:
    new = new_tip(content=TipContent(text="Tin ngắn"), contact=Contact(), photos=0)

    store.add(new)

    assert store.get(new.tip.tip_id) == new.tip


def test_tip_that_came_by_a_chat_comes_back_with_its_address(store: TipStore) -> None:
    new = new_tip(chat=CHAT)

    store.add(new)

    assert store.get(new.tip.tip_id).chat == CHAT
    assert store.by_receipt(new.receipt_hash) == new.tip


def test_attachments_come_back_with_their_kind_and_message(store: TipStore) -> None:
    new = new_tip(photos=0)
    voice = Attachment(
        uuid.uuid4().hex, 1, AttachmentState.KEPT, uuid.uuid4().hex, "", MediaKind.VOICE, "entry-1"
    )
    file = Attachment(
        uuid.uuid4().hex, 2, AttachmentState.KEPT, uuid.uuid4().hex, "ab12", MediaKind.FILE
    )

    store.add(replace(new, tip=replace(new.tip, attachments=(voice, file))))

    assert store.get(new.tip.tip_id).attachments == (voice, file)


def test_every_step_of_the_timeline_comes_back_in_order(store: TipStore) -> None:
    new = new_tip()
    # Two at one time, and one that a clock set back made look earlier.
    steps = (
        TimelineEntry(START, TipStatus.RECEIVED),
        TimelineEntry(START, TipStatus.ACKNOWLEDGED),
        TimelineEntry(START - MINUTE, TipStatus.IN_PROGRESS),
    )

    store.add(replace(new, tip=replace(new.tip, timeline=steps)))

    assert store.get(new.tip.tip_id).timeline == steps


def test_second_add_of_same_submission_returns_first_tip(subject: Subject) -> None:
    first, second = new_tip(submission="one"), new_tip(submission="one")
    subject.store.add(first)

    answer = subject.store.add(second)

    assert answer == first.tip
    assert list(subject.store.all_ids()) == [first.tip.tip_id]
    assert subject.job_ids() == {first.jobs[0].job_id}


def test_repeat_shows_the_tip_as_it_stands_now(store: TipStore) -> None:
    first = new_tip(submission="one")
    store.add(first)
    photo = first.tip.attachments[0]
    store.set_attachment(photo.attachment_id, AttachmentState.CLEAN, "clean-key", "ab12")

    answer = store.add(new_tip(submission="one"))

    assert answer is not None
    assert answer.attachments[0].state is AttachmentState.CLEAN


def test_same_submission_with_other_content_conflicts(subject: Subject) -> None:
    first = new_tip(submission="one")
    subject.store.add(first)
    other = new_tip(submission="one", content=replace(CONTENT, text="Chuyện khác"))

    with pytest.raises(ConflictError):
        subject.store.add(other)
    with pytest.raises(ConflictError):
        subject.store.find_submission(other.submission_hash, other.content_hash, START)

    assert list(subject.store.all_ids()) == [first.tip.tip_id]
    assert subject.job_ids() == {first.jobs[0].job_id}


def test_same_submission_conflicts_once_it_is_no_longer_repeatable(store: TipStore) -> None:
    end = START + 5 * MINUTE
    first = new_tip(submission="one", repeatable_until=end)
    store.add(first)

    in_time = store.add(new_tip(submission="one", received_at=end - timedelta(microseconds=1)))

    assert in_time == first.tip
    with pytest.raises(ConflictError):
        store.add(new_tip(submission="one", received_at=end))
    with pytest.raises(ConflictError):
        store.find_submission(first.submission_hash, first.content_hash, end)


def test_find_submission_returns_the_tip_of_a_known_one_only(store: TipStore) -> None:
    first = new_tip(submission="one")
    store.add(first)

    known = store.find_submission(first.submission_hash, first.content_hash, START)
    unknown = store.find_submission(b"never seen", first.content_hash, START)

    assert known == first.tip
    assert unknown is None


@pytest.mark.parametrize(
    ("taken", "error"),
    [
        ("card_code", CardCodeTakenError),
        ("tip_id", ConflictError),
        ("receipt", ConflictError),
        ("attachment", ConflictError),
    ],
)
def test_taken_id_or_code_stores_nothing(
    subject: Subject, taken: str, error: type[BinhyenError]
) -> None:
    first, fresh = new_tip(), new_tip()
    subject.store.add(first)
    second = {
        "card_code": replace(fresh, tip=replace(fresh.tip, card_code=first.tip.card_code)),
        "tip_id": replace(fresh, tip=replace(fresh.tip, tip_id=first.tip.tip_id)),
        "receipt": replace(fresh, receipt_hash=first.receipt_hash),
        "attachment": replace(fresh, tip=replace(fresh.tip, attachments=first.tip.attachments)),
    }[taken]

    with pytest.raises(error):
        subject.store.add(second)

    assert list(subject.store.all_ids()) == [first.tip.tip_id]
    assert subject.store.get(first.tip.tip_id) == first.tip
    assert subject.job_ids() == {first.jobs[0].job_id}
    assert subject.store.find_submission(fresh.submission_hash, fresh.content_hash, START) is None


def test_unknown_tips_are_not_found(store: TipStore) -> None:
    store.add(new_tip(card_code="TB-ABC123"))

    with pytest.raises(NotFoundError):
        store.get("unknown")
    with pytest.raises(NotFoundError):
        store.by_receipt(b"unknown")
    with pytest.raises(NotFoundError):
        store.by_card_code("phuong-tan-an", "TB-000000")


def test_tip_is_found_by_its_receipt(store: TipStore) -> None:
    new = new_tip()
    store.add(new_tip())
    store.add(new)

    assert store.by_receipt(new.receipt_hash) == new.tip


def test_card_code_of_another_unit_is_not_found(store: TipStore) -> None:
    new = new_tip(unit_id="xa-ea-tul", card_code="TB-ABC123")
    store.add(new)

    assert store.by_card_code("xa-ea-tul", "TB-ABC123") == new.tip
    with pytest.raises(NotFoundError):
        store.by_card_code("phuong-tan-an", "TB-ABC123")


def test_list_shows_a_units_newest_tips_first(store: TipStore) -> None:
    old, new = new_tip(photos=2), new_tip(received_at=START + MINUTE, photos=0)
    for one in (new, old, new_tip(unit_id="xa-ea-tul")):
        store.add(one)

    rows = store.list_for_unit("phuong-tan-an", limit=10)

    assert [row.tip_id for row in rows] == [new.tip.tip_id, old.tip.tip_id]
    assert rows[1] == TipSummary(
        tip_id=old.tip.tip_id,
        card_code=old.tip.card_code,
        unit_id="phuong-tan-an",
        category=old.tip.category,
        urgency=old.tip.urgency,
        status=TipStatus.RECEIVED,
        received_at=START,
        photo_count=2,
        due_at=START + timedelta(hours=24),
    )


def test_list_goes_on_before_the_last_row_of_a_page(store: TipStore) -> None:
    tips = [new_tip(received_at=START + step * MINUTE) for step in range(3)]
    for one in tips:
        store.add(one)

    first_page = store.list_for_unit("phuong-tan-an", limit=2)
    second_page = store.list_for_unit("phuong-tan-an", 2, before=first_page[-1].received_at)

    assert [row.tip_id for row in first_page] == [tips[2].tip.tip_id, tips[1].tip.tip_id]
    assert [row.tip_id for row in second_page] == [tips[0].tip.tip_id]


def test_list_shows_every_tip_of_one_moment(store: TipStore) -> None:
    tips = [new_tip(), new_tip()]
    for one in tips:
        store.add(one)

    rows = store.list_for_unit("phuong-tan-an", limit=10)
    later = store.list_for_unit("phuong-tan-an", limit=10, before=START)

    assert {row.tip_id for row in rows} == {one.tip.tip_id for one in tips}
    assert later == []


def test_list_of_tips_of_one_moment_shows_the_last_stored_first(counting_store: TipStore) -> None:
    first, second = new_tip(), new_tip()
    counting_store.add(first)
    counting_store.add(second)

    rows = counting_store.list_for_unit("phuong-tan-an", limit=10)

    assert [row.tip_id for row in rows] == [second.tip.tip_id, first.tip.tip_id]


def test_all_ids_come_in_order_of_receipt(store: TipStore) -> None:
    tips = [new_tip(received_at=START + step * MINUTE) for step in range(5)]
    for one in tips:
        store.add(one)

    assert list(store.all_ids()) == [one.tip.tip_id for one in tips]


def test_all_ids_come_in_order_of_receipt_whatever_the_clock_says(
    counting_store: TipStore,
) -> None:
    first, second = new_tip(), new_tip(received_at=START - timedelta(days=20 * 365))
    counting_store.add(first)
    counting_store.add(second)

    assert list(counting_store.all_ids()) == [first.tip.tip_id, second.tip.tip_id]


def test_store_can_be_written_while_its_ids_are_walked(store: TipStore) -> None:
    for _ in range(3):
        store.add(new_tip())

    for _ in store.all_ids():
        store.add(new_tip())

    assert len(list(store.all_ids())) == 6


def test_counts_tell_erased_tips_from_stored_ones(store: TipStore) -> None:
    for status in (TipStatus.RECEIVED, TipStatus.RESOLVED, TipStatus.ERASED):
        store.add(new_tip(status=status))

    assert store.counts() == {"stored": 2, "set_aside": 0, "erased": 1}
