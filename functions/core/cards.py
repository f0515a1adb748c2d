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


def card_texts(tip: Tip, mode: ForwardMode, public_url: str, renderer: Renderer) -> list[str]:
    """Return the parts of the card in the mode that holds for this tip."""
    if not shows_content(tip, mode):
        return renderer.notice_card(notice_values(tip, public_url))
    return renderer.tip_card(_tip_values(tip, public_url))


def notice_values(tip: Tip, public_url: str) -> CardValues:
    """Return all that a notice may say (design D3): code, category, urgency, area, link."""
    return CardValues(
        card_code=tip.card_code,
        category=tip.category,
        urgency=tip.urgency,
        area=mask(tip.content.area, tip.contact),
        link=f"{public_url}/can-bo/tin/{tip.card_code}",
        sealed=tip.sealed,
    )


def _tip_values(tip: Tip, public_url: str) -> CardValues:
    """The position from the button stays behind: only words of the sender's own go."""
    return replace(
        notice_values(tip, public_url),
        text=mask(tip.content.text, tip.contact),
        place=mask(tip.content.place, tip.contact),
        occurred_at=tip.content.occurred_at,
        received_at=tip.received_at,
        photo_count=len(tip.attachments),
    )
