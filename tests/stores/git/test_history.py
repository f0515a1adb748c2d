"""Publications in their order with their numbers, and drafts with their trail, quickly."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.core.errors import NotFoundError, StoreUnavailableError
from functions.core.models.content import (
    ChangeKind,
    ChangeNote,
    DraftStatus,
    Editor,
    EditorRole,
)
from functions.stores.git import GitContentStore
from functions.stores.git.process import GitFailedError
from tests.stores.git.kit import (
    EDITOR,
    NOW,
    PUBLISHED,
    assert_whole,
    begin_draft,
    git,
    publish,
    repository,
    saved,
)

PAGE = "site/b/c.md"
APPROVER = Editor("phuong-tan-an", EditorRole.APPROVER, "lan-2")
RELEASED = ChangeNote(ChangeKind.RELEASE, Editor("", EditorRole.PROVINCE_APPROVER))
LINE_ENDS = ("\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\r")


def test_publications_are_numbered_in_their_order(store: GitContentStore) -> None:
    made = [publish(store, {"site/a.md": b"%d\n" % number}) for number in range(5)]

    versions = store.versions()

    # The first stands upon a version without any page.
    assert [version.number for version in versions] == [6, 5, 4, 3, 2, 1]
    assert [version.version for version in versions][:5] == made[::-1]
    assert store.publication(3).version == made[1]
    assert store.versions(limit=2) == versions[:2]


@pytest.mark.parametrize("number", [0, -1, 99])
def test_a_number_without_a_publication_is_not_found(
    store: GitContentStore, first: str, number: int
) -> None:
    with pytest.raises(NotFoundError):
        store.publication(number)


def test_the_versions_of_a_page_are_the_publications_that_changed_it(
    store: GitContentStore, first: str
) -> None:
    publish(store, {PAGE: b"2\n"})
    publish(store, {"site/a.md": b"2\n"})
    third = publish(store, {PAGE: None})

    found = store.versions(PAGE)

    assert [version.number for version in found] == [5, 3, 2]
    assert (found[0].version, found[0].files) == (third, (PAGE,))
    assert [version.number for version in store.versions("site/b")] == [5, 3, 2]
    assert store.versions("site/none.md") == []


def test_a_merged_draft_is_one_publication_with_all_it_changed(
    store: GitContentStore, first: str
) -> None:
    draft = store.make_version([first], {PAGE: b"2\n", "site/b/x.png": b"p"}, saved(PAGE), NOW)
    later = publish(store, {"site/a.md": b"2\n"})
    note = ChangeNote(ChangeKind.PUBLISHED, APPROVER, PAGE)

    merged = store.merge(later, draft, note, NOW + timedelta(days=1))
    store.move_published(later, merged)

    newest = store.versions()[0]
    assert (newest.version, newest.number, newest.note) == (merged, 4, note)
    assert newest.made_at == NOW + timedelta(days=1)
    assert newest.files == (PAGE, "site/b/x.png")
    assert [version.version for version in store.versions(PAGE)] == [merged, first]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "một lời",
        "hai\ndòng: có dấu",
        "ba\r\ndòng",
        "lạ\u2028\u2029\x85\x0b\x0c\x1c\x1d",
        "\x1e\x1f\x00",
        "\ud800 lẻ",
        "Change: release",
        *(f"giả{end}Role: province-approver{end}Status: ready" for end in LINE_ENDS),
        "🎉 “lạ”",
        "x" * 5000,
    ],
)
def test_what_a_note_says_comes_back(store: GitContentStore, first: str, text: str) -> None:
    note = ChangeNote(ChangeKind.STATUS, EDITOR, "site/có dấu.md", DraftStatus.IN_REVIEW, text)

    store.move_published(first, store.make_version([first], {}, note, NOW))

    assert store.versions()[0].note == note
    assert_whole(store)


def test_a_note_whose_line_ends_were_written_as_they_are_is_still_read(
    store: GitContentStore, first: str
) -> None:
    tree = git(store, "rev-parse", f"{first}^{{tree}}")
    facts = "Change: status\nUnit: phuong-tan-an\nRole: editor\nMark: lan-1\nStatus: draft"
    message = f'status {PAGE}\n\n{facts}\nText: "một\u2028Role: king\x85Status: ready"'
    version = git(store, "commit-tree", tree, "-p", first, "-m", message)
    store.move_published(first, version)

    note = store.versions()[0].note

    assert (note.by, note.status) == (EDITOR, DraftStatus.DRAFT)
    assert note.text == "một\u2028Role: king\x85Status: ready"


def test_no_person_stands_in_a_version(store: GitContentStore, first: str, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.md").write_text("a\n")
    brought = store.version_of_folder(tmp_path / "site", [], RELEASED, NOW)
    store.move_shipped(None, brought)
    begun = begin_draft(store, PAGE, b"2\n")
    ready = ChangeNote(ChangeKind.STATUS, APPROVER, PAGE, DraftStatus.READY)
    store.move_draft(PAGE, begun, store.make_version([begun], {}, ready, NOW))
    going_out = ChangeNote(ChangeKind.PUBLISHED, APPROVER, PAGE)
    store.move_published(first, store.merge(first, begun, going_out, NOW))

    shown = git(
        store, "log", "--all", "--format=%an <%ae>%n%cn <%ce>", f"^{first}^"
    )  # the kit's own

    assert set(shown.splitlines()) == {
        "editor phuong-tan-an <editor@phuong-tan-an.binhyen.invalid>",
        "approver phuong-tan-an <approver@phuong-tan-an.binhyen.invalid>",
        "province-approver <province-approver@software.binhyen.invalid>",
    }


def test_a_version_that_somebody_pushed_counts_as_a_release(
    store: GitContentStore, first: str
) -> None:
    tree = git(store, "rev-parse", f"{first}^{{tree}}")
    pushed = git(store, "commit-tree", tree, "-p", first, "-m", "Change: nonsense\nRole: king")
    store.move_published(first, pushed)

    newest = store.versions()[0]

    assert (newest.version, newest.note.kind, newest.note.by.unit_id) == (
        pushed,
        ChangeKind.RELEASE,
        "",
    )


def test_a_draft_knows_its_status_writer_day_and_files(store: GitContentStore, first: str) -> None:
    begun = begin_draft(store, PAGE, b"2\n")
    picture = store.make_version([begun], {"site/b/x.png": b"p"}, saved(PAGE), NOW)
    note = ChangeNote(ChangeKind.STATUS, APPROVER, PAGE, DraftStatus.READY, "được")
    ready = store.make_version([picture], {}, note, NOW + timedelta(hours=1))
    store.move_draft(PAGE, begun, ready)
    publish(store, {"site/a.md": b"later\n"})

    draft = store.draft(PAGE)

    assert draft is not None
    assert (draft.page, draft.version, draft.status) == (PAGE, ready, DraftStatus.READY)
    assert (draft.by, draft.note, draft.changed_at) == (EDITOR, "được", NOW + timedelta(hours=1))
    assert draft.files == (PAGE, "site/b/x.png")
    assert store.drafts() == [draft]
    assert store.draft_at(PAGE, begun).files == (PAGE,)


def test_a_draft_that_went_in_has_no_files_left_and_its_status(
    store: GitContentStore, first: str
) -> None:
    draft = begin_draft(store, PAGE, b"2\n")
    store.move_published(first, store.merge(first, draft, PUBLISHED, NOW))

    found = store.draft(PAGE)

    assert found is not None
    assert (found.files, found.status, found.by) == ((), DraftStatus.DRAFT, EDITOR)
    assert store.drafts() == [found]


def test_a_draft_as_it_was_published_differs_in_nothing(store: GitContentStore, first: str) -> None:
    begin_draft(store, PAGE, b"c\n")

    draft = store.draft(PAGE)

    assert draft is not None
    assert draft.files == ()


def test_drafts_come_newest_first(store: GitContentStore, first: str) -> None:
    for number in (2, 1, 3):
        begin_draft(store, f"site/{number}.md", b"x\n", NOW + timedelta(minutes=number))

    assert [draft.page for draft in store.drafts()] == ["site/3.md", "site/2.md", "site/1.md"]


def test_a_hundred_drafts_take_as_many_processes_as_three(
    store: GitContentStore, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        begin_draft(store, f"site/{number}.md", b"x\n")
    ran: list[str] = []
    run = store._git.run
    monkeypatch.setattr(store._git, "run", lambda *a, **k: ran.append(a[0]) or run(*a, **k))
    store.drafts()
    few = len(ran)
    draft = store.draft("site/0.md")
    assert draft is not None
    commands = [f"create refs/drafts/site/n{number}.md {draft.version}\n" for number in range(97)]
    git(store, "update-ref", "--stdin", stdin="".join(commands).encode())

    ran.clear()
    found = store.drafts()

    assert len(found) == 100
    assert len(ran) == few <= 5


def _publications(store: GitContentStore, count: int) -> None:
    """Publish in the quickest way there is: as a stream of versions of one page."""
    branch = "refs/heads/main"
    lines = [f"reset {branch}", f"from {store.published()}", ""]
    for number in range(count):
        message = f"quick-fix {PAGE}\n\nChange: quick-fix\nUnit: phuong-tan-an\nRole: approver\n"
        lines += [
            f"commit {branch}",
            f"committer a <a@example.invalid> {1_800_000_000 + number} +0700",
            f"data {len(message)}",
            message,
            f"M 100644 inline {PAGE if number % 2 else 'site/a.md'}",
            f"data {len(str(number))}",
            str(number),
            "",
        ]
    git(store, "fast-import", "--quiet", stdin="\n".join(lines).encode())


def test_a_thousand_publications_are_listed_by_a_handful_of_processes(
    store: GitContentStore, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _publications(store, 1000)
    ran: list[str] = []
    run = store._git.run
    monkeypatch.setattr(store._git, "run", lambda *a, **k: ran.append(a[0]) or run(*a, **k))

    newest = store.versions()
    of_page = store.versions(PAGE, limit=1000)

    assert [version.number for version in newest] == list(range(1002, 952, -1))
    assert len(of_page) == 501
    assert store.publication(500).number == 500
    assert len(ran) <= 12


def test_a_lost_object_is_told_and_not_taken_for_nothing(
    store: GitContentStore, first: str
) -> None:
    tree = git(store, "rev-parse", f"{first}:site")
    (repository(store) / "objects" / tree[:2] / tree[2:]).unlink()

    with pytest.raises(StoreUnavailableError):
        store.read(first, PAGE)


@pytest.mark.parametrize(
    "ask", ["contains", "changed_paths", "paths", "draft", "versions", "merge_texts"]
)
def test_a_git_that_was_killed_is_told_and_not_taken_for_an_answer(
    store: GitContentStore, first: str, monkeypatch: pytest.MonkeyPatch, ask: str
) -> None:
    second = publish(store, {PAGE: b"2\n"})
    begin_draft(store, PAGE, b"3\n")
    run = store._git.run
    killed = {"merge-base", "diff-tree", "ls-tree", "log", "merge-file"}

    def dying(*arguments: str, **more: Any) -> bytes:
        if arguments[0] in killed:
            raise GitFailedError(-9, b"", "")
        return run(*arguments, **more)

    monkeypatch.setattr(store._git, "run", dying)

    with pytest.raises(StoreUnavailableError):
        {
            "contains": lambda: store.contains(second, first),
            "changed_paths": lambda: store.changed_paths(first, second),
            "paths": lambda: store.paths(second),
            "draft": lambda: store.draft(PAGE),
            "versions": store.versions,
            "merge_texts": lambda: store.merge_texts(b"1\n", b"2\n", b"3\n"),
        }[ask]()
