"""The items of data keys, each wrapped by the master key."""

from __future__ import annotations

import os
from collections.abc import Sequence

from functions.core.errors import KeyUnavailableError
from functions.stores.dynamodb.table import ConditionFailedError, Table
from functions.stores.keys import KEY_LENGTH, KeyWrapper
from functions.stores.sealing import KEY_ID_LENGTH, Sealer

SEAL = "seal"

_FIRST = "000001"
"""The sort key of a purpose's first key; later ones count on."""


class DataKeys:
    """The keys of one installation, unwrapped by its master key."""

    def __init__(
        self, system: Table, wrapper: KeyWrapper, sealed_tables: Sequence[Table] = ()
    ) -> None:
        """While one of the `sealed_tables` holds an item, no first sealing key is made."""
        self.table = system
        self._wrapper = wrapper
        self._sealed_tables = sealed_tables
        self._sealer: Sealer | None = None

    def sealer(self) -> Sealer:
        """Return the sealer over the stored data keys; the first is made on first use. They
        are unwrapped once.

        Raises KeyUnavailableError when they are wrapped by another master key, and when
        sealed items exist without any data key, as after the loss of the table of keys: a
        new key would hide that loss, and what it seals would be lost with its end.
        """
        if self._sealer is None:
            self._sealer = self._open_sealer()
        return self._sealer

    def _open_sealer(self) -> Sealer:
        keys = self._load(SEAL)
        if not keys:
            # Looked for again: another process may have made the key and the first item.
            if self._holds_sealed_items() and not self._load(SEAL):
                raise KeyUnavailableError("sealed items exist without their data keys")
            keys = self.load_or_make(SEAL)
        return Sealer(dict(keys), newest=keys[-1][0])

    def load_or_make(self, purpose: str) -> list[tuple[bytes, bytes]]:
        """Return (key id, key) of the purpose, the newest last; make the first where none is."""
        keys = self._load(purpose)
        if not keys:
            self._make_first(purpose)
            keys = self._load(purpose)
        return keys

    def _load(self, purpose: str) -> list[tuple[bytes, bytes]]:
        return [
            (
                item["key_id"],
                self._wrapper.unwrap(item["wrapped"], _context(purpose, item["key_id"])),
            )
            for item in self.table.query("pk = :pk", {":pk": _partition(purpose)})
        ]

    def _make_first(self, purpose: str) -> None:
        key_id = os.urandom(KEY_ID_LENGTH)
        wrapped = self._wrapper.wrap(os.urandom(KEY_LENGTH), _context(purpose, key_id))
        try:
            self.table.put(
                {"pk": _partition(purpose), "sk": _FIRST, "key_id": key_id, "wrapped": wrapped},
                "attribute_not_exists(pk)",
            )
        except ConditionFailedError:
            # Another process was first: its key stands, and the caller reads that one.
            return

    def _holds_sealed_items(self) -> bool:
        return any(
            next(table.scan(Limit=1, ProjectionExpression="pk"), None) is not None
            for table in self._sealed_tables
        )


def _partition(purpose: str) -> str:
    return f"KEY#{purpose}"


def _context(purpose: str, key_id: bytes) -> str:
    return f"data_keys:{purpose}:{key_id.hex()}"
