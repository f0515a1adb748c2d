"""Photos that came into the store before their tip, and what becomes of them.

Such an original may say where it was taken, so it must not lie about; but a browser whose
answer was lost names the same uploads again. Both are served so: once the tip stands, a mark
remembers for half an hour which uploads became which tip, and only then are they dropped. A
crash in between leaves the uploads, from which the repeat is known by their bytes. Whoever
repeats later has the photos still, and uploads them again: the bytes decide as ever. What no
tip ever takes goes by the store's own limit of a day.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from functions.core import codes
from functions.core.errors import NotFoundError, StoreUnavailableError
from functions.core.models import TipDraft
from functions.core.ports import UploadStore
from functions.core.submissions import fingerprint
from functions.core.tips import Receipt, SubmitServices

KNOWN_FOR = timedelta(minutes=30)
_UPLOAD_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class UploadServices:
    uploads: UploadStore | None
    """None where photos come with the form alone: nothing was ever uploaded there."""
    submit: SubmitServices


def take_upload(upload_id: str, services: UploadServices) -> bytes | None:
    """Return the photo; None alike for one that never came, is gone, or has no such id.

    Raises StoreUnavailableError.
    """
    if services.uploads is None or not _UPLOAD_ID.fullmatch(upload_id):
        return None
    try:
        return services.uploads.take(upload_id)
    except NotFoundError:
        return None


def find_earlier(
    draft: TipDraft, upload_ids: Sequence[str], services: UploadServices
) -> Receipt | None:
    """Return the receipt of the same submission whose uploads were dropped already.

    `draft` holds the fields and the photos of the form, without the uploads.
    """
    if not draft.submission_key:
        return None
    submit = services.submit
    known = submit.repeats.recall(_mark(draft, upload_ids, submit), submit.clock.now())
    if known is None:
        return None
    tip = submit.tips.get(known[1])
    code = codes.derived_receipt_code(submit.mac, draft.unit_id, draft.submission_key)
    return Receipt(code, tip.unit_id, tip.status, tip.received_at, is_repeat=True)


def settle_uploads(
    draft: TipDraft, upload_ids: Sequence[str], receipt: Receipt, services: UploadServices
) -> None:
    """Remember which uploads became the tip of this receipt, then drop them.

    `draft` as for `find_earlier`. Never raises for the store's sake: the tip stands. Without
    a submission key a repeat is known by the bytes alone, so the uploads stay for their day.
    """
    if services.uploads is None or not draft.submission_key:
        return
    submit = services.submit
    with contextlib.suppress(StoreUnavailableError):
        tip = submit.tips.by_receipt(codes.receipt_hash(submit.mac, receipt.receipt_code))
        # The code itself is not kept: it follows from the key.
        submit.repeats.remember(
            _mark(draft, upload_ids, submit), "", tip.tip_id, submit.clock.now() + KNOWN_FOR
        )
        for upload_id in upload_ids:
            services.uploads.drop(upload_id)


def _mark(draft: TipDraft, upload_ids: Sequence[str], submit: SubmitServices) -> bytes:
    """Return what only the same act has: unit, key, fields, photos of the form, and uploads."""
    named = "\0".join((draft.submission_key, *upload_ids)).encode()
    return submit.mac.digest("repeat", b"uploads\0" + fingerprint(draft) + named)
