"""What is done with tips: acts, the record of each case, and the lists of open ones, in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from functions.core.deadlines import STANDARD
from functions.core.errors import ConflictError, NotFoundError
from functions.core.models import CaseEntry, EntryKind, Job, Tip, TipStatus, TipSummary, Via
from functions.stores.sealed_tips import open_entry, seal_entry
from functions.stores.sealing import Sealer
from functions.stores.sqlite.database import Database, from_micros, to_micros
from functions.stores.sqlite.jobs import insert_job
from functions.stores.sqlite.tip_rows import (
    SUMMARY_COLUMNS,
    case_values,
    insert_attachments,
    insert_timeline,
    summary,
)

_UPDATE_TIP = """
    UPDATE tips SET
        revision = :revision, unit_id = :unit_id, status = :status, due_at = :due_at,
        sealed_case = :sealed_case, assignee_id = :assignee_id, is_waiting = :is_waiting,
        sealed_contact = CASE WHEN :has_contact THEN sealed_contact END,
        contact_erase_after = CASE WHEN :has_contact THEN contact_erase_after END,
        sealed_chat = CASE WHEN :has_chat THEN sealed_chat END,
        chat_hash = CASE WHEN :has_chat THEN chat_hash END
    WHERE tip_id = :tip_id AND revision = :read_revision
"""
_INSERT_ENTRY = """
    INSERT INTO case_entries (
        tip_id, position, entry_id, at, kind, unit_id, via, actor_id, sealed_words, about, status
    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# The very words of the index `tips_open`, or it would not be used.
_IS_OPEN = "(status NOT IN ('resolved', 'out_of_scope', 'duplicate', 'erased') OR is_waiting = 1)"
_OPEN_FOR_UNIT = f"""
    WITH found AS (
        SELECT sequence FROM tips WHERE unit_id = :unit_id AND {_IS_OPEN}
        UNION
        SELECT sequence FROM joint_units JOIN tips USING (tip_id)
        WHERE joint_units.unit_id = :unit_id AND {_IS_OPEN}
    )
    SELECT {SUMMARY_COLUMNS} FROM found JOIN tips USING (sequence)
    ORDER BY COALESCE(due_at, received_at + :first_clock), sequence
    LIMIT :limit
"""  # noqa: S608 - joined from the constants above
_FIRST_CLOCK = int(STANDARD.classify.total_seconds() * 1_000_000)


class SqliteCaseStore:
    """The port CaseStore on the one database of this machine."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def change(self, before: Tip, after: Tip, entry: CaseEntry, jobs: Sequence[Job]) -> bool:
        # Sealed before the lock is taken: others wait for it.
        values = self._tip_values(before, after)
        words = seal_entry(entry.tip_id, entry.entry_id, entry.actor_name, entry.text, self._sealer)
        with self._database.write() as connection:
            if _fetch_entry(connection, before.tip_id, entry.entry_id) is not None:
                return False
            if connection.execute(_UPDATE_TIP, values).rowcount == 0:
                _refuse(connection, before.tip_id)
            _insert_rest(connection, before, after, entry, words)
            for job in jobs:
                insert_job(connection, job)
        return True

    def entries(self, tip_id: str) -> list[CaseEntry]:
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM case_entries WHERE tip_id = ? ORDER BY position", (tip_id,)
            ).fetchall()
        return [self._entry(row) for row in rows]

    def entry(self, tip_id: str, entry_id: str) -> CaseEntry | None:
        with self._database.read() as connection:
            row = _fetch_entry(connection, tip_id, entry_id)
        return None if row is None else self._entry(row)

    def open_for_unit(self, unit_id: str, limit: int) -> list[TipSummary]:
        values = {"unit_id": unit_id, "limit": limit, "first_clock": _FIRST_CLOCK}
        with self._database.read() as connection:
            rows = connection.execute(_OPEN_FOR_UNIT, values).fetchall()
        return [summary(row) for row in rows]

    def latest_of_chat(self, chat_hash: bytes) -> str | None:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT tip_id FROM tips WHERE chat_hash = ? ORDER BY sequence DESC LIMIT 1",
                (chat_hash,),
            ).fetchone()
        return None if row is None else str(row["tip_id"])

    def _tip_values(self, before: Tip, after: Tip) -> dict[str, object]:
        return {
            "tip_id": before.tip_id,
            "read_revision": before.revision,
            "revision": after.revision,
            "unit_id": after.unit_id,
            "status": after.status.value,
            "has_contact": bool(after.contact),
            "has_chat": after.chat is not None,
            **case_values(after, self._sealer),
        }

    def _entry(self, row: sqlite3.Row) -> CaseEntry:
        name, text = open_entry(row["tip_id"], row["entry_id"], row["sealed_words"], self._sealer)
        return CaseEntry(
            entry_id=row["entry_id"],
            tip_id=row["tip_id"],
            position=row["position"],
            at=from_micros(row["at"]),
            kind=EntryKind(row["kind"]),
            unit_id=row["unit_id"],
            via=Via(row["via"]),
            actor_id=row["actor_id"],
            actor_name=name,
            text=text,
            about=row["about"],
            status=None if row["status"] is None else TipStatus(row["status"]),
        )


def _fetch_entry(connection: sqlite3.Connection, tip_id: str, entry_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM case_entries WHERE tip_id = ? AND entry_id = ?", (tip_id, entry_id)
    ).fetchone()
    return row


def _refuse(connection: sqlite3.Connection, tip_id: str) -> None:
    """Say why the tip could not be changed."""
    if connection.execute("SELECT 1 FROM tips WHERE tip_id = ?", (tip_id,)).fetchone() is None:
        raise NotFoundError("no such tip")
    raise ConflictError("the case was changed since it was read")


def _insert_rest(
    connection: sqlite3.Connection, before: Tip, after: Tip, entry: CaseEntry, words: bytes
) -> None:
    """Write what an act adds beside the tip's own row."""
    known = {one.attachment_id for one in before.attachments}
    added = [one for one in after.attachments if one.attachment_id not in known]
    try:
        connection.execute(_INSERT_ENTRY, _entry_values(entry, words))
        insert_attachments(connection, before.tip_id, added)
    except sqlite3.IntegrityError as exc:
        raise ConflictError("a place in the case, or an attachment's id, is taken") from exc
    insert_timeline(connection, before.tip_id, after.timeline[len(before.timeline) :])
    if after.case.joint_unit_ids != before.case.joint_unit_ids:
        connection.execute("DELETE FROM joint_units WHERE tip_id = ?", (before.tip_id,))
        connection.executemany(
            "INSERT INTO joint_units (unit_id, tip_id) VALUES (?, ?)",
            [(unit_id, before.tip_id) for unit_id in dict.fromkeys(after.case.joint_unit_ids)],
        )


def _entry_values(entry: CaseEntry, words: bytes) -> tuple[object, ...]:
    return (
        entry.tip_id,
        entry.position,
        entry.entry_id,
        to_micros(entry.at),
        entry.kind.value,
        entry.unit_id,
        entry.via.value,
        entry.actor_id,
        words,
        entry.about,
        None if entry.status is None else entry.status.value,
    )
