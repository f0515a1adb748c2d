"""The files of one version of the content, as its checks look at them: each read once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from functions.core.editing.pages import OWN_FOLDERS
from functions.core.ports.content import ContentStore
from publish.documents import Document, document_of, is_day
from publish.errors import PublishError
from publish.own_markdown import Rendered, new_renderer, render
from publish.page_links import ids_in_template, is_own

if TYPE_CHECKING:
    import markdown

# Those of mkdocs.yml that a unit's own texts do without, and what MkDocs adds by itself.
_SHARED_EXTENSIONS = ("toc", "fenced_code")
_UNIT_TEMPLATE, _OWN_TEMPLATE = "unit.html", "own_page.html"


class VersionPages:
    """The port Pages of publish/page_links.py for one version, as of one day."""

    def __init__(self, version: str, store: ContentStore, project: Path, today: date) -> None:
        self._blobs: Mapping[str, str] = store.paths(version)
        self._store = store
        self._templates = project / "templates" / "site"
        self._today = today
        self._contents: dict[str, bytes] = {}
        self._documents: dict[str, Document] = {}
        self._rendered: dict[str, Rendered] = {}

    @property
    def files(self) -> Collection[str]:
        return self._blobs.keys()

    def blob_id(self, path: str) -> str:
        return self._blobs[path]

    def contents(self, paths: Collection[str]) -> Mapping[str, bytes]:
        """Return what is in files of this version, those that are not read yet in one go."""
        wanted = {self._blobs[path] for path in paths if path not in self._contents}
        found = self._store.blobs(wanted) if wanted else {}
        for path in paths:
            if path not in self._contents:
                self._contents[path] = found[self._blobs[path]]
        return {path: self._contents[path] for path in paths}

    def document(self, path: str) -> Document:
        """Return a page. Raises PublishError."""
        if path not in self._documents:
            self._documents[path] = document_of(path, self.contents([path])[path])
        return self._documents[path]

    def document_if_sound(self, path: str) -> Document | None:
        """Return a page; None where it is not there, or cannot be read.

        What is wrong with another page is told when that is saved.
        """
        try:
            return self.document(path) if path in self._blobs else None
        except PublishError:
            return None

    def shared_pages(self, folder: str) -> Mapping[str, str]:
        """Return the paths of the pages of facts of a shared folder, by slug."""
        above = f"site/{folder}/" if folder else "site/"
        names = (path.removeprefix(above) for path in self._blobs if path.startswith(above))
        return {
            name.removesuffix(".md"): above + name
            for name in sorted(names)
            if name.endswith(".md") and "/" not in name and name != "index.md"
        }

    def render(self, path: str) -> Rendered:
        """Return a page's text as HTML. Raises PublishError."""
        if path not in self._rendered:
            renderer = self._own_renderer if is_own(path) else self._shared_renderer
            self._rendered[path] = render(self.document(path), renderer)
        return self._rendered[path]

    def rendered(self, path: str) -> Rendered | None:
        try:
            return self.render(path)
        except PublishError:
            return None

    def is_public_with(self, path: str, page: Document) -> bool:
        parts = path.split("/")
        if not (is_own(path) and path.endswith(".md") and parts[-2] in OWN_FOLDERS):
            return True
        target = self.document_if_sound(path)
        begins, own_begin = _first_day(target) if target else None, _first_day(page)
        return begins is None or begins <= max(own_begin or self._today, self._today)

    def template_anchors(self, path: str) -> Collection[str]:
        if is_own(path):
            name = _UNIT_TEMPLATE if path.endswith("/index.md") else _OWN_TEMPLATE
            return ids_in_template(self._templates, name)
        page = self.document_if_sound(path)
        template = page.meta.get("template") if page else None
        if not isinstance(template, str) or not (self._templates / template).is_file():
            return ()
        return ids_in_template(self._templates, template)

    @cached_property
    def _own_renderer(self) -> markdown.Markdown:
        return new_renderer()

    @cached_property
    def _shared_renderer(self) -> markdown.Markdown:
        return new_renderer(*_SHARED_EXTENSIONS)


def _first_day(page: Document) -> date | None:
    begins = page.meta.get("valid_from") or page.meta.get("posted_on")
    return begins if is_day(begins) else None
