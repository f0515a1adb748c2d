"""What every UploadStore does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from functions.core.errors import NotFoundError
from functions.core.models import UploadTicket
from functions.core.ports import UploadStore
from functions.stores.s3_uploads import S3UploadStore
from tests.aws.buckets import make_bucket
from tests.aws.engine import Engine
from tests.aws.forms import post_form
from tests.fakes.clock import FrozenClock
from tests.fakes.uploads import MemoryUploads

PHOTO = b"\xff\xd8\xff" + bytes(5_000)


@dataclass(frozen=True)
class Subject:
    store: UploadStore
    upload: Callable[[UploadTicket, bytes], bool]
    """What a browser does with a ticket; tells whether the store took the photo."""


@pytest.fixture(params=["memory", "aws"])
def subject(request: pytest.FixtureRequest) -> Subject:
    if request.param == "memory":
        memory = MemoryUploads(FrozenClock())
        return Subject(memory, lambda ticket, photo: memory.receive(ticket.upload_id, photo))
    engine: Engine = request.getfixturevalue("engine")
    store = S3UploadStore(engine.clients, make_bucket(engine), FrozenClock())
    return Subject(store, lambda ticket, photo: post_form(ticket, photo) == 201)


@pytest.fixture
def store(subject: Subject) -> UploadStore:
    return subject.store


def test_uploaded_photo_comes_back(subject: Subject) -> None:
    ticket = subject.store.open_ticket(len(PHOTO))

    taken = subject.upload(ticket, PHOTO)

    assert taken
    assert subject.store.take(ticket.upload_id) == PHOTO


def test_smaller_photo_than_announced_is_taken(subject: Subject) -> None:
    ticket = subject.store.open_ticket(len(PHOTO))

    assert subject.upload(ticket, PHOTO[:100])
    assert subject.store.take(ticket.upload_id) == PHOTO[:100]


@pytest.mark.parametrize("photo", [PHOTO + b"!", b""], ids=["one-byte-more", "empty"])
def test_photo_of_another_size_is_refused(subject: Subject, photo: bytes) -> None:
    ticket = subject.store.open_ticket(len(PHOTO))

    taken = subject.upload(ticket, photo)

    assert not taken
    with pytest.raises(NotFoundError):
        subject.store.take(ticket.upload_id)


def test_photo_that_never_came_is_not_found(store: UploadStore) -> None:
    ticket = store.open_ticket(len(PHOTO))

    with pytest.raises(NotFoundError):
        store.take(ticket.upload_id)


@pytest.mark.parametrize("upload_id", ["", "0" * 32, "../photos", "0" * 32 + "\n", "x" * 5_000])
def test_photo_that_nobody_was_given_leave_for_is_not_found(
    store: UploadStore, upload_id: str
) -> None:
    store.drop(upload_id)

    with pytest.raises(NotFoundError):
        store.take(upload_id)


def test_dropped_photo_is_gone_and_dropping_it_twice_is_no_error(subject: Subject) -> None:
    ticket = subject.store.open_ticket(len(PHOTO))
    subject.upload(ticket, PHOTO)

    subject.store.drop(ticket.upload_id)
    subject.store.drop(ticket.upload_id)

    with pytest.raises(NotFoundError):
        subject.store.take(ticket.upload_id)


def test_every_ticket_is_for_a_photo_of_its_own(subject: Subject) -> None:
    tickets = [subject.store.open_ticket(len(PHOTO)) for _ in range(3)]

    for number, ticket in enumerate(tickets):
        subject.upload(ticket, b"photo %d" % number)

    found = [subject.store.take(ticket.upload_id) for ticket in tickets]
    assert found == [b"photo 0", b"photo 1", b"photo 2"]


def test_ticket_tells_an_end_some_minutes_ahead(store: UploadStore) -> None:
    ticket = store.open_ticket(1)

    assert timedelta(minutes=5) <= ticket.expires_at - FrozenClock().now() <= timedelta(minutes=15)
