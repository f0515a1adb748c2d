"""Sealed photos in a bucket: `photos/ab/abcdef…`, sealed like those of `files`."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from functions.core.errors import (
    FieldError,
    InvalidInputError,
    NotFoundError,
    StoreUnavailableError,
)
from functions.core.ports import Clock
from functions.stores.files import blob_context, is_blob_key
from functions.stores.sealing import Sealer

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

    from functions.stores.aws_clients import AwsClients

_PREFIX = "photos/"
_MISSING = frozenset({"NoSuchKey", "404"})


class S3BlobStore:
    """The port BlobStore; an object appears whole or not at all, and S3 keeps it durably.

    The bucket keeps no old versions, or `wipe` would leave one behind. The role needs the
    right to list it: without, S3 says "forbidden" where nothing is, not "missing".
    """

    def __init__(self, clients: AwsClients, bucket: str, sealer: Sealer, clock: Clock) -> None:
        self._clients = clients
        self._bucket = bucket
        self._sealer = sealer
        self._clock = clock

    def put(self, key: str, data: bytes) -> None:
        if not is_blob_key(key):
            raise InvalidInputError((FieldError("blob_key", "malformed"),))
        sealed = self._sealer.seal(data, blob_context(key))
        SealedPhotos(self._clients, self._bucket).write(key, sealed)

    def get(self, key: str) -> bytes:
        if not is_blob_key(key):
            raise NotFoundError("no such blob")
        sealed = read_object(self._clients, self._bucket, _name(key))
        return self._sealer.unseal(sealed, blob_context(key))

    def wipe(self, key: str) -> None:
        if not is_blob_key(key):
            return
        with bucket_errors_translated():
            self._clients.s3.delete_object(Bucket=self._bucket, Key=_name(key))

    def keys_older_than(self, before: datetime) -> list[str]:
        """List the bucket; ages are told by the store's own clock.

        It stamps the objects, so what counts is how long ago `before` is. A clock of ours
        that is 20 minutes wrong, or years, makes no object older or younger.
        """
        age = self._clock.now() - before
        keys: list[str] = []
        with bucket_errors_translated():
            for page in self._clients.s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=_PREFIX
            ):
                limit = _answered_at(page) - age
                keys += [
                    found["Key"].rsplit("/", 1)[-1]
                    for found in page.get("Contents", [])
                    if found["LastModified"] < limit
                ]
        return sorted(keys)


class SealedPhotos:
    """The objects behind a S3BlobStore as they are, sealed: for backups, which open none.

    Keys are those of blobs; every failure is a StoreUnavailableError.
    """

    def __init__(self, clients: AwsClients, bucket: str) -> None:
        self._clients = clients
        self._bucket = bucket

    def all_keys(self) -> Iterator[str]:
        """List the photos; one put or wiped meanwhile may be in the list or not."""
        with bucket_errors_translated():
            for page in self._clients.s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=_PREFIX
            ):
                for found in page.get("Contents", []):
                    key = found["Key"].rsplit("/", 1)[-1]
                    if is_blob_key(key) and found["Key"] == _name(key):
                        yield key

    def read(self, key: str, *, in_a_hurry: bool = False) -> bytes:
        """Return a photo's sealed bytes; `in_a_hurry` gives up within seconds.

        Raises NotFoundError.
        """
        client = self._clients.s3_in_a_hurry if in_a_hurry else self._clients.s3
        return _read(client, self._bucket, _name(key))

    def write(self, key: str, sealed: bytes) -> None:
        """Store a photo's sealed bytes; it appears whole, and is durable on return."""
        with bucket_errors_translated():
            self._clients.s3.put_object(
                Bucket=self._bucket,
                Key=_name(key),
                Body=sealed,
                ContentType="application/octet-stream",
                ContentMD5=_checksum(sealed),
            )


def holds_photos(clients: AwsClients, bucket: str) -> bool:
    """Whether there is any photo in the bucket. Raises StoreUnavailableError."""
    with bucket_errors_translated():
        found = clients.s3.list_objects_v2(Bucket=bucket, Prefix=_PREFIX, MaxKeys=1)
    return bool(found.get("Contents"))


def read_object(clients: AwsClients, bucket: str, name: str, most: int | None = None) -> bytes:
    """Return the object's bytes, `most` of them if given.

    Raises NotFoundError and StoreUnavailableError.
    """
    return _read(clients.s3, bucket, name, most)


def _read(client: S3Client, bucket: str, name: str, most: int | None = None) -> bytes:
    with bucket_errors_translated():
        try:
            answer = client.get_object(Bucket=bucket, Key=name)
        except ClientError as exc:
            if exc.response.get("Error", {}).get("Code") in _MISSING:
                raise NotFoundError("no such object") from exc
            raise
        with contextlib.closing(answer["Body"]) as body:
            return body.read(most)


@contextlib.contextmanager
def bucket_errors_translated() -> Iterator[None]:
    """Turn what botocore raises into StoreUnavailableError."""
    try:
        yield
    except ClientError as exc:
        code = exc.response.get("Error", {}).get("Code", "ClientError")
        raise StoreUnavailableError(f"the bucket answered {code}", code) from exc
    except (BotoCoreError, OSError) as exc:
        raise StoreUnavailableError(f"the bucket: {type(exc).__name__}") from exc


def _answered_at(page: ListObjectsV2OutputTypeDef) -> datetime:
    date = page["ResponseMetadata"]["HTTPHeaders"].get("date", "")
    try:
        return parsedate_to_datetime(date)
    except ValueError as exc:
        raise StoreUnavailableError("the bucket's answer has no date") from exc


def _checksum(data: bytes) -> str:
    # S3's own check that it got what was sent; every maker's engine knows this one.
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def _name(key: str) -> str:
    return f"{_PREFIX}{key[:2]}/{key}"
