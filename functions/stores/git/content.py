"""The port ContentStore on a bare git repository."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from functions.core.errors import (
    ConflictError,
    MergeConflictError,
    NotFoundError,
    StoreUnavailableError,
)
from functions.core.models.content import ChangeNote, Draft, Version
from functions.stores.git.notes import identity_of, message_of
from functions.stores.git.process import Git, GitFailedError
from functions.stores.git.steps import RECORD, Step, draft_from, steps_in, trail_of
from functions.stores.git.trees import BASE, OURS, PLAIN_FILE, THEIRS, require_inside, stages_in

_PUBLISHED = "refs/heads/main"
_SHIPPED = "refs/heads/shipped"
_DRAFTS = "refs/drafts/"
DISCARDED = "refs/discarded/"
_OBJECT = re.compile(r"[0-9a-f]{40}")
_NONE = "0" * 40


class GitContentStore:
    """Versions are commits, published is `main`, a draft is `refs/drafts/<path of its page>`.

    One that was thrown away is `refs/discarded/<path of its page>` until it is tidied away.
    """

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
        return self.blobs([blob_id]).get(blob_id)

    def blobs(self, blob_ids: Collection[str]) -> Mapping[str, bytes]:
        wanted = [found for found in dict.fromkeys(blob_ids) if _OBJECT.fullmatch(found)]
        return dict(_contents(self._git.output("cat-file", "--batch", lines=wanted)))

    def paths(self, version: str, folder: str = "site") -> Mapping[str, str]:
        if not _OBJECT.fullmatch(version):
            return {}
        try:
            listed = self._git.run("ls-tree", "-r", "-z", version, "--", folder)
        except GitFailedError as exc:
            self._require_failed_by_name(exc, version)
            return {}
        found: dict[str, str] = {}
        for entry in _names(listed):
            (mode, _, blob_id), path = entry.split("\t", 1)[0].split(), entry.split("\t", 1)[1]
            if mode == PLAIN_FILE:
                found[path] = blob_id
        return found

    def make_version(
        self,
        parents: Sequence[str],
        files: Mapping[str, bytes | None],
        note: ChangeNote,
        now: datetime,
    ) -> str:
        for path in files:
            require_inside(path)
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
        made = self._git.output(
            "hash-object",
            "-w",
            "--no-filters",
            "--stdin-paths",
            lines=[str(path) for path in files],
        )
        paths = [f"site/{path.relative_to(folder).as_posix()}" for path in files]
        with self._git.index() as index:
            self._git.output("read-tree", "--empty", env=index)
            self._into_index(dict(zip(paths, made.decode("ascii").split(), strict=True)), index)
            tree = self._git.text("write-tree", env=index)
        return self._commit(tree, parents, note, now)

    def merge_texts(self, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
        if any(b"\0" in text for text in (base, ours, theirs)):
            return None  # pictures have no lines
        with tempfile.TemporaryDirectory(prefix="binhyen-merge-") as folder:
            names = []
            for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
                (Path(folder) / name).write_bytes(content)
                names.append(str(Path(folder) / name))
            try:
                return self._git.run("merge-file", "-p", "--quiet", *names)
            except GitFailedError as exc:
                if 0 < exc.exit_code < 128:  # the number of conflicts
                    return None
                raise StoreUnavailableError(str(exc), "git") from exc

    def merge(self, ours: str, theirs: str, note: ChangeNote, now: datetime) -> str:
        # File by file. git's own merge looks for renamed files, and notices of one kind resemble
        # each other: a change would go into another page than the one it was made to.
        base = self._git.text("merge-base", ours, theirs)
        with self._git.index() as index:
            self._git.output("read-tree", "-i", "-m", "--aggressive", base, ours, theirs, env=index)
            left = self._git.output("ls-files", "--unmerged", "-z", env=index)
            both: dict[str, str | None] = dict(self._merged_files(stages_in(_names(left))))
            if both:
                self._into_index(both, index)
            tree = self._git.text("write-tree", env=index)
        return self._commit(tree, (ours, theirs), note, now)

    def contains(self, version: str, part: str) -> bool:
        if not _OBJECT.fullmatch(part):
            return False
        try:
            self._git.run("merge-base", "--is-ancestor", part, version)
        except GitFailedError as exc:
            if exc.exit_code != 1:
                self._require_failed_by_name(exc, part, version)
            return False
        return True

    def changed_paths(self, before: str, after: str) -> Sequence[str]:
        try:
            listed = self._git.run("diff-tree", "-r", "-z", "--name-only", before, after)
        except GitFailedError as exc:
            self._require_failed_by_name(exc, before, after)
            raise NotFoundError("version") from exc
        return sorted(_names(listed))

    def draft(self, page: str) -> Draft | None:
        return self._draft_of(_DRAFTS, page)

    def draft_at(self, page: str, version: str) -> Draft:
        return self._drafts({page: version})[0]

    def drafts(self) -> Sequence[Draft]:
        return self._drafts_below(_DRAFTS)

    def move_draft(self, page: str, before: str | None, after: str | None) -> None:
        if not self._git.move(_DRAFTS + page, before, after):
            raise ConflictError(page)

    def discard_draft(self, page: str, before: str, kept: str) -> None:
        # It is kept first: whoever is killed in between leaves both.
        reference = DISCARDED + page
        earlier = self._git.resolve(reference)
        self._git.move(reference, earlier, kept)
        try:
            self.move_draft(page, before, None)
        except ConflictError:
            self._git.move(reference, kept, earlier)
            raise

    def discarded(self, page: str) -> Draft | None:
        return self._draft_of(DISCARDED, page)

    def all_discarded(self) -> Sequence[Draft]:
        return self._drafts_below(DISCARDED)

    def restore_draft(self, page: str, kept: str) -> None:
        self.move_draft(page, None, kept)
        self._git.move(DISCARDED + page, kept, None)

    def move_published(self, before: str | None, after: str) -> None:
        if not self._git.move(_PUBLISHED, before, after):
            raise ConflictError("published")

    def move_shipped(self, before: str | None, after: str) -> None:
        if not self._git.move(_SHIPPED, before, after):
            raise ConflictError("shipped")

    def versions(self, path: str = "", limit: int = 50) -> Sequence[Version]:
        numbers = self._numbers()
        arguments = ["--first-parent", "--diff-merges=first-parent", "--name-only", "-z"]
        arguments += [f"--max-count={limit}", f"--format={RECORD}", self.published()]
        arguments += ["--", path] if path else []
        return [
            Version(step.version, numbers[step.version], step.made_at, step.note, step.files)
            for step in steps_in(self._git.output("log", *arguments))
        ]

    def publication(self, number: int) -> Version:
        for version, found in self._numbers().items():
            if found == number:
                (step,) = self._shown([version])
                return Version(version, number, step.made_at, step.note)
        raise NotFoundError("publication")

    def export(self, version: str, folder: Path) -> None:
        blobs = {path.removeprefix("site/"): blob for path, blob in self.paths(version).items()}
        with self._git.index() as index:
            self._into_index(blobs, index)
            self._git.output(
                f"--work-tree={folder}", "checkout-index", "--all", "--quiet", env=index
            )

    def _draft_of(self, space: str, page: str) -> Draft | None:
        version = self._git.resolve(space + page)
        return None if version is None else self.draft_at(page, version)

    def _drafts_below(self, space: str) -> Sequence[Draft]:
        listed = self._git.text("for-each-ref", "--format=%(refname) %(objectname)", space)
        heads = (line.split(" ") for line in listed.splitlines())
        found = self._drafts({name.removeprefix(space): version for name, version in heads})
        return sorted(found, key=lambda draft: draft.changed_at, reverse=True)

    def _drafts(self, heads: Mapping[str, str]) -> list[Draft]:
        """Return the drafts of pages by their versions, all of them with a few calls of git."""
        if not heads:
            return []
        begun_after = [*heads.values(), f"^{self.published()}"]
        listed = self._git.output("log", "--stdin", f"--format={RECORD}", lines=begun_after)
        made = {step.version: step for step in steps_in(listed)}
        trails = {page: trail_of(version, made) for page, version in heads.items()}
        ended = [version for page, version in heads.items() if not trails[page]]
        last = {step.version: step for step in self._shown(ended)}
        files = self._differing(
            {trail[0].version: trail[-1].parent for trail in trails.values() if trail}
        )
        return [
            draft_from(page, trails[page] or [last[version]], files.get(version, ()))
            for page, version in heads.items()
        ]

    def _differing(self, begun: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
        """Return the paths in which versions differ from those they were begun from."""
        pairs = [f"{version} {before}" for version, before in begun.items()]
        found: dict[str, tuple[str, ...]] = {}
        of = ""
        for name in _names(
            self._git.output("diff-tree", "--stdin", "-r", "-z", "--name-only", lines=pairs)
        ):
            if name in begun:
                of, found[name] = name, ()
            else:
                found[of] += (name,)
        return found

    def _numbers(self) -> Mapping[str, int]:
        listed = self._git.text("rev-list", "--first-parent", self.published()).split()
        return {version: len(listed) - index for index, version in enumerate(listed)}

    def _shown(self, versions: Sequence[str]) -> list[Step]:
        if not versions:
            return []
        arguments = ("--stdin", "--no-walk=unsorted", f"--format={RECORD}")
        return [*steps_in(self._git.output("log", *arguments, lines=versions))]

    def _require_failed_by_name(self, failed: GitFailedError, *versions: str) -> None:
        """Raises StoreUnavailableError where git failed though there are all those versions."""
        if all(self._git.resolve(version) for version in versions):
            raise StoreUnavailableError(str(failed), "git") from failed

    def _merged_files(self, unmerged: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
        """Join the files that both changed. Raises MergeConflictError with those it cannot."""
        merged: dict[str, str] = {}
        for path, blobs in unmerged.items():
            found = self.blobs(blobs.values())
            sides = [found.get(blobs.get(stage, "")) for stage in (BASE, OURS, THEIRS)]
            base, ours, theirs = sides
            if base is not None and ours is not None and theirs is not None:
                text = self.merge_texts(base, ours, theirs)
                if text is not None:
                    merged[path] = self._put(text)
        if len(merged) < len(unmerged):
            raise MergeConflictError(tuple(sorted(unmerged.keys() - merged.keys())))
        return merged

    def _put(self, content: bytes) -> str:
        arguments = ("hash-object", "-w", "--no-filters", "--stdin")
        return self._git.output(*arguments, stdin=content).decode("ascii").strip()

    def _into_index(self, blobs: Mapping[str, str | None], index: Mapping[str, str]) -> None:
        lines = [
            f"0 {_NONE}\t{path}" if blob is None else f"{PLAIN_FILE} {blob}\t{path}"
            for path, blob in blobs.items()
        ]
        entries = "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")
        self._git.output("update-index", "-z", "--index-info", stdin=entries, env=index)

    def _commit(self, tree: str, parents: Sequence[str], note: ChangeNote, now: datetime) -> str:
        arguments = [part for parent in parents for part in ("-p", parent)]
        made = self._git.output(
            "commit-tree",
            *arguments,
            tree,
            stdin=message_of(note).encode("utf-8"),
            env=identity_of(note.by, now),
        )
        return made.decode("ascii").strip()


def _names(listed: bytes) -> list[str]:
    """Return what stands between zero bytes; names that are no UTF-8 come through unharmed."""
    return listed.decode("utf-8", "surrogateescape").split("\0")[:-1]


def _contents(listed: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the blobs in what `cat-file --batch` printed, where others are but named."""
    rest = memoryview(listed)
    while rest:
        end = bytes(rest[:100]).index(b"\n")
        name, kind, *size = bytes(rest[:end]).decode("ascii").split(" ")
        rest = rest[end + 1 :]
        if size:
            content, rest = bytes(rest[: int(size[0])]), rest[int(size[0]) + 1 :]
            if kind == "blob":
                yield name, content
