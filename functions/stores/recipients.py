"""Whom a delivery goes to, as the stores keep it: a copied store names no person.

A group's id stays as it is. A person's user id or mailbox would tie that person to the tip that
the delivery is about. So its place is taken by a keyed hash, under which it is still found, and
the true one stands sealed beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from functions.core.models import Channel, Delivery
from functions.core.ports import MacKeys
from functions.stores.sealing import Sealer


@dataclass(frozen=True)
class KeptDelivery:
    """A delivery whose recipient is what the store is looked through for."""

    delivery: Delivery
    sealed_recipient: bytes | None
    """None where the recipient stands as it is."""


class Recipients:
    """Conceals recipients before they are kept, and asks for them afterwards."""

    def __init__(self, sealer: Sealer, mac: MacKeys) -> None:
        self._sealer = sealer
        self._mac = mac

    def conceal(self, delivery: Delivery) -> KeptDelivery:
        if delivery.channel is Channel.ZALO_GROUP:
            return KeptDelivery(delivery, None)
        context = _context(delivery.delivery_id)
        sealed = self._sealer.seal(delivery.recipient.encode(), context)
        return KeptDelivery(replace(delivery, recipient=self.hash(delivery.recipient)), sealed)

    def hash(self, recipient: str) -> str:
        """Return what stands for a person.

        The channel is no part of it: a message is asked for by its recipient alone.
        """
        return self._mac.digest("recipient", recipient.encode()).hex()

    def either(self, recipient: str) -> tuple[str, str]:
        """Return how the recipient is kept if it is a group, and how if it is a person."""
        return recipient, self.hash(recipient)


def true_recipient(
    delivery_id: str, recipient: str, sealed_recipient: bytes | None, sealer: Sealer
) -> str:
    """Return whom the delivery goes to. Raises KeyUnavailableError."""
    if sealed_recipient is None:
        return recipient
    return sealer.unseal(sealed_recipient, _context(delivery_id)).decode()


def _context(delivery_id: str) -> str:
    return f"deliveries.recipient:{delivery_id}"
