"""Lists from A to Z: units and procedures under their first letters, for reading without search."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from functions.core.vietnamese import collation_key
from publish.documents import Document

# Ă Â Đ Ê Ô Ơ Ư are letters of their own; a tone is not.
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_NAMES_SHOWN = 3


def first_letter(name: str) -> str:
    """Return the letter a name stands under."""
    signs = unicodedata.normalize("NFD", name[:1].upper())
    return unicodedata.normalize("NFC", "".join(sign for sign in signs if sign not in _TONES))


def grouped(entries: Iterable[tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Return sorted (name, entry) pairs under their letters, each with an anchor in ASCII."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for name, entry in entries:
        groups.setdefault(first_letter(name), []).append(entry)
    return [
        {"letter": letter, "anchor": f"chu-{ord(letter):x}", "entries": found}
        for letter, found in groups.items()
    ]


def procedure_letters(pages: Mapping[str, Document]) -> list[dict[str, Any]]:
    """Return all procedures from A to Z, each with what people call it."""
    named = [(str(page.meta["short_title"]), slug, page.meta) for slug, page in pages.items()]
    named.sort(key=lambda item: collation_key(item[0]))
    return grouped(
        (
            name,
            {
                "slug": slug,
                "name": name,
                "also": list(meta.get("also_called") or [])[:_NAMES_SHOWN],
            },
        )
        for name, slug, meta in named
    )
