"""Where the pages are kept, who checks them, and who brings them to the public."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from functions.core.models.content import ChangeNote, ContentProblem, Draft, Version


class ContentStore(Protocol):
    """Versions of all pages, a line of published ones, and drafts beside it.

    A version is a whole state of `site/`. References move by compare-and-swap only, so that two
    writers never overwrite each other; a writer that is killed leaves unnamed objects at most.
    Every routine raises StoreUnavailableError where the store itself fails.
    """

    def published(self) -> str:
        """Return the newest published version. Raises NotFoundError before the first."""
        ...

    def read(self, version: str, path: str) -> bytes | None:
        """Return a file's bytes; None where the version has no such plain file."""
        ...

    def blob_id(self, version: str, path: str) -> str:
        """Return what identifies a file's content; empty where there is none."""
        ...

    def blob(self, blob_id: str) -> bytes | None:
        """Return content by its id; None where it is unknown."""
        ...

    def blobs(self, blob_ids: Collection[str]) -> Mapping[str, bytes]:
        """Return the content of many ids at once, those that are known."""
        ...

    def paths(self, version: str, folder: str = "site") -> Mapping[str, str]:
        """Return blob ids by path of all plain files below a folder."""
        ...

    def make_version(
        self,
        parents: Sequence[str],
        files: Mapping[str, bytes | None],
        note: ChangeNote,
        now: datetime,
    ) -> str:
        """Return a new version made of the first parent's with these files put or taken out."""
        ...

    def version_of_folder(
        self, folder: Path, parents: Sequence[str], note: ChangeNote, now: datetime
    ) -> str:
        """Return a new version whose `site/` is that folder's plain files, and nothing else."""
        ...

    def contains(self, version: str, part: str) -> bool:
        """Tell whether one version went into another."""
        ...

    def merge_texts(self, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
        """Join two changes of one text line by line; None where they touch the same lines."""
        ...

    def merge(self, ours: str, theirs: str, note: ChangeNote, now: datetime) -> str:
        """Return the version that joins both file by file, with `ours` as its first parent.

        A file that was renamed is one that is gone, and another: no change follows it there.
        Raises MergeConflictError with the paths that both changed in the same lines.
        """
        ...

    def changed_paths(self, before: str, after: str) -> Sequence[str]:
        """Return the paths that differ between two versions, in order."""
        ...

    def draft(self, page: str) -> Draft | None: ...

    def draft_at(self, page: str, version: str) -> Draft:
        """Return what a page's draft is, or was, at one of its versions."""
        ...

    def drafts(self) -> Sequence[Draft]:
        """Return all drafts, the newest first."""
        ...

    def move_draft(self, page: str, before: str | None, after: str | None) -> None:
        """Let a page's draft be another version; None: there is none.

        Raises ConflictError where it is not (or no longer) `before`.
        """
        ...

    def discard_draft(self, page: str, before: str, kept: str) -> None:
        """End a page's draft and keep it as `kept`, in place of one that was kept earlier.

        Raises ConflictError where the draft is not (or no longer) `before`.
        """
        ...

    def discarded(self, page: str) -> Draft | None:
        """Return the last draft of a page that was thrown away, while it is kept."""
        ...

    def all_discarded(self) -> Sequence[Draft]:
        """Return what is kept of drafts that were thrown away, the last one first."""
        ...

    def restore_draft(self, page: str, kept: str) -> None:
        """Let what was kept be the page's draft. Raises ConflictError where it has one."""
        ...

    def move_published(self, before: str | None, after: str) -> None:
        """Publish a version. Raises ConflictError where `before` is no longer the newest."""
        ...

    def shipped(self) -> str | None:
        """Return the pages as the software last brought them; None before the first time."""
        ...

    def move_shipped(self, before: str | None, after: str) -> None:
        """Remember what the software brought. Raises ConflictError as above."""
        ...

    def versions(self, path: str = "", limit: int = 50) -> Sequence[Version]:
        """Return the publications that changed a path (empty: all of them), newest first."""
        ...

    def publication(self, number: int) -> Version:
        """Return a publication by its number. Raises NotFoundError."""
        ...

    def export(self, version: str, folder: Path) -> None:
        """Write the `site/` of a version into an empty folder."""
        ...


class ContentChecker(Protocol):
    """Knows what a page may say."""

    def problems(
        self, version: str, paths: Collection[str], store: ContentStore
    ) -> Sequence[ContentProblem]:
        """Return what is wrong with these files of a version, in the order of path and line.

        Links are looked up in the same version. Paths that the version does not have any more
        are looked for in the links of all other pages.
        """
        ...


class SitePublisher(Protocol):
    """Makes the public site of a version."""

    def turn(self) -> AbstractContextManager[None]:
        """Hold the one right to publish; others wait, across processes."""
        ...

    def publish(self, version: str, confirm: Callable[[], None]) -> None:
        """Build the site aside, check it, call `confirm`, and switch to it.

        The site that is public stays when anything fails before the switch. Raises
        PublishFailedError with what the build said; whatever `confirm` raises comes through.
        """
        ...

    def live_version(self) -> str:
        """Return the version that is public now; empty where that is not known."""
        ...


class PictureMaker(Protocol):
    """Makes pictures fit for pages."""

    def remake(self, name: str, original: bytes) -> bytes | None:
        """Return the picture painted anew, small enough, in the format its name says.

        None where it cannot be opened. Raises ToolUnavailableError.
        """
        ...
