"""Key-less submissions of the last minutes, in DynamoDB (design D9)."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from functions.core.ports import LONGEST_REMEMBERED
from functions.stores.dynamodb.schema import EXPIRY
from functions.stores.dynamodb.table import Key, Tables, from_micros, to_micros
from functions.stores.sealing import Sealer


class DynamoRepeatGuard:
    """The port RepeatGuard; the receipt code is sealed and not shown after the minutes."""

    def __init__(self, tables: Tables, sealer: Sealer) -> None:
        self._table = tables.tips
        self._sealer = sealer

    def remember(
        self, fingerprint: bytes, receipt_code: str, tip_id: str, expires_at: datetime
    ) -> None:
        self._table.put(
            {
                **_key(fingerprint).item,
                "sealed_receipt_code": self._sealer.seal(
                    receipt_code.encode(), _context(fingerprint)
                ),
                "tip_id": tip_id,
                "expires_at": to_micros(expires_at),
                EXPIRY: ceil(expires_at.timestamp()),
            }
        )

    def recall(self, fingerprint: bytes, now: datetime) -> tuple[str, str] | None:
        item = self._table.get(_key(fingerprint))
        # DynamoDB removes an item up to days after its end, so the end is looked at here.
        if item is None or not _is_believed(from_micros(item["expires_at"]), now):
            return None
        code = self._sealer.unseal(item["sealed_receipt_code"], _context(fingerprint))
        return code.decode(), item["tip_id"]

    def forget_expired(self, now: datetime) -> None:
        """Do nothing: the table's time to live removes them, and a search for them would read
        every tip."""


def _is_believed(expires_at: datetime, now: datetime) -> bool:
    return now < expires_at <= now + LONGEST_REMEMBERED


def _key(fingerprint: bytes) -> Key:
    return Key(f"REPEAT#{fingerprint.hex()}", "REPEAT")


def _context(fingerprint: bytes) -> str:
    return f"repeats.receipt_code:{fingerprint.hex()}"
