"""What small forms change in the fees of a shared procedure, one row at a time.

A fee that changes by law keeps its old row, which ends on the day before the new one begins:
so the page is right on every day, and says what was paid before.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from functions.core.editing.joined_fields import Fields
from functions.core.editing.typed_values import TypedValues
from functions.core.editing.unit_fixes import text_of

FEES = "fees"
COST = "cost"
"""The sentence of the short answer that tells the fee in words, beside the rows."""

_SHORT_ANSWER = "short_answer"
AMOUNT, LOWEST, HIGHEST = "amount_vnd", "amount_min_vnd", "amount_max_vnd"
AMOUNTS = (AMOUNT, LOWEST, HIGHEST)
BEGINS, ENDS = "valid_from", "valid_until"
SURE = "sure"
"""The box that takes the mark of unconfirmed facts away."""

_CHECK = "check"
_LONGEST_NOTE = 300
_NUMBER = re.compile(r"(?<!\d)(?:\d{1,3}(?:[. ,]\d{3})+|\d+)(?!\d)")

Meta = Mapping[str, Any]
Row = Mapping[str, Any]


def rows_of(meta: Meta) -> list[dict[str, Any]]:
    """Return the fees of a procedure; days as 2026-11-30."""
    rows = meta.get(FEES)
    if not isinstance(rows, list):
        return []
    return [
        {
            str(key): value.isoformat() if isinstance(value, date) else value
            for key, value in row.items()
        }
        for row in rows
        if isinstance(row, Mapping)
    ]


def fee_fields(meta: Meta, row: Row) -> Fields:
    """Return one fee as a form shows it, and the short answer beside it."""
    answer = meta.get(_SHORT_ANSWER)
    return {
        **{name: text_of(row.get(name)) for name in (*AMOUNTS, "note", "basis", BEGINS, ENDS)},
        SURE: "" if row.get(_CHECK) else "yes",
        COST: text_of(answer.get(COST)) if isinstance(answer, Mapping) else "",
    }


def read_fee(typed: TypedValues, laws: Collection[str]) -> Fields:
    """Read the form of a fee: an amount, a range of amounts, or a note."""
    fields = {name: typed.amount(name) for name in AMOUNTS} | {
        "note": typed.line("note", _LONGEST_NOTE),
        "basis": typed.choice("basis", laws),
        BEGINS: typed.day(BEGINS),
        ENDS: typed.day(ENDS),
        SURE: typed.flag(SURE),
        COST: typed.line(COST, required=True),
    }
    _require_amount(typed, fields)
    if fields[BEGINS] and fields[ENDS] and fields[ENDS] < fields[BEGINS]:
        typed.wrong(ENDS, "ends-before-begin")
    return fields


def read_new_fee(
    typed: TypedValues, laws: Collection[str], channels: Collection[str]
) -> tuple[str, str, Fields]:
    """Read the form of a further fee: for whom, by which way of filing, and the rest."""
    case = typed.line("case", _LONGEST_NOTE, required=True)
    channel = typed.choice("channel", channels)
    if not channel and not typed.has_mistake("channel"):
        typed.wrong("channel", "required")
    return case, channel, read_fee(typed, laws)


def require_later(typed: TypedValues, fields: Fields, old: Row) -> None:
    """Require that a new rate begins on a day, and after the one it takes the place of."""
    if not fields[BEGINS]:
        if not typed.has_mistake(BEGINS):
            typed.wrong(BEGINS, "required")
    elif fields[BEGINS] <= text_of(old.get(BEGINS)):
        typed.wrong(BEGINS, "not-after-old")


def require_todays_cost(typed: TypedValues, fields: Fields, meta: Meta, today: date) -> None:
    """Require that a short answer changed for a fee of a later day is right today too.

    It is public at once: it names that day, and the amounts of today that it named before.
    """
    before, said, begins = fee_fields(meta, {})[COST], fields[COST], fields[BEGINS]
    if begins <= today.isoformat() or said in ("", before):
        return
    day = date.fromisoformat(begins)
    paid = {amount for row in rows_of(meta) if _is_paid_on(row, today) for amount in _amounts(row)}
    dropped = (paid & _numbers(before)) - _numbers(said)
    if dropped or not _named_day(day).search(said):
        typed.wrong(COST, "cost-of-later", day=f"{day:%d/%m/%Y}")


def place_of(rows: Sequence[Row], row: Row, index: int) -> int | None:
    """Return where a row stands now that stood at `index`; None where it is gone."""
    if index < len(rows) and rows[index] == row:
        return index
    if row in rows:
        return list(rows).index(row)
    if index < len(rows) and _who_pays(rows[index]) == _who_pays(row):
        return index
    return None


def corrected(row: Row, changes: Fields) -> dict[str, Any]:
    """Return a row in which what was written wrongly is put right."""
    new = dict(row)
    for name, value in changes.items():
        if name == SURE:
            new[_CHECK] = not value
        elif name in AMOUNTS:
            new[name] = int(value) if value else None
        elif name != COST:
            new[name] = value or None
    return {key: value for key, value in new.items() if key in row or _is_said(value)}


def ended(row: Row, begins: str) -> dict[str, Any]:
    """Return a row that ends on the day before another rate begins, if it does not end earlier."""
    last = (date.fromisoformat(begins) - timedelta(days=1)).isoformat()
    ends = text_of(row.get(ENDS))
    return {**row, ENDS: min(last, ends) if ends else last}


def new_row(case: str, channel: str, fields: Fields) -> dict[str, Any]:
    """Return a further row."""
    return corrected({"case": case, "channel": channel}, fields)


def changed_fees(rows: Sequence[Row], cost: str | None, meta: Meta) -> dict[str, Any]:
    """Return new front matter of a procedure with these rows; `cost` None: it stays as it is."""
    values: dict[str, Any] = {FEES: list(rows)}
    if cost is not None:
        values[_SHORT_ANSWER] = {**(meta.get(_SHORT_ANSWER) or {}), COST: cost}
    return values


def _require_amount(typed: TypedValues, fields: Fields) -> None:
    lowest, highest = fields[LOWEST], fields[HIGHEST]
    if any(typed.has_mistake(name) for name in AMOUNTS):
        return
    if not (fields[AMOUNT] or lowest or highest or fields["note"]):
        typed.wrong(AMOUNT, "amount-or-note")
    elif fields[AMOUNT] and (lowest or highest):
        typed.wrong(AMOUNT, "amount-or-range")
    elif bool(lowest) != bool(highest) or (lowest and int(lowest) >= int(highest)):
        typed.wrong(LOWEST, "range")


def _is_said(value: object) -> bool:
    """Tell whether there is a value; an amount of 0 is one."""
    return value is not None and value is not False


def _who_pays(row: Row) -> tuple[object, object]:
    return row.get("case"), row.get("channel")


def _is_paid_on(row: Row, day: date) -> bool:
    begins, ends = text_of(row.get(BEGINS)), text_of(row.get(ENDS))
    return begins <= day.isoformat() and (not ends or day.isoformat() <= ends)


def _amounts(row: Row) -> set[str]:
    return {text_of(row.get(name)) for name in AMOUNTS} - {""}


def _numbers(sentence: str) -> set[str]:
    """Return the numbers of a sentence in digits."""
    return {re.sub(r"\D", "", found) for found in _NUMBER.findall(sentence)}


def _named_day(day: date) -> re.Pattern[str]:
    """Return how people write a day."""
    return re.compile(rf"(?<!\d)0?{day.day}[/.-]0?{day.month}[/.-]{day.year}(?!\d)")
