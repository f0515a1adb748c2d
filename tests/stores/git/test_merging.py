"""Two changes become one where they can, and nobody's lines are lost where they cannot."""

from __future__ import annotations

import pytest

from functions.core.errors import MergeConflictError, StoreUnavailableError
from functions.stores.git import GitContentStore
from tests.stores.git.kit import (
    NOW,
    PUBLISHED,
    assert_whole,
    git,
    publish,
    saved,
    version_with,
)

PAGE, OTHER = "site/trang.md", "site/khác.md"
LINES = "một\nhai\nba\nbốn\nnăm\nsáu\nbảy\n".encode()
FIRST, MIDDLE, LAST = "một".encode(), "bốn".encode(), "bảy".encode()


@pytest.fixture
def base(store: GitContentStore) -> str:
    return publish(store, {PAGE: LINES, OTHER: LINES})


def changed(store: GitContentStore, version: str, **files: bytes | None) -> str:
    paths = {"page": PAGE, "other": OTHER, "new": "site/mới.md"}
    named = {paths[name]: content for name, content in files.items()}
    return store.make_version([version], named, saved(PAGE), NOW)


def merge(store: GitContentStore, ours: str, theirs: str) -> str:
    return store.merge(ours, theirs, PUBLISHED, NOW)


def test_changes_of_different_pages_are_joined(store: GitContentStore, base: str) -> None:
    ours, theirs = changed(store, base, page=b"ours\n"), changed(store, base, other=b"theirs\n")

    merged = merge(store, ours, theirs)

    assert (store.read(merged, PAGE), store.read(merged, OTHER)) == (b"ours\n", b"theirs\n")
    assert store.contains(merged, ours)
    assert store.contains(merged, theirs)
    store.move_published(base, merged)
    assert_whole(store)


def test_changes_of_different_lines_of_a_page_are_joined(store: GitContentStore, base: str) -> None:
    ours = changed(store, base, page=LINES.replace(FIRST, b"1"))
    theirs = changed(store, base, page=LINES.replace(LAST, b"7"))

    merged = merge(store, ours, theirs)

    assert store.read(merged, PAGE) == LINES.replace(FIRST, b"1").replace(LAST, b"7")


def test_changes_of_the_same_line_are_told_with_all_their_pages(
    store: GitContentStore, base: str
) -> None:
    ours = changed(store, base, page=LINES.replace(MIDDLE, b"4"), other=b"x\n")
    theirs = changed(store, base, page=LINES.replace(MIDDLE, b"IV"), other=b"y\n")

    with pytest.raises(MergeConflictError) as told:
        merge(store, ours, theirs)

    assert told.value.paths == tuple(sorted((PAGE, OTHER)))


def test_the_same_change_of_both_is_one_change(store: GitContentStore, base: str) -> None:
    ours, theirs = changed(store, base, page=b"x\n"), changed(store, base, page=b"x\n")

    assert store.read(merge(store, ours, theirs), PAGE) == b"x\n"


def test_a_page_made_by_both_with_other_words_is_a_conflict(
    store: GitContentStore, base: str
) -> None:
    ours, theirs = changed(store, base, new=b"x\n"), changed(store, base, new=b"y\n")

    with pytest.raises(MergeConflictError) as told:
        merge(store, ours, theirs)

    assert told.value.paths == ("site/mới.md",)


@pytest.mark.parametrize("removes", ["ours", "theirs"])
def test_a_page_removed_by_one_and_changed_by_the_other_is_a_conflict(
    store: GitContentStore, base: str, removes: str
) -> None:
    gone, kept = changed(store, base, page=None), changed(store, base, page=b"x\n")
    ours, theirs = (gone, kept) if removes == "ours" else (kept, gone)

    with pytest.raises(MergeConflictError) as told:
        merge(store, ours, theirs)

    assert told.value.paths == (PAGE,)


