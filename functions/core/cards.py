"""What a card may say of a tip in Zalo (design D3): chosen and masked here, worded by the
templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from functions.core.masking import MASK, mask
from functions.core.models import (
    Attachment,
    DeliveryMessage,
    ForwardMode,
    MediaKind,
    MessageKind,
    Tip,
)
from functions.core.ports import CardValues, Renderer
from functions.core.units import UnitRegister


@dataclass(frozen=True)
class Origin:
    """Why a unit gets a card of a tip that did not come in at it; empty: it did."""

    from_unit: str = ""
    """The name of the unit that handed it on."""
    lead_unit: str = ""
    """The name of the unit that has it and works on it jointly with this one."""
    earlier_messages: int = 0
    """So many messages came since that only another unit's group has had."""


def origin(tip: Tip, unit_id: str, units: UnitRegister) -> Origin:
    """Return how the tip came to this unit."""
    if unit_id != tip.unit_id:
        return Origin(lead_unit=units.get(tip.unit_id).name)
    if tip.case.past_unit_ids:
        return Origin(from_unit=units.get(tip.case.past_unit_ids[-1]).name)
    return Origin()


def shows_content(tip: Tip, mode: ForwardMode) -> bool:
    """Whether text and photos may go to Zalo: never for a sealed tip, else as the unit set."""
    return mode is ForwardMode.TIP and not tip.sealed


def card_photos(tip: Tip) -> tuple[Attachment, ...]:
    """Return the photos that came with the tip itself: later ones go with their message."""
    return photos_of(tip, "")


def photos_of(tip: Tip, entry_id: str) -> tuple[Attachment, ...]:
    """Return the photos that came with one message of the resident."""
    return tuple(one for one in _sent_with(tip, entry_id) if one.kind is MediaKind.PHOTO)


def file_count(tip: Tip, entry_id: str) -> int:
    """Return how many recordings and files came with it: they never go to Zalo."""
    return sum(one.kind is not MediaKind.PHOTO for one in _sent_with(tip, entry_id))


def _sent_with(tip: Tip, entry_id: str) -> list[Attachment]:
    return [one for one in tip.attachments if one.entry_id == entry_id]


def card_texts(
    tip: Tip,
    mode: ForwardMode,
    public_url: str,
    renderer: Renderer,
    origin: Origin = Origin(),  # noqa: B008 frozen
) -> list[str]:
    """Return the parts of the card in the mode that holds for this tip."""
    notice = replace(
        notice_values(tip, public_url),
        from_unit=origin.from_unit,
        lead_unit=origin.lead_unit,
        earlier_messages=origin.earlier_messages,
    )
    if not shows_content(tip, mode):
        return renderer.notice_card(notice)
    return renderer.tip_card(_with_content(notice, tip))


def notice_values(tip: Tip, public_url: str) -> CardValues:
    """Return all that a notice may say (design D3): code, category, urgency, area, link."""
    return CardValues(
        card_code=tip.card_code,
        category=tip.category,
        urgency=tip.urgency,
        area=mask(tip.content.area, tip.contact),
        link=case_link(tip, public_url),
        sealed=tip.sealed,
        is_from_chat=tip.case.is_from_chat,
    )


def has_number_alone(masked: str) -> bool:
    """Whether masking left nothing to read, as of a business card."""
    rest = masked.replace(MASK, "")
    return rest != masked and not any(sign.isalnum() for sign in rest)


def case_link(tip: Tip, public_url: str) -> str:
    return f"{public_url}/can-bo/tin/{tip.card_code}"


def _with_content(values: CardValues, tip: Tip) -> CardValues:
    """The position from the button stays behind: only words of the sender's own go."""
    text = mask(tip.content.text, tip.contact)
    is_number = has_number_alone(text)
    return replace(
        values,
        text="" if is_number else text,
        has_number_alone=is_number,
        place=mask(tip.content.place, tip.contact),
        occurred_at=tip.content.occurred_at,
        received_at=tip.received_at,
        photo_count=len(card_photos(tip)),
        file_count=file_count(tip, ""),
        has_position=tip.content.location is not None,
    )


def planned_messages(
    tip: Tip, texts: Sequence[str], photos: Sequence[Attachment], renderer: Renderer
) -> tuple[DeliveryMessage, ...]:
    """Return the texts and then the photos, in order, as they will be sent."""
    messages = [
        DeliveryMessage(position, MessageKind.TEXT, text)
        for position, text in enumerate(texts, start=1)
    ]
    messages += [
        DeliveryMessage(
            len(texts) + number,
            MessageKind.PHOTO,
            renderer.photo_caption(tip.card_code, number, len(photos)),
            photo.attachment_id,
        )
        for number, photo in enumerate(photos, start=1)
    ]
    return tuple(messages)
