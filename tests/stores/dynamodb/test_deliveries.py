"""What is special to deliveries in DynamoDB: races, long digests, lost answers, sealing, cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from functions.core.errors import KeyUnavailableError, StoreUnavailableError
from functions.core.models import (
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryState,
    Job,
    JobKind,
    JobState,
    MessageKind,
    SendState,
    Urgency,
)
from functions.stores.dynamodb.deliveries import DynamoDeliveryStore
from functions.stores.dynamodb.delivery_items import header_key, message_key
from functions.stores.dynamodb.jobs import DynamoJobStore
from functions.stores.dynamodb.table import Tables
from tests.aws.engine import Engine
from tests.aws.raw import raw_bytes
from tests.contracts.sqlite_parts import race
from tests.fakes.mac_keys import MemoryMacKeys
from tests.stores.dynamodb.counting import counted
from tests.stores.dynamodb.throttling import HalfOfAll
from tests.stores.dynamodb.troubled import LosesAnswers, throttled, troubled
from tests.stores.kit import fixed_sealer

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
UNIT = "phuong-tan-an"
GROUP = "group-of-tan-an"
RESIDENT = "7320010123456789012"
MAILBOX = "truc-ban@tan-an.example"
WRITE = "TransactWriteItems"


@pytest.fixture
def tables(engine: Engine) -> Tables:
    return engine.tables()


@pytest.fixture
def store(tables: Tables) -> DynamoDeliveryStore:
    return store_on(tables)


def store_on(tables: Tables) -> DynamoDeliveryStore:
    return DynamoDeliveryStore(tables, fixed_sealer(), MemoryMacKeys())


def texts(count: int, words: str = "Tin báo") -> tuple[DeliveryMessage, ...]:
    return tuple(
        DeliveryMessage(position, MessageKind.TEXT, f"{words} {position}")
        for position in range(1, count + 1)
    )


def make_card(messages: tuple[DeliveryMessage, ...]) -> Delivery:
    return Delivery(
        delivery_id="card-1",
        unit_id=UNIT,
        channel=Channel.ZALO_GROUP,
        recipient=GROUP,
        is_digest=False,
        state=DeliveryState.PLANNED,
        tip_ids=("tip-1",),
        messages=messages,
        created_at=NOW,
    )


def join(store: DynamoDeliveryStore, tip_id: str, delivery_id: str = "digest-1") -> Delivery:
    digest = replace(
        make_card(()),
        delivery_id=delivery_id,
        is_digest=True,
        state=DeliveryState.OPEN,
        tip_ids=(tip_id,),
    )
    job = Job(
        job_id=f"job-of-{delivery_id}",
        kind=JobKind.SEND_DIGEST,
        subject_id=delivery_id,
        unit_id=UNIT,
        urgency=Urgency.NORMAL,
        state=JobState.PENDING,
        due_at=NOW,
        created_at=NOW,
        lane=UNIT,
    )
    return store.get(store.join_digest(tip_id, digest, job, 1_000).delivery_id)


@dataclass
class ThrottledFrom:
    """Lets so many calls through and refuses all that follow: the function died there."""

    passing: int

    def __call__(self, _request: AWSPreparedRequest) -> AWSResponse | None:
        self.passing -= 1
        return None if self.passing >= 0 else throttled()


def test_no_item_shows_the_words_of_a_message(tables: Tables, store: DynamoDeliveryStore) -> None:
    caption = DeliveryMessage(2, MessageKind.PHOTO, "words-of-the-photo", "attachment-1")
    store.plan_card(make_card((*texts(1, "words-of-the-card"), caption)))
    store.append_text("card-1", "words-of-the-notice")
    store.begin_send("card-1", 1, NOW)
    store.mark_sent("card-1", 1, "message-1", NOW)
    join(store, "tip-2")
    store.close_digest("digest-1", ("tip-2",), texts(120, "words-of-the-digest"))

    seen = raw_bytes(tables.deliveries, tables.jobs)

    # What is not sealed is found: the search sees into the tables.
    assert b"message-1" in seen
    assert b"attachment-1" in seen
    assert b"words-of-the" not in seen


def test_who_copies_the_tables_learns_of_no_person(
    tables: Tables, store: DynamoDeliveryStore
) -> None:
    note = replace(make_card(texts(1)), channel=Channel.ZALO_USER, recipient=RESIDENT, tip_ids=())
    store.plan(replace(note, delivery_id="relay-1", about_tip_id="tip-1"))
    store.plan_notice(replace(note, delivery_id="notice-1", tip_ids=("tip-1",)))
    by_mail = {"channel": Channel.EMAIL, "recipient": MAILBOX, "tip_ids": ("tip-1", "tip-2")}
    store.plan_notice(replace(note, delivery_id="notice-2", **by_mail))
    store.mark_sent("relay-1", 1, "id-of-the-send", NOW)
    store.learn_message_id(RESIDENT, "id-of-the-event", "tip-1")

    seen = raw_bytes(tables.deliveries, tables.jobs)

    # What is not sealed is found: the search sees into the tables.
    assert b"id-of-the-send" in seen
    assert b"id-of-the-event" in seen
    assert RESIDENT.encode() not in seen
    assert MAILBOX.encode() not in seen


def test_recipient_opens_only_in_its_own_delivery(
    tables: Tables, store: DynamoDeliveryStore
) -> None:
    note = replace(make_card(texts(1)), channel=Channel.ZALO_USER, recipient=RESIDENT, tip_ids=())
    store.plan(note)
    store.plan(replace(note, delivery_id="card-2", recipient="another"))
    first = tables.deliveries.get(header_key("card-1")) or {}
    second = tables.deliveries.get(header_key("card-2")) or {}

    tables.deliveries.put({**second, "sealed_recipient": first["sealed_recipient"]})

    with pytest.raises(KeyUnavailableError):
        store.get("card-2")


def test_text_of_a_message_opens_only_in_its_own_place(
    tables: Tables, store: DynamoDeliveryStore
) -> None:
    store.plan_card(make_card(texts(2)))
    first = tables.deliveries.get(message_key("card-1", 1)) or {}
    second = tables.deliveries.get(message_key("card-1", 2)) or {}

    tables.deliveries.put({**second, "sealed_text": first["sealed_text"]})

    with pytest.raises(KeyUnavailableError):
        store.get("card-1")


def test_long_digest_that_was_written_by_half_stays_open_and_is_closed_whole(
    tables: Tables, store: DynamoDeliveryStore
) -> None:
    join(store, "tip-1")
    dying = store_on(troubled(tables, WRITE, ThrottledFrom(2), attempts=1))

    with pytest.raises(StoreUnavailableError):
        dying.close_digest("digest-1", ("tip-1",), texts(230, "Lời trước"))
    half = store.get("digest-1")
    joined = join(store, "tip-2", "digest-2")
    closed = store.close_digest("digest-1", ("tip-1", "tip-2"), texts(40, "Lời sau"))

    assert (half.state, half.messages) == (DeliveryState.OPEN, ())
    assert joined.tip_ids == ("tip-1", "tip-2")
    assert closed.messages == texts(40, "Lời sau")
    assert store.append_text("digest-1", "Thêm").messages[40].text == "Thêm"


def test_long_digest_that_two_close_at_once_has_the_words_of_one(
    tables: Tables, store: DynamoDeliveryStore
) -> None:
    join(store, "tip-1")

    answers = race(
        [
            lambda words=words: store_on(tables).close_digest(
                "digest-1", ("tip-1",), texts(210, words)
            )
            for words in ("Lời một", "Lời hai")
        ]
    )

    closed = store.get("digest-1")
    assert closed.messages in (texts(210, "Lời một"), texts(210, "Lời hai"))
    assert answers == [closed, closed]


def test_long_digest_that_another_closed_meanwhile_keeps_the_words_of_the_other(
    tables: Tables, store: DynamoDeliveryStore
) -> None:
    join(store, "tip-1")
    writes: list[AWSPreparedRequest] = []

    def another_closes_it(request: AWSPreparedRequest) -> None:
        writes.append(request)
        if len(writes) == 2:
            store.close_digest("digest-1", ("tip-1",), texts(210, "Lời hai"))

    slow = store_on(troubled(tables, WRITE, another_closes_it))
    answer = slow.close_digest("digest-1", ("tip-1",), texts(210, "Lời một"))

    assert len(writes) == 2
    assert answer.messages == texts(210, "Lời hai")
    assert store.get("digest-1") == answer


def test_long_delivery_that_was_reopened_by_half_is_reopened_again(
    tables: Tables, store: DynamoDeliveryStore
) -> None:
    join(store, "tip-1")
    store.close_digest("digest-1", ("tip-1",), texts(60))
    for position in range(1, 61):
        store.begin_send("digest-1", position, NOW)
        store.mark_refused("digest-1", position, NOW)
    dying = store_on(troubled(tables, WRITE, ThrottledFrom(1), attempts=1))

    with pytest.raises(StoreUnavailableError):
        dying.reopen("digest-1")
    half = store.get("digest-1")
    reopened = store.reopen("digest-1")

    assert half.state is DeliveryState.REFUSED
    assert reopened.state is DeliveryState.PLANNED
    assert reopened.messages == texts(60)
    assert store.sends_since(UNIT, NOW) == []


def test_tip_whose_joining_got_no_answer_stands_in_the_digest_once(
    tables: Tables, store: DynamoDeliveryStore
) -> None:
    unlucky = store_on(troubled(tables, WRITE, LosesAnswers(1), attempts=1))

    with pytest.raises(StoreUnavailableError):
        join(unlucky, "tip-1")
    again = join(store, "tip-1", "digest-2")

    assert (again.delivery_id, again.tip_ids) == ("digest-1", ("tip-1",))
    assert DynamoJobStore(tables).due(NOW, 10) == ["job-of-digest-1"]


def test_send_whose_mark_got_no_answer_keeps_its_first_id(
    tables: Tables, store: DynamoDeliveryStore
) -> None:
    store.plan_card(make_card(texts(1)))
    store.begin_send("card-1", 1, NOW)
    unlucky = store_on(troubled(tables, WRITE, LosesAnswers(1), attempts=1))

    with pytest.raises(StoreUnavailableError):
        unlucky.mark_sent("card-1", 1, "message-1", NOW)
    store.mark_sent("card-1", 1, "message-2", NOW + SECOND)

    delivery = store.get("card-1")
    assert (delivery.state, delivery.sent_at) == (DeliveryState.SENT, NOW)
    assert delivery.messages[0].message_id == "message-1"


def test_no_mark_is_lost_while_half_of_all_calls_are_throttled(
    tables: Tables, store: DynamoDeliveryStore
) -> None:
    trouble = HalfOfAll()
    busy = store_on(troubled(tables, "*", trouble, attempts=1))

    def until_it_works(call: Callable[[], object]) -> None:
        for _ in range(100):
            try:
                call()
            except StoreUnavailableError:
                continue
            return
        raise AssertionError("never got through")

    until_it_works(lambda: busy.plan_card(make_card(texts(5))))
    for position in range(1, 6):
        until_it_works(lambda n=position: busy.begin_send("card-1", n, NOW + n * SECOND))
        until_it_works(lambda n=position: busy.mark_sent("card-1", n, f"message-{n}", NOW))

    delivery = store.get("card-1")
    assert trouble.refused > 5
    assert delivery.state is DeliveryState.SENT
    assert [one.state for one in delivery.messages] == [SendState.SENT] * 5
    assert store.sends_since(UNIT, NOW) == [NOW + n * SECOND for n in range(1, 6)]


def test_questions_before_a_send_cost_what_they_answer(
    tables: Tables, store: DynamoDeliveryStore
) -> None:
    store.plan_card(make_card(texts(45)))
    for position in range(1, 46):
        at = NOW if position > 43 else NOW - timedelta(days=1)
        store.begin_send("card-1", position, at)
    store.mark_sent("card-1", 45, "message-45", NOW)
    watched, reads = counted(tables)

    def cost(question: Callable[[DynamoDeliveryStore], object]) -> int:
        reads.items = 0
        assert question(store_on(watched))
        return reads.items

    assert cost(lambda it: it.sends_since(UNIT, NOW)) == 2
    assert cost(lambda it: it.cards_begun_since(UNIT, NOW)) == 2
    assert cost(lambda it: it.is_known_message(GROUP, "message-45")) == 1
    # The tip's pointer and the header of its card, not the 45 messages.
    assert cost(lambda it: it.first_sent_at("tip-1", Channel.ZALO_GROUP)) == 2


def test_whether_a_message_is_ours_is_asked_item_by_item(tables: Tables) -> None:
    # The roles of the webhook and of the sweep allow nothing else on this table.
    asked: list[str] = []
    watched, _ = counted(tables)
    watched.deliveries.client.meta.events.register(
        "before-call.dynamodb.*", lambda model, **_: asked.append(model.name)
    )

    is_known = store_on(watched).is_known_message(RESIDENT, "id-of-the-event")

    assert not is_known
    assert asked == ["GetItem", "GetItem"]
