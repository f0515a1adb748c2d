"""What is special to cases in DynamoDB: one item with many writers, lists, older items."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deploy.aws.older_tips import list_in
from functions.core.deadlines import STANDARD
from functions.core.errors import ConflictError, StoreUnavailableError
from functions.core.models import (
    Attachment,
    AttachmentState,
    CaseEntry,
    CaseState,
    ChatAddress,
    EntryKind,
    MediaKind,
    Tip,
    TipStatus,
    Via,
)
from functions.stores.dynamodb.cases import DynamoCaseStore
from functions.stores.dynamodb.table import Tables
from functions.stores.dynamodb.tip_items import OPEN_KEYS, tip_key
from functions.stores.dynamodb.tips import DynamoTipStore
from tests.aws.engine import Engine
from tests.fakes.clock import START
from tests.fakes.new_tips import chat_hash, new_tip
from tests.stores.dynamodb.counting import counted
from tests.stores.dynamodb.test_sealed_at_rest import everything
from tests.stores.dynamodb.troubled import LosesAnswers, troubled
from tests.stores.kit import fixed_sealer

OWN, OTHER = "phuong-tan-an", "doi-ma-tuy"
NEW_ATTRIBUTES = (
    *OPEN_KEYS, "revision", "due_at", "sealed_case", "sealed_chat", "chat_hash", "assignee_id",
    "is_waiting",
)  # fmt: skip
"""What the version before cases did not write."""


@pytest.fixture
def tables(engine: Engine) -> Tables:
    return engine.tables()


@pytest.fixture
def tips(tables: Tables) -> DynamoTipStore:
    return DynamoTipStore(tables, fixed_sealer())


@pytest.fixture
def cases(tables: Tables) -> DynamoCaseStore:
    return DynamoCaseStore(tables, fixed_sealer())


def add(tips: DynamoTipStore, **fields: Any) -> Tip:
    new = new_tip(**fields)
    assert tips.add(new) is None
    return new.tip


def entry_of(before: Tip, entry_id: str, **fields: Any) -> CaseEntry:
    return CaseEntry(
        entry_id=entry_id,
        tip_id=before.tip_id,
        position=before.revision + 1,
        at=START,
        kind=EntryKind.STARTED,
        unit_id=before.unit_id,
        via=Via.CASE_PAGE,
        **fields,
    )


def change(cases: DynamoCaseStore, before: Tip, entry_id: str = "act", **changes: Any) -> Tip:
    """Let the tip be changed by an act; return it as it is then."""
    after = replace(before, revision=before.revision + 1, **changes)
    assert cases.change(before, after, entry_of(before, entry_id), ())
    return after


def make_older(tables: Tables, tip: Tip) -> None:
    """Let the tip's item be as the version before cases wrote it."""
    item = tables.tips.get(tip_key(tip.tip_id)) or {}
    for name in NEW_ATTRIBUTES:
        item.pop(name, None)
    for photo in item["attachments"].values():
        del photo["kind"], photo["entry_id"]
    tables.tips.put(item)


def joint_items(tables: Tables) -> list[str]:
    return [item["sk"] for item in tables.tips.scan() if item["sk"].startswith("JOINT#")]


def ids(cases: DynamoCaseStore, unit_id: str, limit: int = 10) -> list[str]:
    return [row.tip_id for row in cases.open_for_unit(unit_id, limit)]


def test_of_eight_functions_that_do_the_same_act_one_does_it(
    tips: DynamoTipStore, cases: DynamoCaseStore
) -> None:
    before = add(tips)
    after = replace(before, revision=1, status=TipStatus.IN_PROGRESS)
    entry = entry_of(before, "the-act")

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: cases.change(before, after, entry, ()), range(8)))

    assert sorted(done) == [False] * 7 + [True]
    assert cases.entries(before.tip_id) == [entry]


def test_of_eight_different_acts_on_one_revision_one_gets_through(
    tips: DynamoTipStore, cases: DynamoCaseStore
) -> None:
    before = add(tips)
    after = replace(before, revision=1)

    def act(number: int) -> bool:
        try:
            return cases.change(before, after, entry_of(before, f"act-{number}"), ())
        except ConflictError:
            return False

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(act, range(8)))

    assert sum(done) == 1
    assert [one.position for one in cases.entries(before.tip_id)] == [1]
    assert tips.get(before.tip_id).revision == 1


def test_an_act_whose_answer_was_lost_is_done_once_and_known(
    tips: DynamoTipStore, cases: DynamoCaseStore, tables: Tables
) -> None:
    before = add(tips)
    lost = troubled(tables, "TransactWriteItems", LosesAnswers(1), attempts=1)
    after, entry = replace(before, revision=1), entry_of(before, "the-act")

    with pytest.raises(StoreUnavailableError):
        DynamoCaseStore(lost, fixed_sealer()).change(before, after, entry, ())

    assert cases.entry(before.tip_id, "the-act") == entry
    assert cases.change(before, after, entry, ()) is False


