"""Decap's configuration for one editor: only what they may write, choices filled in.

What the fields are stands in `templates/editor/fields.yml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from functions.content.decap.choices import Choice, Choices
from functions.content.decap.collections import (
    FILE_KINDS,
    OWN_KINDS,
    SHARED_KINDS,
    collection_name,
    folder_of,
)
from functions.content.services import ContentServices
from functions.core.editing.pages import TOP_PAGES
from functions.core.editing.permissions import Action, is_province, may
from functions.core.models.content import Editor, PageKind, PagePath
from functions.core.unit import Unit
from functions.yaml_files import read_yaml

Part = dict[str, Any]

_OURS = ("choices", "default_days", "required")
"""What our fields say in another way than Decap's."""
_PICTURES = "anh"
"""Where pages with a fixed name keep their pictures; others have them beside themselves."""

_WHEN_BROKEN = "/sua-nhanh/#"
"""Where Decap leads when it breaks, else to its makers' tracker.

It adds the error and the configuration as a query; behind the # they stay in the browser.
"""


def kinds_for(editor: Editor) -> tuple[PageKind, ...]:
    """Return the kinds of pages that an editor may write, in the order of Decap's list."""
    return (*OWN_KINDS, *SHARED_KINDS) if is_province(editor) else OWN_KINDS


def preview_names(editor: Editor, unit_id: str) -> list[str]:
    """Return what Decap calls that for which it draws a preview: collections, fixed pages."""
    names: list[str] = []
    for kind in kinds_for(editor):
        if kind in FILE_KINDS:
            names += _file_names(kind, unit_id)
        else:
            names.append(collection_name(kind, unit_id))
    return names


def _file_names(kind: PageKind, unit_id: str) -> tuple[str, ...]:
    return TOP_PAGES if kind is PageKind.TOP else (unit_id,)


class DecapConfig:
    """Makes configurations; the fields and the registers are read once."""

    def __init__(self, services: ContentServices) -> None:
        self._editing = services.editing
        self._choices = Choices(services.editing, services.project)
        fields = services.project / "templates" / "editor" / "fields.yml"
        self._kinds: Mapping[str, Part] = read_yaml(fields)["kinds"]

    def made_for(self, editor: Editor, unit_id: str) -> Part:
        """Return the configuration for an editor who has chosen a unit's pages."""
        unit = self._editing.units.get(unit_id)
        return {
            "backend": {"name": "binhyen", "proxy_url": "/api/v1", "branch": "main"},
            "publish_mode": "editorial_workflow",
            "locale": "vi",
            "media_folder": f"{folder_of(PageKind.UNIT, unit_id)}/{_PICTURES}",
            "public_folder": _PICTURES,
            "slug": {"encoding": "ascii", "clean_accents": True},
            "show_preview_links": False,
            "issue_reports": {"url": _WHEN_BROKEN},
            "editor": {"preview": True},
            "collections": [self._collection(kind, unit, editor) for kind in kinds_for(editor)],
        }

    def labels(self, editor: Editor, unit_id: str) -> dict[str, dict[str, str]]:
        """Return what the fields of each collection are called, for messages that name them."""
        return {
            collection_name(kind, unit_id): {
                field["name"]: field["label"] for field in self._kinds[kind.value]["fields"]
            }
            for kind in kinds_for(editor)
        }

    def _collection(self, kind: PageKind, unit: Unit, editor: Editor) -> Part:
        said = self._kinds[kind.value]
        unit_id = "" if kind in SHARED_KINDS else unit.unit_id
        fields = [self._field(field) for field in said["fields"]]
        publishes = may(editor, Action.PUBLISH, PagePath("", kind, unit_id, ""))
        collection: Part = {
            "name": collection_name(kind, unit_id),
            "label": said["label"],
            "label_singular": said["label_singular"],
            "description": said["description"],
            "publish": publishes,
            "delete": publishes and kind not in FILE_KINDS,
        }
        if kind in FILE_KINDS:
            names = said.get("pages") or {unit_id: said["page"]}
            files = [_file(kind, unit_id, name, label, fields) for name, label in names.items()]
            return collection | {"files": files}
        return collection | _folder(kind, unit_id, said) | {"fields": fields}

    def _field(self, said: Part) -> Part:
        """Return a field as Decap takes it."""
        field = {key: value for key, value in said.items() if key not in _OURS}
        field["required"] = said.get("required", False)
        if "default_days" in said:
            day = self._editing.today() + timedelta(days=said["default_days"])
            field["default"] = day.isoformat()
        if "choices" in said:
            field["options"] = self._options(said["choices"])
        if "field" in said:
            field["field"] = self._field(said["field"])
        if "fields" in said:
            field["fields"] = [self._field(inner) for inner in said["fields"]]
        if said["widget"] == "list":
            # Else Decap begins with an unfinished row as soon as a field of it has a default.
            field["default"] = []
        return field

    def _options(self, choices: str | Mapping[str, str]) -> list[Choice]:
        if isinstance(choices, str):
            return self._choices.named(choices)
        return [{"value": code, "label": words} for code, words in choices.items()]


def _file(kind: PageKind, unit_id: str, name: str, label: str, fields: list[Part]) -> Part:
    file_name = "index" if kind is PageKind.UNIT else name
    return {
        "name": name,
        "label": label,
        "file": f"{folder_of(kind, unit_id)}/{file_name}.md",
        "media_folder": _PICTURES,
        "public_folder": _PICTURES,
        "fields": fields,
    }


def _folder(kind: PageKind, unit_id: str, said: Part) -> Part:
    # Not by title: Decap would put Đ behind Z. Our lists come in the order of titles already.
    newest = {"field": said.get("newest_by"), "default_sort": "desc"}
    fields = {field["name"]: field for field in said["fields"]}
    filters = [
        {"label": words, "field": name, "pattern": f"^{code}$"}
        for name in said.get("filter_by", ())
        for code, words in fields[name]["choices"].items()
    ]
    collection: Part = {
        "folder": folder_of(kind, unit_id),
        "create": True,
        "format": "yaml-frontmatter",
        "extension": "md",
        "identifier_field": "title",
        "slug": "{{slug}}",
        "media_folder": "",
        "public_folder": "",
        "sortable_fields": [newest] if "newest_by" in said else [],
    }
    return collection | ({"view_filters": filters} if filters else {})
