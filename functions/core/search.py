"""Finding a page by what residents type: the ranking of the search box and of `/tim`.

Pure and exact: whole numbers only, no clock, no file. The same steps stand in
`templates/site/assets/javascripts/search-engine.js`, and a test compares both over all known
queries. Change both together.

The query becomes a few readings (`search_readings`). A page's names, that is its title and what
people call it, are compared with each reading word by word and pair by pair; its texts only
support that. What is not sure is left out: an empty answer is better than a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from functions.core.search_readings import Reading, Rules, readings_of
from functions.core.search_text import Word, is_one_slip_away, sound_of, words_of

MAX_QUERY = 200
MAX_RESULTS = 10
ASIDE = " · "
"""In a name, what follows this sign is shown but is no part of the name."""

PLACE = "don-vi"
"""The kind of entries that are units: a place is meant only if little else was typed."""

# How well a typed word and a written one agree, in per cent.
SAME, SAME_BUT_UNMARKED, SAME_BUT_OTHER_MARKS = 100, 98, 75
SOUNDS_ALIKE, BEGINS, BEGINS_THOUGH_KNOWN, SLIP, SLIP_INTO_A_WORD = 80, 80, 50, 70, 58
SLIP_LETTERS = 5
"""Typed and meant word must have so many letters together for one to be a slip for the other."""

# How much a word counts by where it stands, in per cent.
IN_NAME, IN_LEAD, IN_TEXT = 100, 50, 34
SMALL_WEIGHT = 3
UNKNOWN = 70
"""What a word that no page has counts, in per cent of the rarest word."""

# The parts of a score, in per cent: title, best name, and the words and pairs found anywhere.
TITLE_PART, NAME_PART, WORDS_PART, PAIRS_PART = 14, 40, 25, 21
ALIAS = 97

# A name held whole in the query tells what it is about, longer names more so: per mille held,
# and per cent of the way to full agreement.
WHOLE, HOLDS_NAME, HOLDS_MORE = 700, 30, 6

# What is sure, per mille of the best agreement there can be.
SURE, SURE_NAME, SURE_SLIP, SURE_PLACE = 420, 290, 610, 550
CLEAR = 900
"""From here on no reading with a mistyped word is tried."""
NEXT_TO_BEST = 45
"""Per cent of the first result's score below which others are left out."""

_DIGITS = frozenset("0123456789")

Alike = Sequence[Mapping[str, int]]
"""By position in a reading: known words, or pairs, that may be meant, and how well they agree."""


@dataclass(frozen=True)
class Hit:
    """One answer; `name` is the page's name that was meant, often its title."""

    location: str
    title: str
    kind: str
    score: int
    name: str


class _Name:
    """One of a page's names, weighed word by word once the whole index is known."""

    def __init__(self, text: str, part: int) -> None:
        self.text = text
        self.part = part
        self.words = words_of(text.partition(ASIDE)[0])
        self.plain = {word.plain for word in self.words}
        self.is_code = len(self.words) == 1 and not _DIGITS.isdisjoint(self.words[0].plain)
        """A single word with a number (CT07, NA17) says as much as several words."""
        self.weights: list[int] = []
        self.pair_weights: list[int] = []

    def weigh(self, index: Index) -> None:
        self.weights = [index.weight_of(word) or 0 for word in self.words]
        self.pair_weights = _pair_weights(self.weights)

    def has(self, phrase: tuple[str, ...]) -> bool:
        """Tell whether the words of a phrase stand in the name, one after the other."""
        words = tuple(word.plain for word in self.words)
        return any(words[at : at + len(phrase)] == phrase for at in range(len(words)))


class _Entry:
    """One page as the index has it."""

    def __init__(self, row: Sequence[Any]) -> None:
        self.kind, self.location, self.title, short, others, lead, text = row
        titles = [self.title, short] if short else [self.title]
        self.titles = len(titles)
        """So many of the names are titles; they come first."""
        self.names = [_Name(title, SAME) for title in titles] + [
            _Name(other, ALIAS) for other in others
        ]
        self.places: dict[str, int] = {}
        """By word and by pair of neighbours: the best place where it stands."""
        self._put(text, IN_TEXT)
        self._put(lead, IN_LEAD)
        for other in others:
            self._put(_plain(words_of(other.partition(ASIDE)[2])), IN_LEAD)
        for name in self.names:
            self._put(_plain(name.words), IN_NAME)

    def _put(self, text: str, place: int) -> None:
        for part in text.split("/"):
            before = ""
            for word in part.split():
                for key in (word, f"{before} {word}"):
                    self.places[key] = max(place, self.places.get(key, 0))
                before = word


