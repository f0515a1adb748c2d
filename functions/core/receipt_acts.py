"""What a resident does with the receipt code: writes on, takes contact details back, asks for
deletion. Doing the same thing twice does it once."""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.core import following_up
from functions.core.attachments import put_photos, wipe_photos
from functions.core.errors import (
    ActRefusedError,
    ConflictError,
    FieldError,
    InvalidInputError,
    NotFoundError,
)
from functions.core.models import (
    Attachment,
    AttachmentState,
    CaseEntry,
    MessageDraft,
    Tip,
    Via,
)
from functions.core.receipts import ReceiptServices, ReceiptView, view_of

REPEATABLE_WITHOUT_KEY = timedelta(minutes=10)
_ID_LENGTH = 32


@dataclass(frozen=True)
class Sent:
    """The receipt with the message in it."""

    view: ReceiptView
    is_repeat: bool
    """The message stood there before; nothing was written."""


def send_message(tip: Tip, draft: MessageDraft, services: ReceiptServices) -> Sent:
    """Store a message about the tip of a code, with its photos and jobs, in one durable step.

    The same key is the same message; without one, the same words and photos within ten
    minutes. Raises NotFoundError (erased meanwhile), ConflictError (the key of another
    message), InvalidInputError (the tip takes no more photos, or no more messages today) and
    StoreUnavailableError.
    """
    now = services.acts.clock.now()
    entry_ids = _entry_ids(tip.tip_id, draft, now, services)
    for entry_id in entry_ids:
        known = services.acts.cases.entry(tip.tip_id, entry_id)
        if known is not None and (draft.message_key or now - known.at < REPEATABLE_WITHOUT_KEY):
            return _repeat(tip, known, draft, services)
    return _store(tip, entry_ids[0], draft, services)


def withdraw_contact(tip: Tip, services: ReceiptServices) -> ReceiptView:
    """Take name, phone and chat out of the tip for good; fine where they are gone already.

    Raises StoreUnavailableError.
    """
    # Refused is only who has nothing there any more, and that is what they wish.
    with contextlib.suppress(ActRefusedError):
        tip = following_up.withdraw_contact(tip.tip_id, Via.RECEIPT_PAGE, services.acts).tip
    return view_of(tip, services)


def ask_for_deletion(tip: Tip, services: ReceiptServices) -> ReceiptView:
    """Put the wish before the officers, once.

    Raises NotFoundError (erased meanwhile) and StoreUnavailableError.
    """
    try:
        recorded = following_up.ask_for_deletion(tip.tip_id, Via.RECEIPT_PAGE, services.acts)
    except ActRefusedError as erased:
        raise NotFoundError("receipt") from erased
    return view_of(recorded.tip, services)


def _store(tip: Tip, entry_id: str, draft: MessageDraft, services: ReceiptServices) -> Sent:
    """Write photos, then the entry that names them; take back photos nobody names.

    When the entry's write fails for good or bad is not known, so the photos stay then.
    """
    attachments = tuple(
        Attachment(attachment_id, position, AttachmentState.ORIGINAL, uuid.uuid4().hex)
        for position, attachment_id in enumerate(_photo_ids(entry_id, draft, services), start=1)
    )
    put_photos(attachments, draft.photos, services.blobs)
    try:
        recorded = following_up.add_message(
            tip.tip_id, entry_id, draft.text, attachments, Via.RECEIPT_PAGE, services.acts
        )
    except ActRefusedError as refused:
        wipe_photos(attachments, services.blobs)
        if refused.code == "too_many_messages":
            raise InvalidInputError((FieldError("text", "too_many_today"),)) from refused
        if refused.code == "too_many_attachments":
            raise InvalidInputError((FieldError("photos", "too_many_in_all"),)) from refused
        raise NotFoundError("receipt") from refused
    if recorded.is_repeat:
        wipe_photos(attachments, services.blobs)
        return _repeat(recorded.tip, recorded.entry, draft, services)
    return Sent(view_of(recorded.tip, services), is_repeat=False)


def _repeat(tip: Tip, known: CaseEntry, draft: MessageDraft, services: ReceiptServices) -> Sent:
    stored = [one.attachment_id for one in tip.attachments if one.entry_id == known.entry_id]
    if known.text != draft.text or stored != _photo_ids(known.entry_id, draft, services):
        raise ConflictError("the key was used for another message")
    return Sent(view_of(tip, services), is_repeat=True)


def _entry_ids(
    tip_id: str, draft: MessageDraft, now: datetime, services: ReceiptServices
) -> tuple[str, ...]:
    """Return the id that the message gets, then those it may have got moments ago."""
    if draft.message_key:
        return (_mac(("key", tip_id, draft.message_key), services),)
    content = hashlib.sha256()
    for part in (draft.text.encode(), *draft.photos):
        content.update(len(part).to_bytes(8, "big"))
        content.update(part)
    span = int(now.timestamp() // REPEATABLE_WITHOUT_KEY.total_seconds())
    return tuple(
        _mac(("content", tip_id, content.hexdigest(), str(one)), services)
        for one in (span, span - 1)
    )


def _photo_ids(entry_id: str, draft: MessageDraft, services: ReceiptServices) -> list[str]:
    """Return ids by which the same photos of the same message are known again later, when
    only their clean copies are left."""
    return [
        _mac(("photo", entry_id, str(place), hashlib.sha256(photo).hexdigest()), services)
        for place, photo in enumerate(draft.photos)
    ]


def _mac(parts: Sequence[str], services: ReceiptServices) -> str:
    return services.mac.digest("message", "\0".join(parts).encode()).hex()[:_ID_LENGTH]
