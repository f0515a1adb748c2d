"""Pages that a new release of the software brings, joined with what staff wrote since."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from functions.core.editing.services import EditingServices
from functions.core.errors import MergeConflictError, NotFoundError
from functions.core.models.content import ChangeKind, ChangeNote, Editor, EditorRole

SOFTWARE = Editor("", EditorRole.PROVINCE_APPROVER)
"""Who brings them: no officer."""


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
    note = ChangeNote(ChangeKind.RELEASE, SOFTWARE)
    with services.site.turn():
        before = store.shipped()
        brought = store.version_of_folder(folder, [before] if before else [], note, now)
        try:
            published = store.published()
        except NotFoundError:
            store.move_shipped(before, brought)
            store.move_published(None, brought)
            return Shipped(brought, is_new=True)
        if before is not None and not store.changed_paths(before, brought):
            return Shipped(published)
        kept: tuple[str, ...] = ()
        try:
            merged = store.merge(published, brought, note, now)
        except MergeConflictError as conflict:
            kept = conflict.paths
            ours = {path: store.read(published, path) for path in kept}
            yielding = store.make_version([brought], ours, note, now)
            merged = store.merge(published, yielding, note, now)
        store.move_published(published, merged)
        store.move_shipped(before, brought)
        return Shipped(merged, kept, is_new=True)
