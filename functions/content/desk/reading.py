"""Reading pages out of the content store, in their parts; each content is read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from functions.content.desk.differences import document_from
from functions.core.editing.reviews import PageDates
from functions.core.editing.services import EditingServices
from functions.core.errors import NotAllowedError
from functions.core.models.content import PageKind, PagePath
from publish.documents import Document, is_day

_KEPT_PAGES = 2_000
"""All pages of a province, and some of their former selves."""


@dataclass(frozen=True)
class PublishedPage:
    """A page as it is public now."""

    page: PagePath
    document: Document
    blob_id: str


class PageReader:
    """Reads pages as what they say, not as files."""

    def __init__(self, editing: EditingServices) -> None:
        self._editing = editing
        self._kept: dict[tuple[str, str], Document] = {}

    def document(self, path: str, blob_id: str) -> Document | None:
        """Return a page by its content's id; None where there is none."""
        return self.documents({path: blob_id}).get(path)

    def documents(self, blobs: Mapping[str, str]) -> dict[str, Document]:
        """Return pages by path, with one call for all that were not read before."""
        wanted = {(path, blob_id) for path, blob_id in blobs.items() if blob_id}
        kept = {key: known for key in wanted if (known := self._kept.get(key)) is not None}
        missing = wanted - kept.keys()
        contents = self._editing.store.blobs([blob_id for _, blob_id in missing])
        for path, blob_id in missing:
            if blob_id in contents:
                text = contents[blob_id].decode("utf-8", "replace")
                kept[path, blob_id] = document_from(path, text)
        if len(self._kept) > _KEPT_PAGES:
            self._kept.clear()
        self._kept.update(kept)
        return {path: kept[path, blobs[path]] for path in blobs if (path, blobs[path]) in kept}

    def at(self, version: str, path: str) -> Document | None:
        """Return a page as a version has it."""
        return self.document(path, self._editing.store.blob_id(version, path))

    def published(self, folder: str = "site") -> Iterator[PublishedPage]:
        """Yield the published pages below a folder, in the order of their paths."""
        store = self._editing.store
        listed = store.paths(store.published(), folder)
        blobs = {path: blob_id for path, blob_id in listed.items() if path.endswith(".md")}
        for path, document in self.documents(blobs).items():
            try:
                page = self._editing.page(path)
            except NotAllowedError:
                continue  # lists, samples, pages of former units
            yield PublishedPage(page, document, blobs[path])

    def title(self, page: PagePath, document: Document | None) -> str:
        """Return what staff call a page."""
        if page.kind is PageKind.UNIT:
            return self._editing.units.get(page.unit_id).name
        return str((document.meta.get("title") if document else None) or page.slug)

    def dates(self, page: PagePath, document: Document) -> PageDates:
        """Return what reviews have to know of a page."""
        meta = document.meta
        return PageDates(
            page,
            self.title(page, document),
            next_review_on=_day(meta.get("next_review_on")),
            checked_on=_day(meta.get("checked_on")),
            begins_on=_day(meta.get("valid_from")) or _day(meta.get("posted_on")),
            ends_on=_day(meta.get("valid_until")),
        )


def _day(value: Any) -> date | None:
    return value if is_day(value) else None
