"""Tips with their timeline and attachments, in SQLite; what is done with them: `cases.py`."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from functions.core.errors import CardCodeTakenError, ConflictError, NotFoundError
from functions.core.models import AttachmentState, Tip, TipStatus, TipSummary
from functions.core.ports import NewTip
from functions.stores.sealing import Sealer
from functions.stores.sqlite.database import Database, to_micros
from functions.stores.sqlite.jobs import insert_job
from functions.stores.sqlite.tip_rows import (
    SUMMARY_COLUMNS,
    StoredTip,
    insert_attachments,
    insert_timeline,
    open_tip,
    summary,
    tip_values,
)

Values = tuple[object, ...] | Mapping[str, object]
"""What a statement's marks stand for, by place or by name."""

_INSERT_TIP = """
    INSERT INTO tips (
        tip_id, card_code, receipt_hash, unit_id, addressed_unit_id, category, urgency, status,
        sealed, received_at, sealed_content, sealed_contact, contact_erase_after, erase_after,
        revision, due_at, sealed_case, sealed_chat, chat_hash, assignee_id, is_waiting
    ) VALUES (
        :tip_id, :card_code, :receipt_hash, :unit_id, :addressed_unit_id, :category, :urgency,
        :status, :sealed, :received_at, :sealed_content, :sealed_contact,
        :contact_erase_after, :erase_after,
        :revision, :due_at, :sealed_case, :sealed_chat, :chat_hash, :assignee_id, :is_waiting
    )
"""
_INSERT_SUBMISSION = """
    INSERT INTO submissions (submission_hash, tip_id, content_hash, repeatable_until)
    VALUES (?, ?, ?, ?)
"""
_LIST = f"""
    SELECT {SUMMARY_COLUMNS}
    FROM tips
    WHERE unit_id = ? AND (? IS NULL OR received_at < ?)
    ORDER BY received_at DESC, sequence DESC
    LIMIT ?
"""  # noqa: S608 - a constant
_BY_CARD_CODE = """
    SELECT * FROM tips
    WHERE card_code = :card_code AND (unit_id = :unit_id OR EXISTS (
        SELECT 1 FROM joint_units
        WHERE joint_units.unit_id = :unit_id AND joint_units.tip_id = tips.tip_id))
"""


