"""What is done with tips, in memory; the tips themselves are those of the tip store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from functions.core.deadlines import is_closed
from functions.core.errors import ConflictError
from functions.core.models import CaseEntry, ChatAddress, Contact, Job, Tip, TipSummary
from tests.fakes.tips import MemoryTipStore, summary

_FIRST_CLOCK = timedelta(hours=24)


class MemoryCaseStore:
    """The port CaseStore on the given tips; jobs go where theirs go."""

    def __init__(self, tips: MemoryTipStore) -> None:
        self._tips = tips
        self._entries: dict[str, list[CaseEntry]] = {}

    def change(self, before: Tip, after: Tip, entry: CaseEntry, jobs: Sequence[Job]) -> bool:
        with self._tips.lock:
            stored = self._tips.get(before.tip_id)
            if self.entry(before.tip_id, entry.entry_id) is not None:
                return False
            if stored.revision != before.revision:
                raise ConflictError("the case was changed meanwhile")
            changed = _changed(stored, before, after)
            self._tips.refuse_taken(changed.attachments[len(stored.attachments) :])
            self._tips.bring_jobs(*jobs)
            self._tips.put(changed)
            if after.chat is None:
                self._tips.chats.pop(before.tip_id, None)
            self._entries.setdefault(before.tip_id, []).append(entry)
            return True

    def entries(self, tip_id: str) -> list[CaseEntry]:
        return list(self._entries.get(tip_id, ()))

    def entry(self, tip_id: str, entry_id: str) -> CaseEntry | None:
        return next((one for one in self.entries(tip_id) if one.entry_id == entry_id), None)

    def open_for_unit(self, unit_id: str, limit: int) -> list[TipSummary]:
        tips = [
            tip
            for tip in self._tips.all()
            if unit_id in (tip.unit_id, *tip.case.joint_unit_ids)
            and (not is_closed(tip) or tip.case.is_waiting)
        ]
        return [summary(tip) for tip in sorted(tips, key=_due)[:limit]]

    def latest_of_chat(self, chat_hash: bytes) -> str | None:
        found = [tip_id for tip_id, known in self._tips.chats.items() if known == chat_hash]
        return found[-1] if found else None


def _changed(stored: Tip, before: Tip, after: Tip) -> Tip:
    """Return the stored tip with what the act changed: its photos may have been cleaned since."""
    known = {one.attachment_id for one in before.attachments}
    added = [one for one in after.attachments if one.attachment_id not in known]
    contact: Contact = stored.contact if after.contact else Contact()
    chat: ChatAddress | None = stored.chat if after.chat else None
    return replace(
        stored,
        unit_id=after.unit_id,
        status=after.status,
        due_at=after.due_at,
        case=after.case,
        contact=contact,
        chat=chat,
        revision=after.revision,
        timeline=(*stored.timeline, *after.timeline[len(before.timeline) :]),
        attachments=(*stored.attachments, *added),
    )


def _due(tip: Tip) -> datetime:
    return tip.due_at or tip.received_at + _FIRST_CLOCK
