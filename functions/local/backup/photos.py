"""The sealed photos of the installation on their way into a backup.

They lie beside the database, or in a bucket. Either way they are taken in two steps: all that
are there before the database is copied, and then, while nobody can commit, what the copy
names and came in between. A photo is wiped only after the commit that names another in its
place, so whatever the copy names is there in one of the two steps.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from functions.config import Settings
from functions.core.errors import NotFoundError, StoreUnavailableError
from functions.local.backup.manifest import Checked, blob_name
from functions.local.backup.places import BackupPlace
from functions.stores.files import is_blob_key

if TYPE_CHECKING:
    from functions.stores.s3 import SealedPhotos

FEW = 20
"""So many photos are fetched from a bucket while writers wait, in a second or two."""
MOST_PASSES = 10
MOST_SECONDS_ALONE = 5.0
_CHUNK = 1024 * 1024


class DamagedBackupError(StoreUnavailableError):
    """What was copied, or read back, is not what it must be."""


class Photos(Protocol):
    """Takes photos into a backup; every failure is a StoreUnavailableError."""

    def gather(self, known: Collection[str]) -> None:
        """Get hold of all photos that are there now, but those `known`.

        One that is wiped meanwhile is left out.
        """
        ...

    def hold(self, keys: Collection[str]) -> set[str]:
        """Get hold of these as well, quickly, for writers wait; return those that are nowhere."""
        ...

    def store(self, keys: Collection[str]) -> dict[str, Checked]:
        """See that these, all held, lie in the place and read back; return what they are."""
        ...


class FolderPhotos:
    """Photos beside the database: a second name (a hard link) aside keeps each."""

    def __init__(self, blobs: Path, aside: Path, place: BackupPlace) -> None:
        self._blobs = blobs
        self._aside = aside
        self._place = place

    def gather(self, known: Collection[str]) -> None:
        for path in self._blobs.glob("*/*"):
            if is_blob_key(path.name) and path.name not in known:
                self._link(path)

    def hold(self, keys: Collection[str]) -> set[str]:
        for key in keys:
            if not (self._aside / key).exists():
                self._link(self._blobs / key[:2] / key)
        return {key for key in keys if not (self._aside / key).exists()}

    def store(self, keys: Collection[str]) -> dict[str, Checked]:
        return {key: store_from(self._aside / key, self._place) for key in sorted(keys)}

    def _link(self, path: Path) -> None:
        # Gone meanwhile: wiped, so that the copy names another in its place.
        with contextlib.suppress(FileNotFoundError):
            os.link(path, self._aside / path.name)


class BucketPhotos:
    """Photos in a bucket, which knows no second names: each goes to the place at once.

    So the disk of this machine need not hold them all. Those that are wiped before the
    database is copied lie in the place for nothing until the backup clears away.
    """

    def __init__(self, bucket: SealedPhotos, aside: Path, place: BackupPlace) -> None:
        self._bucket = bucket
        self._aside = aside
        self._place = place
        self._stored: dict[str, Checked] = {}

    def gather(self, known: Collection[str]) -> None:
        """Copy what is listed; again and again, until little can have come in meanwhile."""
        for _ in range(MOST_PASSES):
            if self._copy_listed(known) <= FEW:
                return

    def hold(self, keys: Collection[str]) -> set[str]:
        until = time.monotonic() + MOST_SECONDS_ALONE
        lost = set()
        for key in set(keys) - self._stored.keys():
            if time.monotonic() > until:
                raise StoreUnavailableError("more photos come in than the bucket lets us read")
            try:
                data = self._bucket.read(key, in_a_hurry=True)
            except NotFoundError:
                lost.add(key)
                continue
            (self._aside / key).write_bytes(data)
        return lost

    def store(self, keys: Collection[str]) -> dict[str, Checked]:
        for key in sorted(set(keys) - self._stored.keys()):
            self._stored[key] = store_from(self._aside / key, self._place)
        return {key: self._stored[key] for key in keys}

    def _copy_listed(self, known: Collection[str]) -> int:
        listed = [
            key for key in self._bucket.all_keys() if key not in known and key not in self._stored
        ]
        for key in listed:
            # Gone meanwhile: wiped, so that the copy names another in its place.
            with contextlib.suppress(NotFoundError):
                data = self._bucket.read(key)
                self._stored[key] = _store(key, io.BytesIO(data), self._place)
        return len(listed)


def photos_of(settings: Settings, aside: Path, place: BackupPlace) -> Photos:
    """Return the installation's photos; `aside` is an empty folder on its disk."""
    bucket = bucket_of(settings)
    if bucket is None:
        return FolderPhotos(settings.data_dir / "blobs", aside, place)
    return BucketPhotos(bucket, aside, place)


def bucket_of(settings: Settings) -> SealedPhotos | None:
    """Return the bucket that the photos lie in; None where they lie in the data folder."""
    if not settings.aws.photos_bucket:
        return None
    from functions.stores.aws_clients import AwsClients
    from functions.stores.s3 import SealedPhotos

    return SealedPhotos(AwsClients(settings.aws.endpoint_url), settings.aws.photos_bucket)


def store_from(path: Path, place: BackupPlace) -> Checked:
    """Store a photo held aside, then let go of it."""
    with path.open("rb") as file:
        check = _store(path.name, file, place)
    path.unlink()
    return check


def _store(key: str, file: BinaryIO, place: BackupPlace) -> Checked:
    """Write a photo to the place and read it back."""
    check = check_of(pieces_of(file))
    file.seek(0)
    place.write(blob_name(key), file)
    with place.read(blob_name(key)) as stored:
        if check_of(pieces_of(stored)) != check:
            raise DamagedBackupError("a photo reads back as something else")
    return check


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield the rest of a file."""
    while piece := file.read(_CHUNK):
        yield piece


def check_of(pieces: Iterator[bytes]) -> Checked:
    """Return the length and hash of what the pieces make together."""
    size, digest = 0, hashlib.sha256()
    for piece in pieces:
        size += len(piece)
        digest.update(piece)
    return Checked(size, digest.hexdigest())
