"""The pages of what was published, and their buttons."""

from __future__ import annotations

from typing import Any

from tests.content.small_site import UNIT_PAGE, seen_at
from tests.content.world import Desk

LIST = "/sua-nhanh/lich-su/"
PAGE = f"{LIST}{UNIT_PAGE}"
BACK = "/sua-nhanh/quay-lai/"


def bring_back(desk: Desk, version: str, address: str = PAGE) -> Any:
    """Press the button on the page of a version."""
    return desk.post(address, ban=version, seen=seen_at(desk, f"{address}?ban={version}"))
