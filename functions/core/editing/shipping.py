"""Pages that a new release of the software brings, joined with what staff wrote since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from functions.core.editing.services import EditingServices
from functions.core.errors import MergeConflictError, NotFoundError
from functions.core.models.content import ChangeKind, ChangeNote, Editor, EditorRole
from functions.core.ports.content import ContentStore

SOFTWARE = Editor("", EditorRole.PROVINCE_APPROVER)
"""Who brings them: no officer."""

_NOTE = ChangeNote(ChangeKind.RELEASE, SOFTWARE)


@dataclass(frozen=True)
class Shipped:
    """What became of the pages of a release."""

    version: str
    """What is published now."""
    kept: tuple[str, ...] = ()
    """Pages where staff and software changed the same lines: the staff's stayed."""
    is_new: bool = False


def take_shipped(folder: Path, services: EditingServices) -> Shipped:
    """Publish the pages of `folder` (a `site/`), or what changed in them since the last time.

    Staff's changes win where both touch the same lines. The site itself is built by `catch_up`.
    """
    store, now = services.store, services.clock.now()
    with services.site.turn():
        before, published = store.shipped(), _published(store)
        brought = _brought(folder, before, store, now)
        if published is None:
            # In this order: without a part in common later releases could not be joined.
            store.move_shipped(before, brought)
            store.move_published(None, brought)
            return Shipped(brought, is_new=True)
        if before is not None and not store.changed_paths(before, brought):
            return Shipped(published)
        merged, kept = _joined(published, brought, store, now)
        # In this order: what is noted as brought is never brought again.
        store.move_published(published, merged)
        store.move_shipped(before, brought)
        return Shipped(merged, kept, is_new=True)


def version_ahead(folder: Path, store: ContentStore, now: datetime) -> str:
    """Return the version that `take_shipped` would publish; nothing names it yet."""
    before, published = store.shipped(), _published(store)
    brought = _brought(folder, before, store, now)
    if published is None:
        return brought
    if before is not None and not store.changed_paths(before, brought):
        return published
    return _joined(published, brought, store, now)[0]


def _published(store: ContentStore) -> str | None:
    try:
        return store.published()
    except NotFoundError:
        return None


def _brought(folder: Path, before: str | None, store: ContentStore, now: datetime) -> str:
    return store.version_of_folder(folder, [before] if before else [], _NOTE, now)


def _joined(
    published: str, brought: str, store: ContentStore, now: datetime
) -> tuple[str, tuple[str, ...]]:
    """Return the version of both, and the pages in which the software's change gave way."""
    try:
        return store.merge(published, brought, _NOTE, now), ()
    except MergeConflictError as conflict:
        ours = {path: store.read(published, path) for path in conflict.paths}
        yielding = store.make_version([brought], ours, _NOTE, now)
        return store.merge(published, yielding, _NOTE, now), conflict.paths
