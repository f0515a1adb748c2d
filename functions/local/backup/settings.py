"""Whether the settings of the backup, BINHYEN_BACKUP_TO and _DAYS, can be used."""

from __future__ import annotations

from pathlib import Path

from functions.config import Settings
from functions.local.backup.places import S3_SCHEME, require_place

KEEP_DAYS = 14
"""How long the last backup of each day is kept where nothing else is said."""


def place_problem(address: str, settings: Settings) -> str:
    """Return, in words for the operator, why nothing can be backed up there; else nothing."""
    is_folder = not address.startswith(S3_SCHEME)
    if is_folder and Path(address).resolve().is_relative_to(settings.data_dir):
        return f"{address} lies in the data folder: both would be lost together"
    if _is_in_bucket(address, settings.aws.photos_bucket):
        return f"{address} lies in the bucket of the photos: both would be lost together"
    try:
        require_place(address)
    except ValueError as error:
        return str(error)
    return ""


def days_problem(days: str) -> str:
    """Return what is wrong with the text of BINHYEN_BACKUP_DAYS; empty means the usual number."""
    if days and not (days.isascii() and days.isdigit() and int(days) >= 1):
        return "BINHYEN_BACKUP_DAYS must be a number from 1"
    return ""


def _is_in_bucket(address: str, bucket: str) -> bool:
    named = address.removeprefix(S3_SCHEME).partition("/")[0]
    return bool(bucket) and address.startswith(S3_SCHEME) and named == bucket
