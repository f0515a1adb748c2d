"""How words are spelt in pages: names of units, and forms that are wrong wherever they stand.

Lines that hold what residents type (`also_called`) and addresses are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from functions.core.models.content import ContentProblem
from functions.core.units import Unit
from functions.core.vietnamese import slug_of
from publish import fast_yaml
from publish.child_names import ChildWords, child_words
from publish.plain_text import whole_words
from publish.private_numbers import NumberWords, number_words

NAME = "data/wording.yml"
_LONGEST_NAME = 5
_BEHIND = r"(?P<rest>[^\n]{1,100})"
"""Enough for any name of a unit; with no bound each word would read the whole rest again."""
_ADDRESS = re.compile(r"https?://[^\s)>\"]+|\]\([^)\s]*")
_NOT_CHECKED = re.compile(r"^(?:also_called|unit_id|id|url|website|email|\s+url)\s*:")
_LIST_ENTRY = re.compile(r"^\s+-\s")


@dataclass(frozen=True)
class Wording:
    """The words of `data/wording.yml`, made ready."""

    wrong: re.Pattern[str]
    right: Mapping[str, str]
    """By the wrong form as it is written in the file, and in small letters."""
    never_wrong: re.Pattern[str]
    """Right words of which a piece looks like a wrong form."""
    unit_name: re.Pattern[str]
    names: Mapping[str, frozenset[str]]
    """Every right spelling of the names of units, by their folded form."""
    small_names: Collection[str]
    """The names of units in small letters."""
    children: ChildWords
    numbers: NumberWords


def load_wording(root: Path, units: Iterable[Unit]) -> Wording:
    """Read the words, and the names of all units there ever were."""
    words = fast_yaml.load((root / NAME).read_text(encoding="utf-8"))
    wrong: dict[str, str] = words["wrong"]
    names: dict[str, set[str]] = {}
    for unit in units:
        names.setdefault(slug_of(unit.short_name), set()).add(unit.short_name)
    return Wording(
        wrong=re.compile(whole_words(wrong), re.I),
        right=wrong | {form.casefold(): right for form, right in wrong.items()},
        never_wrong=re.compile(whole_words(words["never_wrong"]), re.I),
        unit_name=re.compile(rf"{whole_words(words['unit_words'])}[ \xa0]+{_BEHIND}", re.I),
        names={folded: frozenset(spelt) for folded, spelt in names.items()},
        small_names=frozenset(name.casefold() for spelt in names.values() for name in spelt),
        children=child_words(words),
        numbers=number_words(words),
    )


def wording_problems(path: str, text: str, wording: Wording) -> Iterator[ContentProblem]:
    """Yield wrong forms and misspelt names of units, each with its line."""
    for number, line in _checked_lines(text):
        for found in wording.wrong.finditer(_without(wording.never_wrong, line)):
            right = wording.right.get(found[0]) or wording.right[found[0].casefold()]
            is_code = found[0].islower() and found[0] == right.casefold()
            if found[0] != right and not is_code:
                shown = _written_as(found[0], right)
                # VNeID has small letters even in capitals.
                values = {"wrong": found[0], "right": right if shown == found[0] else shown}
                yield ContentProblem(path, number, "", "wrong-form", values)
        for written, name in _misspelt_names(line, wording):
            values = {"wrong": written, "right": name}
            yield ContentProblem(path, number, "", "unit-misspelt", values)


def _checked_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines whose words count, with their numbers; addresses are blanked out."""
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if _NOT_CHECKED.match(line):
            inside = True
        elif not (inside and _LIST_ENTRY.match(line)):
            inside = False
            yield number, _without(_ADDRESS, line)


def _without(pattern: re.Pattern[str], line: str) -> str:
    """Blank out what a pattern finds."""
    return pattern.sub(lambda found: " " * len(found[0]), line)


def _misspelt_names(line: str, wording: Wording) -> Iterator[tuple[str, str]]:
    start = 0
    while (found := wording.unit_name.search(line, start)) is not None:
        start = found.start("rest")
        words = re.split(r"[ \xa0]+", re.split(r"[,.;:()“”\"|*]", found["rest"])[0].strip())
        name = _known_name(words, wording)
        if name is not None:
            written, folded = name
            right = [_written_as(written, spelt) for spelt in sorted(wording.names[folded])]
            if _plain(written) not in map(_plain, right):
                yield written, right[0]


def _known_name(words: Sequence[str], wording: Wording) -> tuple[str, str] | None:
    """Return the longest beginning that is the name of a unit but for its marks, and its fold.

    A name of one word counts only with a capital: a small one may be any word.
    """
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        written = " ".join(words[:length])
        folded = slug_of(written)
        if folded in wording.names and (length > 1 or written[:1].isupper()):
            return written, folded
    return None


def _written_as(written: str, right: str) -> str:
    """Return the right form in capitals where the whole of what is written is in capitals."""
    return right.upper() if written.isupper() else right


def _plain(name: str) -> str:
    """All apostrophes are one: keyboards differ."""
    return re.sub("['’‘ʼ`´]", "’", name)
