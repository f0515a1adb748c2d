"""Whether a request that changes something comes from a page of our own."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import abort, request

from functions.config import is_loopback

READS = frozenset({"GET", "HEAD", "OPTIONS"})


class OwnOrigin:
    """One origin, and what its pages may ask for."""

    def __init__(self, url: str, hidden_at: str = "") -> None:
        """`hidden_at` is the endpoint whose form hides its origin and proves itself otherwise."""
        parts = urlsplit(url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._is_loopback = is_loopback(url)
        self._hidden_at = hidden_at

    def require(self) -> None:
        """Refuse with 403 what another site's page would change in somebody's name."""
        if request.method in READS:
            return
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            abort(403)
        origin = request.headers.get("Origin")
        if origin is not None and not self._is_own(origin):
            abort(403)

    def _is_own(self, origin: str) -> bool:
        if origin == self._origin:
            return True
        if origin == "null":
            return request.endpoint == self._hidden_at
        # On one machine a site goes by several names; the Host header was checked before.
        return self._is_loopback and origin == f"http://{request.host}"
