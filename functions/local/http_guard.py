"""What waitress must refuse before any app sees it.

Measured on hostile raw requests: waitress cuts half-open clients by itself, but takes a
length beside a chunked body and two Host headers; both are ways to smuggle a request past
a proxy.
"""

from __future__ import annotations

import json
from pathlib import Path

import jinja2
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import RequestEntityTooLarge

from functions.web.words import PageWords, load_words


class TooLargeAnswer(RequestEntityTooLarge):  # type: ignore[misc]  # waitress has no types
    """The answer to a body over the server's own cap, in words that people can use."""

    page = b""
    document = b""

    def __init__(self, reason: str, wants_json: bool) -> None:
        super().__init__(reason)
        self._wants_json = wants_json

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        status = f"{self.code} {self.reason}"
        if self._wants_json:
            return status, [("Content-Type", "application/json")], self.document
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
            wants_json = "application/json" in self.headers.get("ACCEPT", "")
            self.error = TooLargeAnswer(error.body, wants_json)
        return consumed


class StrictChannel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    parser_class = StrictParser


def load_answers(templates: Path) -> None:
    """Read the words for where no app can answer."""
    words = load_words(templates).page(413)
    TooLargeAnswer.page, TooLargeAnswer.document = page_and_document(templates, words)


def page_and_document(templates: Path, words: PageWords) -> tuple[bytes, bytes]:
    """Return the page that stands alone, and the same as JSON."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates / "pages"), autoescape=True
    )
    page = environment.get_template("too_large.html.j2").render(words=words)
    error = {"field": "", "code": words.code, "message": words.text}
    return page.encode(), json.dumps({"errors": [error]}, ensure_ascii=False).encode()
