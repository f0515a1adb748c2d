"""The one installation that can be backed up so: SQLite, and photos in files or a bucket."""

from __future__ import annotations

from functions.bootstrap import Services
from functions.config import Backend, Settings, SettingsError
from functions.local_stores import LocalStores
from functions.stores.sqlite.database import Database


def require_local(settings: Settings) -> None:
    """Raise SettingsError where the database does not lie on this machine."""
    if settings.backend is not Backend.LOCAL:
        raise SettingsError(
            ["BINHYEN_BACKEND=aws: its tables and buckets are kept by AWS, see deploy/aws"]
        )


def database_of(services: Services) -> Database:
    """Return the database behind the stores of a local installation."""
    stores = services.stores
    if not isinstance(stores, LocalStores):
        raise TypeError("not a local installation: ask require_local first")
    return stores.database
