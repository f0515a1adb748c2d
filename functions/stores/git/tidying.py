"""Keeping the repository small: every save makes some five files, those that were refused too."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from functions.core.errors import StoreUnavailableError
from functions.stores.git.content import DISCARDED
from functions.stores.git.process import Git, GitFailedError

GRACE = timedelta(days=14)
"""So long nothing is dropped: it may belong to a save that is under way, or to an open tab."""

_OLD = f"{GRACE.days}.days.ago"
_SECONDS = 600


def loose_objects(repository: Path) -> int:
    """Return how many objects lie in files of their own. Raises StoreUnavailableError."""
    return int(Git(repository).text("count-objects").split(" ")[0])


def tidy(repository: Path, now: datetime) -> None:
    """Pack what a reference leads to, and drop what none has led to for two weeks.

    A draft that was thrown away so long ago cannot be taken back any more.

    Drafts may be saved meanwhile, and a kill leaves all there was. Nobody may copy the
    repository at the same time: a pack would be taken from under it. Raises
    StoreUnavailableError.
    """
    # Not `git gc`: it would also lock references, and `Git.move` takes such locks for left ones.
    git = Git(repository)
    try:
        _forget_discarded(git, now)
        git.run("repack", "-A", "-d", "-l", "-n", "-q", f"--unpack-unreachable={_OLD}",
                timeout=_SECONDS)  # fmt: skip
        git.run("prune", f"--expire={_OLD}", timeout=_SECONDS)
        _remove_unfinished_packs(repository, now)
    except (GitFailedError, OSError) as exc:
        raise StoreUnavailableError(str(exc), "git") from exc


def _forget_discarded(git: Git, now: datetime) -> None:
    listed = git.text(
        "for-each-ref", "--format=%(committerdate:unix) %(objectname) %(refname)", DISCARDED
    )
    for line in listed.splitlines():
        discarded_at, version, reference = line.split(" ", 2)
        if int(discarded_at) < (now - GRACE).timestamp():
            git.move(reference, version, None)


def _remove_unfinished_packs(repository: Path, now: datetime) -> None:
    """Remove packs that a killed git had not named yet; git itself forgets these."""
    for left in (repository / "objects" / "pack").glob(".tmp-*"):
        if left.stat().st_mtime < (now - GRACE).timestamp():
            left.unlink(missing_ok=True)
