"""What every DeliveryStore promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.core.errors import ConflictError, KeyUnavailableError, NotFoundError
from functions.core.models import (
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryPurpose,
    DeliveryState,
    Job,
    JobKind,
    JobState,
    MessageKind,
    SendState,
    Urgency,
)
from functions.core.ports import MOST_NOTICED, DeliveryStore, DigestJoin, JobStore
from functions.stores.dynamodb.deliveries import DynamoDeliveryStore
from functions.stores.dynamodb.jobs import DynamoJobStore
from functions.stores.sqlite.deliveries import SqliteDeliveryStore
from functions.stores.sqlite.jobs import SqliteJobStore
from tests.contracts.sqlite_parts import file_contents, open_parts, race
from tests.fakes.deliveries import MemoryDeliveryStore
from tests.fakes.jobs import MemoryJobStore
from tests.fakes.mac_keys import MemoryMacKeys
from tests.stores.kit import fixed_sealer

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
UNIT = "phuong-tan-an"
GROUP = "group-of-tan-an"
RESIDENT = "7320010123456789012"
OFFICER = "7320010999888777666"
MAILBOX = "truc-ban@tan-an.example"
MOST = 1_000


@dataclass(frozen=True)
class Backend:
    deliveries: DeliveryStore
    jobs: JobStore


@pytest.fixture(params=["memory", "sqlite", "aws"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    if request.param == "memory":
        jobs = MemoryJobStore()
        return Backend(MemoryDeliveryStore(jobs), jobs)
    if request.param == "aws":
        tables = request.getfixturevalue("engine").tables()
        store = DynamoDeliveryStore(tables, fixed_sealer(), MemoryMacKeys())
        return Backend(store, DynamoJobStore(tables))
    parts = open_parts(tmp_path)
    return Backend(
        SqliteDeliveryStore(parts.database, parts.sealer, parts.mac), SqliteJobStore(parts.database)
    )


@pytest.fixture
def store(backend: Backend) -> DeliveryStore:
    return backend.deliveries


def text(position: int, words: str = "Tin báo TB-7K3M9Q") -> DeliveryMessage:
    return DeliveryMessage(position, MessageKind.TEXT, f"{words} {position}")


def photo(position: int) -> DeliveryMessage:
    return DeliveryMessage(position, MessageKind.PHOTO, "TB-7K3M9Q ảnh 1/1", "attachment-1")


def make_card(delivery_id: str = "card-1", tip_id: str = "tip-1", **changes: object) -> Delivery:
    card = Delivery(
        delivery_id=delivery_id,
        unit_id=UNIT,
        channel=Channel.ZALO_GROUP,
        recipient=GROUP,
        is_digest=False,
        state=DeliveryState.PLANNED,
        tip_ids=(tip_id,),
        messages=(text(1), text(2), photo(3)),
        created_at=NOW,
    )
    return replace(card, **changes)  # type: ignore[arg-type]


def make_digest(
    delivery_id: str = "digest-1", tip_id: str = "tip-1", **changes: object
) -> Delivery:
    opened = {"is_digest": True, "state": DeliveryState.OPEN, "messages": ()}
    return make_card(delivery_id, tip_id, **(opened | changes))


def digest_job(delivery_id: str = "digest-1") -> Job:
    return Job(
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


def make_relay(delivery_id: str = "relay-1", **changes: object) -> Delivery:
    usual = {
        "tip_ids": (),
        "messages": (text(1, "Trả lời TB-7K3M9Q"),),
        "purpose": DeliveryPurpose.RELAY,
        "about_tip_id": "tip-1",
        "entry_id": "entry-1",
    }
    return make_card(delivery_id, **(usual | changes))


def make_notice(delivery_id: str = "notice-1", **changes: object) -> Delivery:
    usual = {"channel": Channel.ZALO_USER, "recipient": "officer-1", "messages": (text(1),)}
    return make_card(delivery_id, **(usual | changes))


def note_job(delivery_id: str = "relay-1") -> Job:
    return replace(digest_job(delivery_id), kind=JobKind.SEND_DELIVERY)


def join(
    store: DeliveryStore, tip_id: str, delivery_id: str = "digest-1", **changes: object
) -> Delivery:
    digest = make_digest(delivery_id, tip_id, **changes)
    joined = store.join_digest(tip_id, digest, digest_job(delivery_id), MOST)
    assert not joined.is_full
    return store.get(joined.delivery_id)


def send(store: DeliveryStore, position: int, at: datetime = NOW, delivery_id: str = "card-1"):
    store.begin_send(delivery_id, position, at)
    store.mark_sent(delivery_id, position, f"message-{position}", at)


def states(delivery: Delivery) -> list[SendState]:
    return [message.state for message in delivery.messages]


# Cards


def test_a_planned_card_is_kept_whole(store):
    card = make_card()

    planned = store.plan_card(card)

    assert planned == card
    assert store.get("card-1") == card
    assert store.of_tip("tip-1") == [card]


def test_a_card_planned_again_keeps_the_first_wording_and_its_marks(store):
    store.plan_card(make_card())
    send(store, 1)

    again = store.plan_card(make_card("card-2", messages=(text(1, "Lời khác"),)))

    assert again.delivery_id == "card-1"
    assert states(again) == [SendState.SENT, SendState.PENDING, SendState.PENDING]
    assert again.messages[1].text == "Tin báo TB-7K3M9Q 2"
    assert store.of_tip("tip-1") == [again]
    with pytest.raises(NotFoundError):
        store.get("card-2")


def test_a_tip_gets_a_card_for_each_recipient(store):
    store.plan_card(make_card("card-1"))

    other = store.plan_card(make_card("card-2", recipient="new-group", created_at=NOW + SECOND))

    assert other.delivery_id == "card-2"
    assert [one.delivery_id for one in store.of_tip("tip-1")] == ["card-1", "card-2"]


def test_of_many_threads_that_plan_one_card_all_get_the_same(store):
    plans = race([lambda n=number: store.plan_card(make_card(f"card-{n}")) for number in range(5)])

    assert len({plan.delivery_id for plan in plans}) == 1
    assert len(store.of_tip("tip-1")) == 1


def test_an_unknown_delivery_or_message_is_not_found(store):
    store.plan_card(make_card())

    assert store.of_tip("no-such-tip") == []
    for call in (
        lambda: store.get("none"),
        lambda: store.close_digest("none", (), ()),
        lambda: store.append_text("none", "x"),
        lambda: store.reopen("none"),
        lambda: store.begin_send("card-1", 4, NOW),
        lambda: store.withdraw_send("card-1", 0),
        lambda: store.mark_sent("none", 1, "id", NOW),
        lambda: store.mark_refused("card-1", 4, NOW),
    ):
        with pytest.raises(NotFoundError):
            call()


# Digests


def test_the_first_tip_opens_the_digest_with_its_job(backend):
    opened = join(backend.deliveries, "tip-1")

    assert opened == make_digest()
    assert backend.deliveries.get("digest-1") == opened
    assert backend.jobs.due(NOW, 10) == ["job-of-digest-1"]


def test_more_tips_join_the_open_digest_in_order_without_another_job(backend):
    join(backend.deliveries, "tip-1")
    join(backend.deliveries, "tip-3", "digest-2")

    joined = join(backend.deliveries, "tip-2", "digest-3")

    assert joined.delivery_id == "digest-1"
    assert joined.tip_ids == ("tip-1", "tip-3", "tip-2")
    assert backend.deliveries.of_tip("tip-2") == [joined]
    assert backend.jobs.counts()["pending"] == 1


def test_a_tip_that_joins_again_stands_there_once(backend):
    join(backend.deliveries, "tip-1")

    again = join(backend.deliveries, "tip-1", "digest-2")

    assert again.delivery_id == "digest-1"
    assert again.tip_ids == ("tip-1",)
    assert backend.jobs.counts()["pending"] == 1


def test_a_tip_that_has_a_card_joins_no_digest_of_that_recipient(backend):
    backend.deliveries.plan_card(make_card())

    stays = join(backend.deliveries, "tip-1")

    assert stays.delivery_id == "card-1"
    assert backend.jobs.counts()["pending"] == 0
    with pytest.raises(NotFoundError):
        backend.deliveries.get("digest-1")


def test_a_tip_in_a_digest_gets_no_card_of_that_recipient(store):
    join(store, "tip-1")

    stays = store.plan_card(make_card())

    assert stays.delivery_id == "digest-1"
    assert stays.is_digest


def test_a_closed_digest_takes_no_more_tips(backend):
    join(backend.deliveries, "tip-1")
    backend.deliveries.close_digest("digest-1", ("tip-1",), (text(1),))

    fresh = join(backend.deliveries, "tip-2", "digest-2")

    assert fresh.delivery_id == "digest-2"
    assert backend.deliveries.get("digest-1").tip_ids == ("tip-1",)
    assert backend.jobs.counts()["pending"] == 2


def test_a_full_digest_takes_no_more_tips_and_is_named_to_be_closed(backend):
    store, jobs = backend.deliveries, backend.jobs
    for number in (1, 2):
        store.join_digest(f"tip-{number}", make_digest(), digest_job(), 2)

    late = store.join_digest("tip-3", make_digest("digest-2", "tip-3"), digest_job("digest-2"), 2)

    assert late == DigestJoin("digest-1", is_full=True)
    assert store.get("digest-1").tip_ids == ("tip-1", "tip-2")
    assert store.of_tip("tip-3") == []
    assert jobs.counts()["pending"] == 1


def test_a_tip_of_a_full_digest_that_joins_again_stands_there(store):
    for _ in range(2):
        again = store.join_digest("tip-1", make_digest(), digest_job(), 1)

    assert again == DigestJoin("digest-1")


def test_a_tip_joins_the_next_digest_once_the_full_one_is_closed(backend):
    store, jobs = backend.deliveries, backend.jobs
    for number in (1, 2):
        store.join_digest(f"tip-{number}", make_digest(), digest_job(), 2)
    store.close_digest("digest-1", ("tip-1", "tip-2"), (text(1), text(2)))

    late = store.join_digest("tip-3", make_digest("digest-2", "tip-3"), digest_job("digest-2"), 2)

    assert late == DigestJoin("digest-2")
    assert store.get("digest-1").tip_ids == ("tip-1", "tip-2")
    assert store.get("digest-2").tip_ids == ("tip-3",)
    assert jobs.due(NOW, 10) == ["job-of-digest-1"]
    assert jobs.counts()["pending"] == 2


def test_of_many_threads_that_join_no_more_get_in_than_the_digest_takes(store):
    joins = race(
        [
            lambda n=n: store.join_digest(
                f"tip-{n}", make_digest(f"digest-{n}", f"tip-{n}"), digest_job(f"digest-{n}"), 3
            )
            for n in range(6)
        ]
    )

    assert [join.is_full for join in joins].count(False) == 3
    (digest_id,) = {join.delivery_id for join in joins}
    assert len(store.get(digest_id).tip_ids) == 3


def test_digests_of_other_units_and_groups_are_apart(store):
    join(store, "tip-1")
    join(store, "tip-2", "digest-2", recipient="new-group")
    join(store, "tip-3", "digest-3", unit_id="xa-ea-knop")

    assert store.get("digest-1").tip_ids == ("tip-1",)
    assert store.get("digest-2").tip_ids == ("tip-2",)
    assert store.get("digest-3").tip_ids == ("tip-3",)


def test_a_digest_that_cannot_have_its_job_is_not_opened(backend):
    join(backend.deliveries, "tip-1")
    backend.deliveries.close_digest("digest-1", ("tip-1",), (text(1),))

    with pytest.raises(ConflictError):
        backend.deliveries.join_digest(
            "tip-2", make_digest("digest-2"), digest_job("digest-1"), MOST
        )

    assert backend.deliveries.of_tip("tip-2") == []
    with pytest.raises(NotFoundError):
        backend.deliveries.get("digest-2")


def test_a_digest_is_frozen_once(store):
    join(store, "tip-1")

    closed = store.close_digest("digest-1", ("tip-1",), (text(1), text(2)))
    again = store.close_digest("digest-1", ("tip-1",), (text(1, "Lời khác"),))

    assert closed.state is DeliveryState.PLANNED
    assert closed.messages == (text(1), text(2))
    assert again == closed
    assert store.get("digest-1") == closed


def test_of_many_threads_that_join_the_digest_none_is_left_out(backend):
    race(
        [
            lambda n=number: join(backend.deliveries, f"tip-{n}", f"digest-{n}")
            for number in range(6)
        ]
    )

    (digest,) = {backend.deliveries.of_tip(f"tip-{n}")[0].delivery_id for n in range(6)}
    assert sorted(backend.deliveries.get(digest).tip_ids) == [f"tip-{n}" for n in range(6)]
    assert backend.jobs.counts()["pending"] == 1


def test_a_digest_that_another_tip_joined_is_not_closed_without_words_for_it(store):
    join(store, "tip-1")
    join(store, "tip-2", "digest-2")

    kept_open = store.close_digest("digest-1", ("tip-1",), (text(1),))
    closed = store.close_digest("digest-1", kept_open.tip_ids, (text(1), text(2)))

    assert kept_open == make_digest(tip_ids=("tip-1", "tip-2"))
    assert store.last_digest_at(UNIT) == NOW
    assert closed.state is DeliveryState.PLANNED
    assert closed.messages == (text(1), text(2))


def test_a_digest_of_many_messages_is_closed_whole(store):
    join(store, "tip-1")
    messages = tuple(text(position) for position in range(1, 231))

    closed = store.close_digest("digest-1", ("tip-1",), messages)

    assert closed.messages == messages
    assert store.get("digest-1") == closed
    assert store.append_text("digest-1", "Thêm").messages[230].position == 231


def test_of_threads_that_close_and_join_no_tip_is_left_without_a_digest_to_come(store):
    """A tip stands either in what was closed, or in a digest that is open after it."""
    join(store, "tip-0")

    def close() -> Delivery:
        digest = store.get("digest-1")
        while digest.state is DeliveryState.OPEN:
            words = tuple(text(n) for n, _ in enumerate(digest.tip_ids, start=1))
            digest = store.close_digest("digest-1", digest.tip_ids, words)
        return digest

    race([lambda n=n: join(store, f"tip-{n}", f"digest-{n + 1}") for n in range(1, 5)] + [close])

    closed = store.get("digest-1")
    assert closed.state is DeliveryState.PLANNED
    assert len(closed.messages) == len(closed.tip_ids)
    for number in range(1, 5):
        (delivery,) = store.of_tip(f"tip-{number}")
        assert delivery.delivery_id == "digest-1" or delivery.state is DeliveryState.OPEN


# Relays and notes


def test_a_relay_is_kept_whole_and_is_about_its_tip(store):
    relay = make_relay()

    planned = store.plan(relay)

    assert planned == relay
    assert store.get("relay-1") == relay
    assert store.of_tip("tip-1") == [relay]


def test_a_note_that_is_about_no_tip_is_kept_whole(store):
    note = make_relay("note-1", purpose=DeliveryPurpose.NOTE, about_tip_id="", entry_id="")

    store.plan(note)

    assert store.get("note-1") == note


def test_a_relay_planned_again_keeps_the_first_wording_and_its_marks(backend):
    store = backend.deliveries
    store.plan(make_relay(), note_job())
    send(store, 1, NOW, "relay-1")

    again = store.plan(make_relay(messages=(text(1, "Lời khác"),)), note_job("another"))

    assert again == store.get("relay-1")
    assert states(again) == [SendState.SENT]
    assert again.messages[0].text == "Trả lời TB-7K3M9Q 1"
    assert backend.jobs.counts()["pending"] == 1


def test_a_note_comes_with_its_job_or_not_at_all(backend):
    store = backend.deliveries
    store.plan(make_relay("note-1"), note_job("note-1"))

    with pytest.raises(ConflictError):
        store.plan(make_relay("note-2"), note_job("note-1"))

    assert backend.jobs.due(NOW, 10) == ["job-of-note-1"]
    with pytest.raises(NotFoundError):
        store.get("note-2")
    assert [one.delivery_id for one in store.of_tip("tip-1")] == ["note-1"]


def test_of_many_threads_that_plan_one_relay_all_get_the_same(store):
    plans = race(
        [lambda n=n: store.plan(make_relay(messages=(text(1, f"Lời {n}"),))) for n in range(5)]
    )

    assert {plan.messages[0].text for plan in plans} == {store.get("relay-1").messages[0].text}
    assert len(store.of_tip("tip-1")) == 1


def test_a_relay_is_sent_and_completed_like_a_card(store):
    store.plan(make_relay(messages=(text(1), text(2))))
    send(store, 1, NOW, "relay-1")
    send(store, 2, NOW + SECOND, "relay-1")

    relay = store.get("relay-1")

    assert (relay.state, relay.sent_at) == (DeliveryState.SENT, NOW + SECOND)
    assert store.sends_since(UNIT, NOW) == [NOW, NOW + SECOND]
    assert store.is_known_message(GROUP, "message-2")


def test_a_relay_is_no_card_of_its_tip(backend):
    store = backend.deliveries
    store.plan(make_relay())
    send(store, 1, NOW, "relay-1")

    card = store.plan_card(make_card())
    joined = join(store, "tip-2")

    assert card.delivery_id == "card-1"
    assert joined.tip_ids == ("tip-2",)
    assert store.cards_begun_since(UNIT, NOW) == 0
    assert store.first_sent_at("tip-1", Channel.ZALO_GROUP) is None


def test_deliveries_of_a_tip_come_oldest_first_cards_and_relays_alike(store):
    store.plan(make_relay("relay-2", created_at=NOW + 2 * SECOND))
    store.plan(make_relay("relay-1", created_at=NOW + SECOND, recipient="user-1"))
    store.plan(make_relay("relay-9", about_tip_id="tip-9"))
    store.plan_card(make_card())

    assert [one.delivery_id for one in store.of_tip("tip-1")] == ["card-1", "relay-1", "relay-2"]


# Notices


def test_a_notice_of_several_tips_stands_with_its_recipient(store):
    notice = make_notice(tip_ids=("tip-1", "tip-2"))

    is_planned = store.plan_notice(notice)

    assert is_planned
    assert store.get("notice-1") == notice
    assert store.of_tip("tip-1") == store.of_tip("tip-2") == [notice]


def test_a_notice_with_a_tip_that_stands_there_is_not_planned(store):
    store.plan_notice(make_notice(tip_ids=("tip-1", "tip-2")))

    is_planned = store.plan_notice(make_notice("notice-2", tip_ids=("tip-3", "tip-2")))

    assert not is_planned
    assert store.of_tip("tip-3") == []
    with pytest.raises(NotFoundError):
        store.get("notice-2")


def test_a_tip_stands_once_with_each_recipient_of_each_channel(store):
    store.plan_card(make_card())
    others = [
        make_notice("notice-1"),
        make_notice("notice-2", recipient="officer-2"),
        make_notice("notice-3", channel=Channel.EMAIL, recipient="truc@example.vn"),
    ]

    planned = [store.plan_notice(one) for one in others]

    assert planned == [True, True, True]
    assert [one.delivery_id for one in store.of_tip("tip-1")] == [
        "card-1",
        "notice-1",
        "notice-2",
        "notice-3",
    ]


def test_of_many_threads_that_plan_notices_of_one_tip_exactly_one_does(store):
    results = race(
        [
            lambda n=n: store.plan_notice(
                make_notice(f"notice-{n}", tip_ids=("tip-1", f"tip-1{n}"))
            )
            for n in range(5)
        ]
    )

    assert sorted(results) == [False] * 4 + [True]
    assert len(store.of_tip("tip-1")) == 1


def test_the_largest_notice_is_planned_whole(store):
    tip_ids = tuple(f"tip-{number:02}" for number in range(MOST_NOTICED))

    store.plan_notice(make_notice(tip_ids=tip_ids))

    assert store.get("notice-1").tip_ids == tip_ids
    assert len(store.of_tip("tip-29")) == 1


def test_a_notice_is_no_card_to_the_group(store):
    store.plan_notice(make_notice())
    send(store, 1, NOW, "notice-1")

    assert store.cards_begun_since(UNIT, NOW) == 0
    assert store.first_sent_at("tip-1", Channel.ZALO_USER) == NOW
    assert store.first_sent_at("tip-1", Channel.ZALO_GROUP) is None


def test_what_a_residents_chat_gets_is_no_notice_to_officers(store):
    store.plan(make_relay(channel=Channel.ZALO_USER, recipient="resident-1"))
    send(store, 1, NOW, "relay-1")

    assert store.first_sent_at("tip-1", Channel.ZALO_USER) is None


# Marks


def test_of_threads_that_mark_the_last_messages_one_completes_the_delivery(store):
    messages = tuple(text(position) for position in range(1, 6))
    store.plan_card(make_card(messages=messages))

    race([lambda n=n: store.mark_sent("card-1", n, f"message-{n}", NOW) for n in range(1, 6)])

    delivery = store.get("card-1")
    assert (delivery.state, delivery.sent_at) == (DeliveryState.SENT, NOW)
    assert states(delivery) == [SendState.SENT] * 5
    assert all(store.is_known_message(GROUP, f"message-{n}") for n in range(1, 6))


def test_a_send_leaves_its_marks_before_and_after(store):
    store.plan_card(make_card())

    store.begin_send("card-1", 1, NOW)
    begun = store.get("card-1").messages[0]
    store.mark_sent("card-1", 1, "message-1", NOW + SECOND)
    sent = store.get("card-1").messages[0]

    assert begun == replace(text(1), state=SendState.ATTEMPTED, attempted_at=NOW)
    assert sent == replace(
        begun, state=SendState.SENT, sent_at=NOW + SECOND, message_id="message-1"
    )
    assert store.get("card-1").state is DeliveryState.PLANNED


def test_an_attempt_can_be_begun_anew(store):
    store.plan_card(make_card())
    store.begin_send("card-1", 1, NOW)

    store.begin_send("card-1", 1, NOW + MINUTE)

    message = store.get("card-1").messages[0]
    assert (message.state, message.attempted_at) == (SendState.ATTEMPTED, NOW + MINUTE)


def test_a_withdrawn_send_is_as_if_it_had_never_begun(store):
    store.plan_card(make_card())
    store.begin_send("card-1", 1, NOW)

    store.withdraw_send("card-1", 1)

    assert store.get("card-1") == make_card()
    assert store.sends_since(UNIT, NOW) == []
    assert store.cards_begun_since(UNIT, NOW) == 0


@pytest.mark.parametrize("finish", ["sent", "refused"])
def test_a_finished_message_cannot_be_begun_or_withdrawn(store, finish):
    store.plan_card(make_card())
    store.begin_send("card-1", 1, NOW)
    if finish == "sent":
        store.mark_sent("card-1", 1, "message-1", NOW)
    else:
        store.mark_refused("card-1", 1, NOW)

    with pytest.raises(ConflictError):
        store.begin_send("card-1", 1, NOW + SECOND)
    with pytest.raises(ConflictError):
        store.withdraw_send("card-1", 1)

    assert store.get("card-1").messages[0].state is SendState(finish)
    assert store.get("card-1").messages[0].attempted_at == NOW


def test_a_message_marked_sent_twice_keeps_its_first_id(store):
    store.plan_card(make_card())
    send(store, 1)

    store.mark_sent("card-1", 1, "message-of-the-repeat", NOW + MINUTE)

    message = store.get("card-1").messages[0]
    assert (message.message_id, message.sent_at) == ("message-1", NOW)


def test_a_message_that_stands_in_the_group_is_not_refused_any_more(store):
    store.plan_card(make_card())
    send(store, 1)

    store.mark_refused("card-1", 1, NOW + SECOND)

    assert store.get("card-1").messages[0].state is SendState.SENT


def test_a_send_found_after_all_counts_more_than_its_refusal(store):
    store.plan_card(make_card(messages=(text(1),)))
    store.begin_send("card-1", 1, NOW)
    store.mark_refused("card-1", 1, NOW)

    store.mark_sent("card-1", 1, "message-1", NOW + SECOND)

    delivery = store.get("card-1")
    assert (delivery.state, delivery.sent_at) == (DeliveryState.SENT, NOW + SECOND)


def test_the_last_message_completes_the_delivery_whatever_the_order(store):
    store.plan_card(make_card())
    send(store, 3, NOW)
    send(store, 1, NOW + SECOND)
    incomplete = store.get("card-1")

    send(store, 2, NOW + 2 * SECOND)

    assert (incomplete.state, incomplete.sent_at) == (DeliveryState.PLANNED, None)
    delivery = store.get("card-1")
    assert (delivery.state, delivery.sent_at) == (DeliveryState.SENT, NOW + 2 * SECOND)


def test_a_delivery_with_one_sent_message_counts_as_sent(store):
    store.plan_card(make_card())
    send(store, 1)
    send(store, 2)

    store.mark_refused("card-1", 3, NOW + SECOND)

    delivery = store.get("card-1")
    assert (delivery.state, delivery.sent_at) == (DeliveryState.SENT, NOW + SECOND)
    assert states(delivery) == [SendState.SENT, SendState.SENT, SendState.REFUSED]


def test_a_late_refusal_does_not_move_the_time_of_a_sent_delivery(store):
    store.plan_card(make_card(messages=(text(1), text(2))))
    store.mark_refused("card-1", 1, NOW)
    send(store, 2, NOW + SECOND)

    store.mark_refused("card-1", 1, NOW + MINUTE)

    assert store.get("card-1").sent_at == NOW + SECOND


def test_a_delivery_is_refused_when_all_of_it_is(store):
    store.plan_card(make_card())

    for position in (1, 2, 3):
        store.begin_send("card-1", position, NOW)
        store.mark_refused("card-1", position, NOW)

    delivery = store.get("card-1")
    assert (delivery.state, delivery.sent_at) == (DeliveryState.REFUSED, None)


# Sending more, or again


def test_a_text_added_to_a_refused_card_can_still_be_sent(store):
    store.plan_card(make_card(messages=(text(1),)))
    store.mark_refused("card-1", 1, NOW)

    appended = store.append_text("card-1", "Có tin báo mới")
    send(store, 2, NOW + SECOND)

    assert appended.state is DeliveryState.PLANNED
    assert appended.messages[1] == DeliveryMessage(2, MessageKind.TEXT, "Có tin báo mới")
    assert states(store.get("card-1")) == [SendState.REFUSED, SendState.SENT]
    assert store.get("card-1").state is DeliveryState.SENT


def test_a_text_added_to_a_sent_card_makes_it_planned_again(store):
    store.plan_card(make_card(messages=(text(1),)))
    send(store, 1)

    appended = store.append_text("card-1", "Thêm")

    assert (appended.state, appended.sent_at) == (DeliveryState.PLANNED, None)
    assert store.get("card-1") == appended


def test_an_open_digest_takes_tips_and_no_texts(store):
    join(store, "tip-1")

    with pytest.raises(ConflictError):
        store.append_text("digest-1", "x")

    assert store.get("digest-1") == make_digest()


def test_a_reopened_delivery_tries_its_refused_messages_again(store):
    store.plan_card(make_card())
    send(store, 1)
    store.begin_send("card-1", 2, NOW)
    store.mark_refused("card-1", 2, NOW)
    store.mark_refused("card-1", 3, NOW)

    reopened = store.reopen("card-1")

    assert (reopened.state, reopened.sent_at) == (DeliveryState.PLANNED, None)
    assert reopened.messages[1:] == make_card().messages[1:]
    assert reopened.messages[0].state is SendState.SENT
    assert store.get("card-1") == reopened


def test_a_delivery_without_refusals_has_nothing_to_reopen(store):
    store.plan_card(make_card(messages=(text(1),)))
    send(store, 1)
    join(store, "tip-2")

    sent = store.reopen("card-1")
    opened = store.reopen("digest-1")

    assert (sent.state, sent.sent_at) == (DeliveryState.SENT, NOW)
    assert opened.state is DeliveryState.OPEN


# Questions


def test_our_messages_are_known_by_recipient_and_id(store):
    store.plan_card(make_card())
    send(store, 1)

    assert store.is_known_message(GROUP, "message-1")
    assert not store.is_known_message("new-group", "message-1")
    assert not store.is_known_message(GROUP, "message-2")
    assert not store.is_known_message(GROUP, "")


def test_a_quoted_message_leads_to_its_tip(store):
    store.plan_card(make_card())
    store.plan(make_relay(about_tip_id="tip-2"))
    send(store, 1)
    store.mark_sent("card-1", 3, "photo-1", NOW)
    store.mark_sent("relay-1", 1, "relayed", NOW)

    assert store.tip_of_message(GROUP, "message-1") == "tip-1"
    assert store.tip_of_message(GROUP, "photo-1") == "tip-1"
    assert store.tip_of_message(GROUP, "relayed") == "tip-2"


def test_a_quoted_message_that_is_not_ours_or_not_there_leads_nowhere(store):
    store.plan_card(make_card())
    store.begin_send("card-1", 2, NOW)
    send(store, 1)

    assert store.tip_of_message("new-group", "message-1") is None
    assert store.tip_of_message(GROUP, "message-2") is None
    assert store.tip_of_message(GROUP, "") is None


def test_a_quoted_message_about_no_tip_or_several_leads_nowhere(store):
    join(store, "tip-1")
    join(store, "tip-2", "digest-2")
    store.close_digest("digest-1", ("tip-1", "tip-2"), (text(1),))
    store.plan(make_relay("note-1", purpose=DeliveryPurpose.NOTE, about_tip_id="", entry_id=""))
    store.plan_notice(make_notice(tip_ids=("tip-3", "tip-4")))
    store.mark_sent("digest-1", 1, "digest", NOW)
    store.mark_sent("note-1", 1, "help", NOW)
    store.mark_sent("notice-1", 1, "notice", NOW)

    assert store.tip_of_message(GROUP, "digest") is None
    assert store.tip_of_message(GROUP, "help") is None
    assert store.tip_of_message("officer-1", "notice") is None


def test_a_digest_or_notice_of_one_tip_leads_to_it(store):
    join(store, "tip-1")
    store.close_digest("digest-1", ("tip-1",), (text(1),))
    store.plan_notice(make_notice(tip_ids=("tip-2",)))
    store.mark_sent("digest-1", 1, "digest", NOW)
    store.mark_sent("notice-1", 1, "notice", NOW)

    assert store.tip_of_message(GROUP, "digest") == "tip-1"
    assert store.tip_of_message("officer-1", "notice") == "tip-2"


def test_a_message_is_known_by_its_other_id_too(store):
    store.plan_card(make_card())
    send(store, 1)

    store.learn_message_id(GROUP, "id-of-the-event", "tip-1")
    store.learn_message_id(GROUP, "id-of-the-event", "tip-1")
    store.learn_message_id(GROUP, "", "tip-1")

    assert store.tip_of_message(GROUP, "id-of-the-event") == "tip-1"
    assert store.tip_of_message(GROUP, "message-1") == "tip-1"
    assert store.is_known_message(GROUP, "id-of-the-event")
    assert store.tip_of_message("new-group", "id-of-the-event") is None
    assert not store.is_known_message("new-group", "id-of-the-event")
    assert not store.is_known_message(GROUP, "")


def test_a_message_to_a_person_is_known_by_the_person_and_leads_to_its_tip(store):
    relay = make_relay(channel=Channel.ZALO_USER, recipient=RESIDENT)
    store.plan(relay)
    store.plan_notice(make_notice(recipient=RESIDENT, tip_ids=("tip-2",)))
    store.mark_sent("relay-1", 1, "relayed", NOW)
    store.mark_sent("notice-1", 1, "noticed", NOW)
    store.learn_message_id(RESIDENT, "id-of-the-event", "tip-1")

    assert store.tip_of_message(RESIDENT, "relayed") == "tip-1"
    assert store.tip_of_message(RESIDENT, "noticed") == "tip-2"
    assert store.tip_of_message(RESIDENT, "id-of-the-event") == "tip-1"
    assert store.is_known_message(RESIDENT, "relayed")
    assert store.is_known_message(RESIDENT, "id-of-the-event")
    assert not store.is_known_message("another", "relayed")
    assert not store.is_known_message("another", "id-of-the-event")


def test_a_delivery_to_a_person_is_read_back_with_its_recipient(store):
    relay = make_relay(channel=Channel.ZALO_USER, recipient=RESIDENT)
    mail = make_notice(channel=Channel.EMAIL, recipient=MAILBOX, tip_ids=("tip-1",))

    planned = store.plan(relay)
    store.plan_notice(mail)

    assert planned == relay
    assert store.plan(relay) == relay
    assert (store.get("relay-1"), store.get("notice-1")) == (relay, mail)
    assert {one.recipient for one in store.of_tip("tip-1")} == {RESIDENT, MAILBOX}


def test_an_id_that_was_learnt_before_the_send_told_it_leads_to_the_tip(store):
    store.plan(make_relay(about_tip_id="tip-2"))
    store.plan(
        make_relay("relay-2", channel=Channel.ZALO_USER, recipient=RESIDENT, about_tip_id="tip-2")
    )
    store.learn_message_id(GROUP, "message-1", "tip-2")
    store.learn_message_id(RESIDENT, "message-2", "tip-2")
    store.mark_sent("relay-1", 1, "message-1", NOW)
    store.mark_sent("relay-2", 1, "message-2", NOW)

    assert store.tip_of_message(GROUP, "message-1") == "tip-2"
    assert store.tip_of_message(RESIDENT, "message-2") == "tip-2"


def test_cards_are_counted_once_each_from_the_given_moment_on(store):
    store.plan_card(make_card("card-1", "tip-1"))
    store.plan_card(make_card("card-2", "tip-2"))
    store.plan_card(make_card("card-3", "tip-3"))
    store.plan_card(make_card("card-4", "tip-4", unit_id="xa-ea-knop"))
    send(store, 1, NOW - SECOND, "card-1")
    send(store, 1, NOW, "card-2")
    send(store, 2, NOW + SECOND, "card-2")
    send(store, 1, NOW, "card-4")

    assert store.cards_begun_since(UNIT, NOW) == 1
    assert store.cards_begun_since(UNIT, NOW - SECOND) == 2
    assert store.cards_begun_since(UNIT, NOW + 2 * SECOND) == 0


def test_a_digest_is_a_send_but_no_card(store):
    join(store, "tip-1")
    store.close_digest("digest-1", ("tip-1",), (text(1),))
    send(store, 1, NOW, "digest-1")

    assert store.cards_begun_since(UNIT, NOW) == 0
    assert store.sends_since(UNIT, NOW) == [NOW]


def test_sends_of_the_unit_come_oldest_first(store):
    store.plan_card(make_card("card-1", "tip-1"))
    store.plan_card(make_card("card-2", "tip-2", unit_id="xa-ea-knop"))
    send(store, 3, NOW - MINUTE)
    store.begin_send("card-1", 2, NOW + 3 * SECOND)
    send(store, 1, NOW)
    send(store, 1, NOW, "card-2")

    assert store.sends_since(UNIT, NOW) == [NOW, NOW + 3 * SECOND]


def test_the_last_digest_is_the_latest_that_was_closed(store):
    join(store, "tip-1", created_at=NOW)
    none_closed = store.last_digest_at(UNIT)
    store.close_digest("digest-1", ("tip-1",), (text(1),))
    join(store, "tip-2", "digest-2", created_at=NOW + MINUTE)
    one_closed = store.last_digest_at(UNIT)
    store.close_digest("digest-2", ("tip-2",), (text(1),))

    assert none_closed is None
    assert one_closed == NOW
    assert store.last_digest_at(UNIT) == NOW + MINUTE
    assert store.last_digest_at("xa-ea-knop") is None


def test_a_tip_stands_in_the_channel_since_its_first_sent_message(store):
    store.plan_card(make_card())
    store.begin_send("card-1", 1, NOW)
    only_begun = store.first_sent_at("tip-1", Channel.ZALO_GROUP)
    send(store, 2, NOW + 2 * SECOND)
    send(store, 1, NOW + SECOND)

    assert only_begun is None
    assert store.first_sent_at("tip-1", Channel.ZALO_GROUP) == NOW + SECOND
    assert store.first_sent_at("tip-2", Channel.ZALO_GROUP) is None


def test_every_tip_of_a_digest_stands_in_the_channel_with_it(store):
    join(store, "tip-1")
    join(store, "tip-2", "digest-2")
    store.close_digest("digest-1", ("tip-1", "tip-2"), (text(1),))
    send(store, 1, NOW + SECOND, "digest-1")

    assert store.first_sent_at("tip-1", Channel.ZALO_GROUP) == NOW + SECOND
    assert store.first_sent_at("tip-2", Channel.ZALO_GROUP) == NOW + SECOND


# SQLite alone


def test_message_texts_are_sealed_each_to_its_place(tmp_path):
    parts = open_parts(tmp_path)
    store = SqliteDeliveryStore(parts.database, parts.sealer, parts.mac)
    store.plan_card(make_card(messages=(text(1, "nội dung kín"), text(2, "nội dung khác"))))
    store.append_text("card-1", "nội dung thêm")
    copied = file_contents(tmp_path)

    with parts.database.write() as connection:
        connection.execute(
            "UPDATE delivery_messages SET sealed_text ="
            " (SELECT sealed_text FROM delivery_messages WHERE position = 1) WHERE position = 2"
        )

    assert "nội dung".encode() not in copied
    with pytest.raises(KeyUnavailableError):
        store.get("card-1")


def test_who_copies_the_folder_learns_of_no_person(tmp_path):
    parts = open_parts(tmp_path)
    store = SqliteDeliveryStore(parts.database, parts.sealer, parts.mac)
    store.plan_card(make_card())
    store.plan(make_relay(channel=Channel.ZALO_USER, recipient=RESIDENT))
    store.plan_notice(make_notice(recipient=OFFICER))
    store.plan_notice(make_notice("notice-2", channel=Channel.EMAIL, recipient=MAILBOX))
    store.mark_sent("relay-1", 1, "relayed", NOW)
    store.learn_message_id(RESIDENT, "id-of-the-event", "tip-1")

    copied = file_contents(tmp_path)

    # What is not sealed is found: the search sees into the files.
    assert GROUP.encode() in copied
    assert b"id-of-the-event" in copied
    assert [one for one in (RESIDENT, OFFICER, MAILBOX) if one.encode() in copied] == []


def test_nobody_passes_one_recipient_off_as_another(tmp_path):
    parts = open_parts(tmp_path)
    store = SqliteDeliveryStore(parts.database, parts.sealer, parts.mac)
    store.plan_notice(make_notice(recipient=OFFICER))
    store.plan(make_relay(channel=Channel.ZALO_USER, recipient=RESIDENT))

    with parts.database.write() as connection:
        connection.execute(
            "UPDATE deliveries SET sealed_recipient = (SELECT sealed_recipient FROM deliveries"
            " WHERE delivery_id = 'notice-1') WHERE delivery_id = 'relay-1'"
        )

    with pytest.raises(KeyUnavailableError):
        store.get("relay-1")


def test_deliveries_survive_a_restart(tmp_path):
    first = open_parts(tmp_path)
    before = SqliteDeliveryStore(first.database, first.sealer, first.mac)
    before.plan_card(make_card())
    before.plan(make_relay(channel=Channel.ZALO_USER, recipient=RESIDENT))
    send(before, 1)
    before.mark_sent("relay-1", 1, "relayed", NOW)
    stored = [before.get("card-1"), before.get("relay-1")]
    first.database.close()

    second = open_parts(tmp_path)
    after = SqliteDeliveryStore(second.database, second.sealer, second.mac)

    assert [after.get("card-1"), after.get("relay-1")] == stored
    assert after.tip_of_message(RESIDENT, "relayed") == "tip-1"


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (lambda store: store.sends_since(UNIT, NOW), "delivery_messages_attempted"),
        (lambda store: store.cards_begun_since(UNIT, NOW), "delivery_messages_attempted"),
        (lambda store: store.last_digest_at(UNIT), "deliveries_digests"),
        (lambda store: store.is_known_message(GROUP, "id"), "delivery_messages_by_id"),
        (lambda store: store.of_tip("tip-1"), "deliveries_about"),
    ],
)
def test_questions_before_each_send_are_answered_by_an_index(
    tmp_path: Path, question: Callable[[DeliveryStore], object], index: str
):
    parts = open_parts(tmp_path)
    # The key is read once for a process, not before each send.
    parts.mac.digest("recipient", b"")
    asked: list[str] = []
    with parts.database.read() as connection:
        connection.set_trace_callback(asked.append)

    question(SqliteDeliveryStore(parts.database, parts.sealer, parts.mac))

    with parts.database.read() as connection:
        connection.set_trace_callback(None)
        (statement,) = [one for one in asked if one.startswith("SELECT")]
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    assert any(index in row["detail"] for row in plan), [row["detail"] for row in plan]
    assert not any(row["detail"].startswith("SCAN") for row in plan)
