"""The pages that staff wrote, as part of a backup: the whole repository as one sealed file.

It is copied while nobody publishes; drafts may be saved meanwhile, each is in it whole or not.
"""

from __future__ import annotations

from pathlib import Path

from functions.local.backup.bringing import write
from functions.local.backup.manifest import Manifest, content_name
from functions.local.backup.photos import DamagedBackupError
from functions.local.backup.places import BackupPlace
from functions.local.backup.sealed_files import unseal_file
from functions.local.site_lock import held, lock_of
from functions.stores.git.copies import REPOSITORY, bundle, damage, has_pages, unbundle
from functions.stores.keys import KeyWrapper


def copy_pages(data_dir: Path, copy: Path) -> bool:
    """Write the repository into a file; tell whether there is one. Raises DamagedBackupError."""
    repository = data_dir / REPOSITORY
    if not has_pages(repository):
        return False
    wrong = damage(repository)
    if wrong:
        raise DamagedBackupError(f"the pages of staff are damaged: {wrong}")
    with held(lock_of(data_dir)):
        bundle(repository, copy)
    return True


def bring_pages(place: BackupPlace, manifest: Manifest, folder: Path, wrapper: KeyWrapper) -> None:
    """Make the repository of a backup in a folder, if it has one. Raises DamagedBackupError."""
    if manifest.content is None:
        return
    name, copy = content_name(manifest.backup_id), folder / "content"
    with place.read(name) as file:
        if write(copy, unseal_file(name, file, wrapper)) != manifest.content:
            raise DamagedBackupError("the pages of the backup are damaged")
    unbundle(copy, folder / REPOSITORY)
    copy.unlink()
    wrong = damage(folder / REPOSITORY)
    if wrong:
        raise DamagedBackupError(f"the pages of the backup are damaged: {wrong}")
