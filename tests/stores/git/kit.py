"""Versions and drafts made in one line, and git itself beside the store."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from functions.core.errors import NotFoundError
from functions.core.models.content import ChangeKind, ChangeNote, DraftStatus, Editor, EditorRole
from functions.stores.git import GitContentStore

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
EDITOR = Editor("phuong-tan-an", EditorRole.EDITOR, "lan-1")
PUBLISHED = ChangeNote(ChangeKind.PUBLISHED, EDITOR)

Files = Mapping[str, bytes | None]


def saved(page: str) -> ChangeNote:
    return ChangeNote(ChangeKind.SAVED, EDITOR, page, DraftStatus.DRAFT)


def publish(store: GitContentStore, files: Files, now: datetime = NOW) -> str:
    """Publish files upon what is published, or as the first of all."""
    try:
        before: str | None = store.published()
    except NotFoundError:
        before = None
    version = (
        store.make_version([before], files, PUBLISHED, now)
        if before
        else first_version(store, files, now)
    )
    store.move_published(before, version)
    return version


def first_version(store: GitContentStore, files: Files, now: datetime = NOW) -> str:
    """Return a version without any before it."""
    empty = git(store, "mktree", stdin=b"")
    root = git(store, "commit-tree", empty, "-m", "nothing")
    return store.make_version([root], files, PUBLISHED, now)


def begin_draft(
    store: GitContentStore, page: str, content: bytes | None, now: datetime = NOW
) -> str:
    """Save a page's first draft upon what is published; return its version."""
    version = store.make_version([store.published()], {page: content}, saved(page), now)
    store.move_draft(page, None, version)
    return version


def version_with(store: GitContentStore, entries: Mapping[str, tuple[str, bytes]]) -> str:
    """Return a version that somebody else's git made, its files with any mode."""
    index = {"GIT_INDEX_FILE": str(repository(store) / "made-elsewhere")}
    git(store, "read-tree", store.published(), env=index)
    for path, (mode, content) in entries.items():
        blob = git(store, "hash-object", "-w", "--stdin", stdin=content)
        git(store, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}", env=index)
    tree = git(store, "write-tree", env=index)
    return git(store, "commit-tree", tree, "-p", store.published(), "-m", "pushed")


def repository(store: GitContentStore) -> Path:
    return store._git.repository


def git(
    store: GitContentStore,
    *arguments: str,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> str:
    """Let git do something that the store would not."""
    who = {"NAME": "somebody", "EMAIL": "somebody@example.invalid"}
    identity = {
        f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()
    }
    done = subprocess.run(
        ["git", f"--git-dir={repository(store)}", *arguments],
        input=stdin,
        capture_output=True,
        env={"PATH": os.environ["PATH"]} | identity | dict(env or {}),
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8").strip()


def assert_whole(store: GitContentStore) -> None:
    """Let git check every object and every reference."""
    git(store, "fsck", "--strict", "--no-dangling", "--no-progress")
