"""Many messages of one resident in a short time become one post, as many tips become a digest.

A bundle is the relay of its first message, and its entry is the last one that it tells: whoever
cuts the same messages another way finds it under the id that the first one's own relay has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from functions.core.models import CaseEntry, Channel, Delivery, DeliveryPurpose, EntryKind

MOST_SINGLE = 10
"""So many messages of a tip go to a group one by one within FLOOD_WINDOW."""

FLOOD_WINDOW = timedelta(minutes=10)

BUNDLE_GATHERS = timedelta(seconds=30)
"""How long the first post of a flood waits for more messages to come together."""

BUNDLES_APART = timedelta(minutes=5)


def relay_id(entry: CaseEntry, channel: Channel, recipient: str) -> str:
    """Return the one id of the delivery that brings this entry, or a bundle that begins with
    it, to this recipient.

    A tip has one chat at most, whose address is no part of the id: nobody who suspects a person
    may be able to try it out.
    """
    named = recipient if channel is Channel.ZALO_GROUP else ""
    parts = (entry.tip_id, entry.entry_id, channel, named)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def told_by(
    deliveries: Iterable[Delivery], entries: Sequence[CaseEntry]
) -> dict[str, list[CaseEntry]]:
    """Return what each relay to a group tells, by the delivery's id: of a bundle, the messages
    from the one that gave it its id to the one it names, or to the last that is known here."""
    relays = [
        one
        for one in deliveries
        if one.purpose is DeliveryPurpose.RELAY and one.channel is Channel.ZALO_GROUP
    ]
    places = {entry.entry_id: place for place, entry in enumerate(entries)}
    beginnings = {
        relay_id(entry, Channel.ZALO_GROUP, group_id): place
        for group_id in {one.recipient for one in relays}
        for place, entry in enumerate(entries)
    }
    told = {}
    for one in relays:
        if one.delivery_id in beginnings:
            first = beginnings[one.delivery_id]
            last = places.get(one.entry_id, len(entries) - 1)
            others = entries[first + 1 : last + 1]
            told[one.delivery_id] = [entries[first], *filter(_is_message, others)]
    return told


class Telling:
    """What one group has been told of a case, and what it should be told next."""

    def __init__(
        self,
        heard: Sequence[CaseEntry],
        entries: Sequence[CaseEntry],
        deliveries: Iterable[Delivery],
        group_id: str,
        now: datetime,
    ) -> None:
        self._heard = heard
        self._entries = entries
        self._now = now
        self._group_id = group_id
        self._relays = {one.delivery_id: one for one in deliveries if one.recipient == group_id}
        self._brought = told_by(self._relays.values(), entries)
        self._told = {entry.entry_id for told in self._brought.values() for entry in told}
        self._passed: set[str] = set()
        # A clock that once ran fast leaves relays in the future behind: they hold nothing up.
        recent = {
            key: self._relays[key].created_at
            for key, told in self._brought.items()
            if _is_message(told[0]) and now - FLOOD_WINDOW < self._relays[key].created_at <= now
        }
        new = [one for one in heard if _is_message(one) and one.entry_id not in self._told]
        count = len(new) + sum(len(self._brought[key]) for key in recent)
        self._is_flooded = count > MOST_SINGLE
        is_bundled = len(recent) > MOST_SINGLE or any(len(self._brought[key]) > 1 for key in recent)
        self._last_post_at = max(recent.values()) if is_bundled else None

    def next_post(self) -> list[CaseEntry]:
        """Return the entries of the next post that was not passed, several for a bundle; none
        when there is no more."""
        for place, entry in enumerate(self._heard):
            if entry.entry_id not in self._passed:
                known = self._brought.get(self._id(entry))
                return known or self._new_post(place)
        return []

    def known(self, first: CaseEntry) -> Delivery | None:
        """Return the delivery that begins with this entry."""
        return self._relays.get(self._id(first))

    def pass_over(self, delivery: Delivery) -> list[CaseEntry]:
        """Take note of a delivery, which another worker may have planned, and return what it
        tells."""
        (told,) = told_by([delivery], self._entries).values()
        ids = {entry.entry_id for entry in told}
        self._told |= ids
        self._passed |= ids
        return told

    def held_until(self, post: Sequence[CaseEntry]) -> datetime | None:
        """Return until when a new post should wait for more messages; None where it should
        not. What officers did never waits, nor do the messages before it."""
        if not (self._is_flooded and _is_message(post[0]) and post[-1] is self._heard[-1]):
            return None
        since, wait = post[0].at, BUNDLE_GATHERS
        if self._last_post_at is not None:
            since, wait = self._last_post_at, BUNDLES_APART
        return since + wait if since <= self._now < since + wait else None

    def _new_post(self, place: int) -> list[CaseEntry]:
        first, *others = self._heard[place:]
        post = [first]
        if not (self._is_flooded and _is_message(first)):
            return post
        for entry in others:
            if not _is_message(entry) or entry.entry_id in self._told:
                break
            post.append(entry)
        return post

    def _id(self, first: CaseEntry) -> str:
        return relay_id(first, Channel.ZALO_GROUP, self._group_id)


def _is_message(entry: CaseEntry) -> bool:
    return entry.kind is EntryKind.RESIDENT_MESSAGE
