"""How units are reached, and the province's app, in DynamoDB with the secrets sealed."""

from __future__ import annotations

from functions.core.models import ForwardMode, UnitChannel, ZaloApp
from functions.stores.dynamodb.table import Key, Tables
from functions.stores.sealing import Sealer

_PARTITION = "CHANNELS"
_APP = Key(_PARTITION, "APP")


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
        self._table.put(
            {
                **_unit_key(channel.unit_id).item,
                "unit_id": channel.unit_id,
                "oa_id": channel.oa_id,
                "group_id": channel.group_id,
                "forward_mode": channel.forward_mode.value,
            }
        )

    def channel(self, unit_id: str) -> UnitChannel | None:
        item = self._table.get(_unit_key(unit_id))
        if item is None:
            return None
        return UnitChannel(
            unit_id, item["oa_id"], item["group_id"], ForwardMode(item["forward_mode"])
        )

    def _seal(self, field: str, app_id: str, value: str) -> bytes:
        return self._sealer.seal(value.encode(), f"zalo_app.{field}:{app_id}")

    def _unseal(self, field: str, app_id: str, sealed: bytes) -> str:
        return self._sealer.unseal(sealed, f"zalo_app.{field}:{app_id}").decode()


def _unit_key(unit_id: str) -> Key:
    return Key(_PARTITION, f"UNIT#{unit_id}")
