"""Looking a send up whose answer was lost, before it is repeated (promise 4)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from functions.core.errors import ChannelClosedError, RejectedByProviderError
from functions.core.models import Channel, GroupMessage, MessageKind
from functions.core.ports import ChatGateway, DeliveryStore

PAGE = 50
MOST_PAGES = 10
USER_PAGE = 10
"""So many messages of a chat with one person can be read back, and no more (reference, 6)."""


class LookUpImpossibleError(Exception):
    """The history cannot tell: it may not be read, is too long, or there is none."""


@dataclass(frozen=True)
class Place:
    """A group or a chat, and with which token its history is read."""

    channel: Channel
    recipient: str
    access_token: str


@dataclass(frozen=True)
class Wanted:
    """The message whose answer was lost, and what else is known of the place."""

    kind: MessageKind
    wordings: tuple[str, ...]
    begun_later: int
    """So many sends of the unit were begun after it."""
    lines: frozenset[str] = frozenset()
    """What a digest says of the same tips."""
    own_ids: frozenset[str] | None = None
    """The ids under which other messages about the same tip went; None: about no tip."""


def find_sent(
    wanted: Wanted, place: Place, gateway: ChatGateway, deliveries: DeliveryStore
) -> str | None:
    """Return the id under which one of the wordings stands there, None if none does.

    The same goes for a message, or several, in which all of `lines` stand.

    What goes to one recipient is sent strictly one after another, so the message can only be
    newer than the newest one whose id we know, apart from the `begun_later` sends that were
    begun after it (an urgent tip goes first). The provider's clock, which may be wrong, plays
    no part. Raises LookUpImpossibleError, and the gateway's errors that pass with time.
    """
    missing = set(wanted.lines)
    later = wanted.begun_later
    for item in _newest_first(place, gateway):
        # Also in a known message: the digest may have been found for another tip of it.
        if wanted.lines and item.from_oa:
            missing -= set(unicodedata.normalize("NFC", item.text).split("\n"))
            if not missing:
                return item.message_id
        # What people wrote is known, too, where it was a command; it is no send of ours.
        is_known = item.from_oa and deliveries.is_known_message(place.recipient, item.message_id)
        if _is_same(item, wanted) and not (is_known and _is_another(item, wanted)):
            return item.message_id
        if is_known:
            if later <= 0:
                return None
            later -= 1
    return None


def _newest_first(place: Place, gateway: ChatGateway) -> Iterator[GroupMessage]:
    """Yield what stands there back to the first message; raises LookUpImpossibleError where
    that is not to be had, and for e-mail, which has no history."""
    try:
        if place.channel is Channel.ZALO_USER:
            items = gateway.user_history(place.access_token, place.recipient)
            yield from items
            if len(items) < USER_PAGE:
                return
        elif place.channel is Channel.ZALO_GROUP:
            for page in range(MOST_PAGES):
                items = gateway.group_history(
                    place.access_token, place.recipient, page * PAGE, PAGE
                )
                yield from items
                if not items:
                    return
    except (ChannelClosedError, RejectedByProviderError) as exc:
        raise LookUpImpossibleError from exc
    raise LookUpImpossibleError


def _is_another(item: GroupMessage, wanted: Wanted) -> bool:
    """Whether a known message of the same words is another one of ours.

    An id may be known although its send was never answered: from Zalo's echo of it, which
    tells the tip alone. Of all messages about the tip only the lost one can have it then.
    """
    return wanted.own_ids is None or not item.text or item.message_id in wanted.own_ids


def _is_same(item: GroupMessage, wanted: Wanted) -> bool:
    if not item.from_oa:
        return False
    text = unicodedata.normalize("NFC", item.text)
    if wanted.kind is MessageKind.PHOTO and not text:
        # The reference does not say whether a photo's caption stands in the history.
        return item.kind == "photo"
    return text in {unicodedata.normalize("NFC", wording) for wording in wanted.wordings}
