"""Backups under a prefix of an S3 bucket, at AWS or any other maker's endpoint."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, cast

from boto3.s3.transfer import (  # noqa: TID251 - this is one of its places
    TransferConfig,
    create_transfer_manager,
)

from functions.stores.s3 import bucket_errors_translated

if TYPE_CHECKING:
    from functions.stores.aws_clients import AwsClients

_PART = 16 * 1024 * 1024


class S3Backups:
    """The port BackupPlace: an object appears whole or not at all by itself."""

    def __init__(self, clients: AwsClients, bucket: str, prefix: str) -> None:
        """`prefix` without slashes at its ends, of this installation alone."""
        self._clients = clients
        self._bucket = bucket
        self._prefix = f"{prefix}/"

    def sizes(self, under: str) -> dict[str, int]:
        with bucket_errors_translated():
            pages = self._clients.s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + under
            )
            return {
                found["Key"].removeprefix(self._prefix): found["Size"]
                for page in pages
                for found in page.get("Contents", [])
            }

    def write(self, name: str, source: BinaryIO) -> None:
        """Upload the stream, a long one in parts that become one object at the end."""
        config = TransferConfig(multipart_threshold=_PART, multipart_chunksize=_PART)
        with (
            bucket_errors_translated(),
            create_transfer_manager(self._clients.s3, config) as transfer,
        ):
            transfer.upload(source, self._bucket, self._prefix + name).result()

    @contextlib.contextmanager
    def read(self, name: str) -> Iterator[BinaryIO]:
        with bucket_errors_translated():
            answer = self._clients.s3.get_object(Bucket=self._bucket, Key=self._prefix + name)
            with contextlib.closing(answer["Body"]) as body:
                yield cast(BinaryIO, body)

    def remove(self, name: str) -> None:
        with bucket_errors_translated():
            self._clients.s3.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nothing to hold here: the data folder's own lock keeps a second backup away."""
        yield
