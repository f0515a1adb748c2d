"""Previews: what somebody is writing, drawn as the real page, for them alone."""

from __future__ import annotations

import base64
import json
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from flask import Flask, Response, jsonify, request

from functions.content.answers import json_problem
from functions.content.decap.collections import entry_path, folder_of, parse_collection
from functions.content.guard import current_editor
from functions.content.services import ContentServices
from functions.content.texts.entries import require_short, taken_from_decap
from functions.core.editing.permissions import Action, require
from functions.core.errors import InvalidContentError
from functions.core.models.content import PagePath
from functions.web.audience import Audience, audience
from functions.web.fields import read_json_object
from publish.content_check import content_problems
from publish.errors import PublishError
from publish.preview import Preview, preview

PUBLIC_PAGES = "/trang/"
"""Where this origin shows the public site."""

_NEW_PAGE = "ban-xem-thu"
_AT_ONCE = 1
_WAIT_SECONDS = 20.0
_ADDRESS = re.compile(r'(\s(?:href|src)=")([^"#][^"]*)(")')
_PICTURE = re.compile(r"(!\[[^\]\n]{0,300}\]\()((?:anh/)?[a-z0-9._~-]{1,255})(?=[ )])")
"""A picture below the page, by whatever name Decap made of its file's."""
_ROOM = 8 * 1024 * 1024
"""So many bytes of a draft's pictures are put into its preview, however often it shows them."""
# One grey dot, for a picture that is still in the browser only.
_DOT_NAME = "anh-xem-thu.png"
_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGO4CwAA3wDeKXlwtgAAAABJRU5ErkJggg=="
)
_TYPES = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "webp": "webp"}


def add_routes(app: Flask, services: ContentServices) -> None:
    """Add `POST /api/preview`: {collection, slug, data, body} → {html}, or the problems found."""
    views = PreviewViews(services)
    app.add_url_rule("/api/preview", view_func=views.draw, methods=["POST"])


class PreviewViews:
    """The route with what it needs: drawing takes a processor for a second or two."""

    def __init__(self, services: ContentServices) -> None:
        self._services = services
        self._turns = threading.Semaphore(_AT_ONCE)

    @audience(Audience.STAFF)
    def draw(self) -> Response:
        """Answer with the page as it would look; 422 names what keeps it from being drawn."""
        sent = read_json_object(request)
        data = sent.get("data") if sent else None
        if sent is None or not isinstance(data, dict):
            return json_problem(400, "unreadable")
        page = self._page(str(sent.get("collection") or ""), str(sent.get("slug") or ""))
        require(current_editor(), Action.READ, page)
        raw = _raw(data, sent.get("body"))
        require_short(page, raw)
        store = self._services.editing.store
        draft = store.draft(page.path)
        version = draft.version if draft else store.published()
        old = store.read(version, page.path)
        text = taken_from_decap(page, old.decode("utf-8") if old else None, raw)
        if not self._turns.acquire(timeout=_WAIT_SECONDS):
            return json_problem(503, "busy")
        try:
            drawn = self._drawn(page, text, version)
        except PublishError as error:
            raise InvalidContentError(content_problems(error)) from error
        finally:
            self._turns.release()
        pictures = self._pictures(page, version, draft.files if draft else ())
        return jsonify({"html": _for_a_frame(drawn, pictures)})

    def _page(self, collection: str, slug: str) -> PagePath:
        kind, unit_id = parse_collection(collection)
        if slug:
            return self._services.editing.page(entry_path(collection, slug))
        return self._services.editing.page(f"{folder_of(kind, unit_id)}/{_NEW_PAGE}.md")

    def _drawn(self, page: PagePath, text: str, version: str) -> Preview:
        with self._root(page, text, version) as root:
            return preview(root, self._services.out, page.path, self._services.editing.today())

    @contextmanager
    def _root(self, page: PagePath, text: str, version: str) -> Iterator[Path]:
        """Yield a folder like the project's, with the pages of a version and this text."""
        project = self._services.project
        with tempfile.TemporaryDirectory(prefix="binhyen-preview-") as folder:
            root = Path(folder)
            for name in ("mkdocs.yml", "data", "templates"):
                (root / name).symlink_to(project / name)
            (root / "site").mkdir()
            self._services.editing.store.export(version, root / "site")
            file = root / page.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_with_dots(text, file.parent), encoding="utf-8")
            (file.parent / _DOT_NAME).write_bytes(_DOT)
            yield root

    def _pictures(
        self, page: PagePath, version: str, files: tuple[str, ...]
    ) -> Mapping[str, bytes]:
        """Return the draft's own pictures by their public address: nobody else serves them."""
        store = self._services.editing.store
        found = {path: store.read(version, path) for path in files if not path.endswith(".md")}
        prefix = "site/" if page.is_shared else "site/don-vi/"
        return {
            f"/{path.removeprefix(prefix)}": content
            for path, content in found.items()
            if content is not None
        }


def _raw(data: Mapping[str, Any], body: object) -> str:
    """Return an entry as Decap would send it; JSON is YAML too."""
    meta = json.dumps(data, ensure_ascii=False)
    return f"---\n{meta}\n---\n{body if isinstance(body, str) else ''}"


def _with_dots(text: str, folder: Path) -> str:
    """Return a page with a dot for each picture that lies not in its folder yet.

    Their names and formats are settled when they are saved: here they must break nothing.
    """

    def replaced(found: re.Match[str]) -> str:
        name = found[2]
        is_there = name.endswith(".md") or (folder / name).exists()
        return found[0] if is_there else found[1] + _DOT_NAME

    return _PICTURE.sub(replaced, text)


def _for_a_frame(drawn: Preview, pictures: Mapping[str, bytes]) -> str:
    """Return the page with addresses that lead to the public site as this origin shows it."""
    here, room = f"/{drawn.address}", _ROOM

    def replaced(found: re.Match[str]) -> str:
        nonlocal room
        before, address, after = found[1], found[2], found[3]
        whole: str = urljoin(here, address)
        if whole in pictures and len(pictures[whole]) <= room:
            room -= len(pictures[whole])
            return before + _inline(whole, pictures[whole]) + after
        if whole.startswith("/") and not whole.startswith("//"):
            whole = PUBLIC_PAGES + whole.removeprefix("/")
        return before + whole + after

    return _ADDRESS.sub(replaced, drawn.html)


def _inline(name: str, picture: bytes) -> str:
    kind = _TYPES.get(name.rpartition(".")[2], "png")
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"
