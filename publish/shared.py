"""What all units share: the pages the generator made, kept until anything they come from changes.

build/shared/<digest of the inputs>/html/        the built pages, samples among them
build/shared/<digest of the inputs>/about.json   what the rest of the build needs to know of them
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """Return what an earlier build made from the same inputs."""
    folder = out / "shared" / key
    try:
        kept = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    about = About(**kept.pop("about"))
    return Shared(key=key, html=folder / "html", about=about, **kept)


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
    folder = _empty_folder(out, key)
    built.rename(folder / "html")
    # Last of all, so that a folder with it is whole.
    kept = json.dumps({"about": asdict(about), **hashes}, ensure_ascii=False)
    (folder / "about.json").write_text(kept, encoding="utf-8")
    return Shared(key=key, html=folder / "html", about=about, **hashes)


def _empty_folder(out: Path, key: str) -> Path:
    """Return a folder for what this build made, in the place of what earlier ones made."""
    shutil.rmtree(out / "shared", ignore_errors=True)
    folder = out / "shared" / key
    folder.mkdir(parents=True)
    return folder


def _published(html: Path) -> Iterable[tuple[str, Path]]:
    for folder, folders, names in os.walk(html):
        below = Path(folder).relative_to(html).as_posix()
        if below == ".":
            folders[:] = [name for name in folders if name not in SAMPLES]
        for name in sorted(names):
            yield (name if below == "." else f"{below}/{name}"), Path(folder) / name


def _same(content: bytes) -> bytes:
    return content
