"""How units are reached, and the province's app, in SQLite with the secrets sealed."""

from __future__ import annotations

from functions.core.models import ForwardMode, UnitChannel, ZaloApp
from functions.stores.sealing import Sealer
from functions.stores.sqlite.database import Database


class SqliteChannelStore:
    """The port ChannelStore on the one database of this machine."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def save_app(self, app: ZaloApp) -> None:
        secret_key = self._seal("secret_key", app.app_id, app.secret_key)
        oa_secret_key = self._seal("oa_secret_key", app.app_id, app.oa_secret_key)
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO zalo_app (only_row, app_id, sealed_secret_key, sealed_oa_secret_key)"
                " VALUES (1, ?, ?, ?)"
                " ON CONFLICT (only_row) DO UPDATE SET app_id = excluded.app_id,"
                " sealed_secret_key = excluded.sealed_secret_key,"
                " sealed_oa_secret_key = excluded.sealed_oa_secret_key",
                (app.app_id, secret_key, oa_secret_key),
            )

    def app(self) -> ZaloApp | None:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT app_id, sealed_secret_key, sealed_oa_secret_key FROM zalo_app"
            ).fetchone()
        if row is None:
            return None
        app_id, secret_key, oa_secret_key = row
        return ZaloApp(
            app_id=app_id,
            secret_key=self._unseal("secret_key", app_id, secret_key),
            oa_secret_key=self._unseal("oa_secret_key", app_id, oa_secret_key),
        )

    def save_channel(self, channel: UnitChannel) -> None:
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO unit_channels (unit_id, oa_id, group_id, forward_mode)"
                " VALUES (?, ?, ?, ?)"
                " ON CONFLICT (unit_id) DO UPDATE SET oa_id = excluded.oa_id,"
                " group_id = excluded.group_id, forward_mode = excluded.forward_mode",
                (channel.unit_id, channel.oa_id, channel.group_id, channel.forward_mode.value),
            )

    def channel(self, unit_id: str) -> UnitChannel | None:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT oa_id, group_id, forward_mode FROM unit_channels WHERE unit_id = ?",
                (unit_id,),
            ).fetchone()
        if row is None:
            return None
        return UnitChannel(unit_id, row[0], row[1], ForwardMode(row[2]))

    def _seal(self, field: str, app_id: str, value: str) -> bytes:
        return self._sealer.seal(value.encode(), f"zalo_app.{field}:{app_id}")

    def _unseal(self, field: str, app_id: str, sealed: bytes) -> str:
        return self._sealer.unseal(sealed, f"zalo_app.{field}:{app_id}").decode()
