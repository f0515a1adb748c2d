"""Webhook events on their way out, kept in the state until they are answered (W1, W5, W6)."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from functions.local.sandbox.clock import SECOND
from functions.local.sandbox.directory import Oa, load_app, oa_by_unit
from functions.local.sandbox.errors import ControlError
from functions.local.sandbox.signing import sign
from functions.local.sandbox.switches import load_switches
from functions.local.sandbox.webhook_settings import (
    DROP,
    HOLD,
    SEND,
    WebhookSettings,
    load_webhook,
    save_webhook,
)

KEPT = 20_000
"""How many of the newest events and attempts are remembered."""

WAITING, HELD, DROPPED, SENT, GIVEN_UP, LOST = (
    "waiting", "held", "dropped", "sent", "given-up", "lost",
)  # fmt: skip
_FIRST_STATE = {SEND: WAITING, HOLD: HELD, DROP: DROPPED}
_OK = 200

_random = secrets.SystemRandom()


@dataclass(frozen=True)
class Event:
    """One event as it is posted, again and again with the same bytes and signature."""

    id: int
    event_name: str
    unit_id: str | None
    body: bytes
    signature: str | None
    state: str
    tries: int
    made_ms: int
    due_ms: int


@dataclass(frozen=True)
class Outcome:
    """How the receiver took it; `status` is None where there was no answer in time."""

    status: int | None
    milliseconds: int
    problem: str = ""
    answer: str = ""


def emit(
    db: sqlite3.Connection,
    oa: Oa,
    event_name: str,
    fields: dict[str, Any],
    now_ms: int,
) -> None:
    """Put an event of the OA into the outbox, unless nobody asked for events."""
    settings = load_webhook(db)
    app = load_app(db)
    if not settings.url or app is None:
        return
    timestamp: object = now_ms if load_switches(db).numeric_timestamp else str(now_ms)
    whole = {"app_id": app.app_id, "event_name": event_name, **fields, "timestamp": timestamp}
    body, signature = sign(compact(_shuffled(whole)), app, settings.sign)
    state = LOST if settings.is_off else _FIRST_STATE[settings.mode]
    for _ in range(settings.copies):
        _insert(db, event_name, oa.unit_id, body, signature, state, now_ms)


def compact(payload: object) -> bytes:
    """JSON as Zalo writes it: no blanks, letters with marks as they are (W1)."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _shuffled(value: Any) -> Any:
    """The same with its keys in any order: nobody may rely on one (W1)."""
    if isinstance(value, dict):
        pairs = [(name, _shuffled(part)) for name, part in value.items()]
        _random.shuffle(pairs)
        return dict(pairs)
    return [_shuffled(part) for part in value] if isinstance(value, list) else value


def _insert(
    db: sqlite3.Connection,
    event_name: str,
    unit_id: str | None,
    body: bytes,
    signature: str | None,
    state: str,
    now_ms: int,
) -> int:
    cursor = db.execute(
        "INSERT INTO webhook_events (event_name, unit_id, body, signature, state, made_ms, due_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (event_name, unit_id, body, signature, state, now_ms, now_ms),
    )
    event_id = cursor.lastrowid or 0
    db.execute(
        "DELETE FROM webhook_events WHERE id <= ? AND state NOT IN (?, ?)",
        (event_id - KEPT, WAITING, HELD),
    )
    return event_id


def next_due(
    db: sqlite3.Connection, now_ms: int, under_way: Collection[int]
) -> tuple[Event, WebhookSettings] | None:
    """The event to post now, and how; None when there is none or too many are under way."""
    settings = load_webhook(db)
    if not settings.is_on or len(under_way) >= settings.senders:
        return None
    rows = db.execute(
        "SELECT * FROM webhook_events WHERE state = ? AND due_ms <= ? ORDER BY due_ms, id LIMIT ?",
        (WAITING, now_ms, len(under_way) + 1),
    )
    event = next((Event(**dict(row)) for row in rows if row["id"] not in under_way), None)
    return None if event is None else (event, settings)


def has_waiting(db: sqlite3.Connection) -> bool:
    found = db.execute("SELECT 1 FROM webhook_events WHERE state = ? LIMIT 1", (WAITING,))
    return found.fetchone() is not None