@pytest.mark.parametrize("by", ["ours", "theirs", "both"])
def test_a_page_removed_by_one_or_both_and_left_by_the_other_is_gone(
    store: GitContentStore, base: str, by: str
) -> None:
    gone, kept = changed(store, base, page=None), changed(store, base, other=b"x\n")
    ours = kept if by == "theirs" else gone
    theirs = kept if by == "ours" else gone

    assert store.read(merge(store, ours, theirs), PAGE) is None


def test_a_change_does_not_follow_a_page_that_was_renamed(
    store: GitContentStore, base: str
) -> None:
    renamed = changed(store, base, page=None, new=LINES)
    theirs = changed(store, base, page=LINES.replace(MIDDLE, b"4"))

    with pytest.raises(MergeConflictError) as told:
        merge(store, renamed, theirs)

    assert told.value.paths == (PAGE,)


def test_pictures_changed_by_both_are_a_conflict(store: GitContentStore, base: str) -> None:
    start = changed(store, base, new=b"\x89PNG\0\1\n")
    ours, theirs = (
        changed(store, start, new=b"\x89PNG\0\2\n"),
        changed(store, start, new=b"\x89PNG\0\3\n"),
    )

    with pytest.raises(MergeConflictError):
        merge(store, ours, theirs)


def test_links_changed_by_both_are_a_conflict_and_no_text_is_made_of_them(
    store: GitContentStore, base: str
) -> None:
    start = version_with(store, {PAGE: ("120000", b"/etc/passwd")})
    store.move_published(base, start)
    ours = version_with(store, {PAGE: ("120000", b"/etc/shadow")})
    theirs = version_with(store, {PAGE: ("120000", b"/etc/group")})

    with pytest.raises(MergeConflictError):
        merge(store, ours, theirs)


def test_a_version_that_went_in_already_changes_nothing(store: GitContentStore, base: str) -> None:
    ours = changed(store, base, page=b"x\n")

    merged = merge(store, ours, base)

    assert store.changed_paths(ours, merged) == []


def test_versions_without_a_common_beginning_are_not_joined(
    store: GitContentStore, base: str
) -> None:
    tree = git(store, "rev-parse", f"{base}^{{tree}}")
    stranger = git(store, "commit-tree", tree, "-m", "of another repository")

    with pytest.raises(StoreUnavailableError):
        merge(store, base, stranger)


@pytest.mark.parametrize(
    ("ours", "theirs", "both"),
    [
        (LINES, LINES, LINES),
        (LINES.replace(FIRST, b"1"), LINES, LINES.replace(FIRST, b"1")),
        (LINES + b"eight\n", LINES.replace(FIRST, b"1"), LINES.replace(FIRST, b"1") + b"eight\n"),
        (LINES.replace(FIRST, b"1"), LINES.replace(FIRST, b"I"), None),
        (LINES.replace(FIRST, b"1"), LINES.replace(b"hai", b"2"), None),
        (b"", LINES.replace(FIRST, b"1"), None),
        (LINES[:-1], LINES.replace(FIRST, b"1"), LINES.replace(FIRST, b"1")[:-1]),
    ],
)
def test_texts_are_joined_line_by_line(
    store: GitContentStore, ours: bytes, theirs: bytes, both: bytes | None
) -> None:
    assert store.merge_texts(LINES, ours, theirs) == both
    assert store.merge_texts(LINES, theirs, ours) == both


def test_more_conflicts_than_git_counts_are_a_conflict(store: GitContentStore) -> None:
    base = b"".join(b"%d\nsame\nsame\nsame\n" % number for number in range(300))

    assert store.merge_texts(base, base.replace(b"same", b"x"), base.replace(b"same", b"y")) is None


def test_a_moment_of_merging_leaves_no_index_behind(store: GitContentStore, base: str) -> None:
    merge(store, changed(store, base, page=b"x\n"), changed(store, base, other=b"y\n"))

    assert git(store, "ls-files") == ""
