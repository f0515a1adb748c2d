"""Looking a send up whose answer was lost, before it is repeated (promise 4)."""

from __future__ import annotations

import unicodedata

from functions.core.errors import ChannelClosedError, RejectedByProviderError
from functions.core.models import GroupMessage, MessageKind
from functions.core.ports import ChatGateway, DeliveryStore

PAGE = 50
MOST_PAGES = 10


class LookUpImpossibleError(Exception):
    """The group's history cannot tell: it may not be read, or is too long."""


def find_sent(
    kind: MessageKind,
    wordings: tuple[str, ...],
    group_id: str,
    access_token: str,
    gateway: ChatGateway,
    deliveries: DeliveryStore,
    begun_later: int,
    lines: frozenset[str] = frozenset(),
) -> str | None:
    """Return the id under which one of the wordings stands in the group, None if none does.

    The same goes for a message, or several, in which all of `lines` stand: those are what a
    digest says of the same tips.

    One unit's sends are strictly one after another, so the message can only be newer than
    the newest one whose id we know, apart from the `begun_later` sends that were begun after
    it (an urgent tip goes first). The provider's clock, which may be wrong, plays no part.
    Raises LookUpImpossibleError, and the gateway's errors that pass with time.
    """
    missing = set(lines)
    for page in range(MOST_PAGES):
        try:
            items = gateway.group_history(access_token, group_id, page * PAGE, PAGE)
        except (ChannelClosedError, RejectedByProviderError) as exc:
            raise LookUpImpossibleError from exc
        for item in items:
            # Also in a known message: the digest may have been found for another tip of it.
            if lines and item.from_oa:
                missing -= set(unicodedata.normalize("NFC", item.text).split("\n"))
                if not missing:
                    return item.message_id
            if deliveries.is_known_message(group_id, item.message_id):
                if begun_later <= 0:
                    return None
                begun_later -= 1
            elif _is_same(item, kind, wordings):
                return item.message_id
        if not items:
            return None
    raise LookUpImpossibleError


def _is_same(item: GroupMessage, kind: MessageKind, wordings: tuple[str, ...]) -> bool:
    if not item.from_oa:
        return False
    text = unicodedata.normalize("NFC", item.text)
    if kind is MessageKind.PHOTO and not text:
        # The reference does not say whether a photo's caption stands in the history.
        return item.kind == "photo"
    return text in {unicodedata.normalize("NFC", wording) for wording in wordings}
