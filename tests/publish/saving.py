"""A repository with the project's own pages in it, and what a save in it would be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import cast

from PIL import Image

from functions.content.answers import load_editor_words
from functions.core.models.content import (
    ChangeKind,
    ChangeNote,
    ContentProblem,
    Editor,
    EditorRole,
    Version,
)
from functions.core.ports.content import ContentStore
from functions.installed import PROJECT, TEMPLATES
from functions.stores.git import GitContentStore
from publish.content_check import PageChecker

TODAY = date(2026, 11, 22)
UNIT = "phuong-tan-an"
PROCEDURE = "site/thu-tuc/sang-ten.md"
GUIDE = "site/phap-luat/ma-tuy.md"
UNIT_PAGE = f"site/don-vi/{UNIT}/index.md"
NOTICE = f"site/don-vi/{UNIT}/thong-bao/cat-dien.md"
NEWS = f"site/don-vi/{UNIT}/tin-tuc/ra-quan.md"
OUTCOME = f"site/don-vi/{UNIT}/ket-qua/tra-xe.md"

_NOTE = ChangeNote(ChangeKind.SAVED, Editor(UNIT, EditorRole.EDITOR))
_NOW = datetime(2026, 11, 22, tzinfo=UTC)

Files = Mapping[str, str | bytes | None]


class NotWritten:
    """Files upon a version, as the part of a store that checks ask; git would write them first.

    Every save of a test would start ten processes; what they do, tests of the store look at.
    """

    NAME = "not written"

    def __init__(self, before: Shelf, files: Mapping[str, bytes | None]) -> None:
        self._shelf = before
        self._blobs = {f"new {path}": text for path, text in files.items() if text is not None}
        kept = {path: blob for path, blob in before.paths.items() if path not in files}
        self._paths = kept | {blob.removeprefix("new "): blob for blob in self._blobs}

    def published(self) -> str:
        return self._shelf.version

    def paths(self, version: str) -> Mapping[str, str]:
        return self._paths if version == self.NAME else self._shelf.paths

    def blobs(self, blob_ids: Collection[str]) -> Mapping[str, bytes]:
        return {blob: self._blobs.get(blob) or self._shelf.contents[blob] for blob in blob_ids}

    def blob(self, blob_id: str) -> bytes | None:
        return self._shelf.contents.get(blob_id)

    def blob_id(self, version: str, path: str) -> str:
        return self._shelf.store.blob_id(version, path)

    def versions(self, path: str) -> Sequence[Version]:
        return self._shelf.store.versions(path)


@dataclass(frozen=True)
class Shelf:
    """What is published, read once."""

    store: GitContentStore
    version: str
    paths: Mapping[str, str]
    contents: Mapping[str, bytes]

    @classmethod
    def of(cls, store: GitContentStore) -> Shelf:
        version = store.published()
        paths = store.paths(version)
        return cls(store, version, paths, store.blobs(paths.values()))


class Saving:
    """Tells what is wrong with files that are saved upon what is published."""

    def __init__(self, folder: Path) -> None:
        self.today = TODAY
        self.store = GitContentStore(folder / "content.git")
        self.checker = PageChecker(PROJECT, lambda: self.today)
        self._words = load_editor_words(TEMPLATES)
        first = self.store.version_of_folder(PROJECT / "site", [], _NOTE, _NOW)
        self.store.move_published(None, first)
        self.shelf = Shelf.of(self.store)

    def written(self, files: Files) -> str:
        """Return a version of the store with these files."""
        return self.store.make_version([self.shelf.version], _bytes(files), _NOTE, _NOW)

    def publish(self, files: Files) -> None:
        """Let these files be public."""
        version = self.written(files)
        self.store.move_published(self.shelf.version, version)
        self.shelf = Shelf.of(self.store)

    def text(self, path: str) -> str:
        """Return a page as it is published."""
        return self.shelf.contents[self.shelf.paths[path]].decode("utf-8")

    def changed(self, path: str, *changes: tuple[str, str]) -> str:
        """Return a published page with parts of it replaced; each part must be there."""
        text = self.text(path)
        for old, new in changes:
            assert old in text, f"{old!r} is not in {path}"
            text = text.replace(old, new, 1)
        return text

    def problems(self, files: Files, *paths: str) -> list[ContentProblem]:
        """Return what a save of these files is told, all of it with a whole sentence."""
        store = cast(ContentStore, NotWritten(self.shelf, _bytes(files)))
        found = list(self.checker.problems(NotWritten.NAME, paths or files.keys(), store))
        for problem in found:
            sentence = self._words.problem(problem)
            assert problem.code == "any" or sentence != self._words.problem(_UNKNOWN), problem.code
            assert "{" not in sentence
        return found

    def codes(self, files: Files, *paths: str) -> set[str]:
        return {problem.code for problem in self.problems(files, *paths)}

    def sentence(self, problem: ContentProblem) -> str:
        return self._words.problem(problem)


_UNKNOWN = ContentProblem("site/index.md", 1, "", "no such code")


def _bytes(files: Files) -> dict[str, bytes | None]:
    return {
        path: text.encode("utf-8") if isinstance(text, str) else text
        for path, text in files.items()
    }


def own_page(body: str, **front: object) -> str:
    """Return a unit's own page; `front` adds to its front matter."""
    keys = {"title": "Trụ sở cắt điện", "posted_on": "2026-11-20"} | front
    lines = "".join(f"{key}: {value}\n" for key, value in keys.items())
    return f"---\n{lines}---\n\n{body}\n"


def picture(kind: str = "PNG", place: bool = False) -> bytes:
    """Return a small picture, maybe with a note of where it was taken."""
    made, image = BytesIO(), Image.new("RGB", (4, 4))
    exif = image.getexif()
    if place:
        exif.get_ifd(0x8825)[1] = "N"
    image.save(made, kind, exif=exif)
    return made.getvalue()
