"""The words for fields and their values, as the editor's own forms have them.

They stand in `templates/editor/fields.yml`; a field that is not there goes by its key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from functions.content.desk.differences import Keys
from functions.core.models.content import PageKind, PagePath
from functions.yaml_files import read_yaml
from publish.laws import load_hotlines, load_laws

_AMOUNT = "_vnd"
_RULES = "procedures"
_HIDDEN = "hidden"

_Field = Mapping[str, Any]
Titles = Callable[[str], str]


@dataclass(frozen=True)
class _Words:
    """Yes and no, marks of texts, and the words of the registers by what fields call them."""

    yes: str
    no: str
    marks: Mapping[str, str]
    registers: Mapping[str, Mapping[str, str]]


class PageFieldNames:
    """The fields of every kind of page."""

    def __init__(self, project: Path, title_of_procedure: Titles) -> None:
        folder = project / "templates" / "editor"
        fields, words = read_yaml(folder / "fields.yml"), read_yaml(folder / "messages.yml")
        self._kinds: Mapping[str, Mapping[str, Any]] = fields["kinds"]
        laws = load_laws(project / "data" / "laws.yml")
        lines = load_hotlines(project / "data" / "hotlines.yml")
        registers = {
            "laws": {law.law_id: law.number or law.title for law in laws.values()},
            "hotlines": {line.hotline_id: line.name for line in lines.values()},
        }
        answers = words["yes-no"]
        self._words = _Words(answers["yes"], answers["no"], words["marks"], registers)
        self._title_of_procedure = title_of_procedure

    def of(self, page: PagePath) -> KindFieldNames:
        """Return the words for the fields of this page's kind."""
        fields = () if page.kind is PageKind.PICTURE else self._kinds[page.kind]["fields"]
        return KindFieldNames(fields, self._words, self._title_of_procedure)


class KindFieldNames:
    """The port FieldNames for one kind of pages."""

    def __init__(self, fields: Iterable[_Field], words: _Words, title_of_procedure: Titles) -> None:
        self._fields = tuple(fields)
        self._words = words
        self._title_of_procedure = title_of_procedure

    def label(self, keys: Keys) -> str:
        if len(keys) == 2 and keys[0] == _RULES:
            return self._title_of_procedure(keys[1])
        field = self._field(keys)
        return str(field["label"]) if field else keys[-1]

    def value(self, keys: Keys, value: Any) -> str:
        if isinstance(value, bool):
            return self._words.yes if value else self._words.no
        if isinstance(value, date):
            return f"{value:%d/%m/%Y}"
        if isinstance(value, int) and keys[-1].endswith(_AMOUNT):
            return f"{value:,}".replace(",", ".")
        choices = (self._field(keys) or {}).get("choices") or {}
        if isinstance(choices, str):
            choices = self._words.registers.get(choices, {})
        return str(choices.get(value, value))

    def is_hidden(self, keys: Keys) -> bool:
        return (self._field(keys) or {}).get("widget") == _HIDDEN

    def say(self, code: str, **values: str) -> str:
        return self._words.marks[code].format(**values)

    def _field(self, keys: Keys) -> _Field | None:
        """Return the field at a place; a unit's rules have the procedure as a key in between."""
        if len(keys) > 2 and keys[0] == _RULES:
            keys = (keys[0], *keys[2:])
        fields, found = self._fields, None
        for key in keys:
            found = next((field for field in fields if field["name"] == key), None)
            if found is None:
                return None
            fields = tuple(found.get("fields") or ())
        return found
