"""References move by compare-and-swap only, whoever died while one was moved."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import TimeoutExpired

import pytest

from functions.core.errors import ConflictError, NotFoundError, StoreUnavailableError
from functions.stores.git import GitContentStore, process
from tests.stores.git.kit import (
    NOW,
    assert_whole,
    begin_draft,
    first_version,
    git,
    publish,
    repository,
    saved,
)

PAGE = "site/b/c.md"


def test_before_the_first_publication_nothing_is_published(store: GitContentStore) -> None:
    with pytest.raises(NotFoundError):
        store.published()

    assert store.shipped() is None
    assert store.drafts() == []
    assert store.draft(PAGE) is None


def test_the_first_publication_happens_once(store: GitContentStore) -> None:
    one = first_version(store, {"site/a.md": b"1\n"})
    other = first_version(store, {"site/a.md": b"2\n"})
    store.move_published(None, one)

    with pytest.raises(ConflictError):
        store.move_published(None, other)

    assert store.published() == one


def test_published_moves_only_from_what_it_is(store: GitContentStore, first: str) -> None:
    second = publish(store, {"site/a.md": b"2\n"})
    third = store.make_version([first], {"site/a.md": b"3\n"}, saved(PAGE), NOW)

    with pytest.raises(ConflictError):
        store.move_published(first, third)

    assert store.published() == second


def test_shipped_moves_only_from_what_it_is(store: GitContentStore, first: str) -> None:
    store.move_shipped(None, first)

    with pytest.raises(ConflictError):
        store.move_shipped(None, first)

    assert store.shipped() == first


def test_a_draft_begins_once_moves_from_what_it_is_and_ends_once(
    store: GitContentStore, first: str
) -> None:
    one = begin_draft(store, PAGE, b"1\n")
    two = store.make_version([one], {PAGE: b"2\n"}, saved(PAGE), NOW)
    with pytest.raises(ConflictError):
        store.move_draft(PAGE, None, two)
    store.move_draft(PAGE, one, two)

    for before, after in ((one, two), (one, None), (None, two), (first, None)):
        with pytest.raises(ConflictError):
            store.move_draft(PAGE, before, after)
    store.move_draft(PAGE, two, None)

    assert store.draft(PAGE) is None
    with pytest.raises(ConflictError):
        store.move_draft(PAGE, two, None)


def test_a_move_to_where_it_stands_already_is_no_change(store: GitContentStore, first: str) -> None:
    store.move_published(first, first)

    assert store.published() == first
    with pytest.raises(ConflictError):
        store.move_draft(PAGE, first, first)


def test_a_reference_never_names_what_is_not_there(store: GitContentStore, first: str) -> None:
    with pytest.raises(StoreUnavailableError):
        store.move_published(first, "f" * 40)

    assert store.published() == first


@pytest.mark.parametrize(
    "left",
    ["refs/heads/main.lock", "HEAD.lock", "packed-refs.lock", f"refs/drafts/{PAGE}.lock"],
)
def test_a_lock_that_a_killed_git_left_stops_nobody(
    store: GitContentStore, first: str, left: str
) -> None:
    lock = repository(store) / left
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_bytes(b"")

    begun = begin_draft(store, PAGE, b"1\n")
    second = publish(store, {"site/a.md": b"2\n"})
    store.move_draft(PAGE, begun, None)

    assert store.published() == second
    assert store.draft(PAGE) is None
    assert_whole(store)


def test_packed_references_move_like_loose_ones(store: GitContentStore, first: str) -> None:
    begun = begin_draft(store, PAGE, b"1\n")
    git(store, "pack-refs", "--all")

    second = publish(store, {"site/a.md": b"2\n"})
    with pytest.raises(ConflictError):
        store.move_draft(PAGE, None, begun)
    store.move_draft(PAGE, begun, None)

    assert store.published() == second
    assert store.drafts() == []
    assert_whole(store)


def test_of_many_threads_that_move_the_same_draft_one_wins(
    store: GitContentStore, first: str
) -> None:
    versions = [
        store.make_version([first], {PAGE: b"%d\n" % number}, saved(PAGE), NOW)
        for number in range(8)
    ]

    def begin(version: str) -> bool:
        try:
            store.move_draft(PAGE, None, version)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(begin, versions))

    draft = store.draft(PAGE)
    assert draft is not None
    assert [version for version, has_won in zip(versions, won, strict=True) if has_won] == [
        draft.version
    ]


def _open(path: Path) -> bool:
    return (GitContentStore(path)._git.repository / "HEAD").is_file()


def test_processes_that_make_the_repository_at_once_share_one(tmp_path: Path) -> None:
    path = tmp_path / "data" / "content.git"

    with multiprocessing.get_context("spawn").Pool(4) as pool:
        opened = pool.map(_open, [path] * 8)

    assert all(opened)
    assert [entry.name for entry in path.parent.iterdir()] == ["content.git"]
    store = GitContentStore(path)
    version = publish(store, {"site/a.md": b"a\n"})
    assert store.published() == version
    assert_whole(store)


def test_a_repository_that_was_only_half_made_is_no_obstacle(tmp_path: Path) -> None:
    left = tmp_path / ".content.git-killed" / "new"
    left.mkdir(parents=True)

    store = GitContentStore(tmp_path / "content.git")

    assert store.drafts() == []


def test_a_repository_that_cannot_be_made_is_told_as_a_store_that_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StoreUnavailableError):
        GitContentStore(tmp_path / "file" / "content.git")


@pytest.mark.parametrize("fails", [OSError(12, "no memory"), TimeoutExpired("git", 60)])
def test_a_git_that_does_not_run_is_told_as_a_store_that_fails(
    store: GitContentStore, first: str, monkeypatch: pytest.MonkeyPatch, fails: Exception
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise fails

    monkeypatch.setattr(process.subprocess, "run", refuse)

    with pytest.raises(StoreUnavailableError):
        store.published()


def test_a_broken_repository_is_told_and_not_taken_for_an_empty_one(
    store: GitContentStore, first: str
) -> None:
    (repository(store) / "HEAD").write_text("nonsense")

    for ask in (store.published, store.shipped, store.drafts):
        with pytest.raises(StoreUnavailableError):
            ask()
    with pytest.raises(StoreUnavailableError):
        store.paths(first)


def test_a_draft_thrown_away_is_kept_until_it_is_taken_back(
    store: GitContentStore, first: str
) -> None:
    version = begin_draft(store, PAGE, b"1\n")
    kept = store.make_version([version], {}, saved(PAGE), NOW)
    store.discard_draft(PAGE, version, kept)

    found = store.discarded(PAGE)
    assert found is not None
    assert (found.version, store.read(found.version, PAGE)) == (kept, b"1\n")
    assert (store.all_discarded(), store.drafts()) == ([found], [])
    store.restore_draft(PAGE, kept)

    assert store.draft(PAGE) == found
    assert (store.all_discarded(), store.discarded(PAGE)) == ([], None)
    assert_whole(store)


def test_a_draft_that_moved_on_is_not_thrown_away_and_what_was_kept_stays(
    store: GitContentStore, first: str
) -> None:
    earlier = begin_draft(store, PAGE, b"0\n")
    store.discard_draft(PAGE, earlier, earlier)
    version = begin_draft(store, PAGE, b"1\n")
    after = store.make_version([version], {PAGE: b"2\n"}, saved(PAGE), NOW)
    store.move_draft(PAGE, version, after)

    with pytest.raises(ConflictError):
        store.discard_draft(PAGE, version, version)

    assert [draft.version for draft in store.drafts()] == [after]
    assert [draft.version for draft in store.all_discarded()] == [earlier]


def test_whoever_dies_while_a_draft_is_thrown_away_leaves_it(
    store: GitContentStore, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = begin_draft(store, PAGE, b"1\n")
    with monkeypatch.context() as patched:
        patched.setattr(store, "move_draft", killed)
        with pytest.raises(SystemExit):
            store.discard_draft(PAGE, version, version)

    assert [draft.version for draft in store.drafts()] == [version]
    store.discard_draft(PAGE, version, version)
    assert store.drafts() == []


def killed(*_: object) -> None:
    raise SystemExit
