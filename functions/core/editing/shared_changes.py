"""What became of the shared text under a unit's own words for it, and what changed lately.

A unit's page has a rule for each procedure it does in its own way. The rule notes by `based_on`
which content of the shared page the unit has seen; both are looked up in the content store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions.core.editing.pages import SHARED_FOLDERS
from functions.core.models.content import PageKind
from functions.core.ports.content import ContentStore

NOTED_SIGNS = 12
"""So many signs of a content's id stand in `based_on`."""

BASED_ON = "based_on"

_FOLDER = next(
    f"site/{folder}" for folder, kind in SHARED_FOLDERS.items() if kind is PageKind.PROCEDURE
)
_MOST_VERSIONS = 1_000

Rules = Mapping[str, Mapping[str, Any]]
"""The rules of a unit's page, by the slug of the procedure."""

ReadRules = Callable[[bytes], Rules]
"""Reads them from the page's file."""


@dataclass(frozen=True)
class SharedChange:
    """A shared page that is not what it was."""

    path: str
    before: str
    """The content it had; empty where there was no such page, or nobody knows."""
    after: str
    """The content it has now; empty where the page is gone."""


def procedure_path(slug: str) -> str:
    """Return where the shared page of a procedure lies."""
    return f"{_FOLDER}/{slug}.md"


def noted(blob_id: str) -> str:
    """Return a content's id as a rule notes it."""
    return blob_id[:NOTED_SIGNS]


def unseen_changes(
    store: ContentStore, unit_page: str, rules: Rules, read_rules: ReadRules
) -> list[SharedChange]:
    """Return the shared pages that changed since a unit wrote, or confirmed, its own words.

    A rule that does not say what it is based on counts as written upon what was published
    when the rule itself last changed.
    """
    now = store.paths(store.published(), _FOLDER) if rules else {}
    changes = []
    for slug, rule in rules.items():
        path = procedure_path(slug)
        after = now.get(path, "")
        based_on = str(rule.get(BASED_ON) or "")
        if based_on and after.startswith(based_on):
            continue
        if based_on:
            before = _noted_content(store, path, based_on)
        else:
            version = _last_change_of_rule(store, unit_page, slug, read_rules)
            before = store.blob_id(version, path)
            if before == after:
                continue
        changes.append(SharedChange(path, before, after))
    return changes


def recent_changes(store: ContentStore, since: datetime) -> list[SharedChange]:
    """Return the procedures that are not what they were at that time, by path.

    Where the repository is younger, what it began with counts as what they were.
    """
    versions = store.versions(_FOLDER, _MOST_VERSIONS)
    if not versions:
        return []
    older = (version for version in versions if version.made_at < since)
    begun = next(older, versions[-1])
    before = store.paths(begun.version, _FOLDER)
    after = store.paths(store.published(), _FOLDER)
    return [
        SharedChange(path, before.get(path, ""), after.get(path, ""))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]


def _noted_content(store: ContentStore, path: str, based_on: str) -> str:
    """Return the content that a rule notes; empty where the page never had it."""
    found = (
        blob_id
        for version in store.versions(path, _MOST_VERSIONS)
        for blob_id in [store.blob_id(version.version, path)]
        if blob_id.startswith(based_on)
    )
    return next(found, "")


def _last_change_of_rule(
    store: ContentStore, unit_page: str, slug: str, read_rules: ReadRules
) -> str:
    """Return the publication in which a rule became what it is now."""
    since = store.published()
    rule: Mapping[str, Any] | None = None
    for version, then in _rules_over_time(store, unit_page, slug, read_rules):
        if rule is not None and then != rule:
            break
        since, rule = version, then or {}
    return since


def _rules_over_time(
    store: ContentStore, unit_page: str, slug: str, read_rules: ReadRules
) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    """Yield a unit's rule at every publication of its page, the newest first."""
    for version in store.versions(unit_page, _MOST_VERSIONS):
        content = store.read(version.version, unit_page)
        yield version.version, read_rules(content).get(slug) if content else None