def test_a_photo_cleaned_between_reading_and_acting_stays_clean(
    tips: DynamoTipStore, cases: DynamoCaseStore
) -> None:
    before = add(tips)
    (photo,) = before.attachments
    voice = Attachment(
        "voice-1", 2, AttachmentState.KEPT, "blob-2", kind=MediaKind.VOICE, entry_id="act"
    )
    tips.set_attachment(photo.attachment_id, AttachmentState.CLEAN, "clean-1", "ab")

    change(cases, before, attachments=(photo, voice))
    tips.set_attachment("voice-1", AttachmentState.KEPT, "blob-3", "")

    clean, kept = tips.get(before.tip_id).attachments
    assert (clean.state, clean.blob_key) == (AttachmentState.CLEAN, "clean-1")
    assert kept == replace(voice, blob_key="blob-3")
    assert tips.named_blobs({"clean-1", "blob-2", "blob-3"}) == {"clean-1", "blob-3"}


def test_an_entry_is_one_read_and_tells_nothing_to_who_has_no_key(
    tips: DynamoTipStore, cases: DynamoCaseStore, tables: Tables
) -> None:
    before = add(tips)
    entry = entry_of(before, "act", actor_name="Nguyen-Thi-Ngoc-Lan", text="o-so-nha-15")
    case = CaseState(verified_place="hem-15-Mai-Hac-De")
    cases.change(before, replace(before, revision=1, case=case), entry, ())
    watched, reads = counted(tables)

    found = DynamoCaseStore(watched, fixed_sealer()).entry(before.tip_id, "act")

    assert (found, reads.items) == (entry, 1)
    seen = b"\n".join(everything(tables))
    for word in ("Nguyen-Thi-Ngoc-Lan", "o-so-nha-15", "hem-15-Mai-Hac-De"):
        assert word.encode() not in seen


def test_a_unit_that_works_on_it_too_has_it_on_its_list_while_it_is_open(
    tips: DynamoTipStore, cases: DynamoCaseStore, tables: Tables
) -> None:
    joint = CaseState(joint_unit_ids=(OTHER,))
    tip = change(cases, add(tips), "joined", case=joint)
    on_list = ids(cases, OTHER)

    tip = change(cases, tip, "closed", status=TipStatus.RESOLVED)
    closed, items = ids(cases, OTHER), joint_items(tables)
    tip = change(cases, tip, "wrote", case=replace(joint, is_waiting=True))
    waiting = ids(cases, OTHER)
    change(cases, tip, "moved", unit_id=OTHER, case=CaseState(is_waiting=True))

    assert on_list == waiting == ids(cases, OTHER) == [tip.tip_id]
    assert (closed, items, joint_items(tables)) == ([], [], [])
    assert ids(cases, OWN) == []


def test_the_list_costs_what_it_shows_and_not_the_history(
    tips: DynamoTipStore, cases: DynamoCaseStore, tables: Tables
) -> None:
    for number in range(12):
        tip = add(tips, received_at=START + timedelta(minutes=number), photos=0)
        if number < 9:
            change(cases, tip, status=TipStatus.RESOLVED)
    watched, reads = counted(tables)

    found = ids(DynamoCaseStore(watched, fixed_sealer()), OWN, limit=2)

    assert len(found) == 2
    assert reads.items == 2


def test_a_chat_that_was_taken_back_leads_nowhere_and_leaves_no_mark(
    tips: DynamoTipStore, cases: DynamoCaseStore, tables: Tables
) -> None:
    chat = ChatAddress(OWN, "user-77001")
    tip = add(tips, chat=chat)

    change(cases, tip, chat=None)

    assert cases.latest_of_chat(chat_hash(chat)) is None
    seen = b"\n".join(everything(tables))
    assert chat_hash(chat) not in seen
    assert chat_hash(chat).hex().encode() not in seen
    assert b"user-77001" not in seen


def test_a_tip_of_the_version_before_is_read_and_acted_on(
    tips: DynamoTipStore, cases: DynamoCaseStore, tables: Tables
) -> None:
    tip = add(tips)
    make_older(tables, tip)

    read = tips.get(tip.tip_id)
    change(cases, read, status=TipStatus.ACKNOWLEDGED)

    assert read == replace(tip, due_at=tip.received_at + STANDARD.classify)
    assert tips.get(tip.tip_id).status is TipStatus.ACKNOWLEDGED
    assert ids(cases, OWN) == [tip.tip_id]
    with pytest.raises(ConflictError):
        cases.change(read, replace(read, revision=1), entry_of(read, "late"), ())


def test_who_deploys_puts_open_tips_of_the_version_before_on_the_list_once(
    tips: DynamoTipStore, cases: DynamoCaseStore, tables: Tables
) -> None:
    newer, older = add(tips, received_at=START + timedelta(hours=1)), add(tips)
    closed = add(tips, status=TipStatus.RESOLVED)
    for tip in (older, closed):
        make_older(tables, tip)
    before = ids(cases, OWN)

    counts = [list_in(tables.tips) for _ in range(2)]

    assert (before, counts) == ([newer.tip_id], [1, 0])
    assert ids(cases, OWN) == [older.tip_id, newer.tip_id]
    assert tips.get(closed.tip_id).status is TipStatus.RESOLVED
