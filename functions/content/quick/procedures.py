"""The procedures that a unit may say something about, and what it says now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response

from functions.content.desk.reading import PageReader
from functions.content.guard import current_editor
from functions.content.quick.drawing import quick_page
from functions.content.quick.standing import standing
from functions.content.quick.targets import permitted_unit, unit_page
from functions.content.services import ContentServices
from functions.core.editing import unit_fixes
from functions.core.editing.services import EditingServices
from functions.core.editing.shared_changes import noted, procedure_path
from functions.core.models.content import Editor, PagePath
from functions.core.vietnamese import collation_key


@dataclass(frozen=True)
class Procedure:
    """A shared procedure, and a unit's rule for it."""

    slug: str
    title: str
    field: str
    based_on: str
    """Notes the text it has now."""
    shared: Mapping[str, Any]
    rule: Mapping[str, Any]


def all_procedures(
    unit_id: str, editing: EditingServices, reader: PageReader, editor: Editor
) -> list[Procedure]:
    """Return all procedures in alphabetical order, with the unit's rules as its editor has them."""
    folder = procedure_path("").rpartition("/")[0]
    rules = _rules(unit_page(unit_id, editing), editing, editor)
    found = [
        Procedure(
            one.page.slug,
            reader.title(one.page, one.document),
            str(one.document.meta.get("field") or ""),
            noted(one.blob_id),
            one.document.meta,
            rules.get(one.page.slug, {}),
        )
        for one in reader.published(folder)
        if one.page.path.endswith(".md")
    ]
    return sorted(found, key=lambda one: collation_key(one.title))


def offered_procedures(
    unit_id: str, editing: EditingServices, reader: PageReader, editor: Editor
) -> list[Procedure]:
    """Return the procedures that a unit takes in at all."""
    return [
        one
        for one in all_procedures(unit_id, editing, reader, editor)
        if unit_fixes.may_be_paused(one.shared, one.rule)
    ]


class ProcedureList:
    """The list from which the form of a unit's rule is opened."""

    def __init__(self, services: ContentServices, reader: PageReader) -> None:
        self._services = services
        self._reader = reader

    def show(self, unit_id: str) -> Response:
        """List all procedures; those with a rule of the unit say so."""
        editing = self._services.editing
        unit = permitted_unit(unit_id, editing)
        procedures = all_procedures(unit_id, editing, self._reader, current_editor())
        return quick_page("quick_procedures.html.j2", self._services, unit, procedures=procedures)


def _rules(
    page: PagePath, editing: EditingServices, editor: Editor
) -> Mapping[str, Mapping[str, Any]]:
    upon = standing(page, editor, editing)
    return unit_fixes.rules_of(upon.meta) if upon else {}
