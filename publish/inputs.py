"""What a build is made from, as digests: what has not changed need not be made again.

Everything is read whole at every build. That takes some hundredths of a second, and unlike times
and sizes of files it cannot be wrong.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

UNIT_FOLDER = "don-vi"
"""The folder of site/ with a folder for each unit, and with the samples."""

_CODE = Path(__file__).resolve().parent.parent
_DIGEST_BYTES = 16


@dataclass(frozen=True)
class Inputs:
    """Digests of what pages are made from."""

    shared: str
    """Of all that every unit's pages depend on: day, code, data, templates, shared pages."""
    units: Mapping[str, str]
    """Of each unit's own folder, by unit id."""
    upload_url: str = ""
    """Where the tip form puts photos before the tip; empty where they come with it."""

    def of_unit(self, unit_id: str) -> str:
        """Return the digest of all that one unit's pages depend on."""
        return digest((self.shared.encode(), self.units.get(unit_id, "").encode()))


def digest(parts: Iterable[bytes]) -> str:
    """Return a digest of parts; it differs when a part's end moves."""
    total = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        total.update(b"%d:" % len(part))
        total.update(part)
    return total.hexdigest()


def read_inputs(root: Path, on: date, upload_url: str = "") -> Inputs:
    """Read everything a build of that day depends on.

    Files are known by their paths below `root`, so that a copy of it shares what was made.
    """
    site, data = root / "site", root / "data"
    units = {
        entry.name: entry.path
        for entry in _entries(site / UNIT_FOLDER)
        if entry.is_dir() and not entry.name.startswith("_")
    }
    shared = [
        str(root / "mkdocs.yml"),
        *(entry.path for entry in _entries(data) if entry.is_file()),
        *_files(root / "templates"),
        *shared_files(site),
        *_files(site / UNIT_FOLDER, left_out=frozenset(units.values())),
    ]
    code = [
        *_files(_CODE / "publish", suffix=".py"),
        *_files(_CODE / "functions" / "core", suffix=".py"),
    ]
    made_from = [*_contents(shared, root), *_contents(code, _CODE), *_versions()]
    return Inputs(
        digest([on.isoformat().encode(), upload_url.encode(), *made_from]),
        {unit_id: digest(_contents(_files(folder), root)) for unit_id, folder in units.items()},
        upload_url,
    )


def shared_files(site: Path) -> Iterator[str]:
    """Yield every file of site/ that is no unit's."""
    return _files(site, left_out=frozenset({str(site / UNIT_FOLDER)}))


def installed() -> str:
    """Return a digest of what is installed: another version makes other pages."""
    return digest(_versions())


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:  # whoever needs the folder says what is missing
        return []


def _files(
    folder: str | Path, suffix: str = "", left_out: frozenset[str] = frozenset()
) -> Iterator[str]:
    for entry in _entries(folder):
        if entry.is_dir():
            if entry.path not in left_out and entry.name != "__pycache__":
                yield from _files(entry.path, suffix, left_out)
        elif entry.name.endswith(suffix):
            yield entry.path


def _contents(paths: Iterable[str], base: Path) -> Iterator[bytes]:
    above = f"{base}{os.sep}"
    for path in paths:
        yield path.removeprefix(above).encode()
        try:
            with open(path, "rb", buffering=0) as file:
                yield file.read()
        except FileNotFoundError:  # whoever needs the file says that it is missing
            yield b""


def _versions() -> Iterator[bytes]:
    yield sys.version.encode()
    for folder in sys.path:
        for entry in _entries(folder) if folder.endswith("-packages") else ():
            if entry.name.endswith(".dist-info"):
                yield entry.name.encode()
