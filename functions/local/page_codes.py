"""QR codes of pages, for paper: drawn when somebody prints, so no page carries one.

The address is known only where the site is served, and drawing thousands at every build would
cost more than the build itself.
"""

from __future__ import annotations

import io
from functools import lru_cache

import segno

NAME = "qr.svg"
"""The file that stands, as it were, beside every page."""

_QUIET_ZONE = 2
"""Modules of white around: the paper is white too."""


@lru_cache(maxsize=512)
def qr_svg(address: str) -> bytes:
    """Return the QR code of an address as SVG, half a kilobyte when compressed."""
    picture = io.BytesIO()
    code = segno.make_qr(address, error="l")
    code.save(picture, kind="svg", xmldecl=False, omitsize=True, border=_QUIET_ZONE)
    return picture.getvalue()
