"""From a draft to the public site, and back to any earlier state.

The new version is built and checked aside; only then it becomes the published one, and the
site is switched at once after that. A kill in between leaves the site one publication behind:
`catch_up` builds it at the next start.

What goes out past a page's draft may say what the draft says. Then the draft ends, or whoever
opens it would be asked to publish what is public. A kill or a save in that moment leaves it: it
says nothing else, and can be thrown away.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace

from functions.core.editing.drafting import (
    draft_of,
    joined,
    remade_pictures,
    require_removable,
    require_sound,
    save,
)
from functions.core.editing.page_pictures import unshown_pictures
from functions.core.editing.permissions import Action, may, require
from functions.core.editing.services import EditingServices
from functions.core.errors import (
    ConflictError,
    MergeConflictError,
    NotAllowedError,
    NotFoundError,
)
from functions.core.models.content import (
    ChangeKind,
    ChangeNote,
    Draft,
    Edit,
    Editor,
    EditorRole,
    PageKind,
    PagePath,
    Saved,
    Version,
)


def publish(
    page: PagePath, editor: Editor, services: EditingServices, seen: str | None = None
) -> Version:
    """Publish a page's draft; `seen` is the version that was looked at.

    Pictures that the page showed and that no page shows any more leave the site. Raises
    NotAllowedError, NotFoundError, ConflictError (changed since), MergeConflictError (published
    otherwise since it was begun), InvalidContentError, PublishFailedError; then the draft stays
    as it is and nothing public has changed.
    """
    require(editor, Action.PUBLISH, page)
    store = services.store
    with services.site.turn():
        draft = draft_of(page, services, seen)
        published = store.published()
        note = ChangeNote(ChangeKind.PUBLISHED, editor, page.path)
        version = store.merge(published, draft.version, note, services.clock.now())
        changed = store.changed_paths(published, version)
        for path in changed:
            require(editor, Action.PUBLISH, services.page(path))
        files = {path: store.read(version, path) for path in changed}
        pictures = unshown_pictures(files, published, services)
        if pictures:
            parents = [published, draft.version]
            version = store.make_version(parents, {**files, **pictures}, note, services.clock.now())
        _make_public(published, version, services)
        _drop_draft(draft, services)
        return store.versions(limit=1)[0]


def publish_now(
    edit: Edit,
    editor: Editor,
    services: EditingServices,
    kind: ChangeKind = ChangeKind.QUICK_FIX,
    seen: str | None = None,
) -> Version:
    """Publish a small change at once, without a draft, as `publish_together` does."""
    return publish_together([edit], editor, services, kind, seen)


def publish_together(
    edits: Sequence[Edit],
    editor: Editor,
    services: EditingServices,
    kind: ChangeKind = ChangeKind.QUICK_FIX,
    seen: str | None = None,
) -> Version:
    """Publish small changes of several pages as one publication, or none of them.

    It is noted under the first page; pictures leave with them as in `publish`. `seen` is the
    blob of the first page as it was public when looked at, empty where there was none. Raises
    ConflictError where it is another by now, and as `save` and `publish` do.
    """
    pictures: dict[str, bytes | None] = {}
    for edit in edits:
        require(editor, Action.PUBLISH, edit.page)
        require_removable(edit)
        pictures |= remade_pictures(edit, editor, services)
    store, first = services.store, edits[0].page.path
    with services.site.turn():
        published = store.published()
        texts = {
            edit.page.path: joined(edit, published, None, editor, services)[0] for edit in edits
        }
        is_changed = seen not in (None, store.blob_id(published, first))
        # Where somebody did the same, as by a second press of the button, there is no conflict.
        if is_changed and store.read(published, first) != texts[first]:
            raise ConflictError(first)
        files = {**texts, **pictures}
        files |= unshown_pictures(files, published, services)
        note = ChangeNote(kind, editor, first)
        version = store.make_version([published], files, note, services.clock.now())
        if store.changed_paths(published, version):
            _make_public(published, version, services)
        _end_spent_drafts(files, services)
        return store.versions(limit=1)[0]


def bring_back(
    page: PagePath,
    version: str,
    editor: Editor,
    services: EditingServices,
    seen: str | None = None,
) -> Version | Saved:
    """Let a page be what it was in an older publication: at once by an approver, else as a draft.

    Pictures it showed then and that are gone come back with it. `seen` is the blob of the public
    page that was looked at, empty where there was none. Raises NotFoundError where the page was
    not there, ConflictError where another is public by now, and as `publish_now` and `save` do.
    """
    require(editor, Action.WRITE, page)
    store = services.store
    if not store.contains(store.published(), version):
        raise NotFoundError("version")
    text = store.read(version, page.path)
    if text is None:
        raise NotFoundError("version")
    edit = Edit(page, text.decode("utf-8"), None, pictures_gone(page, version, text, services))
    if may(editor, Action.BRING_BACK, page):
        return publish_now(edit, editor, services, ChangeKind.BROUGHT_BACK, seen)
    if seen not in (None, store.blob_id(store.published(), page.path)):
        raise ConflictError(page.path)
    # What is published in this very moment is joined with, or told.
    return save(replace(edit, base=seen), editor, services)


def go_back(
    number: int, editor: Editor, services: EditingServices, seen: str | None = None
) -> Version:
    """Publish the whole content as it was in an earlier publication; drafts that say more stay.

    Only the province may: it changes the pages of all units. `seen` is the published version
    that was looked at. Where all is so already there is nothing to publish. Raises
    NotFoundError, NotAllowedError, ConflictError (published since), PublishFailedError.
    """
    if editor.role is not EditorRole.PROVINCE_APPROVER:
        raise NotAllowedError("go-back")
    store = services.store
    with services.site.turn():
        wanted = store.publication(number)
        published = store.published()
        changed = store.changed_paths(published, wanted.version)
        if not changed:
            return store.versions(limit=1)[0]
        if seen not in (None, published):
            raise ConflictError(published)
        note = ChangeNote(ChangeKind.WENT_BACK, editor, text=str(number))
        files = {path: store.read(wanted.version, path) for path in changed}
        version = store.make_version([published], files, note, services.clock.now())
        services.site.publish(version, lambda: store.move_published(published, version))
        _end_spent_drafts(changed, services)
        return store.versions(limit=1)[0]


def _end_spent_drafts(paths: Collection[str], services: EditingServices) -> None:
    """End the drafts of these pages that would change nothing of what is public.

    It is for publications past drafts, within their turn.
    """
    for draft in services.store.drafts():
        if draft.page in paths and _is_spent(draft, services):
            # Whoever saves or hands in at this very moment has the draft stay.
            with suppress(ConflictError):
                services.store.move_draft(draft.page, draft.version, None)


def catch_up(services: EditingServices, *, again: bool = False) -> bool:
    """Mend what a kill left: build what is published and not public, drop drafts that went in.

    `again`: build also what is public, because the day or the software is another. Tell whether
    the site was built. Raises PublishFailedError.
    """
    store = services.store
    with services.site.turn():
        published = store.published()
        for draft in store.drafts():
            if store.contains(published, draft.version):
                _drop_draft(draft, services)
        if services.site.live_version() == published and not again:
            return False
        services.site.publish(published, lambda: None)
        return True


def _make_public(published: str, version: str, services: EditingServices) -> None:
    store = services.store
    changed = store.changed_paths(published, version)
    require_sound(version, dict.fromkeys(changed), services)
    services.site.publish(version, lambda: store.move_published(published, version))


def _is_spent(draft: Draft, services: EditingServices) -> bool:
    store, published = services.store, services.store.published()
    note = ChangeNote(ChangeKind.PUBLISHED, draft.by, draft.page)
    try:
        both = store.merge(published, draft.version, note, services.clock.now())
    except MergeConflictError:
        return False
    return not store.changed_paths(published, both)


def _drop_draft(draft: Draft, services: EditingServices) -> None:
    try:
        services.store.move_draft(draft.page, draft.version, None)
    except ConflictError:
        left = services.store.draft(draft.page)
        if left is not None and not left.files:
            # Handed in or approved in this very moment, and nothing else.
            _drop_draft(left, services)
        # Else it was saved anew: what was saved stays a draft.


def pictures_gone(
    page: PagePath, version: str, text: bytes, services: EditingServices
) -> dict[PagePath, bytes]:
    """Return the pictures that a text shows, as they were in a version, if they are gone now."""
    store = services.store
    folder = page.path.rpartition("/")[0]
    gone = store.paths(version, folder).keys() - store.paths(store.published(), folder).keys()
    pictures: dict[PagePath, bytes] = {}
    for path in sorted(gone):
        try:
            found = services.page(path)
        except NotAllowedError:
            continue
        content = store.read(version, path)
        if found.kind is PageKind.PICTURE and found.slug.encode() in text and content is not None:
            pictures[found] = content
    return pictures
