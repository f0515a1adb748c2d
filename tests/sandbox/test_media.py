"""U1, U2, M6, M7: uploads, and what may be done with them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.sandbox.client import GROUP_SEND, UPLOAD_IMAGE, Caller, Reply, image_message
from tests.sandbox.conftest import FrozenClock

MIB = 1_048_576
GIF = b"GIF89a" + bytes(30)
PDF = b"%PDF-1.7\n"


def send(sandbox: Caller, message: object, unit: Any = None) -> Reply:
    unit = unit or sandbox.unit()
    payload = {"recipient": {"group_id": unit["group_id"]}, "message": message}
    return sandbox.post(GROUP_SEND, payload, unit["access_token"])


def uploaded(sandbox: Caller, content: bytes, kind: str = "image") -> str:
    data = sandbox.upload(content, sandbox.unit()["access_token"], kind=kind).json["data"]
    return str(data["token" if kind == "file" else "attachment_id"])


def test_jpeg_and_png_get_an_attachment_id(sandbox: Caller, jpeg: bytes, png: bytes) -> None:
    """U1, U2."""
    token = sandbox.unit()["access_token"]

    replies = [sandbox.upload(content, token) for content in (jpeg, png)]

    for reply in replies:
        assert set(reply.json["data"]) == {"attachment_id"}
        assert re.fullmatch(r"[A-Za-z0-9_-]{36}", reply.json["data"]["attachment_id"])


def test_image_limit_is_one_mebibyte_to_the_byte(sandbox: Caller, jpeg: bytes) -> None:
    """U1."""
    token = sandbox.unit()["access_token"]

    exact = sandbox.upload(jpeg.ljust(MIB, b"\0"), token)
    over = sandbox.upload(jpeg.ljust(MIB + 1, b"\0"), token)

    assert [exact.error, over.error] == [0, -210]


@pytest.mark.parametrize(
    ("kind", "content", "error"),
    [
        ("image", PDF, -201),
        ("image", GIF, -201),
        ("image", b"", -201),
        ("image", b"RIFF\0\0\0\0WEBPVP8 ", -201),
        ("gif", GIF, 0),
        ("gif", GIF.ljust(5 * MIB, b"\0"), 0),
        ("gif", GIF.ljust(5 * MIB + 1, b"\0"), -210),
        ("gif", PDF, -201),
        ("file", PDF, 0),
        ("file", b"PK\x03\x04", 0),
        ("file", b"\xff\xd8\xff", -201),
    ],
)
def test_first_bytes_decide_not_the_name(
    sandbox: Caller, kind: str, content: bytes, error: int
) -> None:
    """U1."""
    reply = sandbox.upload(content, sandbox.unit()["access_token"], kind=kind, file_name="a.jpg")

    assert reply.error == error


def test_only_one_part_named_file_is_taken(sandbox: Caller, jpeg: bytes) -> None:
    """U1."""
    token = sandbox.unit()["access_token"]

    other_name = sandbox.upload(jpeg, token, field="image")
    as_json = sandbox.post(UPLOAD_IMAGE, {"file": "x"}, token)
    raw = sandbox.send(
        "POST",
        UPLOAD_IMAGE,
        body=jpeg,
        headers={"access_token": token, "Content-Type": "image/jpeg"},
    )

    assert [other_name.error, as_json.error, raw.error] == [-201, -201, -201]


def test_upload_needs_a_token(sandbox: Caller, jpeg: bytes) -> None:
    """T2."""
    assert sandbox.upload(jpeg, "khong-co").error == -216


def test_element_names_its_image_in_exactly_one_way(sandbox: Caller, jpeg: bytes) -> None:
    """M6."""
    media_id = uploaded(sandbox, jpeg)
    both = image_message(media_id, url="https://example.vn/a.jpg")
    neither = image_message(media_id)
    del neither["attachment"]["payload"]["elements"][0]["attachment_id"]
    by_url = image_message(media_id, "chú thích", url="https://example.vn/a.jpg")
    del by_url["attachment"]["payload"]["elements"][0]["attachment_id"]
    relative = image_message(media_id, url="/a.jpg")
    del relative["attachment"]["payload"]["elements"][0]["attachment_id"]

    codes = [send(sandbox, message).error for message in (both, neither, relative, by_url)]

    assert codes == [-201, -201, -201, 0]
    assert sandbox.standing()[0]["image_url"] == "https://example.vn/a.jpg"


def test_attachment_must_be_the_oas_own_known_image(sandbox: Caller, jpeg: bytes) -> None:
    """M6, U2."""
    media_id, gif_id = uploaded(sandbox, jpeg), uploaded(sandbox, GIF, "gif")
    file_token = uploaded(sandbox, PDF, "file")

    unknown = send(sandbox, image_message("x" * 36))
    foreign = send(sandbox, image_message(media_id), sandbox.unit("xa-ea-kar"))
    as_image = send(sandbox, image_message(gif_id))
    document = send(sandbox, image_message(file_token))

    assert [unknown.error, foreign.error, as_image.error, document.error] == [-201] * 4


def test_attachment_lives_seven_days(sandbox: Caller, jpeg: bytes, clock: FrozenClock) -> None:
    """M6."""
    media_id = uploaded(sandbox, jpeg)

    clock.advance(days=7)
    sandbox.refresh(sandbox.unit()["refresh_token"])
    at_the_limit = send(sandbox, image_message(media_id))
    clock.advance(seconds=1)
    after = send(sandbox, image_message(media_id))

    assert [at_the_limit.error, after.error] == [0, -100]


def test_gif_needs_its_size(sandbox: Caller) -> None:
    """M6."""
    gif_id = uploaded(sandbox, GIF, "gif")

    without = send(sandbox, image_message(gif_id, media_type="gif"))
    with_size = send(sandbox, image_message(gif_id, media_type="gif", width=120, height=90))

    assert [without.error, with_size.error] == [-201, 0]
    assert sandbox.standing()[0]["type"] == "GIF"


@pytest.mark.parametrize(
    "change",
    [
        {"type": "image"},
        {"type": "media"},
        {"payload": []},
        {"payload": {"template_type": "media", "elements": []}},
        {"payload": {"template_type": "media", "elements": [{}, {}]}},
        {"payload": {"template_type": "media", "elements": [{"media_type": "video"}]}},
        {"payload": {"template_type": "media", "elements": [{"media_type": ["image"]}]}},
        {"more": 1},
    ],
)
def test_attachment_of_another_shape_is_201(
    sandbox: Caller, jpeg: bytes, change: dict[str, Any]
) -> None:
    """M6: `type` is "template", as the reference warns."""
    message = image_message(uploaded(sandbox, jpeg))
    message["attachment"].update(change)

    assert send(sandbox, message).error == -201


def test_file_goes_by_its_token_and_alone(sandbox: Caller) -> None:
    """M7."""
    token = uploaded(sandbox, PDF, "file")
    message = {"attachment": {"type": "file", "payload": {"token": token}}}

    sent = send(sandbox, message)
    with_text = send(sandbox, {"text": "kèm chữ", **message})
    wrong_key = send(sandbox, {"attachment": {"type": "file", "payload": {"attachment_id": token}}})

    assert [sent.error, with_text.error, wrong_key.error] == [0, -201, -201]
    assert 50 <= len(token) <= 200
    assert sandbox.standing()[0]["type"] == "file"


def test_caption_has_the_limit_of_a_text(sandbox: Caller, jpeg: bytes) -> None:
    """M2 with M6."""
    media_id = uploaded(sandbox, jpeg)

    codes = [send(sandbox, image_message(media_id, "a" * n)).error for n in (2_000, 2_001)]

    assert codes == [0, -210]


def test_unknown_media_is_404(sandbox: Caller) -> None:
    assert sandbox.get("/control/media/khong-co").status == 404


@pytest.mark.parametrize(
    ("element", "error"),
    [
        ({"media_type": "sticker"}, 0),
        ({"attachment_id": 5}, -201),
        ({"attachment_id": ""}, -201),
        ({"caption": "a"}, -201),
    ],
)
def test_element_takes_known_fields_with_known_types(
    sandbox: Caller, jpeg: bytes, element: dict[str, Any], error: int
) -> None:
    """M6."""
    message = image_message(uploaded(sandbox, jpeg))
    message["attachment"]["payload"]["elements"][0].update(element)

    assert send(sandbox, message).error == error
