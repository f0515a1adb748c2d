"""Cases in SQLite: what stands in the file, what a crash leaves, and rows of before them."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from functions.core.errors import KeyUnavailableError
from functions.core.models import (
    CaseEntry,
    CaseState,
    ChatAddress,
    Contact,
    EntryKind,
    Outcome,
    OutcomeItem,
    Tip,
    TipStatus,
    Via,
)
from functions.stores.sqlite import cases as sqlite_cases
from functions.stores.sqlite.cases import SqliteCaseStore
from functions.stores.sqlite.database import Database, to_micros
from functions.stores.sqlite.tips import SqliteTipStore
from tests.fakes.clock import START
from tests.fakes.new_tips import chat_hash, new_tip
from tests.stores.children import child
from tests.stores.kit import fixed_sealer, migrated_database

DAY = timedelta(days=1)
CHAT = ChatAddress("phuong-tan-an", "resident-4711")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return migrated_database(tmp_path / "data")


@pytest.fixture
def tips(database: Database) -> SqliteTipStore:
    return SqliteTipStore(database, fixed_sealer())


@pytest.fixture
def cases(database: Database) -> SqliteCaseStore:
    return SqliteCaseStore(database, fixed_sealer())


def an_entry(tip: Tip, **changes: object) -> CaseEntry:
    usual = CaseEntry(
        "act-1", tip.tip_id, tip.revision + 1, START, EntryKind.TAKEN, tip.unit_id, Via.GROUP
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def after(tip: Tip, **changes: object) -> Tip:
    return replace(tip, revision=tip.revision + 1, **changes)  # type: ignore[arg-type]


def contents(database: Database) -> bytes:
    return b"".join(path.read_bytes() for path in database.data_dir.iterdir())


def test_no_file_of_the_data_folder_shows_what_a_case_says(
    tips: SqliteTipStore, cases: SqliteCaseStore, database: Database
) -> None:
    words = ["hem-14-cho-Tan-An", "bat-qua-tang", "ong-tiem", "ma-tuy-tong-hop", "da-toi-noi"]
    place, outcome, found, test, text = words
    tip = new_tip(chat=CHAT)
    tips.add(tip)
    case = CaseState(
        assignee_id="officer-1",
        verified_place=place,
        outcome=Outcome(outcome, objects=(OutcomeItem(found, 2),), tests=(OutcomeItem(test, 6),)),
    )

    cases.change(
        tip.tip,
        after(tip.tip, case=case),
        an_entry(tip.tip, actor_name="Tran-Van-Binh", text=text),
        (),
    )
    # Killed with its journal on the disk, which holds copies of the pages.
    with child("write-until-killed", database.data_dir) as writer:
        writer.go()
        writer.wait_until("writing")
        writer.kill()

    copied = contents(database)
    assert b"officer-1" in copied
    for word in [*words, "Tran-Van-Binh", CHAT.user_id]:
        assert word.encode() not in copied


def test_the_bytes_of_a_withdrawn_contact_and_chat_are_gone_from_the_file(
    tips: SqliteTipStore, cases: SqliteCaseStore, database: Database
) -> None:
    new = new_tip(chat=CHAT)
    tips.add(new)
    with database.read() as connection:
        row = connection.execute("SELECT sealed_contact, sealed_chat, chat_hash FROM tips")
        sealed = list(row.fetchone())
    before = contents(database)

    cases.change(new.tip, after(new.tip, contact=Contact(), chat=None), an_entry(new.tip), ())

    assert sealed[2] == chat_hash(CHAT)
    assert all(value in before for value in sealed)
    left = contents(database)
    assert not any(value in left for value in sealed)
    with database.read() as connection:
        kept = connection.execute("SELECT contact_erase_after FROM tips").fetchone()[0]
    assert kept is None


@pytest.mark.parametrize(
    "column", ["tips.sealed_case", "tips.sealed_chat", "case_entries.sealed_words"]
)
def test_what_was_sealed_for_one_tip_stays_shut_in_another(
    tips: SqliteTipStore, cases: SqliteCaseStore, database: Database, column: str
) -> None:
    one, two = new_tip(chat=CHAT), new_tip(chat=CHAT)
    for new in (one, two):
        tips.add(new)
        acted = after(new.tip, case=CaseState(assignee_id="officer-1"))
        cases.change(new.tip, acted, an_entry(new.tip, text="words"), ())
    table, name = column.split(".")
    with database.write() as connection:
        connection.execute(
            f"UPDATE {table} SET {name} = (SELECT {name} FROM {table} WHERE tip_id = ?)"
            " WHERE tip_id = ?",
            (one.tip.tip_id, two.tip.tip_id),
        )

    read = tips.get if table == "tips" else cases.entries
    with pytest.raises(KeyUnavailableError):
        read(two.tip.tip_id)


def test_who_is_killed_in_the_middle_of_an_act_has_not_done_it(
    tips: SqliteTipStore, cases: SqliteCaseStore, database: Database
) -> None:
    new = new_tip(chat=CHAT)
    tips.add(new)
    with child("act-until-killed", database.data_dir, new.tip.tip_id) as writer:
        writer.go()
        writer.wait_until("all but the job is written")
        writer.kill()

    stood = tips.get(new.tip.tip_id)
    is_done_then = cases.change(
        new.tip, after(new.tip, case=CaseState(is_waiting=True)), an_entry(new.tip), ()
    )

    assert stood == new.tip
    assert is_done_then
    assert len(cases.entries(new.tip.tip_id)) == 1
    assert cases.latest_of_chat(chat_hash(CHAT)) == new.tip.tip_id


_INSERT_BY_OLD_CODE = """
    INSERT INTO tips (
        tip_id, card_code, receipt_hash, unit_id, addressed_unit_id, category, urgency, status,
        sealed, received_at, sealed_content, sealed_contact, contact_erase_after, erase_after
    ) VALUES (?, ?, ?, 'phuong-tan-an', 'phuong-tan-an', 'gay-roi', 'normal', ?, 0, ?, NULL, NULL,
        NULL, 0)
