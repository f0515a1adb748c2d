"""Build once, stamp every unit: built pages are cut at their tokens and joined with values.

A token is a key between two private-use characters. They pass Markdown, templates and links of
any generator untouched and cannot stand in a text by accident.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

OPEN, CLOSE = "\ue000", "\ue001"

_TOKEN = re.compile(f"{OPEN}([a-z0-9_-]+){CLOSE}")
_BLANK_LINES = re.compile(r"\n\s*\n")


def token(key: str) -> str:
    """Return the sign that holds the place of a unit's value."""
    return f"{OPEN}{key}{CLOSE}"


def escaped(text: str) -> str:
    """Return text that is safe as element content and as a quoted attribute value."""
    return html.escape(text, quote=True)


def squeezed(page: str) -> str:
    """Return a page without the blank lines that templates leave; inside pre they are text."""
    return page if "<pre" in page else _BLANK_LINES.sub("\n", page)


@dataclass(frozen=True)
class CutPage:
    """A built page cut at its tokens: text, key, text, key, … text."""

    pieces: tuple[str, ...]

    @classmethod
    def of(cls, page: str) -> CutPage:
        """Cut a built page."""
        return cls(tuple(_TOKEN.split(squeezed(page))))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The values this page asks for."""
        return tuple(sorted(set(self.pieces[1::2])))

    def stamped(self, values: Mapping[str, str]) -> str:
        """Return the page with each token replaced by its (already escaped) value."""
        return "".join(
            values[piece] if index % 2 else piece for index, piece in enumerate(self.pieces)
        )

    def encoded(self, values: Mapping[str, bytes]) -> bytes:
        """Return the page as bytes, from values that were encoded once for all pages."""
        pieces = list(self._encoded)
        pieces[1::2] = [values[key] for key in self.pieces[1::2]]
        return b"".join(pieces)

    @cached_property
    def _encoded(self) -> tuple[bytes, ...]:
        return tuple(piece.encode("utf-8") for piece in self.pieces)
