"""What an officer may see: the tips of their own unit, and every look leaves a mark."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from functions.core.errors import NotFoundError
from functions.core.models import Attachment, AttachmentState, Delivery, Officer, Tip, TipSummary
from functions.core.ports import BlobStore, Clock, DeliveryStore, OfficerStore, TipStore

PAGE = 50


@dataclass(frozen=True)
class CaseServices:
    tips: TipStore
    deliveries: DeliveryStore
    blobs: BlobStore
    officers: OfficerStore
    clock: Clock


@dataclass(frozen=True)
class CaseView:
    tip: Tip
    deliveries: tuple[Delivery, ...]


def list_cases(
    officer: Officer, before: datetime | None, services: CaseServices
) -> list[TipSummary]:
    """Return up to `PAGE` tips of the officer's unit, newest first."""
    return services.tips.list_for_unit(officer.unit_id, PAGE, before)


def open_case(officer: Officer, card_code: str, services: CaseServices) -> CaseView:
    """Return the whole case and log the read before anything is shown.

    Raises NotFoundError also for a tip of another unit: there is no such thing for them.
    """
    tip = services.tips.by_card_code(officer.unit_id, card_code)
    services.officers.log_read(officer, tip.tip_id, "case", services.clock.now())
    return CaseView(tip, tuple(services.deliveries.of_tip(tip.tip_id)))


def open_photo(officer: Officer, card_code: str, position: int, services: CaseServices) -> bytes:
    """Return a clean photo as JPEG and log the read. Raises NotFoundError."""
    tip = services.tips.by_card_code(officer.unit_id, card_code)
    photo = _clean_photo(tip, position)
    services.officers.log_read(officer, tip.tip_id, f"photo-{position}", services.clock.now())
    return services.blobs.get(photo.blob_key)


def _clean_photo(tip: Tip, position: int) -> Attachment:
    for attachment in tip.attachments:
        if attachment.position == position and attachment.state is AttachmentState.CLEAN:
            return attachment
    raise NotFoundError("photo")
