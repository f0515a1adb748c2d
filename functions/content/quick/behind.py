"""Shared text that changed beneath a unit's own words, and that nobody there has looked at yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.content.desk.differences import REVIEW_KEYS, document_from
from functions.content.desk.reading import PageReader
from functions.core.editing.services import EditingServices
from functions.core.editing.shared_changes import (
    Rules,
    SharedChange,
    procedure_path,
    unseen_changes,
)
from functions.core.editing.unit_fixes import rules_of
from publish.documents import Document


def unseen_slugs(
    unit_page: str, meta: Mapping[str, Any], editing: EditingServices, reader: PageReader
) -> set[str]:
    """Return the procedures whose shared text a unit has not seen as it is now.

    A review that changed nothing is no change.
    """
    rules = rules_of(meta)
    changed = {one.path: one for one in unseen_by_rules(unit_page, rules, editing)}
    found = {slug: changed.get(procedure_path(slug)) for slug in rules}
    return {slug for slug, one in found.items() if one is not None and _says_more(one, reader)}


def unseen_by_rules(unit_page: str, rules: Rules, editing: EditingServices) -> list[SharedChange]:
    """Return the shared pages that changed since these rules of a unit were written."""

    def read_rules(content: bytes) -> Rules:
        return rules_of(document_from(unit_page, content.decode("utf-8", "replace")).meta)

    return unseen_changes(editing.store, unit_page, rules, read_rules)


def _says_more(change: SharedChange, reader: PageReader) -> bool:
    before = reader.document(change.path, change.before)
    return before is None or _said(before) != _said(reader.document(change.path, change.after))


def _said(document: Document | None) -> object:
    if document is None:
        return None
    facts = {key: value for key, value in document.meta.items() if key not in REVIEW_KEYS}
    return facts, document.body.strip()
