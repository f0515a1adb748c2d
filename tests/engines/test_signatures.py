"""What only an engine refuses that looks at signatures, and so does AWS."""

from __future__ import annotations

import base64
import json

import pytest
import urllib3

from functions.core.models import UploadTicket
from functions.stores.s3 import S3BlobStore
from functions.stores.s3_uploads import S3UploadStore
from tests.aws.buckets import make_bucket, names_in
from tests.aws.engine import Engine
from tests.aws.forms import post_form
from tests.fakes.clock import FrozenClock
from tests.stores.kit import fixed_sealer

PHOTO = b"\xff\xd8\xff" + bytes(5_000)


@pytest.fixture
def bucket(engine: Engine) -> str:
    return make_bucket(engine)


@pytest.fixture
def ticket(engine: Engine, bucket: str) -> UploadTicket:
    return S3UploadStore(engine.clients, bucket, FrozenClock()).open_ticket(len(PHOTO))


def test_form_with_a_wider_policy_stores_nothing(
    engine: Engine, bucket: str, ticket: UploadTicket
) -> None:
    policy = json.loads(base64.b64decode(ticket.fields["policy"]))
    (size,) = [each for each in policy["conditions"] if "content-length-range" in each]
    size[2] *= 10
    wider = base64.b64encode(json.dumps(policy).encode()).decode()

    status = post_form(ticket, PHOTO * 2, {"policy": wider})

    assert status == 403
    assert names_in(engine, bucket) == []


@pytest.mark.parametrize("signature", ["0" * 64, "", "x"])
def test_form_with_another_signature_stores_nothing(
    engine: Engine, bucket: str, ticket: UploadTicket, signature: str
) -> None:
    status = post_form(ticket, PHOTO, {"x-amz-signature": signature})

    assert 400 <= status < 500
    assert names_in(engine, bucket) == []


def test_nobody_reads_without_a_signature(
    engine: Engine, bucket: str, ticket: UploadTicket
) -> None:
    post_form(ticket, PHOTO)
    S3BlobStore(engine.clients, bucket, fixed_sealer(), FrozenClock()).put("0f1e2d3c", PHOTO)
    address = ticket.url.rstrip("/")

    answers = [
        urllib3.request("GET", f"{address}{name}", retries=False).status
        for name in ("", f"/uploads/{ticket.upload_id}", "/photos/0f/0f1e2d3c")
    ]

    assert answers == [403, 403, 403]
    assert len(names_in(engine, bucket)) == 2
