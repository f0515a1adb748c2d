"""Tips in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from functions.core.errors import CardCodeTakenError, ConflictError, NotFoundError
from functions.core.models import Attachment, AttachmentState, MediaKind, Tip, TipStatus, TipSummary
from functions.core.ports import NewTip

BringJobs = Callable[..., object]
"""Takes jobs as its arguments and writes all or, with a ConflictError, none."""


class MemoryTipStore:
    """`bring_jobs` receives the jobs of each new tip and each act: `MemoryJobStore.bring`."""

    def __init__(self, bring_jobs: BringJobs) -> None:
        self.bring_jobs = bring_jobs
        self.lock = threading.RLock()
        """Held by whoever changes a tip: `MemoryCaseStore` does so too."""
        self.chats: dict[str, bytes] = {}
        """The hash of the chat that each tip came by, as long as it has it."""
        self._tips: dict[str, Tip] = {}
        self._new_by_submission: dict[bytes, NewTip] = {}
        self._id_by_receipt: dict[bytes, str] = {}

    def add(self, new: NewTip) -> Tip | None:
        with self.lock:
            earlier = self.find_submission(
                new.submission_hash, new.content_hash, new.tip.received_at
            )
            if earlier is not None:
                return earlier
            self._refuse_taken(new)
            self.bring_jobs(*new.jobs)
            self._tips[new.tip.tip_id] = new.tip
            self._new_by_submission[new.submission_hash] = new
            self._id_by_receipt[new.receipt_hash] = new.tip.tip_id
            if new.chat_hash:
                self.chats[new.tip.tip_id] = new.chat_hash
            return None

    def find_submission(
        self, submission_hash: bytes, content_hash: bytes, now: datetime
    ) -> Tip | None:
        known = self._new_by_submission.get(submission_hash)
        if known is None:
            return None
        if known.content_hash != content_hash or known.repeatable_until <= now:
            raise ConflictError("the submission key was used for another tip, or long ago")
        return self._tips[known.tip.tip_id]

    def get(self, tip_id: str) -> Tip:
        try:
            return self._tips[tip_id]
        except KeyError as exc:
            raise NotFoundError("no such tip") from exc

    def by_card_code(self, unit_id: str, card_code: str) -> Tip:
        for tip in self.all():
            if tip.card_code == card_code and unit_id in (tip.unit_id, *tip.case.joint_unit_ids):
                return tip
        raise NotFoundError("no such tip")

    def by_receipt(self, receipt_hash: bytes) -> Tip:
        return self.get(self._id_by_receipt.get(receipt_hash, ""))

    def list_for_unit(
        self, unit_id: str, limit: int, before: datetime | None = None
    ) -> list[TipSummary]:
        tips = [
            tip
            for tip in reversed(self.all())
            if tip.unit_id == unit_id and (before is None or tip.received_at < before)
        ]
        tips.sort(key=lambda tip: tip.received_at, reverse=True)
        return [summary(tip) for tip in tips[:limit]]

    def all_ids(self) -> Iterable[str]:
        return list(self._tips)

    def all(self) -> list[Tip]:
        """Return every tip as it stands, in order of receipt."""
        return list(self._tips.values())

    def put(self, tip: Tip) -> None:
        """Let a tip that is stored be as given."""
        self._tips[tip.tip_id] = tip

    def set_attachment(
        self, attachment_id: str, state: AttachmentState, blob_key: str, clean_sha256: str
    ) -> None:
        with self.lock:
            for tip in self.all():
                for attachment in tip.attachments:
                    if attachment.attachment_id == attachment_id:
                        changed = replace(
                            attachment, state=state, blob_key=blob_key, clean_sha256=clean_sha256
                        )
                        attachments = tuple(
                            changed if one == attachment else one for one in tip.attachments
                        )
                        self.put(replace(tip, attachments=attachments))
                        return
        raise NotFoundError("no such attachment")

    def blob_keys(self) -> set[str]:
        return {
            attachment.blob_key
            for tip in self.all()
            for attachment in tip.attachments
            if attachment.blob_key
        }

    def named_blobs(self, keys: Collection[str]) -> set[str]:
        return self.blob_keys().intersection(keys)

    def counts(self) -> dict[str, int]:
        erased = sum(tip.status is TipStatus.ERASED for tip in self.all())
        return {"stored": len(self._tips) - erased, "set_aside": 0, "erased": erased}

    def _refuse_taken(self, new: NewTip) -> None:
        if any(tip.card_code == new.tip.card_code for tip in self.all()):
            raise CardCodeTakenError(new.tip.card_code)
        if new.tip.tip_id in self._tips or new.receipt_hash in self._id_by_receipt:
            raise ConflictError("an id of the tip, or its receipt, is taken")
        self.refuse_taken(new.tip.attachments)

    def refuse_taken(self, attachments: Iterable[Attachment]) -> None:
        """Raise ConflictError where an attachment's id is taken."""
        taken = {one.attachment_id for tip in self.all() for one in tip.attachments}
        if taken.intersection(one.attachment_id for one in attachments):
            raise ConflictError("the id of an attachment is taken")


def summary(tip: Tip) -> TipSummary:
    """Return the tip's row of the officers' list."""
    return TipSummary(
        tip_id=tip.tip_id,
        card_code=tip.card_code,
        unit_id=tip.unit_id,
        category=tip.category,
        urgency=tip.urgency,
        status=tip.status,
        received_at=tip.received_at,
        photo_count=sum(one.kind is MediaKind.PHOTO for one in tip.attachments),
        due_at=tip.due_at,
        assignee_id=tip.case.assignee_id,
        is_waiting=tip.case.is_waiting,
    )
