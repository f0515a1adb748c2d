"""Nightly tidying: the repository stays small and whole, whoever saves or dies meanwhile."""

from __future__ import annotations

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.core.errors import StoreUnavailableError
from functions.stores.git import GitContentStore, process
from functions.stores.git.tidying import loose_objects, tidy
from tests.stores.git.kit import (
    NOW,
    assert_whole,
    begin_draft,
    git,
    publish,
    repository,
    saved,
)

PAGE = "site/b/c.md"


def tidied(store: GitContentStore) -> None:
    tidy(repository(store), datetime.now(UTC))


def age(store: GitContentStore, days: int) -> None:
    """Let every file of the repository be as if it had been written so long ago."""
    then = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    for file in repository(store).rglob("*"):
        os.utime(file, (then, then))


def thrown_away(store: GitContentStore, content: bytes) -> str:
    """Save a draft and throw it away; return its version."""
    version = begin_draft(store, PAGE, content)
    store.move_draft(PAGE, version, None)
    return version


def test_what_a_reference_leads_to_is_packed_however_old_and_stays_readable(
    store: GitContentStore, first: str
) -> None:
    second = publish(store, {PAGE: b"2\n"})
    draft = begin_draft(store, PAGE, b"3\n")
    later = store.make_version([draft], {PAGE: b"4\n"}, saved(PAGE), NOW)
    store.move_draft(PAGE, draft, later)
    age(store, 400)

    tidied(store)
    tidied(store)

    assert loose_objects(repository(store)) == 0
    found = [store.read(version, PAGE) for version in (first, second, draft, later)]
    assert found == [b"c\n", b"2\n", b"3\n", b"4\n"]
    assert [version.version for version in store.versions()][:2] == [second, first]
    assert_whole(store)


def test_what_nothing_leads_to_is_kept_for_two_weeks_and_then_dropped(
    store: GitContentStore, first: str
) -> None:
    refused = store.make_version([first], {PAGE: b"refused\n"}, saved(PAGE), NOW)
    discarded = thrown_away(store, b"discarded\n")
    age(store, 13)

    tidied(store)
    kept = [store.read(version, PAGE) for version in (refused, discarded)]
    age(store, 15)
    tidied(store)

    assert kept == [b"refused\n", b"discarded\n"]
    assert [store.read(version, PAGE) for version in (refused, discarded)] == [None, None]
    assert store.published() == first
    assert loose_objects(repository(store)) == 0
    assert_whole(store)


def test_a_draft_that_was_packed_before_it_was_thrown_away_has_its_two_weeks_too(
    store: GitContentStore, first: str
) -> None:
    draft = begin_draft(store, PAGE, b"packed\n")
    tidied(store)
    store.move_draft(PAGE, draft, None)

    tidied(store)
    kept = store.read(draft, PAGE)
    age(store, 15)
    tidied(store)

    assert kept == b"packed\n"
    assert store.read(draft, PAGE) is None
    assert_whole(store)


def test_what_was_thrown_away_can_be_taken_back_for_two_weeks(
    store: GitContentStore, first: str
) -> None:
    version = begin_draft(store, PAGE, b"1\n")
    store.discard_draft(PAGE, version, version)

    tidy(repository(store), NOW + timedelta(days=13))
    kept = store.discarded(PAGE)
    tidy(repository(store), NOW + timedelta(days=15))

    assert kept is not None
    assert store.discarded(PAGE) is None
    assert_whole(store)


def test_what_was_dropped_can_be_saved_again(store: GitContentStore, first: str) -> None:
    thrown_away(store, b"again\n")
    age(store, 15)
    tidied(store)

    begin_draft(store, PAGE, b"again\n")

    draft = store.draft(PAGE)
    assert draft is not None
    assert store.read(draft.version, PAGE) == b"again\n"
    assert_whole(store)


def test_saves_go_on_while_it_is_tidied_and_none_is_lost(
    store: GitContentStore, first: str
) -> None:
    for number in range(5):
        thrown_away(store, b"old %d\n" % number)
    age(store, 15)
    pages = [f"site/p{number}.md" for number in range(4)]

    def save_again_and_again(page: str) -> str:
        version = begin_draft(store, page, b"0\n")
        for number in range(5):
            # Every other one says what somebody threw away long ago.
            text = b"old %d\n" % number if number % 2 else f"{page} {number}\n".encode()
            after = store.make_version([version], {page: text}, saved(page), NOW)
            store.move_draft(page, version, after)
            version = after
        return version

    with ThreadPoolExecutor(5) as pool:
        saves = [pool.submit(save_again_and_again, page) for page in pages]
        while not all(save.done() for save in saves):
            tidied(store)

    assert {draft.page: draft.version for draft in store.drafts()} == {
        page: save.result() for page, save in zip(pages, saves, strict=True)
    }
    assert [store.read(save.result(), page) for page, save in zip(pages, saves, strict=True)] == [
        f"{page} 4\n".encode() for page in pages
    ]
    assert_whole(store)


@pytest.mark.parametrize(
    ("calls", "number"),
    [*itertools.product(["rename,renameat,renameat2,link"], [1, 2]),
     *itertools.product(["unlink,unlinkat"], [1, 2, 3, 5])],
)  # fmt: skip
def test_a_git_that_is_killed_amid_tidying_leaves_all_there_was(
    store: GitContentStore,
    first: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    calls: str,
    number: int,
) -> None:
    second = publish(store, {PAGE: b"2\n"})
    tidied(store)
    third = publish(store, {PAGE: b"3\n"})
    draft = begin_draft(store, PAGE, b"4\n")
    killed = tmp_path / "git"
    fault = f"-e trace={calls} -e inject={calls}:signal=KILL:when={number}"
    killed.write_text(f'#!/bin/sh\nexec strace -f -qq -o /dev/null {fault} git "$@"\n')
    killed.chmod(0o755)

    with monkeypatch.context() as patched:
        patched.setattr(process, "_GIT", str(killed))
        with pytest.raises(StoreUnavailableError):
            tidied(store)
    assert_whole(store)
    found = [store.read(version, PAGE) for version in (first, second, third, draft)]
    tidied(store)

    assert found == [b"c\n", b"2\n", b"3\n", b"4\n"]
    assert loose_objects(repository(store)) == 0
    assert (store.published(), store.drafts()[0].version) == (third, draft)
    assert_whole(store)


def test_packs_that_a_killed_git_never_named_are_removed_in_time(
    store: GitContentStore, first: str
) -> None:
    packs = repository(store) / "objects" / "pack"
    (packs / ".tmp-7-pack-old.pack").write_bytes(b"old")
    age(store, 15)
    (packs / ".tmp-8-pack-new.pack").write_bytes(b"new")

    tidied(store)

    assert [file.name for file in packs.glob(".tmp-*")] == [".tmp-8-pack-new.pack"]


def test_a_repository_that_cannot_be_tidied_is_told(store: GitContentStore, first: str) -> None:
    git(store, "update-ref", "-d", "refs/heads/main")
    (repository(store) / "refs" / "heads" / "main").write_text("0" * 39 + "1\n")

    with pytest.raises(StoreUnavailableError):
        tidied(store)
