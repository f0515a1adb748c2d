"""Keyed hashes under durable keys, one for each purpose."""

from __future__ import annotations

import hashlib
import hmac

from functions.stores.keys import KeyWrapper
from functions.stores.sqlite.data_keys import load_or_make_keys
from functions.stores.sqlite.database import Database


class SqliteMacKeys:
    """The port MacKeys over the table of data keys."""

    def __init__(self, database: Database, wrapper: KeyWrapper) -> None:
        self._database = database
        self._wrapper = wrapper
        self._keys: dict[str, bytes] = {}

    def digest(self, purpose: str, message: bytes) -> bytes:
        if purpose not in self._keys:
            # The first key, not the newest: a key that changed would orphan every receipt.
            _, key = load_or_make_keys(self._database, self._wrapper, f"mac:{purpose}")[0]
            self._keys[purpose] = key
        return hmac.digest(self._keys[purpose], message, hashlib.sha256)
