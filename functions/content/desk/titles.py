"""What staff call a page, also when it is not public any more."""

from __future__ import annotations

from collections.abc import Iterator

from functions.content.desk.reading import PageReader
from functions.core.models.content import PagePath
from functions.core.ports.content import ContentStore


def title_in(page: PagePath, version: str, reader: PageReader, store: ContentStore) -> str:
    """Return a page's title in a version; where that has no such page, the one it had last."""
    documents = (reader.at(one, page.path) for one in _where_it_may_be(page, version, store))
    return reader.title(page, next(filter(None, documents), None))


def _where_it_may_be(page: PagePath, version: str, store: ContentStore) -> Iterator[str]:
    yield version
    yield store.published()
    yield from (found.version for found in store.versions(page.path))
