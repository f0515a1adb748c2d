"""Reading the case page as an officer's browser does."""

from __future__ import annotations

import html
import re


def photo_links(page: str) -> list[str]:
    """Return the addresses of a case's photos, which live for some minutes."""
    return [html.unescape(one) for one in re.findall(r'href="(/can-bo/tin/[^"]+/anh/[^"]+)"', page)]