def record_attempt(
    db: sqlite3.Connection, event: Event | None, outcome: Outcome, now_ms: int, name: str = ""
) -> None:
    """Write down how one post went; `event` is None for one that a drill posted by hand."""
    cursor = db.execute(
        "INSERT INTO webhook_attempts (event_id, event_name, unit_id, at_ms, num_retry, status,"
        " milliseconds, problem) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.id if event else None,
            event.event_name if event else name,
            event.unit_id if event else None,
            now_ms,
            event.tries if event else 0,
            outcome.status,
            outcome.milliseconds,
            outcome.problem,
        ),
    )
    db.execute("DELETE FROM webhook_attempts WHERE id <= ?", ((cursor.lastrowid or 0) - KEPT,))


def conclude(db: sqlite3.Connection, event: Event, outcome: Outcome, now_ms: int) -> None:
    """What follows from an attempt: done, a later repeat, or the end of the webhook (W5)."""
    settings = load_webhook(db)
    retries = settings.retry_seconds
    if outcome.status == _OK:
        _move(db, event, SENT, event.due_ms)
    elif outcome.status is not None and settings.retry_when == "unreachable":
        _move(db, event, GIVEN_UP, event.due_ms)
    elif event.tries < len(retries):
        _move(db, event, WAITING, now_ms + int(retries[event.tries] * SECOND))
    else:
        _move(db, event, GIVEN_UP, event.due_ms)
        save_webhook(db, replace(settings, is_off=True))
        db.execute("UPDATE webhook_events SET state = ? WHERE state = ?", (LOST, WAITING))


def _move(db: sqlite3.Connection, event: Event, state: str, due_ms: int) -> None:
    db.execute(
        "UPDATE webhook_events SET state = ?, due_ms = ?, tries = tries + 1"
        " WHERE id = ? AND state = ?",
        (state, due_ms, event.id, WAITING),
    )


def release(db: sqlite3.Connection, order: str, copies: int, now_ms: int) -> int:
    """Let all held events go, in an order, each so many times; answer how many posts that is."""
    rows = db.execute("SELECT * FROM webhook_events WHERE state = ? ORDER BY id", (HELD,))
    held = [Event(**dict(row)) for row in rows] * copies
    if order == "reversed":
        held.reverse()
    elif order == "shuffled":
        _random.shuffle(held)
    db.execute("DELETE FROM webhook_events WHERE state = ?", (HELD,))
    for event in held:
        _insert(
            db, event.event_name, event.unit_id, event.body, event.signature, WAITING, now_ms
        )  # fmt: skip
    return len(held)


def repeat(db: sqlite3.Connection, event_id: int, times: int, now_ms: int) -> None:
    """Post an event of the past again, byte for byte."""
    row = db.execute("SELECT * FROM webhook_events WHERE id = ?", (event_id,)).fetchone()
    if row is None:
        raise ControlError("no such event", 404)
    event = Event(**dict(row))
    for _ in range(times):
        _insert(
            db, event.event_name, event.unit_id, event.body, event.signature, WAITING, now_ms
        )  # fmt: skip


def events_since(
    db: sqlite3.Connection, since: int, limit: int, unit_id: str | None
) -> list[dict[str, Any]]:
    """Events with an id above `since`, oldest first, their bodies as text."""
    if unit_id is not None and oa_by_unit(db, unit_id) is None:
        raise ControlError("no such unit", 404)
    rows = db.execute(
        "SELECT * FROM webhook_events WHERE id > ? AND (? IS NULL OR unit_id = ?)"
        " ORDER BY id LIMIT ?",
        (since, unit_id, unit_id, limit),
    )
    return [{**asdict(event), "body": event.body.decode()} for event in map(_event, rows)]


def attempts_since(db: sqlite3.Connection, since: int, limit: int) -> list[dict[str, Any]]:
    """Attempts with an id above `since`, oldest first."""
    rows = db.execute(
        "SELECT * FROM webhook_attempts WHERE id > ? ORDER BY id LIMIT ?", (since, limit)
    )
    return [dict(row) for row in rows]


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """How many events stand in which state."""
    states: Sequence[str] = (WAITING, HELD, DROPPED, SENT, GIVEN_UP, LOST)
    rows = db.execute("SELECT state, count(*) AS n FROM webhook_events GROUP BY state")
    return {**dict.fromkeys(states, 0), **{row["state"]: row["n"] for row in rows}}


def _event(row: sqlite3.Row) -> Event:
    return Event(**dict(row))
