"""One call of the protocol: what it carries, read strictly, and whose pages it may touch."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.content.decap.collections import entry_path
from functions.core.editing.pages import LONGEST_SLUG
from functions.core.editing.permissions import Action, require
from functions.core.editing.services import EditingServices
from functions.core.errors import NotFoundError
from functions.core.models.content import Editor, PageKind, PagePath
from functions.core.vietnamese import slug_of

_SLUG_OF_DECAP = re.compile(r"[a-z0-9][a-z0-9_~-]{0,399}", re.ASCII)
"""What Decap makes of a title, of whatever length."""
_LAST_NUMBER = re.compile(r"-[0-9]{1,4}\Z", re.ASCII)
"""What Decap sets behind a slug that is taken."""


class RefusedError(Exception):
    """A call that cannot be answered; `code` names the sentence, `more` goes along with it."""

    def __init__(self, status: int, code: str, **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.more = more


def read_json(body: bytes) -> Any:
    """Return what a body says. Raises RefusedError for all that is no JSON in UTF-8."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise RefusedError(400, "unreadable") from exc


class Params:
    """Parameters by name. Every reader raises RefusedError for what has the wrong type."""

    def __init__(self, values: Any) -> None:
        if not isinstance(values, dict):
            raise RefusedError(400, "unreadable")
        self._values: Mapping[str, Any] = values

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str) -> str:
        """Return a text that can be written as UTF-8: half of a surrogate pair cannot."""
        return _text(self._values.get(name))

    def flag(self, name: str) -> bool:
        return self._values.get(name) is True

    def texts(self, name: str) -> Sequence[str]:
        return [_text(value) for value in self._list(name)]

    def part(self, name: str) -> Params:
        return Params(self._values.get(name, {}))

    def parts(self, name: str) -> Sequence[Params]:
        return [Params(value) for value in self._list(name)]

    def names_and_texts(self, name: str) -> Mapping[str, str]:
        values = self._values.get(name) or {}
        if not isinstance(values, dict):
            raise RefusedError(400, "unreadable")
        return {key: _text(value) for key, value in values.items()}

    def _list(self, name: str) -> Sequence[Any]:
        values = self._values.get(name) or []
        if not isinstance(values, list):
            raise RefusedError(400, "unreadable")
        return values


def _text(value: Any) -> str:
    try:
        if isinstance(value, str) and value.encode("utf-8") is not None:
            return value
    except UnicodeEncodeError:
        pass
    raise RefusedError(400, "unreadable")


@dataclass(frozen=True)
class Call:
    params: Params
    editor: Editor
    services: EditingServices

    def page(self, path: str, action: Action = Action.READ) -> PagePath:
        """Return what a path is. Raises NotAllowedError, and none of its reasons is told."""
        page = self.services.page(own_path(path))
        require(self.editor, action, page)
        return page

    def entry(self, action: Action = Action.READ) -> PagePath:
        """Return the page that `collection` and `slug` name. Raises as `entry_called`."""
        return self.entry_called(self.params.text("collection"), self.params.text("slug"), action)

    def entry_called(self, collection: str, slug: str, action: Action = Action.READ) -> PagePath:
        """Return the page that Decap calls so. Raises NotFoundError, and as `page`."""
        path = entry_path(collection, slug)
        if not slug:  # what Decap makes of a title without a single letter
            self.kind_in(path.removesuffix("/.md"))
            raise NotFoundError("entry")
        return self.page(path, action)

    def kind_in(self, folder: str) -> PageKind:
        """Return what stands in a folder of pages. Raises NotAllowedError."""
        return self.page(f"{folder}/trang.md").kind

    def picture_folder(self, path: str) -> str:
        """Return a folder, if pictures may stand in it. Raises NotAllowedError."""
        self.page(f"{path}/anh.jpg")
        return path


def own_path(path: str) -> str:
    """Return a page's path with our address in the place of Decap's, other paths as they are.

    Decap makes an address of the whole title, however long, and asks for it again later: so
    the same one is made of it in every call.
    """
    folder, _, name = path.rpartition("/")
    slug = name.removesuffix(".md")
    if slug == name or not _SLUG_OF_DECAP.fullmatch(slug):
        return path
    return f"{folder}/{own_slug(slug)}.md"


def own_slug(slug: str) -> str:
    """Return the address that a slug of Decap's becomes: folded and, at a word, cut."""
    plain = slug_of(slug)
    if len(plain) <= LONGEST_SLUG:
        return plain
    # The number stays, else Decap would look for a free slug without end.
    number = _LAST_NUMBER.search(plain)
    tail = number[0] if number else ""
    cut = plain[: LONGEST_SLUG - len(tail)]
    return (cut.rpartition("-")[0] or cut) + tail
