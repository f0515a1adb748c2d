"""Restoring a backup into an empty data folder: all is checked aside, then switched in.

The database is put in its place last: until then the folder is no installation, and a
restore that was killed is simply run again. Photos that belong into a bucket are put there
before; one that is there already as the backup knows it is left as it is.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from functions.bootstrap import Services
from functions.config import Settings
from functions.core.errors import ConflictError, NotFoundError
from functions.core.models import JobKind
from functions.core.restoring import (
    close_open_digests,
    plan_waiting_entries,
    plan_waiting_tips,
)
from functions.local.backup.bringing import (
    bringer_to,
    require_own_bucket,
    without_bucket,
    write,
)
from functions.local.backup.installation import database_of
from functions.local.backup.manifest import (
    Manifest,
    backup_ids,
    database_name,
    read_manifest,
)
from functions.local.backup.pages import bring_pages
from functions.local.backup.photos import DamagedBackupError
from functions.local.backup.places import BackupPlace
from functions.local.backup.sealed_files import unseal_file
from functions.stores.durable import make_folder, sync_folder
from functions.stores.git.copies import REPOSITORY
from functions.stores.keys import FileKeyWrapper
from functions.stores.sqlite.restored import (
    count_as_attempted,
    distrust_refresh_tokens,
    forget_what_was_open,
    unfinished_subjects,
)
from functions.stores.sqlite.snapshot import damages

STAGING = ".restoring"
_HARMLESS = {"lost+found", STAGING}


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    tips: int
    to_look_up: int
    """Messages that may stand in their groups already."""
    to_reauthorize: list[str]
    """Units whose pair cannot be renewed any more."""


def require_empty(data_dir: Path) -> None:
    """Raise ConflictError unless the folder is missing, empty, or an unfinished restore."""
    if not data_dir.exists():
        return
    names = {path.name for path in data_dir.iterdir()}
    if STAGING in names and "binhyen.db" not in names:
        names -= {"blobs", REPOSITORY}
    if names - _HARMLESS:
        raise ConflictError(f"{data_dir} is not empty: a restore never overwrites anything")


def choose(place: BackupPlace, backup_id: str | None) -> str:
    """Return the backup asked for, else the newest. Raises NotFoundError."""
    known = backup_ids(place)
    if not known:
        raise NotFoundError("there is no whole backup")
    if backup_id is None:
        return known[-1]
    if backup_id not in known:
        raise NotFoundError(f"no backup {backup_id}; there are: {', '.join(known)}")
    return backup_id


def restore(
    settings: Settings, place: BackupPlace, backup_id: str, *, was_moved: bool = False
) -> Restored:
    """Bring the backup back as the data folder.

    `was_moved`: the operator says that the old machine stood still from before the backup
    on, so nothing can have been sent or renewed since. Raises ConflictError,
    StoreUnavailableError, KeyUnavailableError and DamagedBackupError; the data folder is then
    no installation.
    """
    require_empty(settings.data_dir)
    make_folder(settings.data_dir)
    staging = settings.data_dir / STAGING
    for left in (staging, settings.data_dir / "blobs", settings.data_dir / REPOSITORY):
        shutil.rmtree(left, ignore_errors=True)
    make_folder(staging)
    manifest = fetch_database(settings, place, backup_id, staging)
    bring_pages(place, manifest, staging, FileKeyWrapper(settings.key_file))
    if was_moved and manifest.was_running:
        raise ConflictError("a worker was running when this backup was taken: not --moved")
    services = Services(replace(settings, data_dir=staging))
    database = database_of(services)
    try:
        require_own_bucket(settings, manifest, services.stores.blobs)
        tips = check_tips(services, manifest)
        bringer = bringer_to(settings, place, staging)
        for key, checked in manifest.blobs.items():
            bringer.bring(key, checked)
            services.stores.blobs.get(key)
        restored = _settle(services, manifest, tips, was_moved)
    finally:
        database.close()
    _switch_in(staging, settings.data_dir)
    return restored


def fetch_database(
    settings: Settings, place: BackupPlace, backup_id: str, folder: Path
) -> Manifest:
    """Read the database into a folder, checking it against the manifest; return that."""
    wrapper = FileKeyWrapper(settings.key_file)
    manifest = read_manifest(place, backup_id, wrapper)
    name = database_name(backup_id)
    with place.read(name) as file:
        if write(folder / "binhyen.db", unseal_file(name, file, wrapper)) != manifest.database:
            raise DamagedBackupError("the database of the backup is damaged")
    wrong = damages(folder / "binhyen.db")
    if wrong:
        raise DamagedBackupError(f"the database of the backup is damaged: {wrong[0]}")
    return manifest


def check(settings: Settings, place: BackupPlace, backup_id: str, folder: Path) -> int:
    """Open all of a backup in an empty folder, one photo at a time; return the number of tips.

    A bucket of the settings is neither read nor written.
    """
    manifest = fetch_database(settings, place, backup_id, folder)
    bring_pages(place, manifest, folder, FileKeyWrapper(settings.key_file))
    settings = replace(without_bucket(settings), data_dir=folder)
    services = Services(settings)
    database = database_of(services)
    try:
        tips = check_tips(services, manifest)
        bringer = bringer_to(settings, place, folder)
        for key, checked in manifest.blobs.items():
            bringer.bring(key, checked)
            services.stores.blobs.get(key)
            services.stores.blobs.wipe(key)
        return tips
    finally:
        database.close()


def check_tips(services: Services, manifest: Manifest) -> int:
    """Open every tip, its case and deliveries, and every token pair; return the number of tips.

    Raises what the first that does not open raises.
    """
    stores = services.stores
    missing = stores.tips.blob_keys() - manifest.blobs.keys()
    if missing:
        raise DamagedBackupError(f"{len(missing)} photos are missing")
    tips = 0
    for tip_id in stores.tips.all_ids():
        stores.tips.get(tip_id)
        stores.cases.entries(tip_id)
        stores.deliveries.of_tip(tip_id)
        tips += 1
    for unit in services.units.all():
        stores.tokens.get(unit.unit_id)
        stores.channels.mailboxes(unit.unit_id)
    return tips


def _settle(services: Services, manifest: Manifest, tips: int, was_moved: bool) -> Restored:
    """Change what may no longer be true since the backup; see stores/sqlite/restored.py."""
    stores = services.stores
    database, now = database_of(services), services.clock.now()
    forget_what_was_open(database, now)
    if was_moved:
        return Restored(manifest, tips, 0, [])
    plan_waiting_tips(unfinished_subjects(database, JobKind.DELIVER_TIP), services.work)
    # A card is followed by the entries that no group has got, so it counts here too.
    for kind in (JobKind.DELIVER_TIP, JobKind.RELAY_TO_GROUP, JobKind.RELAY_TO_RESIDENT):
        plan_waiting_entries(unfinished_subjects(database, kind), services.work)
    close_open_digests(unfinished_subjects(database, JobKind.SEND_DIGEST), services.work)
    to_look_up = count_as_attempted(database, now)
    units = distrust_refresh_tokens(database)
    for unit_id in units:
        stores.alerts.alarm("needs-authorization", unit_id)
    return Restored(manifest, tips, to_look_up, units)


def _switch_in(staging: Path, data_dir: Path) -> None:
    """Put pages and photos in their places, then the database, each durably."""
    if (staging / REPOSITORY).exists():
        (staging / REPOSITORY).rename(data_dir / REPOSITORY)
    make_folder(staging / "blobs")
    (staging / "blobs").rename(data_dir / "blobs")
    sync_folder(data_dir)
    # A link, unlike a rename, fails where a service was started too early and made its own.
    try:
        os.link(staging / "binhyen.db", data_dir / "binhyen.db")
    except FileExistsError as exc:
        raise ConflictError("a service was started meanwhile: stop it, empty the folder") from exc
    sync_folder(data_dir)
    shutil.rmtree(staging)
