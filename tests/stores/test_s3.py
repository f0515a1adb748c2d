"""Photos in a bucket: what lies there, whose clock counts, and what trouble looks like."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.clock import SystemClock
from functions.core.errors import (
    InvalidInputError,
    KeyUnavailableError,
    NotFoundError,
    StoreUnavailableError,
)
from functions.core.submissions import MAX_PHOTO_BYTES
from functions.stores.aws_clients import AwsClients
from functions.stores.files import FileBlobStore
from functions.stores.s3 import S3BlobStore
from functions.stores.s3_uploads import S3UploadStore
from functions.stores.sealing import Sealer
from tests.aws.buckets import make_bucket, names_in
from tests.aws.engine import Engine
from tests.aws.forms import post_form
from tests.aws.refusals import refusal
from tests.fakes.clock import FrozenClock
from tests.stores.kit import fixed_sealer

HOUR = timedelta(hours=1)
KEY = "0f1e2d3c4b5a"
PHOTO = b"\xff\xd8\xff" + b"pixels" * 1_000


@pytest.fixture
def bucket(engine: Engine) -> str:
    return make_bucket(engine)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(SystemClock().now())


@pytest.fixture
def store(engine: Engine, bucket: str, clock: FrozenClock) -> S3BlobStore:
    return S3BlobStore(engine.clients, bucket, fixed_sealer(), clock)


def object_at(engine: Engine, bucket: str, name: str) -> bytes:
    return engine.clients.s3.get_object(Bucket=bucket, Key=name)["Body"].read()


@contextmanager
def hooked(engine: Engine, event: str, hook: Any) -> Iterator[None]:
    """Let the hook stand at that event of the shared client meanwhile."""
    events = engine.clients.s3.meta.events
    events.register(event, hook)
    try:
        yield
    finally:
        events.unregister(event, hook)


def test_object_is_sealed_and_named_by_its_key_alone(
    store: S3BlobStore, engine: Engine, bucket: str
) -> None:
    store.put(KEY, PHOTO)

    assert names_in(engine, bucket) == [f"photos/0f/{KEY}"]
    sealed = object_at(engine, bucket, f"photos/0f/{KEY}")
    assert b"pixels" not in sealed
    assert len(sealed) > len(PHOTO)


def test_photos_can_be_moved_between_folder_and_bucket(
    store: S3BlobStore, engine: Engine, bucket: str, tmp_path: Path, clock: FrozenClock
) -> None:
    files = FileBlobStore(tmp_path, fixed_sealer(), clock)
    other = "1f1e2d3c4b5a"
    store.put(KEY, PHOTO)
    files.put(other, PHOTO[::-1])

    down = tmp_path / "blobs" / "0f" / KEY
    down.parent.mkdir()
    down.write_bytes(object_at(engine, bucket, f"photos/0f/{KEY}"))
    engine.clients.s3.put_object(
        Bucket=bucket,
        Key=f"photos/1f/{other}",
        Body=(tmp_path / "blobs" / "1f" / other).read_bytes(),
    )

    assert files.get(KEY) == PHOTO
    assert store.get(other) == PHOTO[::-1]


def test_photo_passed_off_as_another_does_not_open(
    store: S3BlobStore, engine: Engine, bucket: str
) -> None:
    store.put(KEY, PHOTO)

    engine.clients.s3.copy_object(
        Bucket=bucket, Key="photos/0f/0f000000", CopySource=f"{bucket}/photos/0f/{KEY}"
    )

    with pytest.raises(KeyUnavailableError):
        store.get("0f000000")


def test_damaged_photo_does_not_open(store: S3BlobStore, engine: Engine, bucket: str) -> None:
    store.put(KEY, PHOTO)
    sealed = object_at(engine, bucket, f"photos/0f/{KEY}")

    for damaged in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), b""):
        engine.clients.s3.put_object(Bucket=bucket, Key=f"photos/0f/{KEY}", Body=damaged)
        with pytest.raises(KeyUnavailableError):
            store.get(KEY)


def test_photo_sealed_by_another_installation_does_not_open(
    store: S3BlobStore, engine: Engine, bucket: str, clock: FrozenClock
) -> None:
    other = S3BlobStore(
        engine.clients, bucket, Sealer({b"elsewhere"[:8]: bytes(32)}, b"elsewher"), clock
    )
    other.put(KEY, PHOTO)

    with pytest.raises(KeyUnavailableError):
        store.get(KEY)


def test_bytes_changed_on_their_way_are_not_stored(
    store: S3BlobStore, engine: Engine, bucket: str
) -> None:
    def change(request: Any, **_: Any) -> None:
        request.body = io.BytesIO(bytes(len(request.body.read())))

    with (
        hooked(engine, "before-send.s3.PutObject", change),
        pytest.raises(StoreUnavailableError),
    ):
        store.put(KEY, PHOTO)

    assert names_in(engine, bucket) == []


def test_ages_are_those_of_the_bucket(store: S3BlobStore, clock: FrozenClock) -> None:
    store.put(KEY, PHOTO)

    assert store.keys_older_than(clock.now() - HOUR) == []
    # An hour from now, as if the answer had come then.
    assert store.keys_older_than(clock.now() + HOUR) == [KEY]


@pytest.mark.parametrize("wrong_by", [timedelta(minutes=20), timedelta(days=3650)])
def test_wrong_clock_of_ours_makes_no_photo_older(
    engine: Engine, bucket: str, wrong_by: timedelta
) -> None:
    for sign in (1, -1):
        clock = FrozenClock(SystemClock().now() + sign * wrong_by)
        store = S3BlobStore(engine.clients, bucket, fixed_sealer(), clock)
        store.put(KEY, PHOTO)

        assert store.keys_older_than(clock.now() - timedelta(minutes=5)) == []
        assert store.keys_older_than(clock.now() + timedelta(minutes=5)) == [KEY]


def test_long_list_is_read_page_after_page(
    store: S3BlobStore, engine: Engine, clock: FrozenClock
) -> None:
    keys = [f"{number:02}-photo-of-a-tip" for number in range(7)]
    for key in keys:
        store.put(key, PHOTO)

    def shorten(params: Any, **_: Any) -> None:
        params["MaxKeys"] = 2

    with hooked(engine, "before-parameter-build.s3.ListObjectsV2", shorten):
        found = store.keys_older_than(clock.now() + HOUR)

    assert found == keys


def test_what_is_no_photo_is_never_offered_for_sweeping(
    store: S3BlobStore, engine: Engine, bucket: str, clock: FrozenClock
) -> None:
    engine.clients.s3.put_object(Bucket=bucket, Key="backups/2026", Body=b"x")
    store.put(KEY, PHOTO)

    assert store.keys_older_than(clock.now() + HOUR) == [KEY]


def test_list_without_a_date_is_an_error_of_the_store(
    store: S3BlobStore, engine: Engine, clock: FrozenClock
) -> None:
    def drop(parsed: Any, **_: Any) -> None:
        del parsed["ResponseMetadata"]["HTTPHeaders"]["date"]

    with (
        hooked(engine, "after-call.s3.ListObjectsV2", drop),
        pytest.raises(StoreUnavailableError),
    ):
        store.keys_older_than(clock.now())


def test_missing_bucket_is_an_error_of_the_store_and_never_a_missing_photo(
    engine: Engine, clock: FrozenClock
) -> None:
    nowhere = S3BlobStore(engine.clients, f"none-{uuid.uuid4().hex}", fixed_sealer(), clock)
    uploads = S3UploadStore(engine.clients, f"none-{uuid.uuid4().hex}", clock)

    for act in (
        lambda: nowhere.put(KEY, PHOTO),
        lambda: nowhere.get(KEY),
        lambda: nowhere.keys_older_than(clock.now()),
        lambda: uploads.take("0" * 32),
    ):
        with pytest.raises(StoreUnavailableError):
            act()


@pytest.mark.usefixtures("engine")
def test_bucket_out_of_reach_is_an_error_of_the_store(
    clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    clients = AwsClients("http://127.0.0.1:9")
    store = S3BlobStore(clients, "photos", fixed_sealer(), clock)
    uploads = S3UploadStore(clients, "uploads", clock)

    for act in (
        lambda: store.put(KEY, PHOTO),
        lambda: store.get(KEY),
        lambda: store.wipe(KEY),
        lambda: store.keys_older_than(clock.now()),
        lambda: uploads.take("0" * 32),
        lambda: uploads.drop("0" * 32),
    ):
        with pytest.raises(StoreUnavailableError):
            act()


def test_busy_bucket_is_asked_again(
    store: S3BlobStore, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    asked: list[str] = []

    def slow_down(event_name: str, **_: Any) -> Any:
        asked.append(event_name)
        return refusal("s3", "SlowDown", 503) if len(asked) % 3 else None

    with hooked(engine, "before-send.s3", slow_down):
        store.put(KEY, PHOTO)
        found = store.get(KEY)
        store.wipe(KEY)

    assert found == PHOTO
    assert len(asked) == 9
    with pytest.raises(NotFoundError):
        store.get(KEY)


def test_answer_that_breaks_off_is_an_error_of_the_store(
    store: S3BlobStore, engine: Engine
) -> None:
    store.put(KEY, PHOTO)

    def break_off(parsed: Any, **_: Any) -> None:
        parsed["Body"]._raw_stream.read(100)
        parsed["Body"]._raw_stream.close()

    with (
        hooked(engine, "after-call.s3.GetObject", break_off),
        pytest.raises(StoreUnavailableError),
    ):
        store.get(KEY)


def test_upload_is_read_no_further_than_shows_that_it_is_too_long(
    engine: Engine, bucket: str, clock: FrozenClock
) -> None:
    upload_id = "ab" * 16
    engine.clients.s3.put_object(
        Bucket=bucket, Key=f"uploads/{upload_id}", Body=bytes(MAX_PHOTO_BYTES + 1_000)
    )

    photo = S3UploadStore(engine.clients, bucket, clock).take(upload_id)

    assert len(photo) == MAX_PHOTO_BYTES + 1


@pytest.mark.parametrize("size", [-1, 0, MAX_PHOTO_BYTES + 1])
def test_no_leave_is_given_for_a_size_that_no_photo_may_have(
    engine: Engine, bucket: str, clock: FrozenClock, size: int
) -> None:
    with pytest.raises(InvalidInputError):
        S3UploadStore(engine.clients, bucket, clock).open_ticket(size)


def test_leave_for_the_largest_photo_is_used_in_full(
    engine: Engine, bucket: str, clock: FrozenClock
) -> None:
    uploads = S3UploadStore(engine.clients, bucket, clock)
    photo = b"\xff\xd8\xff".ljust(MAX_PHOTO_BYTES, b"x")
    ticket = uploads.open_ticket(MAX_PHOTO_BYTES)

    status = post_form(ticket, photo)

    assert status == 201
    assert uploads.take(ticket.upload_id) == photo
