"""What a tip says and who sent it, sealed apart: alike in every store, so that either opens
what the other sealed.

The context of each value names its tip; changing one would shut out all that is stored.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from functions.core.models import (
    CaseState,
    ChatAddress,
    Contact,
    Location,
    Outcome,
    OutcomeItem,
    TipContent,
)
from functions.stores.sealing import Sealer


def seal_content(tip_id: str, content: TipContent, sealer: Sealer) -> bytes:
    return sealer.seal(json.dumps(asdict(content)).encode(), _content_context(tip_id))


def open_content(tip_id: str, sealed: bytes | None, sealer: Sealer) -> TipContent:
    """Return the content; empty once it is erased. Raises KeyUnavailableError."""
    if sealed is None:
        return TipContent(text="")
    fields = json.loads(sealer.unseal(sealed, _content_context(tip_id)))
    location = fields.pop("location")
    return TipContent(**fields, location=Location(**location) if location else None)


def seal_contact(tip_id: str, contact: Contact, sealer: Sealer) -> bytes | None:
    """Return the sealed contact, None where none was given."""
    if not contact:
        return None
    return sealer.seal(json.dumps(asdict(contact)).encode(), _contact_context(tip_id))


def open_contact(tip_id: str, sealed: bytes | None, sealer: Sealer) -> Contact:
    """Return the contact; empty where none was given or it is erased. Raises
    KeyUnavailableError."""
    if sealed is None:
        return Contact()
    return Contact(**json.loads(sealer.unseal(sealed, _contact_context(tip_id))))


def seal_case(tip_id: str, case: CaseState, sealer: Sealer) -> bytes:
    fields = asdict(case)
    for name in ("first_acted_at", "closed_at"):
        fields[name] = fields[name].isoformat() if fields[name] else None
    return sealer.seal(json.dumps(fields).encode(), f"tips.case:{tip_id}")


def open_case(tip_id: str, sealed: bytes | None, sealer: Sealer) -> CaseState:
    """Return how far officers are; the beginning where nobody acted yet. Raises
    KeyUnavailableError."""
    if sealed is None:
        return CaseState()
    fields = json.loads(sealer.unseal(sealed, f"tips.case:{tip_id}"))
    for name in ("first_acted_at", "closed_at"):
        fields[name] = datetime.fromisoformat(fields[name]) if fields[name] else None
    for name in ("past_unit_ids", "joint_unit_ids"):
        fields[name] = tuple(fields[name])
    fields["outcome"] = _outcome(fields["outcome"])
    fields["sent_locations"] = tuple(
        (entry_id, Location(**location)) for entry_id, location in fields["sent_locations"]
    )
    return CaseState(**fields)


def _outcome(fields: dict[str, Any] | None) -> Outcome | None:
    if fields is None:
        return None
    for name in ("objects", "tests"):
        fields[name] = tuple(OutcomeItem(**item) for item in fields[name])
    return Outcome(**fields)


def seal_chat(tip_id: str, chat: ChatAddress | None, sealer: Sealer) -> bytes | None:
    """Return the sealed address, None where there is none."""
    if chat is None:
        return None
    return sealer.seal(json.dumps(asdict(chat)).encode(), f"tips.chat:{tip_id}")


def open_chat(tip_id: str, sealed: bytes | None, sealer: Sealer) -> ChatAddress | None:
    """Return where the sender can be answered, None where there is no such place. Raises
    KeyUnavailableError."""
    if sealed is None:
        return None
    return ChatAddress(**json.loads(sealer.unseal(sealed, f"tips.chat:{tip_id}")))


def seal_entry(tip_id: str, entry_id: str, name: str, text: str, sealer: Sealer) -> bytes:
    """Seal what an entry says and who did it, by the name they had then."""
    words = json.dumps({"actor_name": name, "text": text}).encode()
    return sealer.seal(words, f"case_entries:{tip_id}:{entry_id}")


def open_entry(tip_id: str, entry_id: str, sealed: bytes, sealer: Sealer) -> tuple[str, str]:
    """Return the actor's name and the text. Raises KeyUnavailableError."""
    words = json.loads(sealer.unseal(sealed, f"case_entries:{tip_id}:{entry_id}"))
    return str(words["actor_name"]), str(words["text"])


def _content_context(tip_id: str) -> str:
    return f"tips.content:{tip_id}"


def _contact_context(tip_id: str) -> str:
    return f"tips.contact:{tip_id}"
