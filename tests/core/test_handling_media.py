"""What residents send beside words: kept sealed, and never in the way of the words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core.events import Media
from functions.core.following_up import MOST_ATTACHMENTS
from functions.core.models import AttachmentState, JobKind, MediaKind
from tests.core.talking import Talk


def test_photos_are_kept_and_cleaned_like_those_of_a_form() -> None:
    talk = Talk()
    talk.world.media.held = {"zdn/1": b"one", "zdn/2": b"broken"}

    talk.hear(talk.resident("", "zdn/1", "zdn/2", "zdn/never"))

    states = [(one.position, one.kind, one.state) for one in talk.tip().attachments]
    assert states == [
        (1, MediaKind.PHOTO, AttachmentState.CLEAN),
        (2, MediaKind.PHOTO, AttachmentState.UNREADABLE),
        (3, MediaKind.PHOTO, AttachmentState.UNREADABLE),
    ]


def test_recordings_and_files_are_kept_as_they_came() -> None:
    talk = Talk()
    talk.world.media.held = {"voice": b"amr", "video": b"mp4", "file": b"pdf"}
    media = (
        Media(MediaKind.VOICE, "voice"),
        Media(MediaKind.VIDEO, "video"),
        Media(MediaKind.FILE, "file", "đơn.pdf"),
    )

    talk.hear(talk.resident("nghe giúp"), talk.resident(media=media))

    tip = talk.tip()
    kept = [(one.kind, one.state, talk.world.blobs.get(one.blob_key)) for one in tip.attachments]
    assert kept == [
        (MediaKind.VOICE, AttachmentState.KEPT, b"amr"),
        (MediaKind.VIDEO, AttachmentState.KEPT, b"mp4"),
        (MediaKind.FILE, AttachmentState.KEPT, b"pdf"),
    ]
    (entry,) = talk.entries(tip)
    assert {one.entry_id for one in tip.attachments} == {entry.entry_id}
    assert JobKind.CLEAN_PHOTOS not in {job.kind for job in talk.world.jobs.all()}


@pytest.mark.parametrize(
    ("kind", "most"), [(MediaKind.PHOTO, 10), (MediaKind.VIDEO, 20), (MediaKind.FILE, 20)]
)
def test_what_is_too_large_is_not_taken(kind: MediaKind, most: int) -> None:
    talk = Talk()
    size = most * 1024 * 1024
    talk.world.media.held = {"fits": bytes(size), "too large": bytes(size + 1)}

    talk.hear(talk.resident(media=(Media(kind, "fits"), Media(kind, "too large"))))

    fits, too_large = talk.tip().attachments
    assert fits.blob_key
    assert (too_large.state, too_large.blob_key) == (AttachmentState.UNREADABLE, "")


def test_words_do_not_wait_for_a_slow_photo_which_comes_after_them() -> None:
    talk = Talk()
    talk.world.media.slow = {"zdn/1"}
    talk.world.media.held = {"zdn/2": b"two"}
    talk.hear(talk.resident("Biển số trong ảnh.", "zdn/1", "zdn/2"))
    at_once = talk.tip()
    talk.hear(talk.resident("Nhanh lên."))

    talk.world.media.held["zdn/1"] = b"one"
    talk.world.media.slow.clear()
    talk.world.work()

    tip = talk.tip()
    assert at_once.content.text == "Biển số trong ảnh."
    assert len(at_once.attachments) == 1
    assert [one.state for one in tip.attachments] == [AttachmentState.CLEAN] * 2
    assert talk.messages(tip) == ["Biển số trong ảnh.", "Nhanh lên.", ""]
    assert len(talk.world.chat()) == 1


def test_slow_photo_of_a_later_message_comes_as_a_line_of_its_own() -> None:
    talk = Talk()
    talk.hear(talk.resident("một"))
    talk.world.media.slow = {"zdn/1"}
    talk.hear(talk.resident("xem ảnh", "zdn/1"))

    talk.world.media.held["zdn/1"] = b"one"
    talk.world.media.slow.clear()
    talk.world.work()

    tip = talk.tip()
    assert talk.messages(tip) == ["một", "xem ảnh", ""]
    (photo,) = tip.attachments
    assert photo.entry_id == talk.entries(tip)[-1].entry_id


def test_photo_alone_waits_until_it_is_there() -> None:
    talk = Talk()
    talk.world.media.slow = {"zdn/1"}
    talk.hear(talk.resident("", "zdn/1"))
    before = talk.tips()

    talk.world.media.held["zdn/1"] = b"one"
    talk.world.media.slow.clear()
    talk.world.work()

    assert before == []
    assert [one.state for one in talk.tip().attachments] == [AttachmentState.CLEAN]


def test_photo_that_never_comes_is_shown_as_missing_after_ten_minutes() -> None:
    talk = Talk()
    talk.world.media.slow = {"zdn/1"}
    talk.hear(talk.resident("", "zdn/1"))

    talk.world.clock.advance(timedelta(minutes=9))
    talk.world.work_once()
    still_waiting = talk.tips()
    talk.world.work()

    assert still_waiting == []
    assert [one.state for one in talk.tip().attachments] == [AttachmentState.UNREADABLE]
    assert talk.world.crashes == []


def test_photo_alone_that_waits_holds_up_no_words_after_it() -> None:
    talk = Talk()
    talk.world.media.slow = {"zdn/1"}
    talk.hear(talk.resident("", "zdn/1"), talk.resident("Có trộm."))
    talk.world.media.slow.clear()
    talk.world.media.held["zdn/1"] = b"one"

    talk.world.work()

    tip = talk.tip()
    assert talk.messages(tip) == ["Có trộm.", ""]
    assert len(tip.attachments) == 1


def test_full_case_takes_words_still_and_says_so_once() -> None:
    talk = Talk()
    talk.world.media.held = {f"zdn/{number}": b"x" for number in range(99)}
    most = [f"zdn/{number}" for number in range(MOST_ATTACHMENTS - 1)]
    talk.hear(talk.resident("", *most))

    talk.hear(
        talk.resident("còn nữa", "zdn/60", "zdn/61"),
        talk.resident("", "zdn/62"),
        talk.resident("hết rồi", "zdn/63"),
    )
    talk.world.work()

    tip = talk.tip()
    assert len(tip.attachments) == MOST_ATTACHMENTS
    assert talk.messages(tip) == ["", "còn nữa", "hết rồi"]
    assert len(talk.world.chat()) == 2
