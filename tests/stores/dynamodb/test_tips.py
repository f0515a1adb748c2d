"""What is special to tips in DynamoDB: racing functions, lost answers, sealing, and cost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.core.errors import ConflictError, KeyUnavailableError, StoreUnavailableError
from functions.core.models import AttachmentState, Contact, TipContent
from functions.core.ports import NewTip
from functions.stores.dynamodb.table import Tables
from functions.stores.dynamodb.tip_items import tip_item, tip_key
from functions.stores.dynamodb.tips import DynamoTipStore
from functions.stores.sealing import Sealer
from tests.aws.engine import Engine
from tests.fakes.clock import START
from tests.fakes.new_tips import new_tip
from tests.stores.dynamodb.troubled import (
    EverySecond,
    LosesAnswers,
    cancelled,
    client_at,
    throttled,
    troubled,
)
from tests.stores.kit import fixed_sealer

WRITE = "TransactWriteItems"


@pytest.fixture
def tables(engine: Engine) -> Tables:
    return engine.tables()


@pytest.fixture
def store(tables: Tables) -> DynamoTipStore:
    return DynamoTipStore(tables, fixed_sealer())


def job_subjects(tables: Tables) -> list[str]:
    return [item["subject_id"] for item in tables.jobs.scan() if "subject_id" in item]


def test_same_submission_from_eight_threads_is_one_tip(
    store: DynamoTipStore, tables: Tables
) -> None:
    tips = [new_tip(submission="one") for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(store.add, tips))

    (tip_id,) = store.all_ids()
    assert answers.count(None) == 1
    assert {answer.tip_id for answer in answers if answer} == {tip_id}
    assert job_subjects(tables) == [tip_id]
    named = {photo.blob_key for photo in store.get(tip_id).attachments}
    assert store.blob_keys() == named


def test_lost_answer_is_asked_for_again_and_the_tip_is_new(
    store: DynamoTipStore, tables: Tables
) -> None:
    new = new_tip()
    shaky = DynamoTipStore(troubled(tables, WRITE, LosesAnswers(1)), fixed_sealer())

    answer = shaky.add(new)

    assert answer is None
    assert store.get(new.tip.tip_id) == new.tip
    assert job_subjects(tables) == [new.tip.tip_id]


def test_repeat_after_all_answers_were_lost_returns_the_stored_tip(
    store: DynamoTipStore, tables: Tables
) -> None:
    first, repeat = new_tip(submission="one"), new_tip(submission="one")
    shaky = DynamoTipStore(troubled(tables, WRITE, LosesAnswers(1), attempts=1), fixed_sealer())

    with pytest.raises(StoreUnavailableError):
        shaky.add(first)

    assert store.find_submission(repeat.submission_hash, repeat.content_hash, START) == first.tip
    assert store.add(repeat) == first.tip
    assert list(store.all_ids()) == [first.tip.tip_id]
    assert job_subjects(tables) == [first.tip.tip_id]


def test_very_tip_that_stands_is_not_taken_for_a_repeat_of_itself(
    store: DynamoTipStore, tables: Tables
) -> None:
    """Its photos would be wiped as those of a repeat."""
    new = new_tip()
    store.add(new)

    # As after a lost answer whose repeat came when the transaction's token was forgotten.
    answer = store.add(new)

    assert answer is None
    assert job_subjects(tables) == [new.tip.tip_id]


def test_table_that_throttles_every_second_call_stores_each_tip_once(
    store: DynamoTipStore, tables: Tables
) -> None:
    busy = DynamoTipStore(
        troubled(tables, WRITE, EverySecond(throttled), attempts=2), fixed_sealer()
    )
    tips = [new_tip() for _ in range(12)]

    def add_until_stored(new: NewTip) -> int:
        for refusals in range(20):
            try:
                busy.add(new)
            except StoreUnavailableError:
                continue
            return refusals
        raise AssertionError("never stored")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_until_stored, tips))

    stored = list(store.all_ids())
    assert sorted(stored) == sorted(new.tip.tip_id for new in tips)
    assert sorted(job_subjects(tables)) == sorted(stored)


def test_throttled_to_the_end_stores_nothing_and_says_so(
    store: DynamoTipStore, tables: Tables
) -> None:
    busy = DynamoTipStore(
        troubled(tables, WRITE, lambda _: throttled(), attempts=1), fixed_sealer()
    )
    new = new_tip()

    with pytest.raises(StoreUnavailableError, match=r"ProvisionedThroughputExceededException$"):
        busy.add(new)

    assert list(store.all_ids()) == []
    assert job_subjects(tables) == []


def test_refusal_while_another_transaction_is_at_work_is_asked_again(
    store: DynamoTipStore, tables: Tables
) -> None:
    """The receipt of a racing repeat may be seen before its submission is."""
    half_done = [cancelled("TransactionConflict", "None", "None", "ConditionalCheckFailed")]
    new = new_tip()
    racing = DynamoTipStore(
        troubled(tables, WRITE, lambda _: half_done.pop() if half_done else None), fixed_sealer()
    )

    answer = racing.add(new)

    assert answer is None
    assert store.get(new.tip.tip_id) == new.tip


def test_photo_recorded_by_many_at_once_names_exactly_what_the_tip_names(
    store: DynamoTipStore, tables: Tables
) -> None:
    new = new_tip(photos=2)
    store.add(new)
    first, second = new.tip.attachments

    def record(number: int) -> None:
        store.set_attachment(
            first.attachment_id, AttachmentState.CLEAN, f"clean-{number}", f"{number:064d}"
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(record, range(12)))

    recorded = store.get(new.tip.tip_id).attachments[0]
    assert recorded.clean_sha256 == recorded.blob_key.removeprefix("clean-").zfill(64)
    assert store.blob_keys() == {recorded.blob_key, second.blob_key}


def test_photo_that_others_change_without_end_is_not_recorded(
    store: DynamoTipStore, tables: Tables
) -> None:
    new = new_tip()
    store.add(new)
    always_late = troubled(tables, WRITE, lambda _: cancelled("ConditionalCheckFailed"))
    photo = new.tip.attachments[0]

    with pytest.raises(StoreUnavailableError):
        DynamoTipStore(always_late, fixed_sealer()).set_attachment(
            photo.attachment_id, AttachmentState.CLEAN, "clean-copy", "ab12"
        )

    assert store.get(new.tip.tip_id) == new.tip
    assert store.blob_keys() == {photo.blob_key}


def test_same_blob_named_by_two_tips_is_refused(store: DynamoTipStore) -> None:
    first, second = new_tip(), new_tip()
    store.add(first)
    taken = replace(second.tip.attachments[0], blob_key=first.tip.attachments[0].blob_key)

    with pytest.raises(ConflictError):
        store.add(replace(second, tip=replace(second.tip, attachments=(taken,))))

    assert list(store.all_ids()) == [first.tip.tip_id]


def test_unreachable_store_says_so_and_not_what_was_to_be_written() -> None:
    nowhere = client_at("http://127.0.0.1:9", attempts=1)
    store = DynamoTipStore(Tables.named(nowhere, "t"), fixed_sealer())

    with pytest.raises(StoreUnavailableError, match=r"^EndpointConnectionError$"):
        store.add(new_tip())


def test_list_for_unit_opens_nothing(store: DynamoTipStore, tables: Tables) -> None:
    new = new_tip()
    store.add(new)
    keyless = DynamoTipStore(tables, Sealer({b"otherkey": bytes(32)}, newest=b"otherkey"))

    rows = keyless.list_for_unit("phuong-tan-an", limit=10)

    assert [row.tip_id for row in rows] == [new.tip.tip_id]
    with pytest.raises(KeyUnavailableError):
        keyless.get(new.tip.tip_id)


def test_index_of_a_unit_holds_tips_only_and_nothing_sealed(
    store: DynamoTipStore, tables: Tables
) -> None:
    new = new_tip(photos=2)
    store.add(new)

    (row,) = tables.tips.scan(IndexName="by_unit", ConsistentRead=False)

    assert set(row) == {
        "pk", "sk", "unit_id", "received_order", "tip_id", "card_code", "category", "urgency",
        "status", "received_at", "photo_count",
    }  # fmt: skip


def test_content_moved_to_another_tip_stays_shut(store: DynamoTipStore, tables: Tables) -> None:
    one, two = new_tip(), new_tip()
    store.add(one)
    store.add(two)
    items = [tables.tips.get(tip_key(new.tip.tip_id)) for new in (one, two)]
    tables.tips.put({**(items[1] or {}), "sealed_content": (items[0] or {})["sealed_content"]})

    with pytest.raises(KeyUnavailableError):
        store.get(two.tip.tip_id)


def test_erased_content_reads_as_empty(store: DynamoTipStore, tables: Tables) -> None:
    new = new_tip()
    store.add(new)
    item = tables.tips.get(tip_key(new.tip.tip_id)) or {}
    tables.tips.put({**item, "sealed_content": None, "sealed_contact": None})

    tip = store.get(new.tip.tip_id)

    assert (tip.content, tip.contact) == (TipContent(text=""), Contact())


def test_retention_times_stand_beside_what_they_end(store: DynamoTipStore, tables: Tables) -> None:
    tips = [new_tip(), new_tip(contact=Contact())]
    for new in tips:
        store.add(new)

    kept = [tables.tips.get(tip_key(new.tip.tip_id)) or {} for new in tips]

    year = 365 * 86_400 * 1_000_000
    assert [item["erase_after"] - item["received_at"] for item in kept] == [year, year]
    assert kept[0]["contact_erase_after"] - kept[0]["received_at"] == year
    assert kept[1]["contact_erase_after"] is None


@given(text=st.text(min_size=1, max_size=5000), place=st.text(max_size=200))
@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,  # each example waits for the engine
)
def test_any_text_comes_back_as_it_was(store: DynamoTipStore, text: str, place: str) -> None:
    new = new_tip(content=TipContent(text=text, place=place))

    store.add(new)

    assert store.get(new.tip.tip_id).content == TipContent(text=text, place=place)


@pytest.mark.parametrize("stored", [10, 1_000])
def test_page_of_a_list_costs_the_same_however_many_tips_there_are(
    tables: Tables, stored: int
) -> None:
    fill(tables, stored)
    counted: list[dict[str, Any]] = []
    client = client_at(tables.tips.client.meta.endpoint_url, attempts=1)
    client.meta.events.register(
        "provide-client-params.dynamodb",
        lambda params, **_: {**params, "ReturnConsumedCapacity": "TOTAL"},
    )
    client.meta.events.register("after-call.dynamodb", lambda parsed, **_: counted.append(parsed))
    store = DynamoTipStore(
        Tables.named(client, tables.tips.name.removesuffix("-tips")), fixed_sealer()
    )

    rows = store.list_for_unit("phuong-tan-an", limit=5)

    assert len(rows) == 5
    listed, read = counted
    assert (listed["ScannedCount"], listed["ConsumedCapacity"]["CapacityUnits"]) == (5, 0.5)
    # The rows of the page themselves, for the index tells nothing of the case.
    assert [len(items) for items in read["Responses"].values()] == [5]


def fill(tables: Tables, count: int) -> None:
    """Put tips into the table without what leads to them: a list needs only these."""
    requests = [
        {"PutRequest": {"Item": tables.tips.put_part(item)["Put"]["Item"]}}
        for item in (tip_item(new_tip(photos=0), fixed_sealer()) for _ in range(count))
    ]
    for start in range(0, count, 25):
        asked: Any = {tables.tips.name: requests[start : start + 25]}
        tables.tips.client.batch_write_item(RequestItems=asked)
