"""What `git log` tells of versions, and the trail of saves that a draft is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from functions.core.models.content import ChangeKind, ChangeNote, Draft, DraftStatus
from functions.stores.git.notes import note_of

RECORD = "%x1e%H%x1f%P%x1f%ct%x1f%B%x1f"
"""The format of `git log` that `steps_in` reads."""


@dataclass(frozen=True)
class Step:
    """One version, with the names of its files where they were asked for."""

    version: str
    parent: str
    """The first of its parents; empty where it has none."""
    made_at: datetime
    note: ChangeNote
    files: tuple[str, ...]


def steps_in(listed: bytes) -> Iterator[Step]:
    """Yield what `RECORD`, and the names of files after it, say."""
    for record in listed.decode("utf-8", "replace").split("\x1e")[1:]:
        version, parents, stamp, message, names = record.split("\x1f", 4)
        files = tuple(name.strip("\n") for name in names.split("\0") if name.strip("\n"))
        made_at = datetime.fromtimestamp(int(stamp), UTC)
        yield Step(version, parents.partition(" ")[0], made_at, note_of(message), files)


def trail_of(version: str, made: Mapping[str, Step]) -> list[Step]:
    """Return the steps that led to a version, the newest first, as far as they are known."""
    trail: list[Step] = []
    while version in made:
        trail.append(made[version])
        version = made[version].parent
    return trail


def draft_from(page: str, trail: Sequence[Step], files: Sequence[str]) -> Draft:
    """Return the draft that a trail makes."""
    newest = trail[0]
    saves = [step.note.by for step in trail if step.note.kind is not ChangeKind.STATUS]
    return Draft(
        page=page,
        version=newest.version,
        status=newest.note.status or DraftStatus.DRAFT,
        by=saves[0] if saves else newest.note.by,
        changed_at=newest.made_at,
        files=tuple(sorted(files)),
        note=newest.note.text,
    )
