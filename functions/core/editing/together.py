"""Several pages that belong together, public in one step."""

from __future__ import annotations

from collections.abc import Sequence

from functions.core.editing.drafting import joined, remade_pictures, require_removable
from functions.core.editing.page_pictures import unshown_pictures
from functions.core.editing.permissions import Action, require
from functions.core.editing.publishing import end_spent_drafts, make_public
from functions.core.editing.services import EditingServices
from functions.core.models.content import ChangeKind, ChangeNote, Edit, Editor, Version


def publish_together(
    edits: Sequence[Edit],
    editor: Editor,
    services: EditingServices,
    kind: ChangeKind = ChangeKind.QUICK_FIX,
) -> Version:
    """Publish small changes of several pages as one publication, or none of them.

    It is noted under the first page; pictures leave with them as in `publish`. Raises as
    `publish_now` does.
    """
    files: dict[str, bytes | None] = {}
    for edit in edits:
        require(editor, Action.PUBLISH, edit.page)
        require_removable(edit)
        files |= remade_pictures(edit, editor, services)
    store = services.store
    with services.site.turn():
        published = store.published()
        for edit in edits:
            files[edit.page.path], _ = joined(edit, published, None, editor, services)
        files |= unshown_pictures(files, published, services)
        note = ChangeNote(kind, editor, edits[0].page.path)
        version = store.make_version([published], files, note, services.clock.now())
        if store.changed_paths(published, version):
            make_public(published, version, services)
        end_spent_drafts(files, services)
        return store.versions(limit=1)[0]
