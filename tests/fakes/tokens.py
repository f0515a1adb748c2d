"""Token pairs in memory, with the same promises as the SQLite store."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from functions.core.models import TokenPair, TokenSet, TokenState

FUTURE_OBTAINED = timedelta(hours=1)
LONGEST_DELAY = timedelta(days=1)


class MemoryTokenStore:
    """The port TokenStore."""

    def __init__(self) -> None:
        self._sets: dict[str, TokenSet] = {}
        self._spent: set[str] = set()
        self._rejected: dict[str, int] = {}
        """The generation that each unit's latest rejection counted."""
        self._lock = threading.Lock()

    def get(self, unit_id: str) -> TokenSet | None:
        return self._sets.get(unit_id)

    def put_authorized(
        self, unit_id: str, oa_id: str, pair: TokenPair, now: datetime, next_refresh_at: datetime
    ) -> bool:
        with self._lock:
            present = {one.pair.refresh_token for one in self._sets.values()}
            if pair.refresh_token in present | self._spent:
                return False
            old = self._sets.get(unit_id)
            if old is not None and (old.exchange_begun_at is not None or old.exchange_attempts):
                self._spent.add(old.pair.refresh_token)
            self._sets[unit_id] = TokenSet(
                unit_id=unit_id,
                oa_id=oa_id,
                pair=pair,
                generation=1 if old is None else old.generation + 1,
                state=TokenState.OK,
                obtained_at=now,
                next_refresh_at=next_refresh_at,
            )
            return True

    def due(self, now: datetime) -> list[TokenSet]:
        due = [
            (one.next_refresh_at, one.unit_id, one)
            for one in self._sets.values()
            if one.state is TokenState.OK
            and one.next_refresh_at is not None
            and (one.next_refresh_at <= now or _is_of_a_wrong_clock(one, one.next_refresh_at, now))
        ]
        return [one for _, _, one in sorted(due, key=lambda row: row[:2])]

    def hasten(self, unit_id: str, generation: int, at: datetime) -> None:
        with self._lock:
            one = self._standing(unit_id, generation)
            if one is None or one.state is not TokenState.OK:
                return
            counts = self._rejected.get(unit_id) != generation
            self._rejected[unit_id] = generation
            self._sets[unit_id] = replace(
                one,
                next_refresh_at=min(one.next_refresh_at or at, at),
                rejections=one.rejections + counts,
            )

    def confirm(self, unit_id: str) -> None:
        with self._lock:
            one = self._sets.get(unit_id)
            if one is not None:
                self._sets[unit_id] = replace(one, rejections=0)

    def delay(self, unit_id: str, generation: int, until: datetime) -> None:
        with self._lock:
            one = self._standing(unit_id, generation)
            if one is None or one.state is not TokenState.OK:
                return
            begun = one.exchange_begun_at is not None
            self._sets[unit_id] = replace(
                one,
                next_refresh_at=until,
                exchange_begun_at=None,
                exchange_attempts=one.exchange_attempts - begun,
            )

    def begin_exchange(self, unit_id: str, generation: int, attempts: int, now: datetime) -> bool:
        with self._lock:
            one = self._standing(unit_id, generation)
            if one is None or one.state is not TokenState.OK or one.exchange_attempts != attempts:
                return False
            self._sets[unit_id] = replace(
                one, exchange_begun_at=now, exchange_attempts=attempts + 1
            )
            return True

    def complete_exchange(
        self,
        unit_id: str,
        generation: int,
        pair: TokenPair,
        now: datetime,
        next_refresh_at: datetime,
    ) -> bool:
        with self._lock:
            one = self._standing(unit_id, generation)
            if one is None:
                return False
            self._spent.add(one.pair.refresh_token)
            self._sets[unit_id] = TokenSet(
                unit_id=unit_id,
                oa_id=one.oa_id,
                pair=pair,
                generation=generation + 1,
                state=TokenState.OK,
                obtained_at=now,
                next_refresh_at=next_refresh_at,
                rejections=one.rejections,
            )
            return True

    def give_up(self, unit_id: str, generation: int) -> None:
        with self._lock:
            one = self._standing(unit_id, generation)
            if one is not None:
                self._spent.add(one.pair.refresh_token)
                self._sets[unit_id] = replace(
                    one,
                    state=TokenState.NEEDS_AUTHORIZATION,
                    exchange_begun_at=None,
                    next_refresh_at=None,
                )

    def counts(self, expiring_before: datetime) -> dict[str, int]:
        counted = Counter(
            "expiring"
            if one.state is TokenState.OK and one.pair.expires_at < expiring_before
            else one.state.value
            for one in self._sets.values()
        )
        return {name: counted[name] for name in ("ok", "expiring", "needs_authorization")}

    def _standing(self, unit_id: str, generation: int) -> TokenSet | None:
        one = self._sets.get(unit_id)
        return one if one is not None and one.generation == generation else None


def _is_of_a_wrong_clock(one: TokenSet, next_refresh_at: datetime, now: datetime) -> bool:
    """Whether the refresh was planned while the clock ran far ahead."""
    return next_refresh_at > now + LONGEST_DELAY and (
        one.obtained_at > now + FUTURE_OBTAINED or next_refresh_at > one.pair.expires_at
    )
