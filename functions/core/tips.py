"""Taking a tip: stored for good before it is answered, one act one tip (promises 1, 2)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.core import codes
from functions.core.accepting import AcceptServices, Marks, accept
from functions.core.attachments import put_photos, wipe_photos
from functions.core.categories import CATEGORIES
from functions.core.deadlines import STANDARD, Clocks
from functions.core.errors import ConflictError, StoreUnavailableError
from functions.core.models import Attachment, AttachmentState, Tip, TipDraft, TipStatus
from functions.core.ports import BlobStore, Clock, JobQueue, MacKeys, RepeatGuard, TipStore
from functions.core.submissions import fingerprint
from functions.core.units import UnitRegister

REPEATABLE_WITHOUT_KEY = timedelta(minutes=10)


@dataclass(frozen=True)
class SubmitServices:
    tips: TipStore
    blobs: BlobStore
    repeats: RepeatGuard
    queue: JobQueue
    mac: MacKeys
    units: UnitRegister
    clock: Clock
    clocks: Clocks = STANDARD


@dataclass(frozen=True)
class Receipt:
    """What the sender is shown: the code in digits, and truthfully what was stored."""

    receipt_code: str
    unit_id: str
    """The unit that receives the tip."""
    status: TipStatus
    received_at: datetime
    is_repeat: bool


def submit_tip(
    draft: TipDraft, sender_hashes: tuple[bytes, ...], services: SubmitServices
) -> Receipt:
    """Store the tip with its photos and jobs in one durable step and return its receipt.

    `sender_hashes` are short-lived keyed hashes of address and user agent, the present
    one first; they matter only without a submission key. Raises ConflictError (same key,
    other content or too late) and StoreUnavailableError (no receipt may be shown).
    """
    if draft.submission_key:
        return _submit_with_key(draft, services)
    return _submit_without_key(draft, sender_hashes, services)


def receiving_unit(draft: TipDraft, units: UnitRegister) -> str:
    """Return the id of the unit that gets the tip: officers' matters go to the province."""
    if CATEGORIES[draft.category].to_province:
        return units.province_of(draft.unit_id).unit_id
    return draft.unit_id


def _submit_with_key(draft: TipDraft, services: SubmitServices) -> Receipt:
    code = codes.derived_receipt_code(services.mac, draft.unit_id, draft.submission_key)
    key = f"{draft.unit_id}\0{draft.submission_key}".encode()
    submission_hash = services.mac.digest("submission", key)
    content_hash = services.mac.digest("content", fingerprint(draft))
    earlier = services.tips.find_submission(submission_hash, content_hash, services.clock.now())
    if earlier is not None:
        return _receipt(code, earlier, is_repeat=True)
    tip, is_repeat = _store(draft, code, submission_hash, content_hash, services)
    return _receipt(code, tip, is_repeat)


def _submit_without_key(
    draft: TipDraft, sender_hashes: tuple[bytes, ...], services: SubmitServices
) -> Receipt:
    now = services.clock.now()
    content_hash = services.mac.digest("content", fingerprint(draft))
    marks = [services.mac.digest("repeat", sender + content_hash) for sender in sender_hashes]
    for mark in marks:
        known = services.repeats.recall(mark, now)
        if known is not None:
            code, tip_id = known
            return _receipt(code, services.tips.get(tip_id), is_repeat=True)
    code = codes.random_receipt_code()
    submission_hash = services.mac.digest("submission", uuid.uuid4().bytes)
    tip, _ = _store(draft, code, submission_hash, content_hash, services)
    if marks:
        _remember(marks[0], code, tip, now, services)
    return _receipt(code, tip, is_repeat=False)


def _remember(mark: bytes, code: str, tip: Tip, now: datetime, services: SubmitServices) -> None:
    try:
        services.repeats.remember(mark, code, tip.tip_id, now + REPEATABLE_WITHOUT_KEY)
    except StoreUnavailableError:
        # The tip stands: its sender must get the code. A repeat would be a second tip, which
        # does no harm.
        return


def _store(
    draft: TipDraft,
    code: str,
    submission_hash: bytes,
    content_hash: bytes,
    services: SubmitServices,
) -> tuple[Tip, bool]:
    """Write photos, then the record that names them; take back photos nobody names.

    When the record's write fails for good or bad is not known: a disk may report an error
    after the tip stands in the file. So the photos stay then, and the sweep wipes them if
    no tip names them.
    """
    now = services.clock.now()
    attachments = _new_attachments(draft)
    put_photos(attachments, draft.photos, services.blobs)
    try:
        accepted = accept(
            lambda card_code: _new_tip(card_code, draft, attachments, now, services.units),
            Marks(code, submission_hash, content_hash),
            now,
            AcceptServices(services.tips, services.queue, services.mac, services.clocks),
        )
    except ConflictError:
        wipe_photos(attachments, services.blobs)
        raise
    if accepted.is_repeat:
        wipe_photos(attachments, services.blobs)
    return accepted.tip, accepted.is_repeat


def _new_tip(
    card_code: str,
    draft: TipDraft,
    attachments: tuple[Attachment, ...],
    now: datetime,
    units: UnitRegister,
) -> Tip:
    return Tip(
        tip_id=uuid.uuid4().hex,
        card_code=card_code,
        unit_id=receiving_unit(draft, units),
        addressed_unit_id=draft.unit_id,
        category=draft.category,
        urgency=draft.urgency,
        status=TipStatus.RECEIVED,
        sealed=draft.sealed or CATEGORIES[draft.category].sealed,
        received_at=now,
        content=draft.content,
        contact=draft.contact,
        attachments=attachments,
    )


def _new_attachments(draft: TipDraft) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(uuid.uuid4().hex, position, AttachmentState.ORIGINAL, uuid.uuid4().hex)
        for position in range(1, len(draft.photos) + 1)
    )


def _receipt(code: str, tip: Tip, is_repeat: bool) -> Receipt:
    return Receipt(code, tip.unit_id, tip.status, tip.received_at, is_repeat)
