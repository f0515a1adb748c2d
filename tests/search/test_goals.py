"""The goals of the search on the queries it was tuned on, and a floor on the others.

The floor is what it reached on queries it had never seen (CONTRIBUTING.md): it may rise.
"""

from __future__ import annotations

from publish.search_index import load_word_lists
from tests.search import MEASURED, TUNED_ON, load_queries
from tests.search.measure import measure
from tests.search.real import ROOT, real_index


def test_tuning_queries_find_the_right_page() -> None:
    figures = measure(load_queries(TUNED_ON), real_index())

    assert figures.first >= 0.95
    assert figures.near >= 0.99
    assert figures.empty >= 0.95


def test_word_lists_name_pages_that_exist() -> None:
    lists = load_word_lists(ROOT)

    assert [path for path in lists.names if not (ROOT / "site" / f"{path}.md").is_file()] == []


def test_unseen_queries_are_answered_no_worse_than_at_the_first_run() -> None:
    figures = measure(load_queries(MEASURED), real_index())

    assert figures.first >= 0.95
    assert figures.near >= 0.965
    assert figures.empty >= 0.93
