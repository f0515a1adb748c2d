"""What a draft would change of what is public now."""

from __future__ import annotations

from dataclasses import dataclass

from functions.core.editing.services import EditingServices
from functions.core.models.content import Draft


@dataclass(frozen=True)
class DraftChange:
    """A page before and after the publication of its draft."""

    before: bytes | None
    """What is public; None: nothing yet."""
    after: bytes | None
    """What would be; None: the page is taken away."""
    has_conflict: bool = False
    """Whether others published the same lines since; then `after` is the draft as it stands."""


def change_of(draft: Draft, services: EditingServices) -> DraftChange:
    """Return what publishing a draft would make of its page, joined with what came since."""
    store, path = services.store, draft.page
    public, mine = store.read(store.published(), path), store.read(draft.version, path)
    base = begun_from(draft, services)
    if base == public or mine == public:
        return DraftChange(public, mine)
    if base is None or public is None or mine is None:
        return DraftChange(public, mine, has_conflict=True)
    both = store.merge_texts(base, mine, public)
    return DraftChange(public, both or mine, has_conflict=both is None)


def begun_from(draft: Draft, services: EditingServices) -> bytes | None:
    """Return the page as it was public when its draft was begun; None: not at all, or unknown."""
    store, path = services.store, draft.page
    for version in store.versions(path):
        if store.contains(draft.version, version.version):
            return store.read(version.version, path)
    return None
