"""Uploading a photo before its tip: the small steps that tests share."""

from __future__ import annotations

from typing import Any

from functions.core.errors import NotFoundError
from tests.functions.world import JPEG, JSON, UNIT, World

TICKETS = f"/api/units/{UNIT}/uploads"
TIPS = f"/api/units/{UNIT}/tips"
JPEG_WISH = {"size": len(JPEG), "type": "image/jpeg"}


def ask(world: World, *photos: Any, address: str = TICKETS) -> Any:
    return world.public.post(address, json={"photos": photos}, headers=JSON)


def uploaded(world: World, photo: bytes = JPEG) -> str:
    """Upload a photo as a browser does and return its id."""
    wish = {"size": len(photo), "type": "image/jpeg"}
    (ticket,) = ask(world, wish).json["uploads"]
    assert world.uploads.receive(ticket["upload_id"], photo)
    return str(ticket["upload_id"])


def send(world: World, upload_ids: Any, **more: Any) -> Any:
    body = {"category": "gay-roi", "text": "Có người lạ.", "uploads": upload_ids} | more
    return world.public.post(TIPS, json=body, headers=JSON)


def photos_of(world: World) -> list[list[bytes]]:
    return [[world.blobs.get(one.blob_key) for one in tip.attachments] for tip in world.stored()]


def is_kept(world: World, upload_id: str) -> bool:
    try:
        world.uploads.take(upload_id)
    except NotFoundError:
        return False
    return True
