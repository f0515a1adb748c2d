"""What differs between two texts of a page, as people read it: field by field, line by line.

Nothing here knows a word of the fields: names and values are asked of `FieldNames`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Protocol

from publish.documents import Document, document_of
from publish.errors import PublishError

BODY = "body"
REVIEW_KEYS = frozenset({"facts_checked_on", "checked_by_role", "next_review_on", "checked_on"})
"""What changes in a review that found nothing to change."""

_CONTEXT = 1
"""So many lines of the body that stay are shown around each that does not."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_LIKE_ENOUGH = 0.4
"""Two lines with less in common are not shown as one that was reworded."""

_LONGEST_FOR_WORDS = 800
_MOST_LINES = 3_000
"""Longer texts are only compared at both ends: what is in between counts as rewritten."""

Keys = tuple[str, ...]
"""Where a value stands: the key, and the keys below it."""


class FieldNames(Protocol):
    """The words of the fields."""

    def label(self, keys: Keys) -> str:
        """Return what a field is called."""
        ...

    def value(self, keys: Keys, value: Any) -> str:
        """Return a single value as people write it."""
        ...


class LineKind(StrEnum):
    KEPT = "kept"
    OLD = "old"
    NEW = "new"
    GAP = "gap"
    """Lines in between that stay; `count` tells how many."""


@dataclass(frozen=True)
class Piece:
    """A part of a line."""

    text: str
    is_changed: bool = False


@dataclass(frozen=True)
class Line:
    """One line of a field, before or after."""

    kind: LineKind
    pieces: tuple[Piece, ...] = ()
    count: int = 0


@dataclass(frozen=True)
class Difference:
    """One field that is not what it was."""

    key: str
    label: str
    lines: tuple[Line, ...]


def document_from(path: str, text: str) -> Document:
    """Return a page's text in its parts; what cannot be read as a page is all body."""
    try:
        return document_of(path, text.encode("utf-8"))
    except PublishError:
        return Document(path, {}, text, text)


def differences(
    old: Document | None,
    new: Document | None,
    names: FieldNames,
    without: Collection[str] = (),
) -> list[Difference]:
    """Return the fields that differ, in the order of the newer text, the body last.

    A page that is not there counts as one without a word; keys of `without` are passed over.
    """
    before, after = _meta(old), _meta(new)
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        if key in without or before.get(key) == after.get(key):
            continue
        lines = _compared(
            [*_lines((key,), before.get(key), names)], [*_lines((key,), after.get(key), names)]
        )
        # Each row of a field says by itself what it is: those that stay are not needed.
        lines = tuple(line for line in lines if line.kind in (LineKind.OLD, LineKind.NEW))
        if lines:
            found.append(Difference(key, names.label((key,)), lines))
    lines = _compared(_body(old), _body(new))
    if lines:
        found.append(Difference(BODY, names.label((BODY,)), lines))
    return found


def _meta(document: Document | None) -> Mapping[str, Any]:
    if document is None:
        return {}
    return {str(key): value for key, value in document.meta.items()}


def _body(document: Document | None) -> list[str]:
    return document.body.strip("\n").splitlines() if document else []


def _lines(keys: Keys, value: Any, names: FieldNames) -> Iterator[str]:
    """Yield what a field says: a line for each row of a table, each entry of a group."""
    if value in (None, "", [], {}):
        return
    if isinstance(value, list):
        for row in value:
            yield from (
                [_row(keys, row, names)] if isinstance(row, dict) else _lines(keys, row, names)
            )
    elif isinstance(value, dict):
        for name, part in value.items():
            inner = (*keys, str(name))
            yield f"{names.label(inner)}: {_row(inner, part, names)}"
    else:
        yield from names.value(keys, value).splitlines()


def _row(keys: Keys, value: Any, names: FieldNames) -> str:
    """Return a row of a table, or what stands below a key, in one line."""
    if isinstance(value, dict):
        parts = [
            f"{names.label((*keys, str(name)))}: {_row((*keys, str(name)), part, names)}"
            for name, part in value.items()
            if part not in (None, "", [], {})
        ]
        return "; ".join(parts)
    if isinstance(value, list):
        return ", ".join(_row(keys, part, names) for part in value)
    return " ".join(names.value(keys, value).split()) if value is not None else ""


def _compared(old: Sequence[str], new: Sequence[str]) -> tuple[Line, ...]:
    """Return old and new lines in order, long stretches that stay left out."""
    steps = _steps(old, new)
    if all(tag == "equal" for tag, *_ in steps):
        return ()
    lines: list[Line] = []
    for number, (tag, start, end, begins, ends) in enumerate(steps):
        if tag == "equal":
            lines += _kept(old[start:end], number == 0, number == len(steps) - 1)
        else:
            lines += _replaced(old[start:end], new[begins:ends])
    return tuple(lines)


def _steps(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """Return how one becomes the other, as difflib tells it; its effort grows with the square."""
    if len(old) + len(new) <= _MOST_LINES:
        return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = next(
        (at for at in range(shorter - head) if old[-1 - at] != new[-1 - at]), shorter - head
    )
    ends, end = len(old) - tail, len(new) - tail
    steps = [
        ("equal", 0, head, 0, head),
        ("replace", head, ends, head, end),
        ("equal", ends, len(old), end, len(new)),
    ]
    return [step for step in steps if step[1] != step[2] or step[3] != step[4]]


def _kept(lines: Sequence[str], is_first: bool, is_last: bool) -> Iterator[Line]:
    above = 0 if is_first else _CONTEXT
    below = 0 if is_last else _CONTEXT
    left_out = len(lines) - above - below
    if left_out <= 1:
        yield from (_line(LineKind.KEPT, line) for line in lines)
        return
    yield from (_line(LineKind.KEPT, line) for line in lines[:above])
    yield Line(LineKind.GAP, count=left_out)
    yield from (_line(LineKind.KEPT, line) for line in lines[len(lines) - below :])


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Yield lines that came in the place of others, each reworded one beside its old self."""
    if len(old) == len(new):
        for before, after in zip(old, new, strict=True):
            yield from _reworded(before, after)
        return
    yield from (_line(LineKind.OLD, line) for line in old)
    yield from (_line(LineKind.NEW, line) for line in new)


def _reworded(old: str, new: str) -> Iterator[Line]:
    is_long = max(len(old), len(new)) > _LONGEST_FOR_WORDS
    words, others = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, words, others, autojunk=False)
    if is_long or matcher.ratio() < _LIKE_ENOUGH:
        yield from (_line(LineKind.OLD, old), _line(LineKind.NEW, new))
        return
    steps = matcher.get_opcodes()
    gone = [(words[a:b], tag != "equal") for tag, a, b, _, _ in steps if a != b]
    come = [(others[a:b], tag != "equal") for tag, _, _, a, b in steps if a != b]
    yield Line(LineKind.OLD, tuple(Piece("".join(part), changed) for part, changed in gone))
    yield Line(LineKind.NEW, tuple(Piece("".join(part), changed) for part, changed in come))


def _line(kind: LineKind, text: str) -> Line:
    return Line(kind, (Piece(text),))
