"""What a commit says of itself: a first line for people, and one line for each fact."""

from __future__ import annotations

import json
from datetime import datetime

from functions.core.models.content import (
    ChangeKind,
    ChangeNote,
    DraftStatus,
    Editor,
    EditorRole,
)

_DOMAIN = "binhyen.invalid"


def message_of(note: ChangeNote) -> str:
    """Return the commit message of a note."""
    facts = {
        "Change": note.kind.value,
        "Unit": note.by.unit_id,
        "Role": note.by.role.value,
        "Mark": note.by.mark,
        "Page": note.page,
        "Status": note.status.value if note.status else "",
        # What a person wrote may hold line ends, also such as only some programs know.
        "Text": json.dumps(note.text) if note.text else "",
    }
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    return "\n".join([f"{note.kind.value} {note.page}".strip(), "", *lines]) + "\n"


def note_of(message: str) -> ChangeNote:
    """Return the note of a commit message; one that is not ours counts as a release."""
    # Not splitlines(): it would let U+2028 in a text begin a fact of its own.
    facts = dict(line.split(": ", 1) for line in message.split("\n") if ": " in line)
    try:
        return ChangeNote(
            kind=ChangeKind(facts["Change"]),
            by=Editor(facts.get("Unit", ""), EditorRole(facts["Role"]), facts.get("Mark", "")),
            page=facts.get("Page", ""),
            status=DraftStatus(facts["Status"]) if "Status" in facts else None,
            text=json.loads(facts["Text"]) if "Text" in facts else "",
        )
    except (KeyError, ValueError):
        return ChangeNote(ChangeKind.RELEASE, Editor("", EditorRole.PROVINCE_APPROVER))


def identity_of(by: Editor, now: datetime) -> dict[str, str]:
    """Return git's author: a role of a unit, never a person (the issue's own rule)."""
    name = f"{by.role.value} {by.unit_id}".strip()
    address = f"{by.role.value}@{by.unit_id or 'software'}.{_DOMAIN}"
    stamp = f"{int(now.timestamp())} +0700"
    return {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", name), ("EMAIL", address), ("DATE", stamp))
    }
