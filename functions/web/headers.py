"""The headers that stand on every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import Response


def content_security_policy(
    scripts: Iterable[str] = (), styles: Iterable[str] = (), upload_url: str = ""
) -> str:
    """Return the strict policy; inline scripts and styles only by the given hash sources.

    With an `upload_url` scripts may also send photos there, the one address beyond the site.
    """
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *scripts)),
            " ".join(("style-src 'self'", *styles)),
            "img-src 'self' data: blob:",
            f"connect-src 'self' {upload_url}".rstrip(),
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


STRICTEST_POLICY = content_security_policy()
PERMISSIONS_POLICY = "geolocation=(self), camera=(), microphone=(), payment=(), usb=()"
_ONE_YEAR = 365 * 24 * 3600


def security_headers(is_https: bool) -> Callable[[Response], Response]:
    """Return the step that puts the headers on.

    A view may set its own policy of content, referrer, caching and search engines; without
    one the strictest holds.
    """

    def put_on(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", STRICTEST_POLICY)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Permissions-Policy"] = PERMISSIONS_POLICY
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers.setdefault("X-Robots-Tag", "noindex")
        headers.setdefault("Cache-Control", "no-store")
        headers.setdefault("Referrer-Policy", "same-origin")
        if is_https:
            headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR}"
        return response

    return put_on
