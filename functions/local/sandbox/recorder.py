"""The record of every call (T11), so that a test can show what never left the system."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from functions.local.sandbox.calls import MULTIPART_TYPE, Answer, Call, sha256_hex
from functions.local.sandbox.faults import Rule, Subject

KEPT_REQUESTS = 20_000


def record(
    db: sqlite3.Connection,
    at_ms: int,
    call: Call,
    subject: Subject,
    rule: Rule | None,
    answer: Answer,
) -> None:
    """Write down a call and its answer; only the newest calls are kept."""
    cut = rule is not None and rule.cuts
    entry = {
        "method": call.method,
        "path": call.path,
        "query": call.query,
        "headers": call.headers,
        **_body_record(call),
        "oa_id": subject.oa_id,
        "unit_id": subject.unit_id,
        "fault": None if rule is None else rule.kind,
        "status": None if cut else answer.status,
        "error": answer.error_code() if rule is None or rule.kind == "error" else None,
    }
    cursor = db.execute(
        "INSERT INTO requests (at_ms, record) VALUES (?, ?)",
        (at_ms, json.dumps(entry, ensure_ascii=False)),
    )
    db.execute("DELETE FROM requests WHERE id <= ?", ((cursor.lastrowid or 0) - KEPT_REQUESTS,))


def recorded_since(db: sqlite3.Connection, since: int, limit: int) -> list[dict[str, Any]]:
    """Calls with an id above `since`, oldest first."""
    rows = db.execute("SELECT * FROM requests WHERE id > ? ORDER BY id LIMIT ?", (since, limit))
    return [{"id": row["id"], "time_ms": row["at_ms"], **json.loads(row["record"])} for row in rows]


def _body_record(call: Call) -> dict[str, object]:
    entry: dict[str, object] = {
        "body": None,
        "body_sha256": sha256_hex(call.body),
        "body_size": len(call.body),
    }
    if call.content_type == MULTIPART_TYPE:
        entry["parts"] = [
            {
                "name": part.name,
                "file_name": part.file_name,
                "content_type": part.content_type,
                "size": len(part.content),
                "sha256": sha256_hex(part.content),
            }
            for part in call.parts
        ]
        return entry
    try:
        entry["body"] = call.body.decode("utf-8")
    except UnicodeDecodeError:
        # Binary: the digest and the size above stand for it.
        return entry
    return entry
