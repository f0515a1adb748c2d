"""Faults a test or a trainer can order (T9): which calls they meet and what they do."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

from functions.local.sandbox.calls import JSON_TYPE, Answer, json_answer, plain_answer
from functions.local.sandbox.errors import ControlError

KINDS = frozenset(
    {
        "error",  # an API error with this code
        "http",  # this HTTP status with a gateway's HTML page
        "html",  # HTTP 200 with an HTML page
        "truncated",  # the effect, then only the first half of the JSON
        "cut",  # the connection closed without an answer, nothing done
        "lost_answer",  # the effect, then the connection closed without an answer
        "delay",  # the effect, then the answer after so many seconds
        "string_zero",  # `error` as the string "0"
        "extra_fields",  # unknown fields beside the known ones
        "missing_fields",  # optional fields of `data` left out
        "outage",  # everything down: every call cut off, or 503
    }
)
_EFFECT_ALWAYS = frozenset(
    {"truncated", "lost_answer", "delay", "string_zero", "extra_fields", "missing_fields"}
)
_EFFECT_ON_WISH = frozenset({"error", "http", "html"})
_LONGEST_DELAY_SECONDS = 600
_HTML_PAGE = "<!DOCTYPE html><html><head><title>Zalo</title></head><body>Zalo</body></html>"


@dataclass(frozen=True)
class Rule:
    """One ordered fault; `times` None means until it is cleared."""

    kind: str
    route: str = "*"
    times: int | None = 1
    unit_id: str | None = None
    oa_id: str | None = None
    group_id: str | None = None
    code: int = -200
    message: str = "Injected fault"
    status: int = 500
    seconds: float = 0
    effect: bool = False
    mode: str = "cut"
    missing: tuple[str, ...] = ("quota", "sent_time")

    @property
    def has_effect(self) -> bool:
        """Whether the call is really carried out before its answer is spoilt."""
        return self.kind in _EFFECT_ALWAYS or (self.kind in _EFFECT_ON_WISH and self.effect)

    @property
    def cuts(self) -> bool:
        """Whether the connection ends without an answer."""
        return self.kind in ("cut", "lost_answer") or (self.kind == "outage" and self.mode == "cut")


@dataclass(frozen=True)
class Subject:
    """What a call is about, as far as that shows before it is carried out."""

    path: str
    unit_id: str | None
    oa_id: str | None
    group_id: str | None


@dataclass(frozen=True)
class StandingFault:
    """A rule that is switched on."""

    id: int
    rule: Rule
    remaining: int | None
    hits: int


def parse_rule(wanted: dict[str, Any]) -> Rule:
    """A rule from JSON, each mistake named; an outage lasts until cleared unless told else."""
    known = {field.name for field in fields(Rule)}
    unknown = sorted(set(wanted) - known)
    if unknown:
        raise ControlError(f"unknown fields {unknown}")
    if not isinstance(wanted.get("kind"), str) or wanted["kind"] not in KINDS:
        raise ControlError(f"kind takes one of {sorted(KINDS)}")
    values = dict(wanted)
    if values["kind"] == "outage":
        values.setdefault("times", None)
    if "missing" in values:
        if not isinstance(values["missing"], list):
            raise ControlError("missing takes a list of strings")
        values["missing"] = tuple(values["missing"])
    rule = Rule(**values)
    _check(rule)
    return rule


def _check(rule: Rule) -> None:
    texts = (rule.route, rule.message, rule.mode, *rule.missing)
    filters = (rule.unit_id, rule.oa_id, rule.group_id)
    checks = {
        "route, message, mode and missing are strings": all(isinstance(t, str) for t in texts),
        "filters are strings": all(f is None or isinstance(f, str) for f in filters),
        "times is a positive number or null": rule.times is None or _is_int(rule.times, 1, 10**6),
        "code is a negative number": _is_int(rule.code, -99_999, -1),
        "status is 400 to 599": _is_int(rule.status, 400, 599),
        "seconds is 0 to 600": isinstance(rule.seconds, int | float)
        and 0 <= rule.seconds <= _LONGEST_DELAY_SECONDS,
        "effect is true or false": isinstance(rule.effect, bool),
        "mode is cut or 503": rule.mode in ("cut", "503"),
    }
    broken = [rule_text for rule_text, holds in checks.items() if not holds]
    if broken:
        raise ControlError("; ".join(broken))


def _is_int(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def add_fault(db: sqlite3.Connection, rule: Rule) -> StandingFault:
    cursor = db.execute(
        "INSERT INTO faults (rule, remaining) VALUES (?, ?)",
        (json.dumps(asdict(rule), ensure_ascii=False), rule.times),
    )
    return StandingFault(cursor.lastrowid or 0, rule, rule.times, 0)


def list_faults(db: sqlite3.Connection) -> list[StandingFault]:
    """The faults switched on, a whole outage first: it hides all others."""
    faults = [_standing(row) for row in db.execute("SELECT * FROM faults ORDER BY id")]
    return sorted(faults, key=lambda fault: fault.rule.kind != "outage")


def clear_fault(db: sqlite3.Connection, fault_id: int) -> bool:
    return db.execute("DELETE FROM faults WHERE id = ?", (fault_id,)).rowcount == 1


def clear_faults(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM faults")


def take_fault(db: sqlite3.Connection, subject: Subject) -> Rule | None:
    """The first fault that meets this call, counted as used; a used-up one is switched off."""
    for fault in list_faults(db):
        if _meets(fault.rule, subject):
            if fault.remaining == 1:
                clear_fault(db, fault.id)
            else:
                db.execute(
                    "UPDATE faults SET hits = hits + 1, remaining = remaining - 1 WHERE id = ?",
                    (fault.id,),
                )
            return fault.rule
    return None


def spoil(rule: Rule, answer: Answer | None) -> Answer:
    """The answer as the fault leaves it; `answer` is None where nothing was carried out."""
    if rule.kind == "error":
        return json_answer({"error": rule.code, "message": rule.message})
    if rule.kind == "http":
        return Answer(rule.status, "text/html; charset=utf-8", _HTML_PAGE.encode())
    if rule.kind == "html":
        return Answer(200, "text/html; charset=utf-8", _HTML_PAGE.encode())
    if rule.kind == "outage" and rule.mode == "503":
        return plain_answer(503, "Service Unavailable")
    if answer is None:
        return plain_answer(200, "")  # never sent: the connection is cut instead
    if answer.content_type != JSON_TYPE:
        return answer
    return _spoil_json(rule, answer)


def _spoil_json(rule: Rule, answer: Answer) -> Answer:
    if rule.kind == "truncated":
        return Answer(answer.status, answer.content_type, answer.body[: len(answer.body) // 2])
    payload = json.loads(answer.body)
    data = payload.get("data")
    if rule.kind == "string_zero":
        payload["error"] = "0" if payload.get("error") == 0 else payload.get("error")
    elif rule.kind == "extra_fields":
        payload["trace_id"] = "0af7651916cd43dd"
        if isinstance(data, dict):
            data["new_field"] = {"nested": [1, 2, 3]}
    elif rule.kind == "missing_fields":
        for holder in (payload, data):
            if isinstance(holder, dict):
                for name in rule.missing:
                    holder.pop(name, None)
    return json_answer(payload)


def _meets(rule: Rule, subject: Subject) -> bool:
    pairs = (
        (rule.unit_id, subject.unit_id),
        (rule.oa_id, subject.oa_id),
        (rule.group_id, subject.group_id),
    )
    return fnmatchcase(subject.path, rule.route) and all(
        wanted is None or wanted == given for wanted, given in pairs
    )


def _standing(row: sqlite3.Row) -> StandingFault:
    stored = json.loads(row["rule"])
    rule = Rule(**{**stored, "missing": tuple(stored["missing"])})
    return StandingFault(row["id"], rule, row["remaining"], row["hits"])
