"""What git lists of trees and of a merge that is not finished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from functions.core.errors import NotAllowedError

PLAIN_FILE = "100644"
"""The mode of a page or picture: no link, no program, no other repository."""

BASE, OURS, THEIRS = "1", "2", "3"
"""The stages of a file that both sides changed."""


def require_inside(path: str) -> None:
    """Raises NotAllowedError for a path that git would leave out without a word."""
    for part in path.split("/"):
        if part in ("", ".", "..") or part.lower().startswith(".git") or "\0" in part:
            raise NotAllowedError("path")


def stages_in(unmerged: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    """Return for each path of `ls-files --unmerged` its blobs by stage.

    What is no plain file counts as missing: nobody joins two links.
    """
    found: dict[str, dict[str, str]] = {}
    for entry in unmerged:
        (mode, blob_id, stage), path = entry.split("\t", 1)[0].split(), entry.split("\t", 1)[1]
        stages = found.setdefault(path, {})
        if mode == PLAIN_FILE:
            stages[stage] = blob_id
    return found
