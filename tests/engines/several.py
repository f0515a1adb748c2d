"""One engine out of several: each service where it is most like the real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.aws.engine import Engine
from tests.engines.ceph import radosgw
from tests.engines.dynamodb_local import dynamodb_local


@contextmanager
def with_others(engine: Engine, folders: pytest.TempPathFactory) -> Iterator[Engine]:
    """Yield the engine with DynamoDB and S3 answered by DynamoDB Local and Ceph RGW."""
    with (
        dynamodb_local(folders.mktemp("dynamodb")) as dynamodb,
        radosgw(folders.mktemp("ceph")) as s3,
    ):
        yield Engine(engine.url, {"dynamodb": dynamodb, "s3": s3})
