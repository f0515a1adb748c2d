"""JSON log lines on stderr: an event name and ids from the allow-list, nothing else.

Never text, names, phones, places, codes of receipts, tokens, addresses or bodies. A field
that is not on the list raises: a leak must not wait for somebody to read the log.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from functions.clock import SystemClock

ALLOWED = frozenset(
    {
        "unit_id", "tip_id", "job_id", "kind", "delivery_id", "attachment_id", "position",
        "state", "code", "error", "attempts", "count", "status", "route", "method", "seconds",
        "generation", "process", "port", "pid", "exit_code", "channel", "oa_id", "category",
    }
)  # fmt: skip

_logger = logging.getLogger("binhyen")


def configure() -> None:
    """Send the log to stderr, one JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _logger.setLevel(logging.INFO)


def info(event: str, **fields: str | int | float | None) -> None:
    _logger.info(event, extra={"fields": _checked(fields)})


def warning(event: str, **fields: str | int | float | None) -> None:
    _logger.warning(event, extra={"fields": _checked(fields)})


def alarm(code: str, unit_id: str) -> None:
    """Log a call for a human, in the words that alarms are counted by."""
    warning("alarm", code=code, unit_id=unit_id)


def crash(event: str, error: BaseException, **fields: str | int | float | None) -> None:
    """Log an unforeseen error by its type and place; its message may quote what was typed."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_qualname}:{frame.tb_lineno}" if frame else "?"
    name = f"{type(error).__name__} at {place}"
    _logger.error(event, extra={"fields": _checked(fields) | {"error": name}})


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    foreign = fields.keys() - ALLOWED
    if foreign:
        raise ValueError(f"not allowed in a log line: {sorted(foreign)}")
    return fields


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": SystemClock().now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if record.name == "binhyen":
            line["event"] = record.getMessage()
            line |= getattr(record, "fields", {})
        else:
            # A library's own words may quote a request: its name and level must do.
            line["event"] = "library-message"
            line["error"] = record.name
        return json.dumps(line, ensure_ascii=False)
