"""How units are reached, and the province's app, in DynamoDB with the secrets sealed."""

from __future__ import annotations

import json

from functions.core.models import ForwardMode, Mailboxes, UnitChannel, ZaloApp
from functions.stores.dynamodb.table import Item, Key, Tables
from functions.stores.dynamodb.transactions import transact
from functions.stores.sealing import Sealer

_PARTITION = "CHANNELS"
_APP = Key(_PARTITION, "APP")
_UNIT = "UNIT#"


class DynamoChannelStore:
    """The port ChannelStore on the table of channels."""

    def __init__(self, tables: Tables, sealer: Sealer) -> None:
        self._table = tables.channels
        self._sealer = sealer

    def save_app(self, app: ZaloApp) -> None:
        self._table.put(
            {
                **_APP.item,
                "app_id": app.app_id,
                "sealed_secret_key": self._seal("secret_key", app.app_id, app.secret_key),
                "sealed_oa_secret_key": self._seal("oa_secret_key", app.app_id, app.oa_secret_key),
            }
        )

    def app(self) -> ZaloApp | None:
        item = self._table.get(_APP)
        if item is None:
            return None
        app_id = item["app_id"]
        return ZaloApp(
            app_id=app_id,
            secret_key=self._unseal("secret_key", app_id, item["sealed_secret_key"]),
            oa_secret_key=self._unseal("oa_secret_key", app_id, item["sealed_oa_secret_key"]),
        )

    def save_channel(self, channel: UnitChannel) -> None:
        item = {
            **_unit_key(channel.unit_id).item,
            "unit_id": channel.unit_id,
            "oa_id": channel.oa_id,
            "group_id": channel.group_id,
            "forward_mode": channel.forward_mode.value,
        }
        pointer = {**_oa_key(channel.oa_id).item, "unit_id": channel.unit_id}
        transact(self._table.client, [self._table.put_part(one) for one in (item, pointer)])

    def channel(self, unit_id: str) -> UnitChannel | None:
        item = self._table.get(_unit_key(unit_id))
        return None if item is None else _channel(item)

    def channels(self) -> list[UnitChannel]:
        found = self._table.query(
            "pk = :pk AND begins_with(sk, :unit)", {":pk": _PARTITION, ":unit": _UNIT}
        )
        return [_channel(item) for item in found]

    def by_oa(self, oa_id: str) -> UnitChannel | None:
        pointer = self._table.get(_oa_key(oa_id))
        channel = None if pointer is None else self.channel(pointer["unit_id"])
        if channel is not None and channel.oa_id == oa_id:
            return channel
        # Nothing leads to a channel of the version before, nor to a second one of the same OA
        # whose first one got another.
        return next((one for one in self.channels() if one.oa_id == oa_id), None)

    def save_mailboxes(self, mailboxes: Mailboxes) -> None:
        unit_id = mailboxes.unit_id
        addresses = json.dumps(mailboxes.addresses).encode()
        self._table.put(
            {
                **_mailboxes_key(unit_id).item,
                "unit_id": unit_id,
                "sealed_addresses": self._sealer.seal(addresses, _mailboxes_context(unit_id)),
            }
        )

    def mailboxes(self, unit_id: str) -> Mailboxes | None:
        item = self._table.get(_mailboxes_key(unit_id))
        if item is None:
            return None
        addresses = self._sealer.unseal(item["sealed_addresses"], _mailboxes_context(unit_id))
        return Mailboxes(unit_id, tuple(json.loads(addresses)))

    def _seal(self, field: str, app_id: str, value: str) -> bytes:
        return self._sealer.seal(value.encode(), f"zalo_app.{field}:{app_id}")

    def _unseal(self, field: str, app_id: str, sealed: bytes) -> str:
        return self._sealer.unseal(sealed, f"zalo_app.{field}:{app_id}").decode()


def _channel(item: Item) -> UnitChannel:
    return UnitChannel(
        item["unit_id"], item["oa_id"], item["group_id"], ForwardMode(item["forward_mode"])
    )


def _unit_key(unit_id: str) -> Key:
    return Key(_PARTITION, f"{_UNIT}{unit_id}")


def _oa_key(oa_id: str) -> Key:
    return Key(_PARTITION, f"OA#{oa_id}")


def _mailboxes_key(unit_id: str) -> Key:
    return Key(_PARTITION, f"MAILBOXES#{unit_id}")


def _mailboxes_context(unit_id: str) -> str:
    return f"mailboxes.addresses:{unit_id}"
