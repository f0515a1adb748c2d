"""Token pairs in DynamoDB: pairs sealed, every refresh token known by its keyed hash.

All units' sets lie in one partition, so that what is due is one consistent read; there are
some hundred units. Beside them stand two kinds of marks, each under the hash of a refresh
token: `CURRENT#` while a unit has it, and `SPENT#` for ever once it may have been used.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from functions.core.errors import StoreUnavailableError
from functions.core.models import TokenPair, TokenSet, TokenState
from functions.core.ports import MacKeys
from functions.stores.dynamodb.table import (
    ConditionFailedError,
    Item,
    Key,
    Tables,
    Update,
    from_micros,
    to_micros,
)
from functions.stores.dynamodb.transactions import TransactionRefusedError, transact
from functions.stores.sealing import Sealer

# A refresh is planned half a day ahead. One that lies further ahead, of a pair obtained in
# the future or already dead by then, was planned by a clock that ran wrong: it is due at
# once, or the pair would die unrefreshed.
FUTURE_OBTAINED = timedelta(hours=1)
LONGEST_DELAY = timedelta(days=1)

_PURPOSE = "refresh-token"
_PARTITION = "TOKENS"
_TRIES = 8
_STANDS = "generation = :generation"
_STANDS_OK = f"{_STANDS} AND #state = :ok"
_NAMES = {"#state": "state"}
_IS_NEW = "attribute_not_exists(pk)"


class DynamoTokenStore:
    """The port TokenStore on the table `channels`."""

    def __init__(self, tables: Tables, sealer: Sealer, mac: MacKeys) -> None:
        self._table = tables.channels
        self._sealer = sealer
        self._mac = mac
        self._begun: dict[str, tuple[int, bytes]] = {}
        """Of each unit whose exchange began here: generation, and hash of the token used."""

    def get(self, unit_id: str) -> TokenSet | None:
        item = self._table.get(_key(unit_id))
        return None if item is None else self._token_set(item)

    def put_authorized(
        self, unit_id: str, oa_id: str, pair: TokenPair, now: datetime, next_refresh_at: datetime
    ) -> bool:
        refresh_hash = self._hash(pair)
        fresh = {
            **_key(unit_id).item,
            "oa_id": oa_id,
            **self._pair_values(unit_id, pair, now, next_refresh_at),
            "exchange_attempts": 0,
            "rejections": 0,
            "rejected_generation": 0,
        }
        for _ in range(_TRIES):
            old = self._table.get(_key(unit_id))
            if old is not None and old["refresh_hash"] == refresh_hash:
                return False
            try:
                transact(self._table.client, list(self._authorizing(fresh, old)))
            except TransactionRefusedError as refused:
                # The first two parts ask whether the refresh token is known, with any unit.
                if {0, 1} & set(refused.failed):
                    return False
                # A refresher or another import came in between: look again.
                continue
            return True
        raise StoreUnavailableError("others kept changing this unit's tokens")

    def due(self, now: datetime) -> list[TokenSet]:
        due = [item for item in self._all() if _is_due(item, now)]
        due.sort(key=lambda item: (item["next_refresh_at"], item["sk"]))
        return [self._token_set(item) for item in due]

    def hasten(self, unit_id: str, generation: int, at: datetime) -> None:
        values = {":generation": generation, ":ok": TokenState.OK.value}
        self._update_where(
            unit_id,
            "SET next_refresh_at = :at",
            f"{_STANDS_OK} AND (attribute_not_exists(next_refresh_at) OR next_refresh_at > :at)",
            {**values, ":at": to_micros(at)},
        )
        self._update_where(
            unit_id,
            "SET rejected_generation = :generation, rejections = rejections + :one",
            f"{_STANDS_OK} AND rejected_generation <> :generation",
            {**values, ":one": 1},
        )

    def confirm(self, unit_id: str) -> None:
        self._update_where(
            unit_id, "SET rejections = :none", "rejections > :none", {":none": 0}, names=None
        )

    def delay(self, unit_id: str, generation: int, until: datetime) -> None:
        values = {
            ":generation": generation,
            ":ok": TokenState.OK.value,
            ":until": to_micros(until),
        }
        # The attempt that never left is no attempt "whose answer never came".
        taken_back = self._update_where(
            unit_id,
            "SET next_refresh_at = :until, exchange_attempts = exchange_attempts - :one"
            " REMOVE exchange_begun_at",
            f"{_STANDS_OK} AND attribute_exists(exchange_begun_at)",
            {**values, ":one": 1},
        )
        if not taken_back:
            self._update_where(unit_id, "SET next_refresh_at = :until", _STANDS_OK, values)

    def begin_exchange(self, unit_id: str, generation: int, attempts: int, now: datetime) -> bool:
        # Loads the key now, so that nothing but the write follows the issuer's answer.
        self._mac.digest(_PURPOSE, b"")
        mark = uuid.uuid4().hex
        try:
            item = self._table.update(
                _key(unit_id),
                Update(
                    "SET exchange_begun_at = :now, exchange_mark = :mark,"
                    " exchange_attempts = exchange_attempts + :one",
                    f"{_STANDS_OK} AND exchange_attempts = :attempts",
                    {
                        ":now": to_micros(now),
                        ":mark": mark,
                        ":one": 1,
                        ":generation": generation,
                        ":attempts": attempts,
                        ":ok": TokenState.OK.value,
                    },
                    _NAMES,
                ),
            )
        except ConditionFailedError as failed:
            # The client repeats a call whose answer was lost; then the mark is our own.
            if failed.item is None or failed.item.get("exchange_mark") != mark:
                return False
            item = failed.item
        self._begun[unit_id] = (generation, item["refresh_hash"])
        return True

    def complete_exchange(
        self,
        unit_id: str,
        generation: int,
        pair: TokenPair,
        now: datetime,
        next_refresh_at: datetime,
    ) -> bool:
        old_hash = self._hash_of(unit_id, generation)
        if old_hash is None:
            return False
        values = self._pair_values(unit_id, pair, now, next_refresh_at)
        new_hash = values["refresh_hash"]
        # No condition on the state: a pair that comes after giving up is still a pair.
        parts = [
            self._table.update_part(
                _key(unit_id),
                Update(
                    "SET sealed_pair = :sealed_pair, refresh_hash = :refresh_hash,"
                    " expires_at = :expires_at, #state = :state, obtained_at = :obtained_at,"
                    " next_refresh_at = :next_refresh_at, exchange_attempts = :none,"
                    " generation = generation + :one REMOVE exchange_begun_at",
                    _STANDS,
                    {f":{name}": value for name, value in values.items()}
                    | {":none": 0, ":one": 1, ":generation": generation},
                    _NAMES,
                ),
            ),
            self._table.put_part(_mark("SPENT", old_hash).item),
            self._table.put_part(_mark("CURRENT", new_hash).item),
        ]
        if new_hash != old_hash:
            parts.append(self._table.delete_part(_mark("CURRENT", old_hash)))
        try:
            transact(self._table.client, parts)
        except TransactionRefusedError as refused:
            # Of an earlier call whose answer was lost, the pair stands there already.
            found = refused.items.get(0, {})
            stands = (found.get("generation"), found.get("refresh_hash"))
            return stands == (
                generation + 1,
                new_hash,
            )
        return True

    def give_up(self, unit_id: str, generation: int) -> None:
        old_hash = self._hash_of(unit_id, generation)
        if old_hash is None:
            return
        given_up = Update(
            "SET #state = :given_up REMOVE exchange_begun_at, next_refresh_at",
            _STANDS,
            {":given_up": TokenState.NEEDS_AUTHORIZATION.value, ":generation": generation},
            _NAMES,
        )
        try:
            transact(
                self._table.client,
                [
                    self._table.update_part(_key(unit_id), given_up),
                    self._table.put_part(_mark("SPENT", old_hash).item),
                ],
            )
        except TransactionRefusedError:
            # A newer pair stands: there is nothing to give up.
            return

    def counts(self, expiring_before: datetime) -> dict[str, int]:
        counted = {"ok": 0, "expiring": 0, "needs_authorization": 0}
        for item in self._all():
            is_expiring = item["expires_at"] < to_micros(expiring_before)
            is_ok = item["state"] == TokenState.OK.value
            counted["expiring" if is_ok and is_expiring else item["state"]] += 1
        return counted

    def _all(self) -> Iterator[Item]:
        return self._table.query("pk = :pk", {":pk": _PARTITION})

    def _authorizing(self, fresh: Item, old: Item | None) -> Iterator[Item]:
        """Yield the parts that put the fresh set in the place of the old one."""
        refresh_hash = fresh["refresh_hash"]
        yield self._table.check_part(_mark("SPENT", refresh_hash), _IS_NEW)
        yield self._table.put_part(_mark("CURRENT", refresh_hash).item, _IS_NEW)
        if old is None:
            yield self._table.put_part({**fresh, "generation": 1}, _IS_NEW)
            return
        # An exchange begun in between counts one attempt more.
        yield self._table.put_part(
            {**fresh, "generation": old["generation"] + 1},
            f"{_STANDS} AND exchange_attempts = :attempts",
            {":generation": old["generation"], ":attempts": old["exchange_attempts"]},
        )
        yield self._table.delete_part(_mark("CURRENT", old["refresh_hash"]))
        if old["exchange_attempts"]:
            # An exchange that was begun may have used the token that is replaced here.
            yield self._table.put_part(_mark("SPENT", old["refresh_hash"]).item)

    def _hash_of(self, unit_id: str, generation: int) -> bytes | None:
        """Return the refresh token's hash of that generation, None if it does not stand.

        What was begun here is remembered: no read comes between an answer and its write.
        """
        begun = self._begun.get(unit_id)
        if begun is not None and begun[0] == generation:
            return begun[1]
        item = self._table.get(_key(unit_id))
        if item is None or item["generation"] != generation:
            return None
        return bytes(item["refresh_hash"])

    def _update_where(
        self,
        unit_id: str,
        expression: str,
        condition: str,
        values: Item,
        names: dict[str, str] | None = _NAMES,
    ) -> bool:
        """Change the unit's set where the condition holds; return whether it did."""
        try:
            self._table.update(_key(unit_id), Update(expression, condition, values, names))
        except ConditionFailedError:
            return False
        return True

    def _hash(self, pair: TokenPair) -> bytes:
        return self._mac.digest(_PURPOSE, pair.refresh_token.encode())

    def _pair_values(
        self, unit_id: str, pair: TokenPair, now: datetime, next_refresh_at: datetime
    ) -> Item:
        plain = json.dumps([pair.access_token, pair.refresh_token])
        return {
            "sealed_pair": self._sealer.seal(plain.encode(), _context(unit_id)),
            "refresh_hash": self._hash(pair),
            "expires_at": to_micros(pair.expires_at),
            "state": TokenState.OK.value,
            "obtained_at": to_micros(now),
            "next_refresh_at": to_micros(next_refresh_at),
        }

    def _token_set(self, item: Item) -> TokenSet:
        plain = self._sealer.unseal(item["sealed_pair"], _context(item["sk"]))
        access_token, refresh_token = json.loads(plain)
        return TokenSet(
            unit_id=item["sk"],
            oa_id=item["oa_id"],
            pair=TokenPair(access_token, refresh_token, from_micros(item["expires_at"])),
            generation=item["generation"],
            state=TokenState(item["state"]),
            obtained_at=from_micros(item["obtained_at"]),
            exchange_begun_at=_time(item, "exchange_begun_at"),
            exchange_attempts=item["exchange_attempts"],
            next_refresh_at=_time(item, "next_refresh_at"),
            rejections=item["rejections"],
        )


def _is_due(item: Item, now: datetime) -> bool:
    if item["state"] != TokenState.OK.value or "next_refresh_at" not in item:
        return False
    planned: int = item["next_refresh_at"]
    is_of_a_wrong_clock = planned > to_micros(now + LONGEST_DELAY) and (
        item["obtained_at"] > to_micros(now + FUTURE_OBTAINED) or planned > item["expires_at"]
    )
    return planned <= to_micros(now) or is_of_a_wrong_clock


def _time(item: Item, name: str) -> datetime | None:
    return from_micros(item[name]) if name in item else None


def _key(unit_id: str) -> Key:
    return Key(_PARTITION, unit_id)


def _mark(kind: str, refresh_hash: bytes) -> Key:
    return Key(f"{kind}#{refresh_hash.hex()}", "-")


def _context(unit_id: str) -> str:
    return f"tokens.pair:{unit_id}"
