"""Where tips and their cases are kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from functions.core.models import AttachmentState, CaseEntry, Job, Tip, TipSummary


@dataclass(frozen=True)
class NewTip:
    """All that is written in one durable step when a tip is accepted."""

    tip: Tip
    receipt_hash: bytes
    submission_hash: bytes
    """Keyed hash of unit and submission key; unique."""
    content_hash: bytes
    """Keyed hash of the normalised fields and photo bytes in order."""
    repeatable_until: datetime
    """Until then the same submission gives the same receipt; later it conflicts."""
    jobs: tuple[Job, ...]
    contact_erase_after: datetime | None
    erase_after: datetime
    chat_hash: bytes = b""
    """Keyed hash of the chat it came by, which leads to its latest tip; empty: no chat."""


class TipStore(Protocol):
    """Tips with their timeline and attachments; the record of truth."""

    def add(self, new: NewTip) -> Tip | None:
        """Store tip, attachments, timeline and jobs in one atomic durable write.

        Returns None when stored now. When the submission hash is known: the tip stored
        then, if the content hash is the same and `repeatable_until` lies ahead of the
        new tip's `received_at`; otherwise raises ConflictError. The new tip's blobs must
        be durable before this call. Raises StoreUnavailableError when the tip is not known
        to be stored: a disk that failed in the last step of the commit may hold it all the
        same, so its blobs must stay (the sweep takes those that no tip names).
        Raises CardCodeTakenError with nothing stored when the card code is taken, and
        ConflictError when another id or the receipt is.
        """
        ...

    def find_submission(
        self, submission_hash: bytes, content_hash: bytes, now: datetime
    ) -> Tip | None:
        """Return the tip of an earlier same submission, None when the hash is new.

        Raises ConflictError exactly where `add` would.
        """
        ...

    def get(self, tip_id: str) -> Tip:
        """Return the whole tip. Raises NotFoundError."""
        ...

    def by_card_code(self, unit_id: str, card_code: str) -> Tip:
        """Return the tip of that code if the unit has it or works on it jointly; NotFoundError
        also for another unit's."""
        ...

    def by_receipt(self, receipt_hash: bytes) -> Tip:
        """Return the tip of a receipt. Raises NotFoundError."""
        ...

    def list_for_unit(
        self, unit_id: str, limit: int, before: datetime | None = None
    ) -> list[TipSummary]:
        """Return the unit's newest tips first, those received before `before` if given.

        A tip stored just now may be missing for some seconds, never for good. Of one moment,
        the last stored stands first where the store knows it.
        """
        ...

    def all_ids(self) -> Iterable[str]:
        """Yield every tip id in order of receipt: as they arrived where the store counts
        arrivals, else by `received_at`, which a clock set back disturbs."""
        ...

    def set_attachment(
        self, attachment_id: str, state: AttachmentState, blob_key: str, clean_sha256: str
    ) -> None:
        """Record what became of a photo, durably."""
        ...

    def blob_keys(self) -> set[str]:
        """Return every blob key that an attachment names; for an operator's commands."""
        ...

    def named_blobs(self, keys: Collection[str]) -> set[str]:
        """Return those of the keys that an attachment names, none missing."""
        ...

    def counts(self) -> dict[str, int]:
        """Return {"stored", "set_aside", "erased"}; it may lag some seconds behind."""
        ...


class CaseStore(Protocol):
    """What officers and residents do with a tip after it came in: the same record of truth."""

    def change(self, before: Tip, after: Tip, entry: CaseEntry, jobs: Sequence[Job]) -> bool:
        """Write the tip as it is after an act, the act's entry and its jobs, all or nothing.

        False, and nothing written, when the tip has an entry of that id: the act was done
        before. Raises ConflictError when the tip has another revision than `before`: read it
        again. Of the tip are written: unit, status, due time, case, contact and chat where
        they were taken away, and what is new in timeline and attachments; `after.revision`
        and `entry.position` are one more than `before.revision`. Blobs of new attachments
        must be durable before. Raises StoreUnavailableError and NotFoundError.
        """
        ...

    def entries(self, tip_id: str) -> list[CaseEntry]:
        """Return the record of the case in order; empty also for an unknown tip."""
        ...

    def entry(self, tip_id: str, entry_id: str) -> CaseEntry | None:
        """Return one entry, None when the act was not done."""
        ...

    def open_for_unit(self, unit_id: str, limit: int) -> list[TipSummary]:
        """Return the unit's tips that are not closed, or whose resident waits for an answer
        all the same; those it works on jointly among them. Soonest due first, a closed one at
        the end of its first clock. One changed just now may be missing for some seconds."""
        ...

    def latest_of_chat(self, chat_hash: bytes) -> str | None:
        """Return the id of the last tip that came by this chat, at once also of one stored just
        now; of those from which their chat was taken away, none."""
        ...


LONGEST_REMEMBERED = timedelta(hours=1)
"""No repeat is remembered for so long. An end further ahead was written by a clock that ran
wrong, and would show a receipt code for years once the clock is right again."""


class RepeatGuard(Protocol):
    """Remembers submissions for some minutes, their codes sealed (design D9): those without a
    key, and those whose uploads were dropped."""

    def remember(
        self, fingerprint: bytes, receipt_code: str, tip_id: str, expires_at: datetime
    ) -> None: ...

    def recall(self, fingerprint: bytes, now: datetime) -> tuple[str, str] | None:
        """Return (receipt code, tip id), None when unknown, expired, or not to be believed
        because its end lies more than LONGEST_REMEMBERED ahead."""
        ...

    def forget_expired(self, now: datetime) -> None:
        """Remove what `recall` would not return, unless the store removes it by itself."""
        ...
