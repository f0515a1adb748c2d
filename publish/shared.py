"""What all units share: the pages the generator made, kept until anything they come from changes.

build/shared/<digest of the inputs>/html/        the built pages, samples among them
build/shared/<digest of the inputs>/about.json   what the rest of the build needs to know of them
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from publish.checks import foreign_in_css, page_problems, sample_problems
from publish.csp import script_hashes, style_hashes
from publish.errors import PublishError
from publish.inputs import digest
from publish.releases import Made

SAMPLE_UNIT = "don-vi-mau"
SAMPLE_OLD = "dia-chi-cu-mau"
SAMPLES = (SAMPLE_UNIT, SAMPLE_OLD)

_PROBLEMS_SHOWN = 20
_ABOUT = "about.json"


@dataclass(frozen=True)
class About:
    """What is known of the day's register and procedures when neither is read again."""

    live: Sequence[str]
    """Ids of all units, in alphabetical order."""
    old: Sequence[str]
    """Addresses of former units."""
    procedures: Mapping[str, Mapping[str, Any]]
    """What units' values need to know of each procedure, by slug."""
    forwarding: Mapping[str, Any]
    """Where the functions lead on from old addresses."""
    search: Mapping[str, str]
    """The files of the search index that units share, by what they hold."""
    upload_url: str
    """Where the tip form puts photos before the tip; empty where they come with it."""


@dataclass(frozen=True)
class Shared:
    """The built pages, checked."""

    key: str
    html: Path
    about: About
    script_hashes: Sequence[str]
    style_hashes: Sequence[str]

    def files(self) -> Iterator[Made]:
        """Yield what is published as it is: all but the samples."""
        for path, file in _published(self.html):
            content = file.read_bytes()
            yield Made(path, digest([content]), partial(_same, content))


def find_shared(out: Path, key: str) -> Shared | None:
    """Return what an earlier build made from the same inputs; a preview uses it from now on."""
    folder = out / "shared" / key
    found = _read(folder)
    if found is not None:
        os.utime(folder / _ABOUT)
    return found


@contextmanager
def last_shared(out: Path) -> Iterator[Shared | None]:
    """Yield what the last build made or used, which stays as long as it is read; else None.

    Builds go on meanwhile.
    """
    with (out / ".shared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield _last(out)


def keep_shared(out: Path, key: str, built: Path, about: About) -> Shared:
    """Check the pages the generator built and keep them. Raises PublishError.

    The samples are checked instead of the thousands of pages that are stamped from them.
    """
    problems: list[str] = []
    scripts: set[str] = set()
    styles: set[str] = set()
    for path in sorted(built.rglob("*.html")):
        name, text = path.relative_to(built).as_posix(), path.read_text(encoding="utf-8")
        check = sample_problems if name.startswith(SAMPLES) else page_problems
        problems += check(name, text, SAMPLES)
        scripts |= script_hashes(text)
        styles |= style_hashes(text)
    for path in sorted(built.rglob("*.css")):
        name, text = path.relative_to(built).as_posix(), path.read_text(encoding="utf-8")
        problems += [f"{name}: would load {address}" for address in foreign_in_css(text)]
    if problems:
        raise PublishError(problems[:_PROBLEMS_SHOWN])
    hashes = {"script_hashes": sorted(scripts), "style_hashes": sorted(styles)}
    folder = out / "shared" / key
    shutil.rmtree(folder, ignore_errors=True)  # what a kill left
    folder.mkdir(parents=True)
    built.rename(folder / "html")
    # Last of all, so that a folder with it is whole.
    kept = json.dumps({"about": asdict(about), **hashes}, ensure_ascii=False)
    (folder / "about.new").write_text(kept, encoding="utf-8")
    (folder / "about.new").replace(folder / _ABOUT)
    _drop_others(out, key)
    return Shared(key=key, html=folder / "html", about=about, **hashes)


def _read(folder: Path) -> Shared | None:
    """Return what a folder keeps; None where a build has not finished it."""
    try:
        kept = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    about = About(**kept.pop("about"))
    return Shared(key=folder.name, html=folder / "html", about=about, **kept)


def _last(out: Path) -> Shared | None:
    times: dict[Path, int] = {}
    for file in (out / "shared").glob(f"*/{_ABOUT}"):
        with suppress(FileNotFoundError):
            times[file.parent] = file.stat().st_mtime_ns
    return _read(max(times, key=lambda folder: times[folder])) if times else None


def _drop_others(out: Path, key: str) -> None:
    """Drop what earlier builds kept, unless a preview reads it: then the next build does."""
    with (out / ".shared.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        for folder in (out / "shared").iterdir():
            if folder.name != key:
                # First of all: what is left of a folder after a kill is not taken for a whole one.
                (folder / _ABOUT).unlink(missing_ok=True)
                shutil.rmtree(folder, ignore_errors=True)


def _published(html: Path) -> Iterable[tuple[str, Path]]:
    for folder, folders, names in os.walk(html):
        below = Path(folder).relative_to(html).as_posix()
        if below == ".":
            folders[:] = [name for name in folders if name not in SAMPLES]
        for name in sorted(names):
            yield (name if below == "." else f"{below}/{name}"), Path(folder) / name


def _same(content: bytes) -> bytes:
    return content
