"""The port ContentStore on a bare git repository."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from functions.core.errors import (
    ConflictError,
    MergeConflictError,
    NotFoundError,
    StoreUnavailableError,
)
from functions.core.models.content import ChangeKind, ChangeNote, Draft, DraftStatus, Version
from functions.stores.git.notes import identity_of, message_of, note_of
from functions.stores.git.process import Git, GitFailedError

_PUBLISHED = "refs/heads/main"
_SHIPPED = "refs/heads/shipped"
_DRAFTS = "refs/drafts/"
_PLAIN_FILE = "100644"
_RECORD = "%x1e%H%x1f%ct%x1f%B%x1f"

_Record = tuple[str, datetime, str, tuple[str, ...]]
"""Version, time, message, and the names of its files where they were asked for."""


class GitContentStore:
    """Versions are commits, published is `main`, a draft is `refs/drafts/<path of its page>`."""

    def __init__(self, repository: Path) -> None:
        self._git = Git(repository)

    def published(self) -> str:
        found = self._git.resolve(_PUBLISHED)
        if found is None:
            raise NotFoundError("published")
        return found

    def shipped(self) -> str | None:
        return self._git.resolve(_SHIPPED)

    def read(self, version: str, path: str) -> bytes | None:
        return self.blob(self.blob_id(version, path))

    def blob_id(self, version: str, path: str) -> str:
        return self.paths(version, path).get(path, "")

    def blob(self, blob_id: str) -> bytes | None:
        if len(blob_id) != 40 or not blob_id.isalnum():
            return None
        try:
            return self._git.run("cat-file", "blob", blob_id)
        except GitFailedError:
            return None

    def paths(self, version: str, folder: str = "site") -> Mapping[str, str]:
        try:
            listed = self._git.run("ls-tree", "-r", "-z", version, "--", folder)
        except GitFailedError:
            return {}
        found: dict[str, str] = {}
        for entry in listed.decode("utf-8").split("\0")[:-1]:
            (mode, _, blob_id), path = entry.split("\t", 1)[0].split(), entry.split("\t", 1)[1]
            if mode == _PLAIN_FILE:
                found[path] = blob_id
        return found

    def make_version(
        self,
        parents: Sequence[str],
        files: Mapping[str, bytes | None],
        note: ChangeNote,
        now: datetime,
    ) -> str:
        blobs = {
            path: None if content is None else self._put(content) for path, content in files.items()
        }
        with self._git.index() as index:
            self._git.text("read-tree", parents[0], env=index)
            self._into_index(blobs, index)
            tree = self._git.text("write-tree", env=index)
        return self._commit(tree, parents, note, now)

    def version_of_folder(
        self, folder: Path, parents: Sequence[str], note: ChangeNote, now: datetime
    ) -> str:
        files = sorted(
            path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()
        )
        named = "".join(f"{path}\n" for path in files).encode("utf-8")
        try:
            made = self._git.run("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=named)
        except GitFailedError as exc:
            raise StoreUnavailableError(str(exc), "git") from exc
        paths = [f"site/{path.relative_to(folder).as_posix()}" for path in files]
        with self._git.index() as index:
            self._git.text("read-tree", "--empty", env=index)
            self._into_index(dict(zip(paths, made.decode("ascii").split(), strict=True)), index)
            tree = self._git.text("write-tree", env=index)
        return self._commit(tree, parents, note, now)

    def merge_texts(self, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
        with tempfile.TemporaryDirectory(prefix="binhyen-merge-") as folder:
            names = []
            for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
                (Path(folder) / name).write_bytes(content)
                names.append(str(Path(folder) / name))
            try:
                return self._git.run("merge-file", "-p", "--quiet", *names)
            except GitFailedError as exc:
                if exc.exit_code < 128:  # the number of conflicts
                    return None
                raise StoreUnavailableError(str(exc), "git") from exc

    def merge(self, ours: str, theirs: str, note: ChangeNote, now: datetime) -> str:
        arguments = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages")
        try:
            merged = self._git.run(*arguments, ours, theirs)
        except GitFailedError as exc:
            if exc.exit_code != 1:
                raise StoreUnavailableError(str(exc), "git") from exc
            paths = exc.output.decode("utf-8").split("\0")[1:]
            raise MergeConflictError(tuple(sorted({path for path in paths if path}))) from exc
        tree = merged.decode("ascii").split("\0")[0]
        return self._commit(tree, (ours, theirs), note, now)

    def contains(self, version: str, part: str) -> bool:
        try:
            self._git.run("merge-base", "--is-ancestor", part, version)
        except GitFailedError:
            return False
        return True

    def changed_paths(self, before: str, after: str) -> Sequence[str]:
        try:
            listed = self._git.run("diff-tree", "-r", "-z", "--name-only", before, after)
        except GitFailedError as exc:
            raise NotFoundError("version") from exc
        return sorted(listed.decode("utf-8").split("\0")[:-1])

    def draft(self, page: str) -> Draft | None:
        version = self._git.resolve(_DRAFTS + page)
        return None if version is None else self._draft(page, version)

    def drafts(self) -> Sequence[Draft]:
        listed = self._git.text("for-each-ref", "--format=%(refname) %(objectname)", _DRAFTS)
        found = [
            self._draft(name.removeprefix(_DRAFTS), version)
            for name, version in (line.split(" ") for line in listed.splitlines())
        ]
        return sorted(found, key=lambda draft: draft.changed_at, reverse=True)

    def move_draft(self, page: str, before: str | None, after: str | None) -> None:
        if not self._git.move(_DRAFTS + page, before, after):
            raise ConflictError(page)

    def move_published(self, before: str | None, after: str) -> None:
        if not self._git.move(_PUBLISHED, before, after):
            raise ConflictError("published")

    def move_shipped(self, before: str | None, after: str) -> None:
        if not self._git.move(_SHIPPED, before, after):
            raise ConflictError("shipped")

    def versions(self, path: str = "", limit: int = 50) -> Sequence[Version]:
        numbers = self._numbers()
        arguments = ["--first-parent", "--diff-merges=first-parent", "--name-only", "-z"]
        arguments += [f"--max-count={limit}", f"--format={_RECORD}", self.published()]
        arguments += ["--", path] if path else []
        try:
            listed = self._git.run("log", *arguments).decode("utf-8")
        except GitFailedError as exc:
            raise StoreUnavailableError(str(exc), "git") from exc
        return [
            Version(version, numbers[version], made_at, note_of(message), files)
            for version, made_at, message, files in _records(listed)
        ]

    def publication(self, number: int) -> Version:
        for version, found in self._numbers().items():
            if found == number:
                ((_, made_at, message, _),) = self._shown(version)
                return Version(version, number, made_at, note_of(message))
        raise NotFoundError("publication")

    def export(self, version: str, folder: Path) -> None:
        with self._git.index() as index:
            self._git.text("read-tree", f"{version}:site", env=index)
            self._git.text(f"--work-tree={folder}", "checkout-index", "--all", "--quiet", env=index)

    def _draft(self, page: str, version: str) -> Draft:
        begun = self._git.text("merge-base", version, self.published())
        steps = self._steps(begun, version) or self._shown(version)
        notes = [note_of(message) for _, _, message, _ in steps]
        saves = [note.by for note in notes if note.kind is not ChangeKind.STATUS]
        return Draft(
            page=page,
            version=version,
            status=notes[0].status or DraftStatus.DRAFT,
            by=saves[0] if saves else notes[0].by,
            changed_at=steps[0][1],
            files=tuple(self.changed_paths(begun, version)),
            note=notes[0].text,
        )

    def _steps(self, begun: str, version: str) -> list[_Record]:
        """Return what happened to a draft, the newest first; nothing where it was published."""
        listed = self._git.text(
            "log", "--first-parent", f"--format={_RECORD}", f"{begun}..{version}"
        )
        return [*_records(listed)]

    def _numbers(self) -> Mapping[str, int]:
        listed = self._git.text("rev-list", "--first-parent", self.published()).split()
        return {version: len(listed) - index for index, version in enumerate(listed)}

    def _shown(self, version: str) -> list[_Record]:
        try:
            shown = self._git.run("show", "--no-patch", f"--format={_RECORD}", version)
        except GitFailedError as exc:
            raise NotFoundError("version") from exc
        return [*_records(shown.decode("utf-8"))]

    def _put(self, content: bytes) -> str:
        try:
            made = self._git.run("hash-object", "-w", "--no-filters", "--stdin", stdin=content)
        except GitFailedError as exc:
            raise StoreUnavailableError(str(exc), "git") from exc
        return made.decode("ascii").strip()

    def _into_index(self, blobs: Mapping[str, str | None], index: Mapping[str, str]) -> None:
        lines = [
            f"0 {'0' * 40}\t{path}" if blob is None else f"{_PLAIN_FILE} {blob}\t{path}"
            for path, blob in blobs.items()
        ]
        entries = "".join(f"{line}\0" for line in lines).encode("utf-8")
        try:
            self._git.run("update-index", "-z", "--index-info", stdin=entries, env=index)
        except GitFailedError as exc:
            raise StoreUnavailableError(str(exc), "git") from exc

    def _commit(self, tree: str, parents: Sequence[str], note: ChangeNote, now: datetime) -> str:
        arguments = [part for parent in parents for part in ("-p", parent)]
        try:
            made = self._git.run(
                "commit-tree",
                *arguments,
                tree,
                stdin=message_of(note).encode("utf-8"),
                env=identity_of(note.by, now),
            )
        except GitFailedError as exc:
            raise StoreUnavailableError(str(exc), "git") from exc
        return made.decode("ascii").strip()


def _records(listed: str) -> Iterator[_Record]:
    """Yield what `_RECORD` and the names of files after it say."""
    for record in listed.split("\x1e")[1:]:
        version, stamp, message, names = record.split("\x1f", 3)
        files = tuple(name.strip("\n") for name in names.split("\0") if name.strip("\n"))
        yield version, datetime.fromtimestamp(int(stamp), UTC), message, files
