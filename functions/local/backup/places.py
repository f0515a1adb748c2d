"""Where backups lie: named files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from functions.core.errors import StoreUnavailableError
from functions.stores.durable import make_folder, sync_folder

_DRAFT = ".draft-"
S3_SCHEME = "s3://"


class BackupPlace(Protocol):
    """Named files; every failure is a StoreUnavailableError."""

    def sizes(self, under: str) -> dict[str, int]:
        """Return the files whose name begins with `under` and how many bytes each holds."""
        ...

    def write(self, name: str, source: BinaryIO) -> None:
        """Store the rest of the stream; the name is there only when all of it is, durably."""
        ...

    def read(self, name: str) -> contextlib.AbstractContextManager[BinaryIO]:
        """Open a file for reading."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file; a missing one is no error."""
        ...

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Keep a second backup from working in the same place at the same time."""
        ...


class FolderPlace:
    """A folder of this machine, or one that is mounted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def sizes(self, under: str) -> dict[str, int]:
        with _errors_translated():
            return {
                name: path.stat().st_size
                for path in self._folder.rglob("*")
                if path.is_file()
                and not path.name.startswith(".")
                and (name := path.relative_to(self._folder).as_posix()).startswith(under)
            }

    def write(self, name: str, source: BinaryIO) -> None:
        path = self._folder / name
        with _errors_translated():
            make_folder(path.parent)
            draft = path.with_name(f"{_DRAFT}{os.urandom(8).hex()}")
            try:
                with open(draft, "xb", opener=_private) as file:
                    shutil.copyfileobj(source, file)
                    file.flush()
                    os.fsync(file.fileno())
                draft.rename(path)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
            sync_folder(path.parent)

    @contextlib.contextmanager
    def read(self, name: str) -> Iterator[BinaryIO]:
        with _errors_translated(), (self._folder / name).open("rb") as file:
            yield file

    def remove(self, name: str) -> None:
        path = self._folder / name
        with _errors_translated(), contextlib.suppress(FileNotFoundError):
            path.unlink()
            sync_folder(path.parent)
            # Left where it still holds something; gone where this was the last.
            with contextlib.suppress(OSError):
                path.parent.rmdir()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold a lock on a file of the folder; drafts of a backup that was killed go."""
        with _errors_translated():
            make_folder(self._folder)
            lock = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as exc:
                raise StoreUnavailableError("another backup is writing there now") from exc
            for draft in self._folder.rglob(f"{_DRAFT}*"):
                draft.unlink(missing_ok=True)
            yield
        finally:
            os.close(lock)


def require_place(address: str) -> None:
    """Raise ValueError, in words for the operator, where the address names no place."""
    bucket, _, prefix = address.removeprefix(S3_SCHEME).partition("/")
    if address.startswith(S3_SCHEME) and not (bucket and prefix.strip("/")):
        raise ValueError(f"{address}: name bucket and prefix, like s3://bucket/prefix")


def open_place(address: str, endpoint_url: str) -> BackupPlace:
    """Return the place of an address: a folder, or `s3://bucket/prefix` at the endpoint.

    Raises ValueError as `require_place` does.
    """
    require_place(address)
    if not address.startswith(S3_SCHEME):
        return FolderPlace(Path(address).absolute())
    from functions.stores.aws_clients import AwsClients
    from functions.stores.s3_backups import S3Backups

    bucket, _, prefix = address.removeprefix(S3_SCHEME).partition("/")
    return S3Backups(AwsClients(endpoint_url), bucket, prefix.strip("/"))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise StoreUnavailableError(f"{type(exc).__name__}: {exc.strerror}") from exc
