"""Gathers the facts and puts them before the checks; reads only."""

from __future__ import annotations

import contextlib
import http.client
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from functions.bootstrap import Services
from functions.clock import SystemClock
from functions.config import Settings
from functions.core.errors import (
    BinhyenError,
    KeyUnavailableError,
    ProviderError,
    StoreUnavailableError,
)
from functions.core.tokens import EXPIRING
from functions.core.unit import PROVINCE_KIND
from functions.local.backup.installation import database_of
from functions.local.backup.marker import read_marker
from functions.local.backup.taking import is_worker_alive
from functions.local.doctor import machine, service
from functions.local.doctor.findings import Finding, wrong
from functions.local.doctor.pages import examine_pages
from functions.stores.sqlite.database import library_version, newest_migration
from functions.stores.sqlite.restored import not_renewable
from functions.stores.sqlite.snapshot import damages, schema_version

NETWORK_SECONDS = 3.0


@dataclass(frozen=True)
class BackupTexts:
    """What the environment says to `binhyen backup`, as it stands there."""

    address: str = ""
    days: str = ""


NO_TEXTS = BackupTexts()


def examine(services: Services, backup: BackupTexts = NO_TEXTS) -> Iterator[Finding]:
    """Yield every finding; one check that cannot be made does not keep the others back."""
    settings = services.settings
    api_date = ask_date(settings.zalo_api_url)
    yield machine.check_data_folder(settings.data_dir, os.geteuid())
    if settings.data_dir.is_dir():
        yield _disk(settings.data_dir)
    yield machine.check_sqlite(library_version())
    bucket = _ask_bucket(settings)
    is_anything_sealed = _holds_data(settings.data_dir) or bucket.may_hold_photos
    yield machine.check_key_file(settings.key_file, is_anything_sealed)
    yield machine.check_clock(services.clock.now(), _newest_file(settings.data_dir), api_date)
    if settings.aws.photos_bucket:
        yield service.check_photos_bucket(settings.aws.photos_bucket, bucket.failure)
    yield from _database(services)
    yield service.check_site((services.site / "index.html").is_file())
    yield from examine_pages(services)
    yield service.check_backup(read_marker(settings.data_dir), services.clock.now())
    yield service.check_backup_settings(backup.address, backup.days, settings)
    yield service.check_mail(settings.mail is not None, ask_mail(settings))
    yield service.check_trial(settings)
    yield service.check_reachable("Zalo API", settings.zalo_api_url, api_date is not None)
    oauth = ask_date(settings.zalo_oauth_url)
    yield service.check_reachable("Zalo OAuth", settings.zalo_oauth_url, oauth is not None)


def ask_date(url: str) -> datetime | None:
    """Return what a server says the time is, the epoch where it says nothing; None where it
    does not answer at all."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=NETWORK_SECONDS)
    with contextlib.closing(connection):
        try:
            connection.request("HEAD", "/")
            date = connection.getresponse().getheader("Date")
        except (OSError, http.client.HTTPException):
            return None
    try:
        return parsedate_to_datetime(date or "").astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def ask_mail(settings: Settings) -> str:
    """Return what keeps us from the mail server, empty where nothing does or none is set."""
    if settings.mail is None:
        return ""
    from functions.mail.smtp import SmtpMailer

    try:
        SmtpMailer(settings.mail, SystemClock(), timeout=NETWORK_SECONDS).check()
    except ProviderError as error:
        return error.code
    return ""


def _disk(data_dir: Path) -> Finding:
    state = os.statvfs(data_dir)
    return machine.check_disk(
        state.f_bavail * state.f_frsize,
        state.f_blocks * state.f_frsize,
        state.f_favail,
        state.f_files,
        str(data_dir),
    )


def _holds_data(data_dir: Path) -> bool:
    """Whether the data folder holds what may be sealed; an unreadable one may."""
    try:
        if (data_dir / "binhyen.db").exists():
            return True
        return any(path.is_file() for path in (data_dir / "blobs").rglob("*"))
    except OSError:
        return True


@dataclass(frozen=True)
class _Bucket:
    """What the bucket of the photos says."""

    failure: str
    """What keeps us from it, empty where nothing does."""
    may_hold_photos: bool


def _ask_bucket(settings: Settings) -> _Bucket:
    if not settings.aws.photos_bucket:
        return _Bucket("", may_hold_photos=False)
    from functions.stores.aws_clients import AwsClients
    from functions.stores.s3 import holds_photos

    try:
        clients = AwsClients(settings.aws.endpoint_url)
        return _Bucket("", holds_photos(clients, settings.aws.photos_bucket))
    except StoreUnavailableError as error:
        return _Bucket(str(error), may_hold_photos=True)


def _newest_file(data_dir: Path) -> datetime | None:
    with contextlib.suppress(OSError):
        times = [path.stat().st_mtime for path in data_dir.iterdir()]
        return datetime.fromtimestamp(max(times), UTC) if times else None
    return None


def _database(services: Services) -> Iterator[Finding]:
    settings = services.settings
    file = settings.data_dir / "binhyen.db"
    if not file.is_file():
        yield wrong("database", "none yet", "start the service, or restore a backup first")
        return
    found = machine.check_database(damages(file))
    yield found
    if found.remedy:
        return
    version, newest = schema_version(file), newest_migration()
    yield machine.check_schema(version, newest)
    if version >= newest:
        yield from _stores(services, settings)


def _stores(services: Services, settings: Settings) -> Iterator[Finding]:
    """Ask what only the opened store knows; opening it changes nothing by now."""
    try:
        stores = services.stores
    except KeyUnavailableError as error:
        yield wrong("key", str(error), "bring back the key file that sealed this data folder")
        return
    except BinhyenError as error:
        yield wrong("store", str(error), "see the words above; restore a backup if need be")
        return
    now = services.clock.now()
    yield service.check_worker(is_worker_alive(settings.data_dir))
    yield service.check_due(stores.jobs.oldest_due_at(now), now)
    yield service.check_failed(stores.jobs.counts())
    yield service.check_tokens(
        stores.tokens.counts(now + EXPIRING), not_renewable(database_of(services))
    )
    alarms = stores.alerts.open_alarms()
    yield service.check_alarms([(alarm.code, alarm.unit_id) for alarm in alarms])
    communes = services.units.communes(now.date())
    unconnected = [
        unit.unit_id for unit in communes if stores.channels.channel(unit.unit_id) is None
    ]
    yield service.check_units(unconnected, len(communes))
    if settings.mail is not None:
        without = [
            unit.unit_id
            for unit in services.units.live(now.date())
            if unit.kind is PROVINCE_KIND and not _has_mailbox(unit.unit_id, services)
        ]
        yield service.check_mailboxes(without, settings.mail.sender)


def _has_mailbox(unit_id: str, services: Services) -> bool:
    found = services.stores.channels.mailboxes(unit_id)
    return found is not None and bool(found.addresses)
