"""Finished sites: two folders that take turns, so that only what changed is written.

build/releases/<n>/site/        what the public sees
build/releases/<n>/facts.json, redirects.json, search.json
                                what the functions read of it; never public
build/releases/<n>/made.json    what each file was made from
build/releases/<n>/compressed   all files have their compressed one beside them
build/site -> releases/<n>/site

The release before the current one is the spare: it is brought up to date aside and takes over.
Making and removing thousands of folders and files is what costs on a disk, not their content.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publish.compression import SUFFIX as COMPRESSED_SUFFIX
from publish.compression import compress_files, without_compressed
from publish.errors import PublishError

_UNFINISHED = ".unfinished"
_RECORD = "made.json"
_COMPRESSED = "compressed"


@dataclass(frozen=True)
class Made:
    """A file to publish: where, what it was made from, and what makes its content."""

    path: str
    key: str
    content: Callable[[], bytes]


@dataclass(frozen=True)
class Tree:
    """The files that were made together, as those of one unit."""

    key: str
    """Of everything they were made from."""
    files: Mapping[str, str]
    """What each was made from, by path below the public folder."""
    note: Any = None
    """What the rest of the release needs to know of it."""


@contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """Hold the build folder: a second build waits for the first, across processes."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_place(out: Path) -> None:
    """Refuse to build where the link to the current release could not be switched."""
    site = out / "site"
    if site.exists() and not site.is_symlink():
        raise PublishError([f"{site.name} in the build folder is no link; move it away"])


def spare_trees(out: Path) -> dict[str, Tree]:
    """Return what the next release need not make again, by name; changes nothing."""
    spare = _spare(out)
    return _read_record(spare) if spare else {}


def public_trees(out: Path) -> dict[str, Tree]:
    """Return what the public release is made of, by name; nothing where there is none."""
    number = _current(out)
    record = out / "releases" / str(number) / _RECORD
    return {} if number is None or not record.is_file() else _read_record(record.parent)


class Release:
    """The next release while it is made; `finish` makes it public.

    A build that is killed on the way leaves an unfinished folder, which the next build removes.
    """

    def __init__(self, out: Path) -> None:
        releases = out / "releases"
        releases.mkdir(parents=True, exist_ok=True)
        for leftover in releases.glob(f"*{_UNFINISHED}"):
            shutil.rmtree(leftover)
        number = max(_numbers(releases), default=0) + 1
        self.folder = releases / f"{number}{_UNFINISHED}"
        self._out = out
        self._before: dict[str, Tree] = {}
        # Over all trees: a unit's page becomes an old address's when the unit is merged.
        self._files_before: dict[str, str] = {}
        self._trees: dict[str, Tree] = {}
        self._site = str(self.folder / "site")
        self._folders: set[str] = set()
        self.changed: list[str] = []
        """Files that were written, by path below the public folder."""
        self.rest_is_compressed = False
        """Whether all other files were compressed by earlier builds."""
        spare = _spare(out)
        if spare:
            self._before = _read_record(spare)
            for tree in self._before.values():
                self._files_before.update(tree.files)
            spare.rename(self.folder)
            (self.folder / _RECORD).unlink()
            self.rest_is_compressed = (self.folder / _COMPRESSED).exists()
            (self.folder / _COMPRESSED).unlink(missing_ok=True)
        else:
            os.makedirs(self._site)

    def keep(self, name: str, key: str) -> bool:
        """Keep the files of a tree when they were made from the same; tell whether they were."""
        before = self._before.get(name)
        if before is None or before.key != key:
            return False
        self._trees[name] = before
        return True

    def write(self, name: str, key: str, files: Iterable[Made], note: object = None) -> None:
        """Write those files of a tree that were made from something else before."""
        keys: dict[str, str] = {}
        for made in files:
            keys[made.path] = made.key
            found = self._files_before.get(made.path)
            if found == made.key:
                continue
            if found is not None:
                # A server may be sending the file of this name; it keeps the one it opened.
                self._remove(made.path)
            self._put(made.path, made.content())
            self.changed.append(made.path)
        self._trees[name] = Tree(key, keys, note)

    @property
    def trees(self) -> Mapping[str, Tree]:
        """What the release holds so far."""
        return self._trees

    def finish(self, confirm: Callable[[], None]) -> Path:
        """Drop what is no longer published, name the release, and point `site` at it.

        `confirm` is called when only the last step is left. What it raises comes through; then
        the release is whole, but not public: the spare of the next one.
        """
        self._remove_stale()
        record = {name: [tree.key, tree.files, tree.note] for name, tree in self._trees.items()}
        (self.folder / _RECORD).write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        check_place(self._out)
        release = self.folder.with_name(self.folder.name.removesuffix(_UNFINISHED))
        before = _current(self._out)
        self.folder.rename(release)
        link = self._out / ".site.new"
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.join("releases", release.name, "site"))
        confirm()
        os.replace(link, self._out / "site")
        for number in _numbers(release.parent):
            if str(number) != release.name and number != before:
                shutil.rmtree(release.parent / str(number))
        return release

    def compress(self, release: Path) -> int:
        """Compress what is new in the finished release; return how many files were."""
        if not self.rest_is_compressed:
            return compress_rest(release, self._trees)
        count = compress_files(release / "site", self.changed)
        (release / _COMPRESSED).touch()
        return count

    def _put(self, path: str, content: bytes) -> None:
        target = f"{self._site}/{path}"
        folder = target[: target.rfind("/")]
        if folder not in self._folders:
            os.makedirs(folder, exist_ok=True)
            self._folders.add(folder)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with open(descriptor, "wb") as file:
            file.write(content)

    def _remove_stale(self) -> None:
        now = {path for tree in self._trees.values() for path in tree.files}
        for path in self._files_before.keys() - now:
            self._remove(path)
            with suppress(OSError):  # a folder that still holds something stays
                os.removedirs(os.path.dirname(f"{self._site}/{path}"))

    def _remove(self, path: str) -> None:
        for suffix in ("", COMPRESSED_SUFFIX):
            with suppress(FileNotFoundError):
                os.unlink(f"{self._site}/{path}{suffix}")


def compress_rest(release: Path, trees: Mapping[str, Tree]) -> int:
    """Compress what is not yet compressed of a whole release; return how many files were."""
    if (release / _COMPRESSED).exists():
        return 0
    site = release / "site"
    everything = (path for tree in trees.values() for path in tree.files)
    count = compress_files(site, without_compressed(site, everything))
    (release / _COMPRESSED).touch()
    return count


def _spare(out: Path) -> Path | None:
    """Return the newest whole release that is not public."""
    releases = out / "releases"
    if not releases.is_dir():
        return None
    current = _current(out)
    spares = [number for number in _numbers(releases) if number != current]
    if not spares:
        return None
    spare = releases / str(max(spares))
    return spare if (spare / _RECORD).is_file() else None


def _current(out: Path) -> int | None:
    with suppress(OSError, ValueError):
        return int(Path(os.readlink(out / "site")).parent.name)
    return None


def _read_record(folder: Path) -> dict[str, Tree]:
    record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    return {name: Tree(*parts) for name, parts in record.items()}


def _numbers(releases: Path) -> list[int]:
    return [int(path.name) for path in releases.iterdir() if path.name.isdecimal()]
