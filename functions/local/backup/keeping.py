"""Which backups are kept, and clearing away the rest.

What a province has erased lives on in its backups, so they are kept for days and not for
years: all of the last two days, then the last of each day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from functions.local.backup.manifest import (
    backup_ids,
    blob_name,
    content_name,
    database_name,
    manifest_name,
    read_manifest,
    time_of,
)
from functions.local.backup.places import BackupPlace
from functions.stores.keys import KeyWrapper

ALL_FOR = timedelta(days=2)
UNFINISHED_FOR = timedelta(days=1)
_DATABASE_NAME = re.compile(r"backups/([0-9TZ.]+-[0-9a-f]{8})/database")


def to_keep(backups: Iterable[str], now: datetime, keep_days: int) -> set[str]:
    """Return which backups stay: the newest in any case."""
    ordered = sorted(backups)
    kept = set(ordered[-1:])
    last_of_day = {time_of(backup_id).date(): backup_id for backup_id in ordered}
    for backup_id in ordered:
        age = now - time_of(backup_id)
        is_last_of_day = last_of_day[time_of(backup_id).date()] == backup_id
        if age <= ALL_FOR or (is_last_of_day and age <= timedelta(days=keep_days)):
            kept.add(backup_id)
    return kept


def clear_away(place: BackupPlace, now: datetime, keep_days: int, wrapper: KeyWrapper) -> list[str]:
    """Remove the backups that are not kept, and what no backup names; return their ids.

    Nothing is removed unless every manifest that stays can be read. Raises
    StoreUnavailableError, KeyUnavailableError and ValueError.
    """
    with place.alone():
        known = backup_ids(place)
        kept = to_keep(known, now, keep_days)
        named = {
            blob_name(key)
            for backup_id in kept
            for key in read_manifest(place, backup_id, wrapper).blobs
        }
        dropped = [backup_id for backup_id in known if backup_id not in kept]
        for backup_id in dropped:
            # The manifest first: what is half removed must not look whole.
            place.remove(manifest_name(backup_id))
        for backup_id in [*dropped, *_unfinished(place, known, now)]:
            # The database last: by it what is half removed is found again.
            place.remove(content_name(backup_id))
            place.remove(database_name(backup_id))
        for name in place.sizes("blobs/"):
            if name not in named:
                place.remove(name)
    return dropped


def _unfinished(place: BackupPlace, known: list[str], now: datetime) -> list[str]:
    """Return what a killed backup left behind, old enough to be surely dead."""
    matches = (_DATABASE_NAME.fullmatch(name) for name in place.sizes("backups/"))
    found = [match[1] for match in matches if match and match[1] not in known]
    return [backup_id for backup_id in found if now - time_of(backup_id) > UNFINISHED_FOR]
