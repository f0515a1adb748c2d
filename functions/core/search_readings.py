"""What a query may mean: without filler, with synonyms, with mended blanks and Telex keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from functions.core.search_text import Word, without_telex, words_of

_MOST_WORDS = 16
_MOST_READINGS = 12
_FEWEST_LETTERS = 2
# Per cent of the score that a reading keeps.
_AS_TYPED, _MENDED_BLANK, _SYNONYM = 100, 96, 97

Words = tuple[Word, ...]


@dataclass(frozen=True)
class Rules:
    """Word lists of `data/synonyms.yml`, as plain words."""

    fillers: frozenset[tuple[str, ...]]
    small: frozenset[str]
    """Words with their marks that hardly count."""
    small_plain: frozenset[str]
    """The same without."""
    synonyms: tuple[tuple[tuple[str, ...], Words], ...]
    foreign: tuple[tuple[str, ...], ...]

    def is_small(self, word: Word) -> bool:
        """Tell whether a word hardly counts: tại does, tai does where no marks were typed."""
        return word.marked in self.small or (
            word.plain == word.marked and word.plain in self.small_plain
        )

    @classmethod
    def of(cls, parts: Iterable[Mapping[str, Any]]) -> Rules:
        """Take the lists from whichever part of the index carries them."""
        lists: dict[str, list[Any]] = {"fillers": [], "small": [], "synonyms": [], "foreign": []}
        for part in parts:
            for name, rows in part.get("words", {}).items():
                lists[name] += rows
        return cls(
            fillers=frozenset(plain(row) for row in lists["fillers"]),
            small=frozenset(word.marked for row in lists["small"] for word in words_of(row)),
            small_plain=frozenset(word for row in lists["small"] for word in plain(row)),
            synonyms=tuple(
                (plain(said), tuple(words_of(meant))) for said, meant in lists["synonyms"]
            ),
            foreign=tuple(plain(row) for row in lists["foreign"]),
        )


class Vocabulary(Protocol):
    """What a reading must know of the index."""

    rules: Rules
    pairs: set[str]

    @property
    def weights(self) -> Mapping[str, int]: ...


@dataclass(frozen=True)
class Reading:
    """One way to understand a query."""

    words: Words
    part: int = _AS_TYPED
    foreign: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """By position: the phrase there that speaks of another office's business."""
    slip_at: int | None = None
    """The position of a known word that may be a mistyped other one."""

    def with_slips(self, known: Vocabulary) -> list[Reading]:
        """Return this reading with each word in turn taken for a mistyped other one.

        A word that nobody knows is taken so anyway, and one slip in a query is enough.
        """
        if any(word.plain not in known.weights for word in self.words):
            return []
        return [
            replace(self, slip_at=at) for at, word in enumerate(self.words) if len(word.plain) > 1
        ]


def plain(text: str) -> tuple[str, ...]:
    """Return the words of a text without marks."""
    return tuple(word.plain for word in words_of(text))


def readings_of(query: str, known: Vocabulary) -> list[Reading]:
    """Return the readings of a query, the most literal first; none where nothing is typed."""
    typed = tuple(words_of(query)[:_MOST_WORDS])
    if sum(len(word.plain) for word in typed) < _FEWEST_LETTERS:
        return []
    readings = [Reading(_without_keys(typed, known))]
    readings += [
        Reading(_without_keys(words, known), _MENDED_BLANK) for words in _mended(typed, known)
    ]
    for reading in readings:
        if len(readings) >= _MOST_READINGS:
            break
        for words in _with_synonyms(reading.words, known.rules):
            if all(words != other.words for other in readings):
                readings.append(Reading(words, reading.part * _SYNONYM // 100))
    return [_finished(reading, known.rules) for reading in readings[:_MOST_READINGS]]


def _without_keys(words: Words, known: Vocabulary) -> Words:
    """Take the keys of the Telex keyboard out of words that nobody knows."""
    return tuple(
        Word(decoded, decoded)
        if word.plain not in known.weights
        and word.plain == word.marked
        and (decoded := without_telex(word.plain)) in known.weights
        else word
        for word in words
    )


def _mended(words: Words, known: Vocabulary) -> Iterator[Words]:
    """Join what one blank too many parts, and part what a missing blank joins."""
    for at, word in enumerate(words):
        after = words[at + 1 : at + 2]
        for other in after:
            joined = Word(word.plain + other.plain, word.marked + other.marked)
            if joined.plain in known.weights:
                yield (*words[:at], joined, *words[at + 2 :])
        if word.plain not in known.weights:
            for cut in range(1, len(word.plain)):
                first, second = word.plain[:cut], word.plain[cut:]
                if f"{first} {second}" in known.pairs:
                    parts = (Word(first, first), Word(second, second))
                    yield (*words[:at], *parts, *words[at + 1 :])


def _with_synonyms(words: Words, rules: Rules) -> Iterator[Words]:
    spoken = tuple(word.plain for word in words)
    for said, meant in rules.synonyms:
        for at in range(len(words) - len(said) + 1):
            if spoken[at : at + len(said)] == said and not _is_meant(spoken, at, said, meant):
                yield (*words[:at], *meant, *words[at + len(said) :])


def _is_meant(spoken: Sequence[str], at: int, said: Sequence[str], meant: Words) -> bool:
    """Tell whether what is said stands already inside what it means: khẩu in hộ khẩu."""
    whole = tuple(word.plain for word in meant)
    return any(
        whole[offset : offset + len(said)] == said
        and at >= offset
        and tuple(spoken[at - offset : at - offset + len(whole)]) == whole
        for offset in range(len(whole))
    )


def _finished(reading: Reading, rules: Rules) -> Reading:
    """Leave filler out, unless nothing else was typed, and mark other offices' business."""
    words = _without_fillers(reading.words, rules.fillers)
    spoken = tuple(word.plain for word in words)
    foreign = {
        at + offset: phrase
        for phrase in rules.foreign
        for at in range(len(words) - len(phrase) + 1)
        if spoken[at : at + len(phrase)] == phrase
        for offset in range(len(phrase))
    }
    return replace(reading, words=words, foreign=foreign)


def _without_fillers(words: Words, fillers: frozenset[tuple[str, ...]]) -> Words:
    spoken = tuple(word.plain for word in words)
    kept: list[Word] = []
    at = 0
    while at < len(words):
        phrase = _longest(spoken, at, fillers)
        if phrase == 0:
            kept.append(words[at])
        at += max(phrase, 1)
    return tuple(kept) or words


def _longest(spoken: Sequence[str], at: int, fillers: frozenset[tuple[str, ...]]) -> int:
    return max(
        (len(phrase) for phrase in fillers if tuple(spoken[at : at + len(phrase)]) == phrase),
        default=0,
    )
