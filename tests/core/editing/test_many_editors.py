"""Ten editors at once, as threads and as processes: every save is kept, or its writer told."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions.core.editing.drafting import save
from functions.core.editing.publishing import publish
from functions.core.errors import MergeConflictError
from functions.core.models.content import Edit, Editor, EditorRole
from tests.core.editing.world import NOTICE, SHARED, EditingDesk, units
from tests.stores.git.kit import assert_whole

EDITORS = 10
LINES = [f"dòng {number}\n\n" for number in range(EDITORS)]
"""Empty lines keep changes apart, as between paragraphs."""


@dataclass(frozen=True)
class Task:
    """What one of them does: open the page as it was at first, change one line, save."""

    folder: Path
    page: str
    editor: Editor
    base: str
    text: str


def do(task: Task) -> str:
    """Save; return the line that was kept, or nothing where the writer was told."""
    desk = EditingDesk(task.folder, pages=None)
    try:
        save(Edit(desk.page(task.page), task.text, task.base), task.editor, desk.services)
    except MergeConflictError:
        return ""
    return task.text


def in_threads(tasks: Iterable[Task]) -> list[str]:
    with ThreadPoolExecutor(EDITORS) as pool:
        return list(pool.map(do, tasks))


def in_processes(tasks: Iterable[Task]) -> list[str]:
    with multiprocessing.get_context("spawn").Pool(EDITORS // 2) as pool:
        return pool.map(do, tasks, chunksize=1)


at_once = pytest.mark.parametrize("at_once", [in_threads, in_processes])
AtOnce = Callable[[Iterable[Task]], list[str]]


def writer(number: int, unit_id: str = "tinh-dak-lak") -> Editor:
    return Editor(unit_id, EditorRole.PROVINCE_EDITOR, f"lan-{number}")


def with_line(number: int, words: str) -> str:
    return "".join([*LINES[:number], f"{words}\n\n", *LINES[number + 1 :]])


@pytest.fixture
def shared(desk: EditingDesk) -> Iterator[EditingDesk]:
    desk.ship({NOTICE: "một\n", SHARED: "".join(LINES)})
    yield desk
    assert_whole(desk.store)


@at_once
def test_on_ten_units_every_save_is_kept(desk: EditingDesk, at_once: AtOnce) -> None:
    chosen = [unit.unit_id for unit in units().with_pages(desk.services.today())][:EDITORS]
    tasks = [
        Task(
            desk.folder,
            f"site/don-vi/{unit_id}/thong-bao/tin.md",
            Editor(unit_id, EditorRole.EDITOR, f"lan-{unit_id}"),
            "",
            f"tin của {unit_id}\n",
        )
        for unit_id in chosen
    ]

    kept = at_once(tasks)

    assert kept == [task.text for task in tasks]
    assert [desk.draft_text(task.page) for task in tasks] == kept
    assert len(desk.store.drafts()) == EDITORS


@at_once
def test_on_one_page_changes_of_other_lines_are_all_joined(
    shared: EditingDesk, at_once: AtOnce
) -> None:
    opened = shared.blob(SHARED)
    tasks = [
        Task(shared.folder, SHARED, writer(number), opened, with_line(number, f"sửa {number}"))
        for number in range(EDITORS)
    ]

    kept = at_once(tasks)

    assert all(kept)
    assert shared.draft_text(SHARED) == "".join(f"sửa {number}\n\n" for number in range(EDITORS))


@at_once
def test_on_one_line_one_is_kept_and_nine_are_told(shared: EditingDesk, at_once: AtOnce) -> None:
    opened = shared.blob(SHARED)
    tasks = [
        Task(shared.folder, SHARED, writer(number), opened, with_line(0, f"của {number}"))
        for number in range(EDITORS)
    ]

    kept = [text for text in at_once(tasks) if text]

    assert len(kept) == 1
    assert shared.draft_text(SHARED) == kept[0]


def test_ten_publications_at_once_follow_one_another(desk: EditingDesk) -> None:
    chosen = [unit.unit_id for unit in units().with_pages(desk.services.today())][:EDITORS]
    pages = [desk.page(f"site/don-vi/{unit_id}/thong-bao/tin.md") for unit_id in chosen]
    approvers = [Editor(unit_id, EditorRole.APPROVER, unit_id) for unit_id in chosen]
    for page, approver in zip(pages, approvers, strict=True):
        save(Edit(page, f"tin của {page.unit_id}\n", ""), approver, desk.services)

    with ThreadPoolExecutor(EDITORS) as pool:
        made = list(
            pool.map(lambda one: publish(*one, desk.services), zip(pages, approvers, strict=True))
        )

    assert sorted(version.number for version in made) == list(range(2, 12))
    assert [desk.text(page.path) for page in pages] == [f"tin của {unit}\n" for unit in chosen]
    assert desk.store.drafts() == []
    assert desk.site.live == desk.store.published()
    assert_whole(desk.store)
