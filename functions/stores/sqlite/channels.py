"""How units are reached, and the province's app, in SQLite with the secrets sealed."""

from __future__ import annotations

import json
import sqlite3

from functions.core.models import ForwardMode, Mailboxes, UnitChannel, ZaloApp
from functions.stores.sealing import Sealer
from functions.stores.sqlite.database import Database

_COLUMNS = "unit_id, oa_id, group_id, forward_mode"


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
        return self._one(f"SELECT {_COLUMNS} FROM unit_channels WHERE unit_id = ?", unit_id)  # noqa: S608 - a constant

    def channels(self) -> list[UnitChannel]:
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM unit_channels ORDER BY unit_id"  # noqa: S608 - a constant
            ).fetchall()
        return [_channel(row) for row in rows]

    def by_oa(self, oa_id: str) -> UnitChannel | None:
        # As many rows as units at most: no index is worth its upkeep.
        return self._one(
            f"SELECT {_COLUMNS} FROM unit_channels WHERE oa_id = ? ORDER BY unit_id LIMIT 1",  # noqa: S608 - a constant
            oa_id,
        )

    def save_mailboxes(self, mailboxes: Mailboxes) -> None:
        addresses = json.dumps(mailboxes.addresses).encode()
        sealed = self._sealer.seal(addresses, _mailboxes_context(mailboxes.unit_id))
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO mailboxes (unit_id, sealed_addresses) VALUES (?, ?)"
                " ON CONFLICT (unit_id) DO UPDATE SET"
                " sealed_addresses = excluded.sealed_addresses",
                (mailboxes.unit_id, sealed),
            )

    def mailboxes(self, unit_id: str) -> Mailboxes | None:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT sealed_addresses FROM mailboxes WHERE unit_id = ?", (unit_id,)
            ).fetchone()
        if row is None:
            return None
        addresses = json.loads(self._sealer.unseal(row[0], _mailboxes_context(unit_id)))
        return Mailboxes(unit_id, tuple(addresses))

    def _one(self, query: str, value: str) -> UnitChannel | None:
        with self._database.read() as connection:
            row = connection.execute(query, (value,)).fetchone()
        return None if row is None else _channel(row)

    def _seal(self, field: str, app_id: str, value: str) -> bytes:
        return self._sealer.seal(value.encode(), f"zalo_app.{field}:{app_id}")

    def _unseal(self, field: str, app_id: str, sealed: bytes) -> str:
        return self._sealer.unseal(sealed, f"zalo_app.{field}:{app_id}").decode()


def _channel(row: sqlite3.Row) -> UnitChannel:
    return UnitChannel(
        row["unit_id"], row["oa_id"], row["group_id"], ForwardMode(row["forward_mode"])
    )


def _mailboxes_context(unit_id: str) -> str:
    return f"mailboxes.addresses:{unit_id}"