"""


def stored_by_old_code(database: Database, tip_id: str, status: TipStatus) -> None:
    """Write the row that the code of before migration 003 writes, also on tables after it."""
    with database.write() as connection:
        connection.execute(
            _INSERT_BY_OLD_CODE,
            (tip_id, f"TB-{tip_id}", tip_id.encode(), status.value, to_micros(START)),
        )
        connection.execute(
            "INSERT INTO attachments (attachment_id, tip_id, position, state, blob_key,"
            " clean_sha256) VALUES (?, ?, 1, 'clean', 'key', 'ab12')",
            (f"photo-of-{tip_id}", tip_id),
        )


def test_a_tip_that_older_code_stored_is_open_and_due_a_day_after_its_receipt(
    tips: SqliteTipStore, cases: SqliteCaseStore, database: Database
) -> None:
    later = new_tip(received_at=START + DAY / 2)
    tips.add(later)
    stored_by_old_code(database, "old", TipStatus.RECEIVED)

    rows = cases.open_for_unit("phuong-tan-an", 10)
    old = tips.get("old")

    assert [row.tip_id for row in rows] == ["old", later.tip.tip_id]
    assert (rows[0].due_at, rows[0].photo_count) == (START + DAY, 1)
    assert old.due_at == START + DAY
    assert (old.revision, old.case, old.chat) == (0, CaseState(), None)


def test_officers_can_work_on_a_tip_that_older_code_stored(
    tips: SqliteTipStore, cases: SqliteCaseStore, database: Database
) -> None:
    stored_by_old_code(database, "old", TipStatus.RECEIVED)
    old = tips.get("old")
    taken = after(old, case=CaseState(assignee_id="officer-1"), due_at=START + 20 * DAY)

    is_done = cases.change(old, taken, an_entry(old), ())

    assert is_done
    assert tips.get("old") == taken


def test_an_old_tip_that_was_erased_is_neither_open_nor_due(
    tips: SqliteTipStore, cases: SqliteCaseStore, database: Database
) -> None:
    stored_by_old_code(database, "old", TipStatus.ERASED)

    assert cases.open_for_unit("phuong-tan-an", 10) == []
    assert tips.get("old").due_at is None


def test_the_list_of_open_cases_reads_no_closed_one(database: Database) -> None:
    with database.read() as connection:
        plan = connection.execute(
            f"EXPLAIN QUERY PLAN {sqlite_cases._OPEN_FOR_UNIT}",
            {"unit_id": "phuong-tan-an", "limit": 10, "first_clock": 0},
        ).fetchall()

    steps = [row["detail"] for row in plan]
    assert any("INDEX tips_open" in step for step in steps), steps
    assert not any(step.startswith("SCAN tips") for step in steps), steps


def test_the_latest_tip_of_a_chat_is_found_by_an_index(database: Database) -> None:
    asked: list[str] = []
    with database.read() as connection:
        connection.set_trace_callback(asked.append)

    SqliteCaseStore(database, fixed_sealer()).latest_of_chat(b"hash")

    with database.read() as connection:
        connection.set_trace_callback(None)
        (statement,) = [one for one in asked if one.startswith("SELECT")]
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    assert [row["detail"] for row in plan] == ["SEARCH tips USING INDEX tips_by_chat (chat_hash=?)"]


def test_a_database_of_before_cases_gets_its_tables_with_what_it_holds(tmp_path: Path) -> None:
    database = migrated_database(tmp_path / "data")
    stored_by_old_code(database, "old", TipStatus.RECEIVED)
    _take_migration_back(database)

    database.migrate()

    assert SqliteTipStore(database, fixed_sealer()).get("old").due_at == START + DAY
    assert SqliteCaseStore(database, fixed_sealer()).entries("old") == []


def _take_migration_back(database: Database) -> None:
    """Make the tables those of before migration 003, with their rows."""
    with database.write() as connection:
        tables = {
            row["name"]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        for name in ("tips_open", "tips_by_chat", "jobs_unfinished", "deliveries_about"):
            connection.execute(f"DROP INDEX {name}")
        for name in (
            "case_entries",
            "joint_units",
            "events",
            "counters",
            "message_aliases",
            "mailboxes",
        ):
            assert name in tables
            connection.execute(f"DROP TABLE {name}")
        _drop_columns(connection)
        connection.execute("PRAGMA user_version = 2")


def _drop_columns(connection: sqlite3.Connection) -> None:
    added = {
        "tips": (
            "revision",
            "due_at",
            "sealed_case",
            "sealed_chat",
            "chat_hash",
            "assignee_id",
            "is_waiting",
        ),
        "attachments": ("kind", "entry_id"),
        "deliveries": ("sealed_recipient", "purpose", "about_tip_id", "entry_id"),
        "alarms": ("told_at",),
    }
    for table, columns in added.items():
        for column in columns:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
