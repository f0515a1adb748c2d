"""What a strict content security policy must know about the built pages."""

from __future__ import annotations

import base64
import hashlib
import re

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.I)
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL | re.I)
# A block of data is not executed and needs no permission.
_NOT_RUN = re.compile(r"\bsrc\s*=|type\s*=\s*[\"']?application/(?:ld\+)?json", re.I)


def script_hashes(page: str) -> set[str]:
    """Return the `'sha256-…'` sources of the page's own inline scripts."""
    return {_source(body) for body in _scripts(page)}


def style_hashes(page: str) -> set[str]:
    """Return the `'sha256-…'` sources of the page's style elements."""
    return {_source(body) for body in _STYLE.findall(page)}


def runs_inline(page: str) -> list[str]:
    """Return the page's own inline scripts and styles, of which a policy must know the hash."""
    return _scripts(page) + _STYLE.findall(page)


def _scripts(page: str) -> list[str]:
    return [body for attributes, body in _SCRIPT.findall(page) if not _NOT_RUN.search(attributes)]


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
