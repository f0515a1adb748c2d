"""The items of a delivery: their keys, how they are made, and a delivery read back whole.

All that belongs to one delivery stands under one `pk`. Beside it there are pointers that are
found by what is asked for: a tip, an open digest, a message id, a unit's attempts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.core.models import (
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryPurpose,
    DeliveryState,
    MessageKind,
    SendState,
)
from functions.stores.dynamodb.table import (
    Item,
    Key,
    from_micros,
    micros_or_none,
    sortable,
    time_or_none,
    to_micros,
)
from functions.stores.recipients import KeptDelivery, true_recipient
from functions.stores.sealing import Sealer

UNFINISHED = (SendState.PENDING.value, SendState.ATTEMPTED.value)


def header_key(delivery_id: str) -> Key:
    return Key(f"DELIVERY#{delivery_id}", "DELIVERY")


def message_key(delivery_id: str, position: int) -> Key:
    return Key(f"DELIVERY#{delivery_id}", f"MESSAGE#{position:04d}")


def tip_pk(tip_id: str) -> str:
    return f"TIP#{tip_id}"


def tip_key(tip_id: str, delivery: Delivery) -> Key:
    """Return the key that is the promise "none twice": one tip stands once with one
    recipient of a channel."""
    return Key(tip_pk(tip_id), f"{delivery.channel.value}#{delivery.recipient}")


def open_digest_key(header: Item) -> Key:
    """Return the key under which the open digest of a unit and recipient is found."""
    address = f"{header['unit_id']}#{header['channel']}#{header['recipient']}"
    return Key(f"DIGEST#{address}", "OPEN")


def message_id_key(recipient: str, message_id: str) -> Key:
    return Key(f"MESSAGE_ID#{recipient}", message_id)


def unit_pk(unit_id: str) -> str:
    return f"UNIT#{unit_id}"


def attempts_from(since: datetime) -> tuple[str, str]:
    """Return the first and the last sort key of a unit's attempts from that moment on."""
    # Attempts before 1970 are none, and a text cannot sort them.
    return f"ATTEMPT#{sortable(max(to_micros(since), 0))}", "ATTEMPT#~"


def header_item(kept: KeptDelivery) -> Item:
    """Return the delivery itself. `revision` counts its changes: whoever writes it says which
    one was read. `unfinished` and `sent` count its messages, so that none must be read to
    know whether the last one went."""
    delivery = kept.delivery
    sent = [one.sent_at for one in delivery.messages if one.state is SendState.SENT]
    return {
        **header_key(delivery.delivery_id).item,
        "delivery_id": delivery.delivery_id,
        "unit_id": delivery.unit_id,
        "channel": delivery.channel.value,
        "recipient": delivery.recipient,
        "sealed_recipient": kept.sealed_recipient,
        "is_digest": delivery.is_digest,
        "is_group_card": _is_group_card(delivery),
        "purpose": delivery.purpose.value,
        "about_tip_id": delivery.about_tip_id,
        "entry_id": delivery.entry_id,
        "state": delivery.state.value,
        "created_at": to_micros(delivery.created_at),
        "sent_at": micros_or_none(delivery.sent_at),
        "first_sent_at": min((to_micros(at) for at in sent if at is not None), default=None),
        "tip_count": len(delivery.tip_ids),
        "message_count": len(delivery.messages),
        "unfinished": sum(one.state.value in UNFINISHED for one in delivery.messages),
        "sent": len(sent),
        "revision": 1,
    }


def _is_group_card(delivery: Delivery) -> bool:
    is_card = delivery.purpose is DeliveryPurpose.CARD and not delivery.is_digest
    return is_card and delivery.channel is Channel.ZALO_GROUP


def is_group_card(item: Item) -> bool:
    """Whether a header, message or attempt is of one tip's card to the group.

    The version before knew digests and such cards, and nothing else.
    """
    return bool(item.get("is_group_card", not item["is_digest"]))


def about_pointer(delivery: Delivery) -> Item:
    """Return what leads from a tip to a relay or note about it."""
    return {
        "pk": tip_pk(delivery.about_tip_id),
        "sk": f"ABOUT#{delivery.delivery_id}",
        "delivery_id": delivery.delivery_id,
    }


def tip_place_key(delivery_id: str, number: int) -> Key:
    return Key(header_key(delivery_id).pk, f"TIP#{number:06d}")


def keys_within(header: Item) -> list[Key]:
    """Return the keys of what belongs to a delivery beside its header."""
    delivery_id = header["delivery_id"]
    return [
        *(tip_place_key(delivery_id, number + 1) for number in range(header["tip_count"])),
        *(message_key(delivery_id, number + 1) for number in range(header["message_count"])),
    ]


def tip_item(delivery_id: str, number: int, tip_id: str) -> Item:
    """Return the place of a tip in its delivery."""
    return {**tip_place_key(delivery_id, number).item, "tip_id": tip_id}


def tip_pointer(tip_id: str, planned: Delivery, delivery_id: str) -> Item:
    return {**tip_key(tip_id, planned).item, "delivery_id": delivery_id}


def message_items(header: Item, messages: Sequence[DeliveryMessage], sealer: Sealer) -> list[Item]:
    """Return new messages, each text sealed to its place in its delivery."""
    return [_message_item(header, message, sealer) for message in messages]


def digest_item(header: Item) -> Item:
    """Return what remembers a closed digest by the time it was created."""
    created = sortable(header["created_at"])
    return {
        "pk": unit_pk(header["unit_id"]),
        "sk": f"DIGEST#{created}",
        "created_at": header["created_at"],
    }