class Index:
    """What can be found: the parts of one unit's index, or of the whole province's."""

    def __init__(self, parts: Iterable[Mapping[str, Any]]) -> None:
        """Take parts as `publish/search_index.py` writes them; the order decides ties."""
        parts = list(parts)
        self.entries = [_Entry(row) for part in parts for row in part["entries"]]
        self.rules = Rules.of(parts)
        counts: dict[str, int] = {}
        for entry in self.entries:
            for key in entry.places:
                counts[key] = counts.get(key, 0) + 1
        self.pairs = {key for key in counts if " " in key}
        self.weights = {
            word: self._rarity(count) for word, count in counts.items() if " " not in word
        }
        self.largest_weight = self._rarity(1)
        self.sounds = {word: sound_of(word) for word in self.weights}
        self.bearers: dict[str, list[_Name]] = {word: [] for word in self.weights}
        """By word: the names that hold it."""
        for entry in self.entries:
            for name in entry.names:
                name.weigh(self)
                for word in name.words:
                    self.bearers[word.plain].append(name)

    def weight_of(self, word: Word) -> int | None:
        """Return how much a word counts, None where no page has it."""
        if word.plain not in self.weights:
            return None
        return SMALL_WEIGHT if self.rules.is_small(word) else self.weights[word.plain]

    def _rarity(self, count: int) -> int:
        """Four times the logarithm to base two, in whole numbers: the same in every language."""
        share = 8 * max(len(self.entries), 1) // count
        return int(share**4).bit_length() - 12


def search(index: Index, query: str, limit: int = MAX_RESULTS) -> list[Hit]:
    """Return the pages that answer the query, best first; nothing where nothing is sure.

    Never raises, whatever was typed. Of equal scores the earlier in the index comes first.
    """
    readings = readings_of(query[:MAX_QUERY], index)
    found: dict[int, Hit] = {}
    _answer(index, readings, found, SURE)
    if max((hit.score for hit in found.values()), default=0) < CLEAR:
        slips = [slip for reading in readings[:1] for slip in reading.with_slips(index)]
        _answer(index, slips, found, SURE_SLIP)
    hits = [hit for _, hit in sorted(found.items(), key=lambda item: (-item[1].score, item[0]))]
    return [hit for hit in hits if hit.score * 100 >= hits[0].score * NEXT_TO_BEST][:limit]


def _answer(index: Index, readings: Iterable[Reading], found: dict[int, Hit], sure: int) -> None:
    """Keep for each entry its best answer to any reading, if it is sure."""
    for reading in readings:
        typed = _Typed(index, reading)
        for number, entry in enumerate(index.entries):
            score, name = typed.score(entry)
            if score >= sure and (number not in found or score > found[number].score):
                found[number] = Hit(entry.location, entry.title, entry.kind, score, name)


