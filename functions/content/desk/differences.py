"""What differs between two texts of a page, as people read it: field by field, line by line.

Nothing here knows a word of the fields: names and values are asked of `FieldNames`. Texts are
compared as they are written; only what is shown of them is plain.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Protocol

from functions.content.desk.plain_parts import Part, parts_of, words_of
from publish.documents import Document, document_of
from publish.errors import PublishError

BODY = "body"
REVIEW_KEYS = frozenset({"facts_checked_on", "checked_by_role", "next_review_on", "checked_on"})
"""What changes in a review that found nothing to change."""

_CONTEXT = 1
"""So many lines of the body that stay are shown around each that does not."""

_LIKE_ENOUGH = 0.4
"""Two lines with less in common are not shown as one that was reworded."""

_LONGEST_FOR_WORDS = 800
_MOST_LINES = 3_000
"""Longer texts are only compared at both ends: what is in between counts as rewritten."""

Keys = tuple[str, ...]
"""Where a value stands: the key, and the keys below it."""

Read = Callable[[str], list[Part]]
"""Takes a line apart."""


class FieldNames(Protocol):
    """The words of the fields."""

    def label(self, keys: Keys) -> str:
        """Return what a field is called."""
        ...

    def value(self, keys: Keys, value: Any) -> str:
        """Return a single value as people write it."""
        ...

    def is_hidden(self, keys: Keys) -> bool:
        """Tell whether a value is only the machine's: forms show it to nobody."""
        ...

    def say(self, code: str, **values: str) -> str:
        """Return the words for a mark of a text, or `hidden-change`, its values put in."""
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
    Values of the machine are left out of whole pages, and within a field; one that changes is
    told.
    """
    before, after = _meta(old), _meta(new)
    is_whole = old is None or new is None
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        if key in without or before.get(key) == after.get(key):
            continue
        if is_whole and names.is_hidden((key,)):
            continue
        lines = _field((key,), before.get(key), after.get(key), names)
        if lines:
            found.append(Difference(key, names.label((key,)), lines))
    lines = _compared(_body(old), _body(new), lambda line: parts_of(line, names.say))
    if lines:
        found.append(Difference(BODY, names.label((BODY,)), lines))
    return found


def _field(keys: Keys, old: Any, new: Any, names: FieldNames) -> tuple[Line, ...]:
    """Return what changed in a field: its rows, or that there is nothing for people to see."""
    before, after = (_visible(keys, value, names) for value in (old, new))
    lines = _compared([*_lines(keys, before, names)], [*_lines(keys, after, names)], words_of)
    # Each row of a field says by itself what it is: those that stay are not needed.
    lines = tuple(line for line in lines if line.kind in (LineKind.OLD, LineKind.NEW))
    if not lines and [*_lines(keys, old, names)] != [*_lines(keys, new, names)]:
        return (Line(LineKind.KEPT, (Piece(names.say("hidden-change")),)),)
    return lines


def _visible(keys: Keys, value: Any, names: FieldNames) -> Any:
    """Return a value without what is only the machine's below it."""
    if isinstance(value, list):
        return [_visible(keys, row, names) for row in value]
    if isinstance(value, dict):
        return {
            name: _visible((*keys, str(name)), part, names)
            for name, part in value.items()
            if not names.is_hidden((*keys, str(name)))
        }
    return value


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


def _compared(old: Sequence[str], new: Sequence[str], read: Read) -> tuple[Line, ...]:
    """Return old and new lines in order, long stretches that stay left out."""
    steps = _steps(old, new)
    changes = [step for step in steps if step[0] != "equal"]
    if not changes:
        return ()
    gone = {line for _, start, end, _, _ in changes for line in old[start:end]}
    come = {line for _, _, _, start, end in changes for line in new[start:end]}
    writer = _Writer(read, _alike(gone, come, read))
    lines: list[Line] = []
    for number, (tag, start, end, begins, ends) in enumerate(steps):
        if tag == "equal":
            lines += writer.kept(old[start:end], number == 0, number == len(steps) - 1)
        else:
            lines += writer.replaced(old[start:end], new[begins:ends])
    return tuple(lines)


def _alike(gone: set[str], come: set[str], read: Read) -> set[str]:
    """Return the lines that read like one of the other side, but are written otherwise."""
    before, after = ({_plain(read(line)) for line in lines} for lines in (gone, come))
    return {line for line in gone ^ come if _plain(read(line)) in before & after}


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


class _Writer:
    """Writes the lines of one field."""

    def __init__(self, read: Read, alike: Collection[str]) -> None:
        self._read = read
        self._alike = alike

    def kept(self, lines: Sequence[str], is_first: bool, is_last: bool) -> Iterator[Line]:
        """Yield what is shown of lines that stay."""
        above = 0 if is_first else _CONTEXT
        below = 0 if is_last else _CONTEXT
        left_out = len(lines) - above - below
        if left_out <= 1:
            yield from (self._line(LineKind.KEPT, line) for line in lines)
            return
        yield from (self._line(LineKind.KEPT, line) for line in lines[:above])
        yield Line(LineKind.GAP, count=left_out)
        yield from (self._line(LineKind.KEPT, line) for line in lines[len(lines) - below :])

    def replaced(self, old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
        """Yield lines that came in the place of others, each reworded one beside its old self."""
        if len(old) == len(new):
            for before, after in zip(old, new, strict=True):
                yield from self._reworded(before, after)
            return
        yield from (self._line(LineKind.OLD, line) for line in old)
        yield from (self._line(LineKind.NEW, line) for line in new)

    def _reworded(self, old: str, new: str) -> Iterator[Line]:
        is_long = max(len(old), len(new)) > _LONGEST_FOR_WORDS
        parts, others = self._read(old), self._read(new)
        words, other_words = ([part.written for part in side] for side in (parts, others))
        matcher = SequenceMatcher(None, words, other_words, autojunk=False)
        if is_long or matcher.ratio() < _LIKE_ENOUGH:
            yield from (self._line(LineKind.OLD, old), self._line(LineKind.NEW, new))
            return
        gone, come = [], []
        for tag, start, end, begins, ends in matcher.get_opcodes():
            before, after = parts[start:end], others[begins:ends]
            gone.append(_piece(before, after, tag != "equal"))
            come.append(_piece(after, before, tag != "equal"))
        yield Line(LineKind.OLD, tuple(piece for piece in gone if piece.text))
        yield Line(LineKind.NEW, tuple(piece for piece in come if piece.text))

    def _line(self, kind: LineKind, line: str) -> Line:
        parts = self._read(line)
        text = _exact(parts) if line in self._alike else _plain(parts)
        return Line(kind, (Piece(text),))


def _piece(parts: Sequence[Part], others: Sequence[Part], is_changed: bool) -> Piece:
    """Return neighbouring parts of a line; what changed is told exactly where it would read as
    nothing, or like something of the other side."""
    if not is_changed:
        return Piece(_plain(parts))
    alike = {"", *(part.plain for part in others)}
    text = "".join(part.exact if part.plain in alike else part.plain for part in parts)
    return Piece(text, is_changed)


def _plain(parts: Sequence[Part]) -> str:
    return "".join(part.plain for part in parts)


def _exact(parts: Sequence[Part]) -> str:
    return "".join(part.exact for part in parts)
