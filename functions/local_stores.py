"""The adapters of one machine: SQLite, files, and a bell between its processes."""

from __future__ import annotations

from functools import partial

from functions.config import Settings
from functions.core.ports import BlobStore, Clock
from functions.logs import alarm
from functions.stores.doorbell import Doorbell
from functions.stores.files import FileBlobStore
from functions.stores.keys import open_key_file
from functions.stores.sealing import Sealer
from functions.stores.sqlite.alerts import SqliteAlerts
from functions.stores.sqlite.cases import SqliteCaseStore
from functions.stores.sqlite.channels import SqliteChannelStore
from functions.stores.sqlite.data_keys import holds_sealed_data, open_sealer
from functions.stores.sqlite.database import Database
from functions.stores.sqlite.deliveries import SqliteDeliveryStore
from functions.stores.sqlite.events import SqliteEventStore
from functions.stores.sqlite.jobs import SqliteJobStore
from functions.stores.sqlite.mac_keys import SqliteMacKeys
from functions.stores.sqlite.officers import SqliteOfficerStore
from functions.stores.sqlite.repeats import SqliteRepeatGuard
from functions.stores.sqlite.tips import SqliteTipStore
from functions.stores.sqlite.tokens import SqliteTokenStore


class LocalStores:
    """Everything of one machine that lies in the data folder."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Open the store, bring its tables up to date and unlock its keys.

        Raises KeyUnavailableError and StoreUnavailableError.
        """
        self.database = Database(settings.data_dir)
        self.database.migrate()
        in_bucket = partial(_bucket_holds_photos, settings)
        wrapper = open_key_file(
            settings.key_file, settings.data_dir, holds_sealed_data(self.database, in_bucket)
        )
        sealer = open_sealer(self.database, wrapper, in_bucket)
        self.mac = SqliteMacKeys(self.database, wrapper)
        self.blobs = _blobs(settings, sealer, clock)
        self.tips = SqliteTipStore(self.database, sealer)
        self.cases = SqliteCaseStore(self.database, sealer)
        self.events = SqliteEventStore(self.database, sealer)
        self.jobs = SqliteJobStore(self.database)
        self.deliveries = SqliteDeliveryStore(self.database, sealer, self.mac)
        self.channels = SqliteChannelStore(self.database, sealer)
        self.tokens = SqliteTokenStore(self.database, sealer, self.mac)
        self.officers = SqliteOfficerStore(self.database, sealer)
        self.repeats = SqliteRepeatGuard(self.database, sealer)
        self.alerts = SqliteAlerts(self.database, clock, alarm)
        self.queue = Doorbell(settings.data_dir)
        self.uploads = None


def _blobs(settings: Settings, sealer: Sealer, clock: Clock) -> BlobStore:
    """Return where sealed photos lie: beside the database, or in a bucket if one is named."""
    if not settings.aws.photos_bucket:
        return FileBlobStore(settings.data_dir, sealer, clock)
    from functions.stores.aws_clients import AwsClients
    from functions.stores.s3 import S3BlobStore

    clients = AwsClients(settings.aws.endpoint_url)
    return S3BlobStore(clients, settings.aws.photos_bucket, sealer, clock)


def _bucket_holds_photos(settings: Settings) -> bool:
    """Whether sealed photos lie in a bucket, if one is named: only their own keys open them."""
    if not settings.aws.photos_bucket:
        return False
    from functions.stores.aws_clients import AwsClients
    from functions.stores.s3 import holds_photos

    return holds_photos(AwsClients(settings.aws.endpoint_url), settings.aws.photos_bucket)