class _Typed:
    """One reading, prepared to be compared with every entry."""

    def __init__(self, index: Index, reading: Reading) -> None:
        self._reading = reading
        self._alike: Alike = [_candidates(index, reading, at) for at in range(len(reading.words))]
        self._weights = [self._weight(index, at) for at in range(len(reading.words))]
        self._pair_weights = _pair_weights(self._weights)
        self._pairs: Alike = [
            {
                f"{first} {second}": min(percent, other)
                for first, percent in before.items()
                for second, other in after.items()
                if f"{first} {second}" in index.pairs
            }
            for before, after in pairwise(self._alike)
        ]
        self._touched = {
            id(name) for keys in self._alike for word in keys for name in index.bearers[word]
        }

    def _weight(self, index: Index, at: int) -> int:
        if at in self._reading.foreign:
            return index.largest_weight
        known = index.weight_of(self._reading.words[at])
        if known is not None:
            return known
        meant = [index.weights[word] for word in self._alike[at]]
        return max(meant, default=index.largest_weight * UNKNOWN // 100)

    def score(self, entry: _Entry) -> tuple[int, str]:
        """Return how well an entry answers, per mille, and by which of its names."""
        alike, pairs = self._allowed(entry)
        words_found = _share(alike, self._weights, entry.places)
        if words_found == 0:
            return 0, ""
        pairs_found = words_found
        if pairs:
            pairs_found = _share(pairs, self._pair_weights, entry.places)
        best, best_name, best_title = 0, entry.title, 0
        for number, name in enumerate(entry.names):
            if id(name) not in self._touched:
                continue
            agreement = self._agreement(alike, name) * name.part // 100
            if agreement > best:
                best, best_name = agreement, name.text
            if number < entry.titles:
                best_title = max(best_title, agreement)
        if best < SURE_NAME:
            return 0, ""
        total = best_title * TITLE_PART + best * NAME_PART
        total = (total + words_found * WORDS_PART + pairs_found * PAIRS_PART) // 100
        score = total * self._reading.part // 100
        return (0 if entry.kind == PLACE and score < SURE_PLACE else score), best_name

    def _allowed(self, entry: _Entry) -> tuple[Alike, Alike]:
        """Take away words of other offices' business, unless the entry was called by its name."""
        spoken = {word.plain for word in self._reading.words}
        taken = {
            at
            for at, phrase in self._reading.foreign.items()
            if not any(name.has(phrase) and name.plain <= spoken for name in entry.names)
        }
        if not taken:
            return self._alike, self._pairs
        alike = [{} if at in taken else words for at, words in enumerate(self._alike)]
        pairs = [{} if {at, at + 1} & taken else keys for at, keys in enumerate(self._pairs)]
        return alike, pairs

    def _agreement(self, alike: Alike, name: _Name) -> int:
        """Return how alike reading and name are: shared weight of all weight, per mille."""
        typed_words = [0] * len(alike)
        name_words = [0] * len(name.words)
        typed_pairs = [0] * len(self._pair_weights)
        name_pairs = [0] * len(name.pair_weights)
        for there, word in enumerate(name.words):
            for at, candidates in enumerate(alike):
                if word.plain not in candidates:
                    continue
                percent = self._percent(at, candidates, word)
                typed_words[at] = max(typed_words[at], percent)
                name_words[there] = max(name_words[there], percent)
                if at < len(typed_pairs) and there < len(name_pairs):
                    after = self._percent(at + 1, alike[at + 1], name.words[there + 1])
                    both = min(percent, after)
                    typed_pairs[at] = max(typed_pairs[at], both)
                    name_pairs[there] = max(name_pairs[there], both)
        agreement = _dice(typed_words, self._weights, name_words, name.weights)
        if typed_pairs or name_pairs:
            pairs = _dice(typed_pairs, self._pair_weights, name_pairs, name.pair_weights)
            agreement = (agreement + pairs) // 2
        held = _dice((), (), name_words, name.weights)
        if name_pairs:
            held = (held + _dice((), (), name_pairs, name.pair_weights)) // 2
        if held < WHOLE or not (name_pairs or name.is_code):
            return agreement
        part = HOLDS_NAME + HOLDS_MORE * min(max(len(name_pairs) - 1, 0), 3)
        return agreement + (1000 - agreement) * part // 100

    def _percent(self, at: int, candidates: Mapping[str, int], word: Word) -> int:
        percent = candidates.get(word.plain, 0)
        typed = self._reading.words[at]
        if percent < SAME or typed.marked == word.marked:
            return percent
        return SAME_BUT_UNMARKED if typed.marked == typed.plain else SAME_BUT_OTHER_MARKS


def _candidates(index: Index, reading: Reading, at: int) -> dict[str, int]:
    """Return the known words that the typed one may be, with how well they agree."""
    typed = reading.words[at].plain
    is_known = typed in index.weights
    found: dict[str, int] = {}
    if not is_known or reading.slip_at == at:
        slip, alike = (SLIP_INTO_A_WORD,) * 2 if is_known else (SLIP, SOUNDS_ALIKE)
        sound = sound_of(typed)
        for word, its_sound in index.sounds.items():
            if is_known and word in index.rules.small_plain:
                continue
            if len(typed) + len(word) >= SLIP_LETTERS and is_one_slip_away(typed, word):
                found[word] = slip
            if len(typed) > 1 and its_sound == sound:
                found[word] = alike
    if at == len(reading.words) - 1 and reading.slip_at is None:
        begins = BEGINS_THOUGH_KNOWN if is_known else BEGINS
        for word in index.weights:
            if word.startswith(typed):
                found[word] = max(begins, found.get(word, 0))
    if is_known:
        found[typed] = SAME
    return found


def _share(alike: Alike, weights: Sequence[int], places: Mapping[str, int]) -> int:
    """Return which share of the reading's weight an entry holds anywhere, per mille."""
    held = sum(
        weight * max((part * places.get(key, 0) for key, part in keys.items()), default=0)
        for keys, weight in zip(alike, weights, strict=True)
    )
    return held // (10 * max(sum(weights), 1))


def _dice(
    typed: Sequence[int], typed_weights: Sequence[int], name: Sequence[int], weights: Sequence[int]
) -> int:
    """Return twice the shared weight over the weight of both, per mille."""
    shared = sum(percent * weight for percent, weight in zip(typed, typed_weights, strict=True))
    shared += sum(percent * weight for percent, weight in zip(name, weights, strict=True))
    return shared * 10 // max(sum(typed_weights) + sum(weights), 1)


def _pair_weights(weights: Sequence[int]) -> list[int]:
    return [first + second for first, second in pairwise(weights)]


def _plain(words: Iterable[Word]) -> str:
    return " ".join(word.plain for word in words)
