"""Filling in small forms as a browser without script does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from werkzeug.test import encode_multipart

from tests.content.world import UNIT, Desk, EditingWorld
from tests.fakes.content import ListedProblems, RecordingSite

HOME = "/sua-nhanh/"
OWN = f"{HOME}{UNIT}/"
CONTACT, HOURS = f"{OWN}lien-he", f"{OWN}gio"
RULE, PAUSE = f"{OWN}thu-tuc/dang-ky-tam-tru", f"{OWN}tam-ngung"
NEW_NOTICE = f"{OWN}thong-bao"
FEES = f"{HOME}le-phi/dang-ky-tam-tru"


def fields_of(answer: Any, action: str) -> dict[str, str]:
    """Return what a browser would send of the form with this address, buttons apart."""
    reader = _FormReader(action)
    reader.feed(answer.get_data(as_text=True))
    assert reader.is_found, action
    return reader.fields


def fill(desk: Desk, address: str, /, **typed: Any) -> Any:
    """Open a form, type something into it and send it; None unticks a box."""
    return send(desk, address, fields_of(desk.get(address), address), **typed)


def send(desk: Desk, address: str, drawn: dict[str, str], /, **typed: Any) -> Any:
    """Send a form as it was drawn, with something typed into it; None unticks a box."""
    data = {name: value for name, value in (drawn | typed).items() if value is not None}
    # All in memory: the client itself would leave a large file open.
    boundary, body = encode_multipart(data)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return desk.client.post(address, data=body, content_type=kind)


def follow(desk: Desk, answer: Any) -> Any:
    """Open the page that an answer leads to."""
    assert answer.status_code == 303, answer.text
    return desk.get(answer.headers["Location"])


@contextmanager
def as_it_was(world: EditingWorld) -> Iterator[EditingWorld]:
    """Lend a world to a test, and take back whatever the test saved: faster than a new one."""
    store, version, now = world.store, world.store.published(), world.clock.now()
    yield world
    for draft in store.drafts():
        store.move_draft(draft.page, draft.version, None)
    store.move_published(store.published(), version)
    world.clock.set(now)
    assert isinstance(world.site, RecordingSite)
    world.site.fails_with = ""
    if isinstance(world.checker, ListedProblems):
        world.checker.listed = []


class _FormReader(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__(convert_charrefs=True)
        self._action = action
        self._inside = False
        self._text: str | None = None
        self._select = ""
        self.is_found = False
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        name = about.get("name") or ""
        if tag == "form":
            self._inside = about.get("action") == self._action
            self.is_found |= self._inside
        elif not self._inside:
            return
        elif tag == "textarea":
            self._text, self._select = name, ""
            self.fields[name] = ""
        elif tag == "select":
            self._select = name
            self.fields[name] = ""
        elif tag == "option" and "selected" in about:
            self.fields[self._select] = about.get("value") or ""
        elif tag == "input" and about.get("type") in ("radio", "checkbox"):
            if "checked" in about:
                self.fields[name] = about.get("value", "on") or ""
        elif tag == "input" and about.get("type") != "file":
            self.fields[name] = about.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._inside and self._text is not None:
            self.fields[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text is not None:
            # The first line end belongs to the mark, not to the text.
            self.fields[self._text] = self.fields[self._text].removeprefix("\n")
            self._text = None
        elif tag == "form":
            self._inside = False
