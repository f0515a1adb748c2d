"""An officer's browser without a screen: sessions, pages and forms by plain HTTP."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What came back, after redirects."""

    status: int
    text: str
    url: str

    def without(self, *own: str) -> str:
        """Return the page without what may differ between two that must say the same."""
        text = re.sub(r'value="[^"]*"', "", self.text)
        for word in own:
            text = text.replace(word, "…")
        return text


class Desk:
    """One browser with its cookie."""

    def __init__(self, url: str, link: str = "") -> None:
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        if link:
            secret = link.split("?")[0].rsplit("/", 1)[1]
            answer = self.post("/can-bo/vao", {"secret": secret})
            assert answer.status == 200, answer

    def get(self, path: str) -> Answer:
        return self._open(urllib.request.Request(self._full(path)))

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        body = urllib.parse.urlencode(fields).encode()
        return self._open(urllib.request.Request(self._full(path), body))

    def hidden(self, page: Answer) -> dict[str, str]:
        """Return the hidden fields of a page's first act."""
        found = dict(re.findall(r'name="(csrf_token|act_key)" value="([^"]+)"', page.text))
        assert set(found) == {"csrf_token", "act_key"}, page
        return found

    def _full(self, path: str) -> str:
        return path if path.startswith("http") else self.url + path

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=20) as answer:
                return Answer(answer.status, _text(answer.read()), answer.url)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _text(error.read()), error.url)


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
