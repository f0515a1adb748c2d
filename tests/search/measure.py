"""How well the search answers a file of queries: `python -m tests.search.measure FILE`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from functions.core.search import Hit, Index, search
from tests.search import Query, load_queries
from tests.search.real import real_index

_TOP = 3


@dataclass(frozen=True)
class Answer:
    """One query and what was found for it."""

    query: Query
    hits: tuple[Hit, ...]

    @property
    def wanted(self) -> set[str]:
        """The locations that may come first, as the index writes them."""
        below_unit = "thu-tuc/"
        pages = {
            f"{page}/" if page.startswith(below_unit) else f"/{page}/" for page in self.query.pages
        }
        return pages | {f"/{unit_id}/" for unit_id in self.query.live_units}

    @property
    def is_first(self) -> bool:
        """Whether a right one stands first and, of a choice of units, each is in the list."""
        found = [hit.location for hit in self.hits]
        is_whole = not self.query.units or self.wanted <= set(found)
        return bool(found) and found[0] in self.wanted and is_whole

    @property
    def is_near(self) -> bool:
        """Whether a right one is among the first three."""
        return any(hit.location in self.wanted for hit in self.hits[:_TOP])


@dataclass(frozen=True)
class Figures:
    """What the goals are set for."""

    answers: tuple[Answer, ...]

    @property
    def asking(self) -> list[Answer]:
        return [answer for answer in self.answers if not answer.query.finds_nothing]

    @property
    def foreign(self) -> list[Answer]:
        """What nothing may be found for."""
        return [answer for answer in self.answers if answer.query.finds_nothing]

    @property
    def first(self) -> float:
        """The share of queries whose first answer is right."""
        return _share(answer.is_first for answer in self.asking)

    @property
    def near(self) -> float:
        """The share of queries with a right answer among the first three."""
        return _share(answer.is_near for answer in self.asking)

    @property
    def empty(self) -> float:
        """The share of foreign questions that find nothing, as they should."""
        return _share(not answer.hits for answer in self.foreign)

    @property
    def failures(self) -> list[Answer]:
        return [answer for answer in self.asking if not answer.is_first] + [
            answer for answer in self.foreign if answer.hits
        ]


def measure(queries: Iterable[Query], index: Index) -> Figures:
    """Ask everything once."""
    return Figures(tuple(Answer(query, tuple(search(index, query.q))) for query in queries))


def _share(outcomes: Iterable[bool]) -> float:
    counted = list(outcomes)
    return sum(counted) / len(counted) if counted else 1.0


def main(path: Path) -> None:
    """Print the figures of a file of queries, then each failure with what was found."""
    figures = measure(load_queries(path), real_index())
    for answer in figures.failures:
        found = ", ".join(f"{hit.score} {hit.location}" for hit in answer.hits[:_TOP]) or "nothing"
        word = "near" if answer.query.page and answer.is_near else "WRONG"
        print(f"{word:5} {answer.query.kind:12} {answer.query.q!r}: {found}")
    asked, foreign = len(figures.asking), len(figures.foreign)
    print(f"right page first: {figures.first:.1%} of {asked}")
    print(f"among the first three: {figures.near:.1%} of {asked}")
    print(f"rightly empty: {figures.empty:.1%} of {foreign}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
