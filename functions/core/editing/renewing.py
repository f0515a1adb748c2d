"""A draft that was overtaken by what others published, begun anew from what is public now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from functions.core.editing.comparing import begun_from
from functions.core.editing.drafting import draft_of
from functions.core.editing.permissions import Action, require
from functions.core.editing.publishing import pictures_gone
from functions.core.editing.services import EditingServices
from functions.core.models.content import (
    ChangeKind,
    ChangeNote,
    Draft,
    DraftStatus,
    Editor,
    PagePath,
)


def renew(page: PagePath, editor: Editor, services: EditingServices, seen: str) -> Draft:
    """Begin a page's draft anew from what is public, so that nothing keeps it from going out.

    Where others published another text in the same places, the draft's stands; what they
    changed elsewhere stays. A page that was taken away meanwhile becomes a new one, with its
    pictures. It has to be looked at again: it is no longer in review. `seen` is the version
    that was looked at. Raises NotAllowedError, NotFoundError, and ConflictError where the
    draft has changed since. Mistakes are told when it is to be published: they must not keep
    anybody from it.
    """
    require(editor, Action.WRITE, page)
    draft = draft_of(page, services, seen)
    store, path = services.store, page.path
    published = store.published()
    own_files = {name: store.read(draft.version, name) for name in draft.files}
    for name in own_files:
        require(editor, Action.WRITE, services.page(name))
    note = ChangeNote(ChangeKind.SAVED, editor, path, DraftStatus.DRAFT)

    def version_with(text: bytes | None) -> str:
        # Not what only the draft's first text showed: others may have had a reason to take it out.
        gone = pictures_gone(page, draft.version, text or b"", services)
        pictures = {picture.path: content for picture, content in gone.items()}
        files = {**pictures, **own_files, path: text}
        return store.make_version([published], files, note, services.clock.now())

    own = store.read(draft.version, path)
    base, public = begun_from(draft, services), store.read(published, path)
    joined = own
    if own is not None and base is not None and public is not None:
        joined = text_upon(base, own, public)
    version = version_with(joined)
    if joined != own and services.checker.problems(version, [path], store):
        # Lines of two texts that go together for no reader: the draft's alone did.
        version = version_with(own)
    store.move_draft(path, draft.version, version)
    return store.draft_at(path, version)


def text_upon(base: bytes, own: bytes, public: bytes) -> bytes:
    """Return the public text with all changes of `own`, which wins where both changed a place.

    Other than git's merge it joins changes of neighbouring lines: in front matter these are
    different fields.
    """
    lines = base.splitlines(keepends=True)
    mine = list(_changes(lines, own))
    theirs = [
        change for change in _changes(lines, public) if not any(change.meets(one) for one in mine)
    ]
    found: list[bytes] = []
    at = 0
    for change in sorted([*mine, *theirs], key=lambda change: change.begin):
        found += [*lines[at : change.begin], *change.lines]
        at = change.end
    return b"".join([*found, *lines[at:]])


@dataclass(frozen=True)
class _Change:
    begin: int
    end: int
    """Behind the last line of the old text; what is only put in ends where it begins."""
    lines: Sequence[bytes]
    """What stands there instead."""

    def meets(self, other: _Change) -> bool:
        """Tell whether two changes are of one place; what is put in meets both neighbours."""
        if self.begin == self.end or other.begin == other.end:
            return self.begin <= other.end and other.begin <= self.end
        return self.begin < other.end and other.begin < self.end


def _changes(old: Sequence[bytes], text: bytes) -> Iterator[_Change]:
    new = text.splitlines(keepends=True)
    for kind, begin, end, first, last in SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            yield _Change(begin, end, new[first:last])
