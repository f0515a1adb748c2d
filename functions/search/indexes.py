"""The published search index: read from the current release, kept while that is public."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from functions.core.errors import StoreUnavailableError
from functions.core.releases import ReleaseFolder
from functions.core.search import Index

_KEPT = 8
"""Each index takes some megabytes and a tenth of a second: the units asked for lately stay."""
_ATTEMPTS = 2


class PublishedIndexes:
    """Makes indexes of the parts that publish/ wrote; safe for threads."""

    def __init__(self, release: Callable[[], ReleaseFolder]) -> None:
        self._release = release
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], Index] = OrderedDict()

    def of(self, unit_id: str) -> tuple[Index, str]:
        """Return the index of a unit's pages and its id; the province's where there is no such.

        Raises StoreUnavailableError where no site is published.
        """
        for _ in range(_ATTEMPTS):
            try:
                return self._read(unit_id)
            except (OSError, ValueError):
                # The release was switched while its files were read: ask for the new one.
                continue
        raise StoreUnavailableError

    def _read(self, unit_id: str) -> tuple[Index, str]:
        release = self._release()
        files = json.loads((release / "search.json").read_text("utf-8"))
        own = files["own"].get(unit_id)
        # The names carry the hash of the content, so equal names are the same index.
        names = (files["shared"], own or files["units"])
        with self._lock:
            index = self._kept.get(names)
            if index is None:
                index = Index([_part(release / "site" / name) for name in names])
                self._kept[names] = index
            self._kept.move_to_end(names)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return index, unit_id if own else ""


def _part(path: ReleaseFolder) -> dict[str, Any]:
    part: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return part
