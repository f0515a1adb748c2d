"""Numbers of laws in sentences: a wrong digit is found when a page of facts is saved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.installed import PROJECT
from publish.documents import Document, read_document
from publish.law_numbers import law_number_problems
from publish.laws import load_laws
from tests.publish.saving import GUIDE, NEWS, PROCEDURE, Saving

LAWS = load_laws(PROJECT / "data/laws.yml")
KNOWN = "58/2026/NĐ-CP"


@pytest.fixture(scope="module")
def saving(tmp_path_factory: pytest.TempPathFactory) -> Saving:
    return Saving(tmp_path_factory.mktemp("saving"))


def shared_pages() -> Iterator[Document]:
    for file in sorted((PROJECT / "site").rglob("*.md")):
        if "don-vi" not in file.parts:
            yield read_document(PROJECT, file)


def page(text: str) -> Document:
    return Document("site/phap-luat/a.md", {}, text, text)


def numbers(text: str, old: str | None = None) -> list[str]:
    before = None if old is None else page(old)
    return [problem.values["number"] for problem in law_number_problems(page(text), before, LAWS)]


def test_every_number_on_the_projects_own_pages_is_in_the_register() -> None:
    found = [
        problem for shown in shared_pages() for problem in law_number_problems(shown, None, LAWS)
    ]

    assert found == []


@pytest.mark.parametrize(
    "number",
    ["999/2099/NĐ-CP", "66.99/2026/NQ-CP", "58/2025/NĐ-CP", "1/2026/TT-BCA", "7/2026/QH15",
     "3/2026/QĐ-TTg", "1/2015/TTLT-BCA-BTC"],
)  # fmt: skip
def test_a_number_that_the_register_lacks_is_told(number: str) -> None:
    assert numbers(f"Theo Nghị định số {number}, người dân không phải nộp.") == [number]


@pytest.mark.parametrize(
    "text",
    [
        f"Theo Nghị định {KNOWN}.",
        "Theo Nghị quyết 66.22/2026/NQ-CP.",
        "Quyết định 12/2026/QĐ-UBND của tỉnh, Nghị quyết 3/2026/NQ-HĐND.",
        "Hạn cuối 30/11/2026. Biên lai 58/2026.",
        "[nguồn](https://vanban.chinhphu.vn/999/2099/NĐ-CP)",
    ],
)
def test_known_numbers_and_what_is_no_central_law_pass(text: str) -> None:
    assert numbers(text) == []


def test_a_number_that_stood_there_before_keeps_nobody_from_saving() -> None:
    assert numbers("Theo 9/2099/NĐ-CP và 8/2099/NĐ-CP.", "Theo 9/2099/NĐ-CP.") == ["8/2099/NĐ-CP"]


@pytest.mark.parametrize("path", [PROCEDURE, GUIDE])
def test_a_save_of_a_page_of_facts_tells_number_and_line(saving: Saving, path: str) -> None:
    text = saving.text(path) + "\nTheo Nghị định 999/2099/NĐ-CP.\n"

    (problem,) = saving.problems({path: text})

    assert (problem.code, problem.values) == ("unknown-law-number", {"number": "999/2099/NĐ-CP"})
    assert problem.line == len(text.splitlines())
    assert "“999/2099/NĐ-CP” không có trong sổ văn bản" in saving.sentence(problem)


def test_news_of_a_unit_may_name_any_law(saving: Saving) -> None:
    text = "---\ntitle: Phổ biến luật\nposted_on: 2026-11-20\n---\n\nNghị định 999/2099/NĐ-CP.\n"

    assert saving.problems({NEWS: text}) == []
