"""The words for codes: `templates/catalogue.yml` and `templates/messages.yml`, read at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from functions.core.unit import Unit
from functions.yaml_files import read_yaml

_GENERAL = "any"


@dataclass(frozen=True)
class PageWords:
    """What an error page says."""

    code: str
    title: str
    text: str


@dataclass(frozen=True)
class Words:
    """Every word and sentence that code names by a code."""

    categories: Mapping[str, str]
    urgencies: Mapping[str, str]
    urgency_unknown: str
    """In place of the normal one where nobody asked."""
    statuses: Mapping[str, str]
    channels: Mapping[str, str]
    delivery_states: Mapping[str, str]
    attachment_states: Mapping[str, str]
    fields: Mapping[str, str]
    staff: Mapping[str, Mapping[str, str]]
    """What the pages of officers say, by what it is about."""
    search_kinds: Mapping[str, str]
    search_unavailable: PageWords
    too_large_at_edge: PageWords
    _offices: Mapping[str, str]
    _pages: Mapping[int, PageWords]
    _errors: Mapping[str, Mapping[str, str]]

    def office(self, unit: Unit) -> str:
        """Return how the police of a unit call themselves."""
        small = unit.name[:1].lower() + unit.name[1:]
        return self._offices[unit.kind].format(name=small, Name=unit.name)

    def page(self, status: int) -> PageWords:
        """Return what is said for an HTTP status; a rare one borrows a common one's words."""
        if status in self._pages:
            return self._pages[status]
        return self._pages[400 if status < 500 else 503]

    def shown(self, field: str, value: str) -> str:
        """Return a typed value as a person reads it: the word, where it is a known code."""
        by_field = {"category": self.categories, "urgency": self.urgencies}
        return by_field.get(field, {}).get(value, value)

    def mistake(self, field: str, code: str, form: str = "") -> str:
        """Return the sentence for a mistake at a field, the form's own if it has one."""
        general = self._errors[_GENERAL]
        own = self._errors.get(f"{form}.{field}", {})
        if form and code in own:
            return own[code]
        at_field = self._errors.get(field, {})
        return at_field.get(code) or general.get(code) or general["invalid"]


def load_words(templates: Path) -> Words:
    """Read both catalogues."""
    catalogue = read_yaml(templates / "catalogue.yml")
    messages = read_yaml(templates / "messages.yml")
    return Words(
        categories=catalogue["categories"],
        urgencies=catalogue["urgencies"],
        urgency_unknown=catalogue["urgency_unknown"],
        statuses=catalogue["statuses"],
        channels=messages["channels"],
        delivery_states=messages["delivery_states"],
        attachment_states=messages["attachment_states"],
        fields=messages["fields"],
        staff=messages["staff"],
        search_kinds=catalogue["search_kinds"],
        search_unavailable=PageWords(**messages["search_unavailable"]),
        too_large_at_edge=PageWords(**messages["too_large_at_edge"]),
        _offices={kind: words["office"] for kind, words in catalogue["unit_kinds"].items()},
        _pages={int(status): PageWords(**words) for status, words in messages["pages"].items()},
        _errors=messages["errors"],
    )
