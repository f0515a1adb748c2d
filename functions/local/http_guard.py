"""What waitress must refuse before any app sees it.

Measured on hostile raw requests: waitress cuts half-open clients by itself, but takes a
length beside a chunked body and two Host headers; both are ways to smuggle a request past
a proxy.
"""

from __future__ import annotations

from pathlib import Path

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import RequestEntityTooLarge


class TooLargePage(RequestEntityTooLarge):  # type: ignore[misc]  # waitress has no types
    """The answer to a body over the server's own cap, in words that people can use."""

    page = b""

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        status = f"{self.code} {self.reason}"
        return status, [("Content-Type", "text/html; charset=utf-8")], self.page


class StrictParser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Waitress's parser, stricter about what decides where a request ends and goes."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("both a length and a chunked body")
        if "," in self.headers.get("HOST", ""):
            raise ParsingError("more than one host")

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        error: object = vars(self).get("error")
        if isinstance(error, RequestEntityTooLarge):
            self.error = TooLargePage(error.body)
        return consumed


class StrictChannel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    parser_class = StrictParser


def load_pages(templates: Path) -> None:
    """Read the page that is shown where no app can answer."""
    TooLargePage.page = (templates / "pages" / "too_large.html").read_bytes()