class SqliteTipStore:
    """The port TipStore on the one database of this machine."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def add(self, new: NewTip) -> Tip | None:
        # Sealed before the lock is taken, opened after it is given back: others wait for it.
        values = tip_values(new, self._sealer)

        def find_or_insert(connection: sqlite3.Connection) -> StoredTip | None:
            earlier = _find_earlier(
                connection, new.submission_hash, new.content_hash, new.tip.received_at
            )
            if earlier is None:
                _insert(connection, new, values)
            return earlier

        earlier = self._database.write_together(find_or_insert)
        return None if earlier is None else open_tip(earlier, self._sealer)

    def find_submission(
        self, submission_hash: bytes, content_hash: bytes, now: datetime
    ) -> Tip | None:
        with self._database.read() as connection:
            earlier = _find_earlier(connection, submission_hash, content_hash, now)
        return None if earlier is None else open_tip(earlier, self._sealer)

    def get(self, tip_id: str) -> Tip:
        return self._get("SELECT * FROM tips WHERE tip_id = ?", (tip_id,))

    def by_card_code(self, unit_id: str, card_code: str) -> Tip:
        return self._get(_BY_CARD_CODE, {"unit_id": unit_id, "card_code": card_code})

    def by_receipt(self, receipt_hash: bytes) -> Tip:
        return self._get("SELECT * FROM tips WHERE receipt_hash = ?", (receipt_hash,))

    def list_for_unit(
        self, unit_id: str, limit: int, before: datetime | None = None
    ) -> list[TipSummary]:
        until = None if before is None else to_micros(before)
        with self._database.read() as connection:
            rows = connection.execute(_LIST, (unit_id, until, until, limit)).fetchall()
        return [summary(row) for row in rows]

    def all_ids(self) -> Iterable[str]:
        # Fetched whole: a read left open while the caller works would stop the writer.
        with self._database.read() as connection:
            rows = connection.execute("SELECT tip_id FROM tips ORDER BY sequence").fetchall()
        return [row["tip_id"] for row in rows]

    def set_attachment(
        self, attachment_id: str, state: AttachmentState, blob_key: str, clean_sha256: str
    ) -> None:
        with self._database.write() as connection:
            changed = connection.execute(
                "UPDATE attachments SET state = ?, blob_key = ?, clean_sha256 = ?"
                " WHERE attachment_id = ?",
                (state.value, blob_key, clean_sha256, attachment_id),
            ).rowcount
        if not changed:
            raise NotFoundError("no such attachment")

    def blob_keys(self) -> set[str]:
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT blob_key FROM attachments WHERE blob_key != ''"
            ).fetchall()
        return {row["blob_key"] for row in rows}

    def named_blobs(self, keys: Collection[str]) -> set[str]:
        # One reading of the table takes less than a question for each key.
        return self.blob_keys().intersection(keys) if keys else set()

    def counts(self) -> dict[str, int]:
        with self._database.read() as connection:
            total, erased = connection.execute(
                "SELECT count(*), count(*) FILTER (WHERE status = ?) FROM tips",
                (TipStatus.ERASED.value,),
            ).fetchone()
        # Nothing is set aside before the tray for suspects exists.
        return {"stored": total - erased, "set_aside": 0, "erased": erased}

    def _get(self, query: str, values: Values) -> Tip:
        with self._database.read() as connection:
            stored = _fetch(connection, query, values)
        if stored is None:
            raise NotFoundError("no such tip")
        return open_tip(stored, self._sealer)


def _fetch(connection: sqlite3.Connection, query: str, values: Values) -> StoredTip | None:
    row = connection.execute(query, values).fetchone()
    if row is None:
        return None
    tip_id = (row["tip_id"],)
    attachments = connection.execute(
        "SELECT * FROM attachments WHERE tip_id = ? ORDER BY position", tip_id
    ).fetchall()
    timeline = connection.execute(
        "SELECT at, status FROM timeline WHERE tip_id = ? ORDER BY sequence", tip_id
    ).fetchall()
    return StoredTip(row, attachments, timeline)


def _find_earlier(
    connection: sqlite3.Connection, submission_hash: bytes, content_hash: bytes, now: datetime
) -> StoredTip | None:
    known = connection.execute(
        "SELECT tip_id, content_hash, repeatable_until FROM submissions WHERE submission_hash = ?",
        (submission_hash,),
    ).fetchone()
    if known is None:
        return None
    if known["content_hash"] != content_hash or known["repeatable_until"] <= to_micros(now):
        raise ConflictError("the submission key was used for another tip, or long ago")
    return _fetch(connection, "SELECT * FROM tips WHERE tip_id = ?", (known["tip_id"],))


def _insert(connection: sqlite3.Connection, new: NewTip, values: dict[str, object]) -> None:
    tip = new.tip
    if connection.execute("SELECT 1 FROM tips WHERE card_code = ?", (tip.card_code,)).fetchone():
        raise CardCodeTakenError(tip.card_code)
    try:
        connection.execute(_INSERT_TIP, values)
        connection.execute(
            _INSERT_SUBMISSION,
            (new.submission_hash, tip.tip_id, new.content_hash, to_micros(new.repeatable_until)),
        )
        insert_attachments(connection, tip.tip_id, tip.attachments)
        insert_timeline(connection, tip.tip_id, tip.timeline)
    except sqlite3.IntegrityError as exc:
        raise ConflictError("an id of the tip, or its receipt, is taken") from exc
    for job in new.jobs:
        insert_job(connection, job)
