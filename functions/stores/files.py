"""Sealed photos as files: `data_dir/blobs/ab/abcdef…`, durable when `put` returns."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from functions.core.errors import (
    FieldError,
    InvalidInputError,
    NotFoundError,
    StoreUnavailableError,
)
from functions.core.ports import Clock
from functions.stores.durable import make_folder, sync_folder
from functions.stores.sealing import Sealer

_KEY = re.compile(r"[a-z0-9-]{8,80}")
_DRAFT_PREFIX = ".draft-"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class FileBlobStore:
    """The port BlobStore on a local disk.

    The order of a `put` is what makes it safe against a power cut: draft in the same folder,
    fsync of the file, rename, fsync of the folder.
    """

    def __init__(self, data_dir: Path, sealer: Sealer, clock: Clock) -> None:
        self._folder = data_dir / "blobs"
        self._sealer = sealer
        self._clock = clock
        self._durable_folders: set[Path] = set()

    def put(self, key: str, data: bytes) -> None:
        if not is_blob_key(key):
            raise InvalidInputError((FieldError("blob_key", "malformed"),))
        path = self._path(key)
        sealed = self._sealer.seal(data, blob_context(key))
        with _errors_translated():
            self._make_durable_folder(path.parent)
            draft = path.with_name(f"{_DRAFT_PREFIX}{os.urandom(8).hex()}")
            try:
                self._write(draft, sealed)
                draft.rename(path)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
            sync_folder(path.parent)

    def get(self, key: str) -> bytes:
        if not is_blob_key(key):
            raise NotFoundError("no such blob")
        with _errors_translated():
            try:
                sealed = self._path(key).read_bytes()
            except FileNotFoundError as exc:
                raise NotFoundError("no such blob") from exc
        return self._sealer.unseal(sealed, blob_context(key))

    def wipe(self, key: str) -> None:
        """Unlink the file, durably.

        Its blocks are not overwritten: on flash and journalling disks that reaches other
        blocks. What protects them is that they are sealed.
        """
        if not is_blob_key(key):
            return
        path = self._path(key)
        with _errors_translated(), contextlib.suppress(FileNotFoundError):
            path.unlink()
            sync_folder(path.parent)

    def keys_older_than(self, before: datetime) -> list[str]:
        """Return the keys put before that time; drafts as old, left by a crash, are removed.

        Ages go by the clock, which may have been wrong when a blob was put. One that seems to
        come from the future is stamped anew, so that it ages from now; one that seems
        older than it is can only be an orphan if no tip names it, so the caller looks for
        names after this call, never before.
        """
        keys = []
        with _errors_translated():
            for path in self._folder.glob("*/*"):
                with contextlib.suppress(FileNotFoundError):
                    if not self._is_older(path, before):
                        continue
                    if path.name.startswith(_DRAFT_PREFIX):
                        path.unlink()
                    else:
                        keys.append(path.name)
        return sorted(keys)

    def _is_older(self, path: Path, before: datetime) -> bool:
        stored_at = path.stat().st_mtime_ns
        if stored_at > _nanoseconds(self._clock.now()):
            self._stamp(path)
            return False
        return stored_at < _nanoseconds(before)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _write(self, path: Path, sealed: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            self._stamp(file.fileno())
            os.fsync(file.fileno())

    def _stamp(self, file: int | Path) -> None:
        now = _nanoseconds(self._clock.now())
        os.utime(file, ns=(now, now))

    def _make_durable_folder(self, folder: Path) -> None:
        """Make the folder; its name is synced once by each process, whoever made it."""
        for made in (self._folder, folder):
            if made not in self._durable_folders:
                make_folder(made)
                sync_folder(made.parent)
                self._durable_folders.add(made)


def is_blob_key(key: str) -> bool:
    """Whether the key can name a blob: no dots, no slashes, so no way out of the folder."""
    return _KEY.fullmatch(key) is not None


def _nanoseconds(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND * 1000


def blob_context(key: str) -> str:
    """Return what a blob is sealed with: the same in every place, so that it can be moved."""
    return f"blobs:{key}"


@contextlib.contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise StoreUnavailableError(f"{type(exc).__name__}: {exc.strerror}") from exc
