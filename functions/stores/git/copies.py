"""The whole repository as one file, and back; and whether it is whole."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from functions.core.errors import StoreUnavailableError
from functions.stores.git.process import Git, GitFailedError

REPOSITORY = "content.git"
"""Its name in the data folder."""


def has_pages(repository: Path) -> bool:
    """Tell whether there is a repository with something published."""
    return (repository / "HEAD").is_file() and Git(repository).resolve(
        "refs/heads/main"
    ) is not None


def bundle(repository: Path, file: Path) -> None:
    """Write everything that a reference leads to, drafts too, into a new file.

    Raises StoreUnavailableError.
    """
    Git(repository).text("bundle", "create", "--quiet", str(file), "--all")


def unbundle(file: Path, repository: Path) -> None:
    """Make a repository of what `bundle` wrote, where nothing is published yet.

    It is made aside and takes its place whole: git moves references one after another, and one
    that was killed in between would leave what is published without what the software brought.
    Raises StoreUnavailableError.
    """
    if has_pages(repository):
        raise StoreUnavailableError("there are pages already", "git")
    try:
        repository.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=f".{repository.name}-", dir=repository.parent
        ) as folder:
            aside = Path(folder) / "whole"
            Git(aside).text(
                "fetch", "--quiet", "--no-write-fetch-head", str(file), "+refs/*:refs/*"
            )
            with suppress(FileNotFoundError):
                repository.rename(Path(folder) / "empty")
            aside.rename(repository)
    except OSError as exc:
        raise StoreUnavailableError("git", type(exc).__name__) from exc


def state_of(repository: Path) -> str:
    """Return what differs as soon as anything was saved. Raises StoreUnavailableError."""
    return Git(repository).text("for-each-ref", "--format=%(objectname) %(refname)")


def damage(repository: Path) -> str:
    """Return what is wrong with a repository, as git says it; nothing where it is whole."""
    try:
        Git(repository).run("fsck", "--connectivity-only", "--no-dangling", "--no-progress")
    except GitFailedError as exc:
        said = (str(exc) or exc.output.decode("utf-8", "replace")).strip()
        return said.splitlines()[0] if said else "git fsck fails"
    except StoreUnavailableError as exc:
        return str(exc)
    return ""
