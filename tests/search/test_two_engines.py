"""The box in the browser and `/tim` on the server rank alike, to the last point."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from functions.core.search import Index, search
from tests.search import MEASURED, TUNED_ON, load_queries
from tests.search.real import ROOT, real_index, real_parts

pytestmark = pytest.mark.e2e

ENGINE = ROOT / "templates" / "site" / "assets" / "javascripts" / "search-engine.js"
_ASK = """async ([engine, parts, queries]) => {
  const { makeIndex, search } = await import(engine);
  const index = makeIndex(parts);
  return queries.map((query) => search(index, query).map(
    ({ location, title, kind, score, name }) => [location, title, kind, score, name]));
}"""


def in_browser(browser: Browser, parts: Any, queries: list[str]) -> list[list[list[Any]]]:
    source = base64.b64encode(ENGINE.read_bytes()).decode("ascii")
    page = browser.new_page()
    try:
        found: list[list[list[Any]]] = page.evaluate(
            _ASK, [f"data:text/javascript;base64,{source}", parts, queries]
        )
    finally:
        page.close()
    return found


def in_python(index: Index, queries: list[str]) -> list[list[list[Any]]]:
    return [
        [[hit.location, hit.title, hit.kind, hit.score, hit.name] for hit in search(index, query)]
        for query in queries
    ]


@pytest.mark.parametrize(
    "path",
    [pytest.param(MEASURED, marks=pytest.mark.long), TUNED_ON],
    ids=lambda path: path.stem,
)
def test_both_engines_give_the_same_results_in_the_same_order(browser: Browser, path: Path) -> None:
    queries = [query.q for query in load_queries(path)]

    assert in_browser(browser, real_parts(), queries) == in_python(real_index(), queries)


def test_both_engines_agree_on_what_nobody_would_type(browser: Browser) -> None:
    queries = odd_queries()

    assert in_browser(browser, real_parts(), queries) == in_python(real_index(), queries)


def test_both_engines_agree_on_an_empty_index(browser: Browser) -> None:
    parts = [{"entries": []}]

    assert in_browser(browser, parts, ["tam tru"]) == in_python(Index(parts), ["tam tru"]) == [[]]


def odd_queries() -> list[str]:
    """Return made-up queries: signs of all kinds, and names with letters changed, always alike."""
    chance = random.Random(20261121)
    signs = "aăâbcdđeêghiklmnoôơpqrstuưvxy àáảãạ'’-./·019 \u0300\u0301\u0323\u0302ÀĐƯẠ ﬁßİΣ💥中\n\t"
    made = ["".join(chance.choices(signs, k=chance.randint(0, 40))) for _ in range(60)]
    names = [name for part in real_parts() for entry in part["entries"] for name in entry[4]]
    for name in chance.sample(names, 80):
        letters = list(name)
        letters[chance.randrange(len(letters))] = chance.choice("sfrxjwadeo ")
        made.append("".join(letters))
    made += ["x" * 500, "tam tru " * 60, json.dumps(names[:5], ensure_ascii=False)]
    return made
