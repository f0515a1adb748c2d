"""Finished sites: made aside, switched atomically, the last one kept.

build/releases/<n>/site/        what the public sees
build/releases/<n>/facts.json   what the functions read of it; never public
build/site -> releases/<n>/site
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from publish.errors import PublishError

_KEPT = 2
_UNFINISHED = ".unfinished"


@contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """Hold the build folder: a second build waits for the first, across processes."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def begin_release(out: Path) -> Path:
    """Return an empty folder for the next release; leftovers of failed builds are removed."""
    releases = out / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    for leftover in releases.glob(f"*{_UNFINISHED}"):
        shutil.rmtree(leftover)
    number = max(_numbers(releases), default=0) + 1
    folder = releases / f"{number}{_UNFINISHED}"
    folder.mkdir()
    return folder


def finish_release(out: Path, folder: Path) -> Path:
    """Give a complete release its name, point `site` at it, and drop all but the last two."""
    site = out / "site"
    if site.exists() and not site.is_symlink():
        raise PublishError([f"{site.name} in the build folder is no link; move it away"])
    release = folder.with_name(folder.name.removesuffix(_UNFINISHED))
    folder.rename(release)
    link = out / ".site.new"
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.join("releases", release.name, "site"))
    os.replace(link, site)
    for number in sorted(_numbers(release.parent))[:-_KEPT]:
        shutil.rmtree(release.parent / str(number))
    return release


def _numbers(releases: Path) -> list[int]:
    return [int(path.name) for path in releases.iterdir() if path.name.isdecimal()]
