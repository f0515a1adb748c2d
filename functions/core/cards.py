"""What a card may say of a tip in Zalo (design D3): chosen and masked here, worded by the
templates."""

from __future__ import annotations

from dataclasses import replace

from functions.core.masking import mask
from functions.core.models import ForwardMode, Tip
from functions.core.ports import CardValues, Renderer


def shows_content(tip: Tip, mode: ForwardMode) -> bool:
    """Whether text and photos may go to Zalo: never for a sealed tip, else as the unit set."""
    return mode is ForwardMode.TIP and not tip.sealed


def card_texts(
    tip: Tip, mode: ForwardMode, unit_name: str, public_url: str, renderer: Renderer
) -> list[str]:
    """Return the parts of the card in the mode that holds for this tip."""
    if not shows_content(tip, mode):
        return renderer.notice_card(notice_values(tip, unit_name, public_url))
    return renderer.tip_card(_tip_values(tip, unit_name, public_url))


def notice_values(tip: Tip, unit_name: str, public_url: str) -> CardValues:
    """Return what even a sealed tip's card says: no text, no place, no photo."""
    return CardValues(
        card_code=tip.card_code,
        category=tip.category,
        urgency=tip.urgency,
        unit_name=unit_name,
        area=mask(tip.content.area, tip.contact),
        received_at=tip.received_at,
        link=f"{public_url}/can-bo/tin/{tip.card_code}",
        photo_count=len(tip.attachments),
        sealed=tip.sealed,
    )


def _tip_values(tip: Tip, unit_name: str, public_url: str) -> CardValues:
    """The position from the button stays behind: only words of the sender's own go."""
    return replace(
        notice_values(tip, unit_name, public_url),
        text=mask(tip.content.text, tip.contact),
        place=mask(tip.content.place, tip.contact),
        occurred_at=tip.content.occurred_at,
    )
