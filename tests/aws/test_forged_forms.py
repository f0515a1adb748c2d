"""Posted forms that are not as we signed them.

Those with a false signature stand in `tests/engines`, for ministack takes any signature.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from functions.core.models import UploadTicket
from functions.stores import s3_uploads
from functions.stores.s3_uploads import S3UploadStore
from tests.aws.buckets import make_bucket, names_in
from tests.aws.engine import Engine
from tests.aws.forms import post_form
from tests.fakes.clock import FrozenClock

PHOTO = b"\xff\xd8\xff" + bytes(5_000)

Forge = Callable[[UploadTicket], dict[str, str | None]]


@pytest.fixture
def bucket(engine: Engine) -> str:
    return make_bucket(engine)


@pytest.fixture
def store(engine: Engine, bucket: str) -> S3UploadStore:
    return S3UploadStore(engine.clients, bucket, FrozenClock())


FORGERIES: dict[str, Forge] = {
    "another-key": lambda ticket: {"key": "uploads/" + "0" * 32},
    "key-out-of-the-folder": lambda ticket: {"key": f"photos/ab/{ticket.upload_id}"},
    "key-in-a-folder-of-its-own": lambda ticket: {"key": ticket.fields["key"] + "/x"},
    "key-from-the-file-name": lambda ticket: {"key": "uploads/${filename}"},
    "no-key": lambda ticket: {"key": None},
    "another-type": lambda ticket: {"Content-Type": "text/html"},
    "no-type": lambda ticket: {"Content-Type": None},
    "another-answer": lambda ticket: {"success_action_status": "200"},
    "a-redirect": lambda ticket: {"success_action_redirect": "https://evil.example/"},
    "public": lambda ticket: {"acl": "public-read"},
    "no-policy": lambda ticket: {"policy": None},
    "no-signature": lambda ticket: {"x-amz-signature": None},
    "another-signer": lambda ticket: {
        "x-amz-credential": ticket.fields["x-amz-credential"].replace("test", "else", 1)
    },
}


@pytest.mark.parametrize("name", FORGERIES)
def test_form_that_was_changed_stores_nothing(
    store: S3UploadStore, engine: Engine, bucket: str, name: str
) -> None:
    ticket = store.open_ticket(len(PHOTO))

    status = post_form(ticket, PHOTO, FORGERIES[name](ticket))

    assert 400 <= status < 500
    assert names_in(engine, bucket) == []


def test_form_after_its_time_stores_nothing(
    store: S3UploadStore, engine: Engine, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_uploads, "LIFE", timedelta(seconds=-30))
    ticket = store.open_ticket(len(PHOTO))

    status = post_form(ticket, PHOTO)

    assert status == 403
    assert names_in(engine, bucket) == []


def test_form_of_one_bucket_stores_nothing_in_another(
    store: S3UploadStore, engine: Engine, bucket: str
) -> None:
    other = make_bucket(engine)
    ticket = store.open_ticket(len(PHOTO))
    elsewhere = UploadTicket(
        ticket.upload_id,
        ticket.url.replace(bucket, other),
        ticket.fields,
        ticket.expires_at,
    )

    status = post_form(elsewhere, PHOTO)

    assert status == 403
    assert names_in(engine, other) == []


def test_form_as_we_signed_it_stores_one_photo(
    store: S3UploadStore, engine: Engine, bucket: str
) -> None:
    ticket = store.open_ticket(len(PHOTO))

    status = post_form(ticket, PHOTO)

    assert status == 201
    assert names_in(engine, bucket) == [f"uploads/{ticket.upload_id}"]
    head = engine.clients.s3.head_object(Bucket=bucket, Key=f"uploads/{ticket.upload_id}")
    assert head["ContentType"] == "application/octet-stream"
