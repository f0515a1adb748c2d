"""Keyed hashes under durable keys, one for each purpose."""

from __future__ import annotations

import hashlib
import hmac

from functions.stores.dynamodb.data_keys import DataKeys


class DynamoMacKeys:
    """The port MacKeys over the items of data keys."""

    def __init__(self, data_keys: DataKeys) -> None:
        self._data_keys = data_keys
        self._keys: dict[str, bytes] = {}

    def digest(self, purpose: str, message: bytes) -> bytes:
        if purpose not in self._keys:
            # The first key, not the newest: a key that changed would orphan every receipt.
            _, key = self._data_keys.load_or_make(f"mac:{purpose}")[0]
            self._keys[purpose] = key
        return hmac.digest(self._keys[purpose], message, hashlib.sha256)
