"""What every TipStore does with a tip's photos, and with the blobs that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from functions.core.errors import NotFoundError
from functions.core.models import AttachmentState
from functions.core.ports import TipStore
from tests.contracts.tip_stores import KINDS, open_subject
from tests.fakes.new_tips import new_tip


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TipStore]:
    with open_subject(request, tmp_path) as subject:
        yield subject.store


def test_cleaned_photo_names_its_clean_copy_only(store: TipStore) -> None:
    new = new_tip(photos=2)
    store.add(new)
    first, second = new.tip.attachments

    store.set_attachment(first.attachment_id, AttachmentState.CLEAN, "clean-copy", "ab12")

    changed = replace(
        first, state=AttachmentState.CLEAN, blob_key="clean-copy", clean_sha256="ab12"
    )
    assert store.get(new.tip.tip_id).attachments == (changed, second)
    assert store.blob_keys() == {"clean-copy", second.blob_key}


def test_only_blobs_that_an_attachment_names_are_named(store: TipStore) -> None:
    new = new_tip(photos=2)
    store.add(new)
    store.add(new_tip())
    first, second = new.tip.attachments
    store.set_attachment(first.attachment_id, AttachmentState.CLEAN, "clean-copy", "ab12")

    named = store.named_blobs([first.blob_key, "clean-copy", second.blob_key, "orphan"])

    assert named == {"clean-copy", second.blob_key}
    assert store.named_blobs([]) == set()


def test_two_hundred_blobs_are_asked_about_at_once(store: TipStore) -> None:
    new = new_tip(photos=5)
    store.add(new)
    keys = [attachment.blob_key for attachment in new.tip.attachments]

    named = store.named_blobs([*keys[:3], *(f"orphan-{one}" for one in range(200)), *keys[3:]])

    assert named == set(keys)


def test_photo_recorded_twice_alike_stays_named(store: TipStore) -> None:
    new = new_tip()
    store.add(new)
    photo = new.tip.attachments[0]

    for _ in range(2):
        store.set_attachment(photo.attachment_id, AttachmentState.CLEAN, "clean-copy", "ab12")

    assert store.named_blobs(["clean-copy", photo.blob_key]) == {"clean-copy"}


def test_unreadable_photo_names_no_blob(store: TipStore) -> None:
    new = new_tip()
    store.add(new)

    store.set_attachment(new.tip.attachments[0].attachment_id, AttachmentState.UNREADABLE, "", "")

    assert store.blob_keys() == set()


def test_photo_that_could_be_opened_after_all_is_named_again(store: TipStore) -> None:
    new = new_tip()
    store.add(new)
    photo = new.tip.attachments[0]
    store.set_attachment(photo.attachment_id, AttachmentState.UNREADABLE, "", "")

    store.set_attachment(photo.attachment_id, AttachmentState.CLEAN, "clean-copy", "ab12")

    assert store.named_blobs(["clean-copy", photo.blob_key]) == {"clean-copy"}


def test_unknown_attachment_is_not_found(store: TipStore) -> None:
    store.add(new_tip())

    with pytest.raises(NotFoundError):
        store.set_attachment("unknown", AttachmentState.CLEAN, "clean-copy", "ab12")