def attempt_key(message: Item) -> Key:
    """Return where the message's present attempt stands among those of its unit."""
    at = sortable(message["attempted_at"])
    place = f"{message['delivery_id']}#{message['position']:04d}"
    return Key(unit_pk(message["unit_id"]), f"ATTEMPT#{at}#{place}")


def attempt_item(message: Item) -> Item:
    return {
        **attempt_key(message).item,
        "delivery_id": message["delivery_id"],
        "attempted_at": message["attempted_at"],
        "is_digest": message["is_digest"],
        "is_group_card": is_group_card(message),
    }


def message_id_item(header: Item, message: Item) -> Item:
    """Return what tells that a message in a group is one of ours."""
    key = message_id_key(header["recipient"], message["message_id"])
    return {**key.item, "delivery_id": header["delivery_id"], "position": message["position"]}


def alias_item(recipient: str, message_id: str, tip_id: str) -> Item:
    """Return what tells that a message of ours goes by this id as well."""
    return {**message_id_key(recipient, message_id).item, "about_tip_id": tip_id}


def marks(header: Item, messages: Sequence[Item]) -> list[Item]:
    """Return the pointers to messages that bear marks already when they are planned."""
    begun = [attempt_item(one) for one in messages if one["attempted_at"] is not None]
    return begun + [message_id_item(header, one) for one in messages if one["message_id"]]


def header_changes(header: Item, before: Item, after: Item, at: int) -> Item:
    """Return what changes in the delivery when one of its messages becomes finished: the last
    one completes it, and `sent_at` stands only where one was sent."""
    unfinished = header["unfinished"] - (before["state"] in UNFINISHED)
    sent, first_sent_at = header["sent"], header["first_sent_at"]
    if after["state"] == SendState.SENT.value:
        sent += 1
        first_sent_at = min(after["sent_at"], first_sent_at or after["sent_at"])
    changes = {"unfinished": unfinished, "sent": sent, "first_sent_at": first_sent_at}
    if unfinished:
        return changes
    if sent:
        sent_at = at if header["sent_at"] is None else header["sent_at"]
        return {**changes, "state": DeliveryState.SENT.value, "sent_at": sent_at}
    return {**changes, "state": DeliveryState.REFUSED.value}


@dataclass(frozen=True)
class StoredDelivery:
    """A delivery as its items were read."""

    header: Item
    messages: tuple[Item, ...]
    tip_ids: tuple[str, ...]

    @classmethod
    def of_items(cls, items: Sequence[Item]) -> StoredDelivery | None:
        """Sort the items of one `pk`, in any order; None where there is no delivery."""
        header = next((item for item in items if item["sk"] == "DELIVERY"), None)
        if header is None:
            return None
        in_order = sorted(items, key=lambda item: str(item["sk"]))
        messages = (item for item in in_order if item["sk"].startswith("MESSAGE#"))
        tips = [item["tip_id"] for item in in_order if item["sk"].startswith("TIP#")]
        return cls(
            header,
            # Messages beyond the count wait for a digest to be closed with them.
            tuple(one for one in messages if one["position"] <= header["message_count"]),
            tuple(tips[: header["tip_count"]]),
        )

    def unseal(self, sealer: Sealer) -> Delivery:
        header = self.header
        return Delivery(
            delivery_id=header["delivery_id"],
            unit_id=header["unit_id"],
            channel=Channel(header["channel"]),
            recipient=true_recipient(
                header["delivery_id"], header["recipient"], header.get("sealed_recipient"), sealer
            ),
            is_digest=header["is_digest"],
            state=DeliveryState(header["state"]),
            tip_ids=self.tip_ids,
            messages=tuple(_message(item, sealer) for item in self.messages),
            created_at=from_micros(header["created_at"]),
            sent_at=time_or_none(header["sent_at"]),
            purpose=DeliveryPurpose(header.get("purpose", DeliveryPurpose.CARD.value)),
            about_tip_id=header.get("about_tip_id", ""),
            entry_id=header.get("entry_id", ""),
        )


def _message_item(header: Item, message: DeliveryMessage, sealer: Sealer) -> Item:
    context = _context(header["delivery_id"], message.position)
    return {
        **message_key(header["delivery_id"], message.position).item,
        "delivery_id": header["delivery_id"],
        "unit_id": header["unit_id"],
        "is_digest": header["is_digest"],
        "is_group_card": is_group_card(header),
        "position": message.position,
        "kind": message.kind.value,
        "sealed_text": sealer.seal(message.text.encode(), context),
        "attachment_id": message.attachment_id,
        "state": message.state.value,
        "attempted_at": micros_or_none(message.attempted_at),
        "sent_at": micros_or_none(message.sent_at),
        "message_id": message.message_id,
        "revision": 1,
    }


def _message(item: Item, sealer: Sealer) -> DeliveryMessage:
    context = _context(item["delivery_id"], item["position"])
    return DeliveryMessage(
        position=item["position"],
        kind=MessageKind(item["kind"]),
        text=sealer.unseal(item["sealed_text"], context).decode(),
        attachment_id=item["attachment_id"],
        state=SendState(item["state"]),
        attempted_at=time_or_none(item["attempted_at"]),
        sent_at=time_or_none(item["sent_at"]),
        message_id=item["message_id"],
    )


def _context(delivery_id: str, position: int) -> str:
    return f"delivery_messages.text:{delivery_id}:{position}"
