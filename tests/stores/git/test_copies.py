"""The repository as one file and back: whole, or not there at all."""

from __future__ import annotations

import multiprocessing
import signal
from pathlib import Path

import pytest

from functions.core.errors import StoreUnavailableError
from functions.stores.git import GitContentStore, process
from functions.stores.git.copies import bundle, damage, has_pages, unbundle
from tests.stores.git.kit import NOW, assert_whole, begin_draft, repository, saved

PAGE = "site/b/c.md"

# It brings what is published, and dies with its process before it comes to the rest.
_DYING_GIT = """#!/bin/sh
case "$*" in
*fetch*) git "$1" fetch --quiet {copy} +refs/heads/main:refs/heads/main; kill -9 $PPID ;;
*) exec git "$@" ;;
esac
"""


@pytest.fixture
def copy(store: GitContentStore, first: str, tmp_path: Path) -> Path:
    """A copy of a repository with something published, something shipped and a draft."""
    store.move_shipped(None, first)
    begin_draft(store, PAGE, b"draft\n")
    bundle(repository(store), tmp_path / "copy")
    return tmp_path / "copy"


def assert_same(restored: Path, store: GitContentStore) -> None:
    found = GitContentStore(restored)
    assert (found.published(), found.shipped()) == (store.published(), store.shipped())
    assert found.drafts() == store.drafts()
    assert damage(restored) == ""
    assert_whole(found)


def unbundle_with(program: str, copy: Path, restored: Path) -> None:
    process._GIT = program
    unbundle(copy, restored)


def test_a_copy_brings_back_what_is_published_what_was_shipped_and_drafts(
    store: GitContentStore, copy: Path, tmp_path: Path
) -> None:
    restored = tmp_path / "new" / "content.git"

    unbundle(copy, restored)

    assert_same(restored, store)
    assert [entry.name for entry in restored.parent.iterdir()] == ["content.git"]


def test_who_is_killed_after_main_and_before_the_rest_begins_anew_at_the_next_start(
    store: GitContentStore, copy: Path, tmp_path: Path
) -> None:
    restored, program = tmp_path / "new" / "content.git", tmp_path / "git"
    program.write_text(_DYING_GIT.format(copy=copy))
    program.chmod(0o755)

    killed = multiprocessing.get_context("spawn").Process(
        target=unbundle_with, args=(str(program), copy, restored)
    )
    killed.start()
    killed.join()
    left = has_pages(restored)
    unbundle(copy, restored)

    assert killed.exitcode == -signal.SIGKILL
    assert not left
    assert_same(restored, store)


@pytest.mark.parametrize("left", ["refs/heads/shipped.lock", "packed-refs.lock", "HEAD.lock"])
def test_a_repository_where_nothing_is_published_gives_way_with_all_that_was_left_in_it(
    store: GitContentStore, copy: Path, tmp_path: Path, left: str
) -> None:
    restored = tmp_path / "new" / "content.git"
    GitContentStore(restored)
    (restored / left).parent.mkdir(parents=True, exist_ok=True)
    (restored / left).write_bytes(b"")

    unbundle(copy, restored)

    assert_same(restored, store)


def test_pages_that_are_there_already_stay(
    store: GitContentStore, first: str, copy: Path, tmp_path: Path
) -> None:
    later = store.make_version([first], {PAGE: b"later\n"}, saved(PAGE), NOW)
    store.move_published(first, later)

    with pytest.raises(StoreUnavailableError):
        unbundle(copy, repository(store))

    assert store.published() == later


@pytest.mark.parametrize("content", [None, b"", b"no bundle"])
def test_what_is_no_copy_leaves_nothing(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "copy").write_bytes(content)

    with pytest.raises(StoreUnavailableError):
        unbundle(tmp_path / "copy", tmp_path / "new" / "content.git")

    assert not [*(tmp_path / "new").iterdir()]
