"""What the data folder remembers of its last good backup, for `binhyen doctor`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_NAME = "last-backup.json"


@dataclass(frozen=True)
class LastBackup:
    backup_id: str
    taken_at: datetime
    place: str


def write_marker(data_dir: Path, last: LastBackup) -> None:
    """Remember a backup that was written and read back."""
    document = {
        "backup_id": last.backup_id,
        "taken_at": last.taken_at.isoformat(),
        "place": last.place,
    }
    draft = data_dir / f".{_NAME}"
    with open(draft, "w", encoding="utf-8", opener=_private) as file:
        json.dump(document, file)
    draft.replace(data_dir / _NAME)


def read_marker(data_dir: Path) -> LastBackup | None:
    """Return the last good backup; None where there was none, or nobody can tell."""
    try:
        document = json.loads((data_dir / _NAME).read_text("utf-8"))
        return LastBackup(
            document["backup_id"],
            datetime.fromisoformat(document["taken_at"]),
            document["place"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
