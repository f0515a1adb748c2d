"""What every BlobStore does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from functions.core.errors import InvalidInputError, NotFoundError
from functions.core.ports import BlobStore
from functions.stores.files import FileBlobStore
from functions.stores.s3 import S3BlobStore
from tests.aws.buckets import TwoClocks, make_bucket, two_clocks
from tests.aws.engine import Engine
from tests.fakes.blobs import MemoryBlobStore
from tests.fakes.clock import START, FrozenClock
from tests.stores.kit import fixed_sealer

HOUR = timedelta(hours=1)
KEY = "0f1e2d3c4b5a"
BAD_KEYS = ["", "short", "../../etc/passwd", "UPPERCASE", "a" * 81, "..........", "abcdefgh\n"]


@pytest.fixture(params=["memory", "files", "aws"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def clock(backend: str, request: pytest.FixtureRequest) -> FrozenClock:
    if backend == "aws":
        bucket_clock: FrozenClock = request.getfixturevalue("bucket_clock")
        return bucket_clock
    return FrozenClock()


@pytest.fixture
def bucket_clock(engine: Engine) -> Iterator[TwoClocks]:
    with two_clocks(engine) as clock:
        yield clock


@pytest.fixture
def store(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock
) -> BlobStore:
    if backend == "memory":
        return MemoryBlobStore(clock)
    if backend == "files":
        return FileBlobStore(tmp_path, fixed_sealer(), clock)
    engine: Engine = request.getfixturevalue("engine")
    return S3BlobStore(engine.clients, make_bucket(engine), fixed_sealer(), clock)


@pytest.mark.parametrize("data", [b"", b"photo", bytes(300_000)])
def test_stored_bytes_come_back(store: BlobStore, data: bytes) -> None:
    store.put(KEY, data)

    assert store.get(KEY) == data


def test_second_put_replaces_the_first(store: BlobStore) -> None:
    store.put(KEY, b"first")

    store.put(KEY, b"second")

    assert store.get(KEY) == b"second"


def test_unknown_key_is_not_found(store: BlobStore) -> None:
    store.put(KEY, b"photo")

    with pytest.raises(NotFoundError):
        store.get(KEY[:-1] + "0")


def test_wiped_bytes_are_gone(store: BlobStore) -> None:
    store.put(KEY, b"photo")

    store.wipe(KEY)

    with pytest.raises(NotFoundError):
        store.get(KEY)


def test_wiping_what_is_not_there_is_no_error(store: BlobStore) -> None:
    store.put(KEY, b"photo")

    store.wipe("not-there")
    store.wipe("")

    assert store.get(KEY) == b"photo"


@pytest.mark.parametrize("key", BAD_KEYS)
def test_malformed_key_stores_and_finds_nothing(store: BlobStore, key: str) -> None:
    with pytest.raises(InvalidInputError):
        store.put(key, b"photo")
    with pytest.raises(NotFoundError):
        store.get(key)


def test_keys_are_told_by_age(store: BlobStore, clock: FrozenClock) -> None:
    store.put("old-blob", b"old")
    clock.advance(2 * HOUR)
    store.put("new-blob", b"new")

    keys = store.keys_older_than(clock.now() - HOUR)

    assert keys == ["old-blob"]


def test_key_stored_at_that_very_time_is_not_older(store: BlobStore, clock: FrozenClock) -> None:
    store.put(KEY, b"photo")

    assert store.keys_older_than(clock.now()) == []


def test_wiped_key_has_no_age(store: BlobStore, clock: FrozenClock) -> None:
    store.put(KEY, b"photo")
    store.wipe(KEY)
    clock.advance(HOUR)

    assert store.keys_older_than(clock.now()) == []


def test_blob_stamped_in_the_future_ages_from_when_the_clock_is_right(
    store: BlobStore, clock: FrozenClock
) -> None:
    clock.set(START + timedelta(days=10 * 365))
    store.put(KEY, b"photo")
    clock.set(START)

    at_first = store.keys_older_than(clock.now() - HOUR)
    clock.advance(2 * HOUR)
    later = store.keys_older_than(clock.now() - HOUR)

    assert (at_first, later) == ([], [KEY])
