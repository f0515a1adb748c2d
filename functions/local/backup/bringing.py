"""Bringing the photos of a backup to where the restored installation keeps them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from functions.config import Settings
from functions.core.errors import ConflictError, KeyUnavailableError, NotFoundError
from functions.core.ports import BlobStore
from functions.local.backup.manifest import Checked, Manifest, blob_name
from functions.local.backup.photos import DamagedBackupError, bucket_of, check_of, pieces_of
from functions.local.backup.places import BackupPlace
from functions.stores.durable import make_folder, sync_folder

if TYPE_CHECKING:
    from functions.stores.s3 import SealedPhotos


class Bringer(Protocol):
    def bring(self, key: str, check: Checked) -> None:
        """See that the photo is there, durably and as the manifest says.

        Raises StoreUnavailableError and DamagedBackupError.
        """
        ...


class ToFolder:
    """Photos go below the folder that is to become the data folder."""

    def __init__(self, place: BackupPlace, folder: Path) -> None:
        self._place = place
        self._folder = folder

    def bring(self, key: str, check: Checked) -> None:
        path = self._folder / "blobs" / key[:2] / key
        make_folder(path.parent)
        with self._place.read(blob_name(key)) as file:
            if write(path, pieces_of(file)) != check:
                raise _damaged(key)


class ToBucket:
    """Photos go into the bucket, which may have outlived the machine: what is there stays."""

    def __init__(self, place: BackupPlace, bucket: SealedPhotos) -> None:
        self._place = place
        self._bucket = bucket

    def bring(self, key: str, check: Checked) -> None:
        if self._is_there(key, check):
            return
        with self._place.read(blob_name(key)) as file:
            sealed = file.read()
        if check_of(iter([sealed])) != check:
            raise _damaged(key)
        self._bucket.write(key, sealed)

    def _is_there(self, key: str, check: Checked) -> bool:
        try:
            return check_of(iter([self._bucket.read(key)])) == check
        except NotFoundError:
            return False


def bringer_to(settings: Settings, place: BackupPlace, folder: Path) -> Bringer:
    """Return what brings photos into the bucket of the settings, else below the folder."""
    bucket = bucket_of(settings)
    return ToFolder(place, folder) if bucket is None else ToBucket(place, bucket)


def require_own_bucket(settings: Settings, manifest: Manifest, blobs: BlobStore) -> None:
    """Raise ConflictError where the bucket holds what the restored keys do not open.

    Such photos are another installation's, and this one would sweep them away as orphans. Those
    of our own that came in after the backup do open.
    """
    bucket = bucket_of(settings)
    if bucket is None:
        return
    for key in bucket.all_keys():
        if key in manifest.blobs:
            continue
        try:
            blobs.get(key)
        except NotFoundError:
            continue
        except KeyUnavailableError as exc:
            raise ConflictError(
                "the bucket holds photos that the keys of this backup do not open: name an"
                " empty bucket in BINHYEN_AWS_PHOTOS_BUCKET, or the one it had"
            ) from exc


def without_bucket(settings: Settings) -> Settings:
    """Return the same settings with photos in the data folder."""
    return replace(settings, aws=replace(settings.aws, photos_bucket=""))


def write(path: Path, pieces: Iterable[bytes]) -> Checked:
    """Write a file for this account only, durably; return its length and hash."""
    with open(path, "xb", opener=_private) as file:

        def passed_on() -> Iterator[bytes]:
            for piece in pieces:
                file.write(piece)
                yield piece

        check = check_of(passed_on())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return check


def _damaged(key: str) -> DamagedBackupError:
    return DamagedBackupError(f"a photo of the backup is damaged: {key}")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
