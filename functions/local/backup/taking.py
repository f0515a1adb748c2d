"""Taking a backup while everything runs.

The order is what makes it whole. First every photo is held (a hard link aside, or a copy out
of the bucket): whatever is wiped from now on, the backup still has it. Then the database is
copied while nobody can commit, and in the same moment what it names and came in between is
held as well. Only then the slow part begins.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from functions.bootstrap import Services
from functions.core.errors import KeyUnavailableError, StoreUnavailableError
from functions.local.backup.installation import database_of
from functions.local.backup.manifest import (
    Checked,
    Manifest,
    backup_ids,
    blob_name,
    content_name,
    database_name,
    manifest_name,
    new_backup_id,
    read_manifest,
)
from functions.local.backup.pages import copy_pages
from functions.local.backup.photos import (
    DamagedBackupError,
    Photos,
    check_of,
    photos_of,
    pieces_of,
)
from functions.local.backup.places import BackupPlace
from functions.local.backup.sealed_files import seal_bytes, seal_file, unseal_file
from functions.stores.durable import make_folder
from functions.stores.keys import FileKeyWrapper, KeyWrapper
from functions.stores.sqlite.snapshot import damages, schema_version, snapshot

ASIDE = ".backup-"
WORKER_LOCK = "worker.lock"
"""Held by every living worker (functions/local/alive.py)."""


@dataclass(frozen=True)
class Taken:
    """What a backup wrote."""

    manifest: Manifest
    new_blobs: int


def take_backup(services: Services, place: BackupPlace) -> Taken:
    """Write a backup and read it back; the manifest comes last, so that only a whole one is one.

    Raises StoreUnavailableError, KeyUnavailableError and DamagedBackupError.
    """
    # Opened first: an installation without its key must not be backed up.
    database_of(services)
    wrapper = FileKeyWrapper(services.settings.key_file)
    with place.alone(), folder_aside(services.settings.data_dir) as aside:
        earlier = _latest_blobs(place, wrapper)
        photos = photos_of(services.settings, aside / "blobs", place)
        named = _copy_database(services, aside, photos, earlier)
        has_pages = copy_pages(services.settings.data_dir, aside / "content")
        now = services.clock.now()
        backup_id = new_backup_id(now, os.urandom(4))
        new = photos.store(named - earlier.keys())
        manifest = Manifest(
            backup_id=backup_id,
            taken_at=now,
            schema_version=schema_version(aside / "database"),
            database=_check_of(aside / "database"),
            blobs={key: new.get(key) or earlier[key] for key in named},
            was_running=is_worker_alive(services.settings.data_dir),
            content=_check_of(aside / "content") if has_pages else None,
        )
        _upload(place, aside / "database", database_name(backup_id), manifest.database, wrapper)
        if manifest.content is not None:
            _upload(place, aside / "content", content_name(backup_id), manifest.content, wrapper)
        sealed = seal_bytes(manifest_name(backup_id), manifest.to_json(), wrapper)
        place.write(manifest_name(backup_id), io.BytesIO(sealed))
        if read_manifest(place, backup_id, wrapper) != manifest:
            place.remove(manifest_name(backup_id))
            raise DamagedBackupError("the manifest reads back as another one")
    return Taken(manifest, len(new))


@contextlib.contextmanager
def folder_aside(data_dir: Path) -> Iterator[Path]:
    """Give a folder on the same disk, alone; what a killed backup left behind goes first."""
    lock = os.open(data_dir / "backup.lock", os.O_RDWR | os.O_CREAT, 0o600)
    aside = data_dir / f"{ASIDE}{os.urandom(4).hex()}"
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise StoreUnavailableError("another backup is being taken now") from exc
        for left in data_dir.glob(f"{ASIDE}*"):
            shutil.rmtree(left)
        make_folder(aside / "blobs")
        yield aside
    except OSError as exc:
        raise StoreUnavailableError(f"{type(exc).__name__}: {exc.strerror}") from exc
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        os.close(lock)


def is_worker_alive(data_dir: Path) -> bool:
    """Whether a worker holds the lock by which workers know each other."""
    try:
        lock = os.open(data_dir / WORKER_LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _latest_blobs(place: BackupPlace, wrapper: KeyWrapper) -> Mapping[str, Checked]:
    """Return the photos of the newest backup that still lie in the place, whole.

    Raises KeyUnavailableError where the backups there are of another key file: two
    installations must not share a place, for each would clear away what is the other's.
    """
    known = backup_ids(place)
    if not known:
        return {}
    try:
        blobs = read_manifest(place, known[-1], wrapper).blobs
    except KeyUnavailableError as exc:
        raise KeyUnavailableError("the backups of this place belong to another key") from exc
    sizes = place.sizes("blobs/")
    return {key: blob for key, blob in blobs.items() if sizes.get(blob_name(key)) == blob.size}


def _copy_database(
    services: Services, aside: Path, photos: Photos, earlier: Mapping[str, Checked]
) -> set[str]:
    """Copy the database aside and hold what the copy names; return those keys."""
    photos.gather(earlier.keys())
    with snapshot(database_of(services), aside / "database") as named:
        lost = photos.hold(named - earlier.keys())
    if lost:
        raise DamagedBackupError(f"{len(lost)} photos are named but nowhere to be found")
    wrong = damages(aside / "database")
    if wrong:
        raise DamagedBackupError(f"the database is damaged: {wrong[0]}")
    return named


def _upload(place: BackupPlace, path: Path, name: str, check: Checked, wrapper: KeyWrapper) -> None:
    """Seal a file and store it under a name; see that it reads back."""
    sealed = path.with_name("sealed")
    with path.open("rb") as source, open(sealed, "xb", opener=_private) as target:
        seal_file(name, source, target, wrapper)
    with sealed.open("rb") as file:
        place.write(name, file)
    sealed.unlink()
    with place.read(name) as file:
        if check_of(unseal_file(name, file, wrapper)) != check:
            raise DamagedBackupError(f"{name} reads back as something else")


def _check_of(path: Path) -> Checked:
    with path.open("rb") as file:
        return check_of(pieces_of(file))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
