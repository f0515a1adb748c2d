"""The adapters on AWS: DynamoDB, S3, SQS and KMS, each made when a function first asks for it."""

from __future__ import annotations

from functools import cached_property

from functions.config import Settings
from functions.core.ports import Clock
from functions.logs import alarm
from functions.stores.aws_clients import AwsClients
from functions.stores.dynamodb.alerts import DynamoAlerts
from functions.stores.dynamodb.cases import DynamoCaseStore
from functions.stores.dynamodb.channels import DynamoChannelStore
from functions.stores.dynamodb.data_keys import DataKeys
from functions.stores.dynamodb.deliveries import DynamoDeliveryStore
from functions.stores.dynamodb.events import DynamoEventStore
from functions.stores.dynamodb.jobs import DynamoJobStore
from functions.stores.dynamodb.mac_keys import DynamoMacKeys
from functions.stores.dynamodb.officers import DynamoOfficerStore
from functions.stores.dynamodb.repeats import DynamoRepeatGuard
from functions.stores.dynamodb.table import Tables
from functions.stores.dynamodb.tips import DynamoTipStore
from functions.stores.dynamodb.tokens import DynamoTokenStore
from functions.stores.kms import KmsKeyWrapper
from functions.stores.late_sealer import LateSealer
from functions.stores.s3 import S3BlobStore
from functions.stores.s3_uploads import S3UploadStore
from functions.stores.sealing import Sealer
from functions.stores.sqs import SqsDoorbell


class AwsStores:
    """Everything of one installation on AWS; nothing is called before it is used."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._names = settings.aws
        self._clock = clock
        self._clients = AwsClients(settings.aws.endpoint_url)

    @cached_property
    def _tables(self) -> Tables:
        return Tables.named(self._clients.dynamodb, self._names.tables)

    @cached_property
    def _data_keys(self) -> DataKeys:
        wrapper = KmsKeyWrapper(self._clients, self._names.kms_key)
        # Where a tip is, its key must be: no item of that table is written before it is sealed.
        return DataKeys(self._tables.system, wrapper, (self._tables.tips,))

    @cached_property
    def _sealer(self) -> Sealer:
        return LateSealer(self._data_keys.sealer)

    @cached_property
    def mac(self) -> DynamoMacKeys:
        return DynamoMacKeys(self._data_keys)

    @cached_property
    def blobs(self) -> S3BlobStore:
        return S3BlobStore(self._clients, self._names.photos_bucket, self._sealer, self._clock)

    @cached_property
    def uploads(self) -> S3UploadStore:
        return S3UploadStore(self._clients, self._names.uploads_bucket, self._clock)

    @cached_property
    def tips(self) -> DynamoTipStore:
        return DynamoTipStore(self._tables, self._sealer)

    @cached_property
    def cases(self) -> DynamoCaseStore:
        return DynamoCaseStore(self._tables, self._sealer)

    @cached_property
    def events(self) -> DynamoEventStore:
        return DynamoEventStore(self._tables, self._sealer)

    @cached_property
    def jobs(self) -> DynamoJobStore:
        return DynamoJobStore(self._tables)

    @cached_property
    def deliveries(self) -> DynamoDeliveryStore:
        return DynamoDeliveryStore(self._tables, self._sealer, self.mac)

    @cached_property
    def channels(self) -> DynamoChannelStore:
        return DynamoChannelStore(self._tables, self._sealer)

    @cached_property
    def tokens(self) -> DynamoTokenStore:
        return DynamoTokenStore(self._tables, self._sealer, self.mac)

    @cached_property
    def officers(self) -> DynamoOfficerStore:
        return DynamoOfficerStore(self._tables, self._sealer)

    @cached_property
    def repeats(self) -> DynamoRepeatGuard:
        return DynamoRepeatGuard(self._tables, self._sealer)

    @cached_property
    def alerts(self) -> DynamoAlerts:
        return DynamoAlerts(self._tables, self._clock, alarm)

    @cached_property
    def queue(self) -> SqsDoorbell:
        return SqsDoorbell(self._clients, self._names.queue_url)
