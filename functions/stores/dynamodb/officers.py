"""Officers, their sign-in links and sessions, and the log of reads, in DynamoDB.

An officer's item carries a random `enrolment`; links and sessions name it. Who deletes that
one item ends all of them at once and for good, for a new enrolment is another one.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from functions.core.errors import NotFoundError
from functions.core.models import Officer, Role, Session
from functions.stores.dynamodb.schema import EXPIRY
from functions.stores.dynamodb.table import (
    ConditionFailedError,
    Item,
    Key,
    Tables,
    Update,
    from_micros,
    sortable,
    to_micros,
)
from functions.stores.dynamodb.transactions import TransactionRefusedError, transact
from functions.stores.sealing import Sealer

# Links live 10 minutes and sessions 12 hours at most. An end further ahead was written by
# a clock that ran wrong: such a link or session is void, or it would open doors for years.
LONGEST_LINK = timedelta(hours=1)
LONGEST_SESSION = timedelta(days=1)

_OFFICER = "OFFICER#"


class DynamoOfficerStore:
    """The port OfficerStore on the table `officers`."""

    def __init__(self, tables: Tables, sealer: Sealer) -> None:
        self._table = tables.officers
        self._sealer = sealer

    def enroll(self, officer: Officer, now: datetime) -> None:
        key = _officer_key(officer.unit_id, officer.user_id)
        is_latest = "attribute_not_exists(enrolled_at) OR enrolled_at <= :now"
        try:
            self._table.update(key, self._enrolment(officer, now, ":now", is_latest))
        except ConditionFailedError:
            # Of two times the later one stands, in whatever order they are told.
            earlier = "if_not_exists(enrolled_at, :now)"
            self._table.update(key, self._enrolment(officer, now, earlier))

    def _enrolment(
        self, officer: Officer, now: datetime, enrolled_at: str, condition: str = ""
    ) -> Update:
        name = self._sealer.seal(officer.name.encode(), _context(officer.unit_id, officer.user_id))
        return Update(
            "SET sealed_name = :name, #role = :role, unit_id = :unit_id, user_id = :user_id,"
            f" enrolled_at = {enrolled_at}, enrolment = if_not_exists(enrolment, :enrolment)",
            condition,
            {
                ":name": name,
                ":role": officer.role.value,
                ":unit_id": officer.unit_id,
                ":user_id": officer.user_id,
                ":now": to_micros(now),
                ":enrolment": uuid.uuid4().hex,
            },
            {"#role": "role"},
        )

    def dismiss(self, unit_id: str, user_id: str, left_at: datetime) -> bool:
        gone = self._table.delete_part(
            _officer_key(unit_id, user_id),
            "enrolled_at <= :left_at",
            {":left_at": to_micros(left_at)},
        )
        try:
            transact(self._table.client, [gone])
        except TransactionRefusedError:
            return False
        return True

    def officer(self, unit_id: str, user_id: str) -> Officer | None:
        found = self._table.get(_officer_key(unit_id, user_id))
        return None if found is None else self._officer(found)

    def officers(self, unit_id: str) -> list[Officer]:
        found = self._table.query(
            "pk = :pk AND begins_with(sk, :officer)",
            {":pk": _unit_partition(unit_id), ":officer": _OFFICER},
        )
        in_order = sorted(found, key=lambda item: (item["enrolled_at"], item["user_id"]))
        return [self._officer(item) for item in in_order]

    def add_link(self, link_hash: bytes, officer: Officer, expires_at: datetime) -> None:
        found = self._table.get(_officer_key(officer.unit_id, officer.user_id))
        if found is None:
            raise NotFoundError("no such officer")
        self._table.put(_door(_link_key(link_hash), found, expires_at))

    def spend_link(
        self,
        link_hash: bytes,
        session_hash: bytes,
        csrf_token: str,
        now: datetime,
        session_expires_at: datetime,
    ) -> Officer:
        found = self._behind(_link_key(link_hash), now, LONGEST_LINK)
        if found is None:
            raise NotFoundError("no such link")
        _, officer = found
        session = _door(_session_key(session_hash), officer, session_expires_at)
        try:
            transact(
                self._table.client,
                [
                    # Of many that spend it at once, one finds it.
                    self._table.delete_part(_link_key(link_hash), "attribute_exists(pk)"),
                    self._table.check_part(
                        _officer_key(officer["unit_id"], officer["user_id"]),
                        "enrolment = :enrolment",
                        {":enrolment": officer["enrolment"]},
                    ),
                    self._table.put_part({**session, "csrf_token": csrf_token}),
                ],
            )
        except TransactionRefusedError as exc:
            raise NotFoundError("no such link") from exc
        return self._officer(officer)

    def session(self, session_hash: bytes, now: datetime) -> Session:
        found = self._behind(_session_key(session_hash), now, LONGEST_SESSION)
        if found is None:
            raise NotFoundError("no such session")
        session, officer = found
        return Session(
            session_id="",
            csrf_token=session["csrf_token"],
            officer=self._officer(officer),
            expires_at=from_micros(session["expires_at"]),
        )

    def end_session(self, session_hash: bytes) -> None:
        self._table.delete(_session_key(session_hash))

    def log_read(self, officer: Officer, tip_id: str, what: str, now: datetime) -> None:
        self._table.put(
            {
                "pk": f"READS#{tip_id}",
                "sk": f"{sortable(to_micros(now))}#{uuid.uuid4().hex}",
                "unit_id": officer.unit_id,
                "user_id": officer.user_id,
                "what": what,
                "read_at": to_micros(now),
            }
        )

    def reads(self, tip_id: str) -> list[tuple[str, str, datetime]]:
        return [
            (item["user_id"], item["what"], from_micros(item["read_at"]))
            for item in self._table.query("pk = :pk", {":pk": f"READS#{tip_id}"})
        ]

    def _behind(self, key: Key, now: datetime, longest: timedelta) -> tuple[Item, Item] | None:
        """Return a link or session that is open now, with its officer as enrolled now."""
        door = self._table.get(key)
        if door is None or not to_micros(now) < door["expires_at"] <= to_micros(now + longest):
            return None
        officer = self._table.get(_officer_key(door["unit_id"], door["user_id"]))
        if officer is None or officer["enrolment"] != door["enrolment"]:
            return None
        return door, officer

    def _officer(self, item: Item) -> Officer:
        unit_id, user_id = item["unit_id"], item["user_id"]
        name = self._sealer.unseal(item["sealed_name"], _context(unit_id, user_id)).decode()
        return Officer(unit_id=unit_id, user_id=user_id, name=name, role=Role(item["role"]))


def _door(key: Key, officer: Item, expires_at: datetime) -> Item:
    """Return the item of a link or session; DynamoDB removes it some time after its end."""
    return {
        **key.item,
        "unit_id": officer["unit_id"],
        "user_id": officer["user_id"],
        "enrolment": officer["enrolment"],
        "expires_at": to_micros(expires_at),
        EXPIRY: int(expires_at.timestamp()) + 1,
    }


def _unit_partition(unit_id: str) -> str:
    return f"UNIT#{unit_id}"


def _officer_key(unit_id: str, user_id: str) -> Key:
    return Key(_unit_partition(unit_id), f"{_OFFICER}{user_id}")


def _link_key(link_hash: bytes) -> Key:
    return Key(f"LINK#{link_hash.hex()}", "-")


def _session_key(session_hash: bytes) -> Key:
    return Key(f"SESSION#{session_hash.hex()}", "-")


def _context(unit_id: str, user_id: str) -> str:
    return f"officers.name:{unit_id}:{user_id}"
