"""Keyed hashes under durable keys, one for each purpose.

The keys lie side by side, sealed under the data keys: a function that starts gets all of them
with one look, and asks the key service for nothing more than it does anyway.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from functions.stores.dynamodb.data_keys import DataKeys
from functions.stores.dynamodb.table import ConditionFailedError
from functions.stores.keys import KEY_LENGTH

_PARTITION = "KEY#mac"


class DynamoMacKeys:
    """The port MacKeys; the sort key of a key's item is its purpose.

    A purpose has one key for good: one that changed would orphan every receipt.
    """

    def __init__(self, data_keys: DataKeys) -> None:
        self._data_keys = data_keys
        self._keys: dict[str, bytes] = {}

    def digest(self, purpose: str, message: bytes) -> bytes:
        if purpose not in self._keys:
            self._keys = self._stored()
        if purpose not in self._keys:
            self._make(purpose)
            self._keys = self._stored()
        return hmac.digest(self._keys[purpose], message, hashlib.sha256)

    def _stored(self) -> dict[str, bytes]:
        sealer = self._data_keys.sealer()
        return {
            item["sk"]: sealer.unseal(item["sealed_key"], _context(item["sk"]))
            for item in self._data_keys.table.query("pk = :pk", {":pk": _PARTITION})
        }

    def _make(self, purpose: str) -> None:
        sealed = self._data_keys.sealer().seal(os.urandom(KEY_LENGTH), _context(purpose))
        try:
            self._data_keys.table.put(
                {"pk": _PARTITION, "sk": purpose, "sealed_key": sealed},
                "attribute_not_exists(pk)",
            )
        except ConditionFailedError:
            # Another process was first: its key stands, and the caller reads that one.
            return


def _context(purpose: str) -> str:
    return f"mac_keys:{purpose}"
