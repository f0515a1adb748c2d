"""What a tip says and who sent it, sealed apart: alike in every store, so that either opens
what the other sealed.

The context of each value names its tip; changing one would shut out all that is stored.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from functions.core.models import Contact, Location, TipContent
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


def _content_context(tip_id: str) -> str:
    return f"tips.content:{tip_id}"


def _contact_context(tip_id: str) -> str:
    return f"tips.contact:{tip_id}"
