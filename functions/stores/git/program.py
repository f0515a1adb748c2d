"""The program git as it is installed on this machine."""

from __future__ import annotations

import os
import re
import subprocess

OLDEST_GIT = (2, 38)
"""No older one was tried; `core.fsync`, which makes a saved draft last, came with 2.36."""

_SECONDS = 10


def git_version() -> tuple[int, ...] | None:
    """Return the version of git; None where there is none."""
    try:
        said = subprocess.run(
            ["git", "version"],  # noqa: S607 - where it lies is the machine's matter
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=True,
            timeout=_SECONDS,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(\d+(?:\.\d+)+)", said)
    return tuple(int(part) for part in found[1].split(".")) if found else None


def git_problem() -> str:
    """Return, in words for the operator, why nobody can edit here; else nothing."""
    version = git_version()
    if version is None:
        return "git is not installed"
    if version < OLDEST_GIT:
        return f"git {'.'.join(map(str, version))} is older than 2.38"
    return ""
