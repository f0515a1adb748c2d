"""Posting a planned delivery: message by message, each marked before and after.

What a crash or a lost answer leaves behind is a message marked as attempted; it is looked
up in the group or chat before it is sent again. E-mail has no place to look: its repeat is
marked.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.core import cards
from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    RejectedByProviderError,
    RetryableProviderError,
    TokenExpiredError,
)
from functions.core.history import LookUpImpossibleError, Place, Wanted, find_sent
from functions.core.models import (
    AttachmentState,
    Channel,
    Claim,
    Delivery,
    DeliveryMessage,
    MessageKind,
    SendState,
    Urgency,
)
from functions.core.work import WorkServices, hold

SENDS_PER_MINUTE = 45
"""A photo costs two calls, and the smallest package allows 100 a minute (reference, 0)."""

CLOSED_ALARMS = {
    Channel.ZALO_GROUP: "channel-closed",
    Channel.ZALO_USER: "chat-closed",
    Channel.EMAIL: "mail-closed",
}
"""What calls for a human while a unit's group, its chats with people, or our one account for
mail are shut."""

LOOK_UP_PATIENCE = timedelta(minutes=10)
"""After so long without an answer from the history alone, the repeat is sent with a mark."""


class PhotosNotReadyError(Exception):
    """The next message is a photo that is still being cleaned."""


class RateReachedError(Exception):
    """The unit has sent enough for now; only the urgent may go before `free_at`."""

    def __init__(self, free_at: datetime) -> None:
        super().__init__(free_at)
        self.free_at = free_at


@dataclass(frozen=True)
class Address:
    """Where a delivery goes, and with which token."""

    unit_id: str
    channel: Channel
    recipient: str
    """The group id, the user id or the e-mail address."""
    access_token: str
    """Empty for e-mail."""


def post_unsent(
    delivery: Delivery, address: Address, urgency: Urgency, claim: Claim, services: WorkServices
) -> None:
    """Post every message that has not gone yet, in order.

    The first that went shows that channel and token work. Raises what the gateway and the
    mailer raise, with the marks as the error says, PhotosNotReadyError, RateReachedError and
    LeaseLostError.
    """
    is_confirmed = False
    for message in delivery.messages:
        if message.state in (SendState.SENT, SendState.REFUSED):
            continue
        hold(claim, services)
        _keep_to_rate(address.unit_id, urgency, services)
        if message.attempted_at is not None:
            settled = _settle(delivery, message, message.attempted_at, address, services)
            if settled is None:
                continue
            message = settled
        try:
            _send(delivery, message, address, services)
        except (RejectedByProviderError, OutcomeUnknownError) as error:
            if isinstance(error, OutcomeUnknownError) and not _is_given_up(message, address):
                raise
            services.deliveries.mark_refused(
                delivery.delivery_id, message.position, services.clock.now()
            )
            continue
        if not is_confirmed:
            _confirm(address, services)
            is_confirmed = True


def _is_given_up(message: DeliveryMessage, address: Address) -> bool:
    """Whether a lost answer ends it: an e-mail can be looked up nowhere, and went twice now."""
    return address.channel is Channel.EMAIL and message.attempted_at is not None


def _confirm(address: Address, services: WorkServices) -> None:
    if address.channel is Channel.EMAIL:
        # One account for all units.
        services.alerts.clear(CLOSED_ALARMS[address.channel], "")
        return
    services.alerts.clear(CLOSED_ALARMS[address.channel], address.unit_id)
    services.tokens.confirm(address.unit_id)


def _keep_to_rate(unit_id: str, urgency: Urgency, services: WorkServices) -> None:
    if urgency is Urgency.NOW:
        return
    now = services.clock.now()
    sends = services.deliveries.sends_since(unit_id, now - timedelta(minutes=1))
    # A clock that once ran fast leaves sends in the future behind: they hold nobody up.
    recent = [at for at in sends if at <= now]
    if len(recent) >= SENDS_PER_MINUTE:
        raise RateReachedError(recent[-SENDS_PER_MINUTE] + timedelta(minutes=1))


def _settle(
    delivery: Delivery,
    message: DeliveryMessage,
    begun_at: datetime,
    address: Address,
    services: WorkServices,
) -> DeliveryMessage | None:
    """Find out what became of an attempt: None when it stands there, else the message to send
    again, marked where nobody can tell."""
    repeat = services.renderer.possible_repeat(message.text)
    tip_id = _tip_of(delivery)
    related = services.deliveries.of_tip(tip_id) if tip_id else []
    wanted = Wanted(
        message.kind,
        (message.text, repeat),
        begun_later=_begun_later(begun_at, related, address, services),
        lines=_digest_lines(delivery, message, services),
        own_ids=_ids_of(related) if tip_id else None,
    )
    place = Place(address.channel, address.recipient, address.access_token)
    try:
        message_id = find_sent(wanted, place, services.gateway, services.deliveries)
    except LookUpImpossibleError:
        return replace(message, text=repeat)
    except RetryableProviderError as exc:
        if services.clock.now() - begun_at < LOOK_UP_PATIENCE:
            raise OutcomeUnknownError(exc.code) from exc
        return replace(message, text=repeat)
    if message_id is None:
        return message
    services.deliveries.mark_sent(
        delivery.delivery_id, message.position, message_id, services.clock.now()
    )
    return None


def _digest_lines(
    delivery: Delivery, message: DeliveryMessage, services: WorkServices
) -> frozenset[str]:
    """Return what a digest says of the same tips; nothing for what brings no tips.

    A store that came back from a backup does not know how the lost machine went on: a card
    planned there may have become a line of a digest, and a digest may have grown.
    """
    lines = set()
    for tip_id in delivery.tip_ids:
        tip = services.tips.get(tip_id)
        values = cards.notice_values(tip, services.public_url)
        for text in services.renderer.digest("", [values]):
            lines |= {line for line in text.split("\n") if line.startswith(f"{tip.card_code} ")}
    said = unicodedata.normalize("NFC", message.text).split("\n")
    return frozenset(lines.intersection(said) if delivery.is_digest else lines)


def _begun_later(
    begun_at: datetime, related: list[Delivery], address: Address, services: WorkServices
) -> int:
    """Return how many sends may have gone to the recipient since: the unit's, without those
    that went to others about the same tip."""
    elsewhere = [
        message
        for one in related
        if one.unit_id == address.unit_id and one.recipient != address.recipient
        for message in one.messages
        if message.attempted_at is not None and message.attempted_at >= begun_at
    ]
    sends = services.deliveries.sends_since(address.unit_id, begun_at)
    return len(sends) - 1 - len(elsewhere)


def _ids_of(related: list[Delivery]) -> frozenset[str]:
    return frozenset(
        message.message_id for one in related for message in one.messages if message.message_id
    )


def _send(
    delivery: Delivery, message: DeliveryMessage, address: Address, services: WorkServices
) -> None:
    attachment_id = ""
    if message.kind is MessageKind.PHOTO:
        photo = _clean_photo(delivery, message, services)
        attachment_id = services.gateway.upload_image(address.access_token, photo)
    key = (delivery.delivery_id, message.position)
    services.deliveries.begin_send(*key, services.clock.now())
    try:
        message_id = _post(message.text, attachment_id, address, services)
    except (RetryableProviderError, TokenExpiredError, ChannelClosedError):
        # This send did nothing, but an earlier one of the same message may have.
        if message.attempted_at is None:
            services.deliveries.withdraw_send(*key)
        raise
    services.deliveries.mark_sent(*key, message_id, services.clock.now())


def _post(text: str, attachment_id: str, address: Address, services: WorkServices) -> str:
    """Send one message by its channel and return its id; photos go to groups alone."""
    recipient, token = address.recipient, address.access_token
    match address.channel:
        case Channel.ZALO_USER:
            return services.gateway.send_user_text(token, recipient, text)
        case Channel.EMAIL:
            return _mail(recipient, text, services)
    if attachment_id:
        return services.gateway.send_group_image(token, recipient, attachment_id, text)
    return services.gateway.send_group_text(token, recipient, text)


def _mail(address: str, text: str, services: WorkServices) -> str:
    if services.mailer is None:
        raise ChannelClosedError("no-mail-account")
    subject, _, body = text.partition("\n")
    return services.mailer.send(address, subject, body.lstrip("\n"))


def _clean_photo(delivery: Delivery, message: DeliveryMessage, services: WorkServices) -> bytes:
    tip = services.tips.get(_tip_of(delivery))
    for attachment in tip.attachments:
        if attachment.attachment_id != message.attachment_id:
            continue
        if attachment.state is AttachmentState.ORIGINAL:
            raise PhotosNotReadyError
        if attachment.state is AttachmentState.CLEAN:
            return services.blobs.get(attachment.blob_key)
    raise RejectedByProviderError("unreadable-photo")


def _tip_of(delivery: Delivery) -> str:
    """Return the tip whose photos a delivery has, and among whose messages it stands."""
    return delivery.about_tip_id or next(iter(delivery.tip_ids), "")
