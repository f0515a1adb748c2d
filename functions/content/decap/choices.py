"""What an editor may choose from, where it is no fixed list: laws, hotlines, procedures."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from functions.content.desk.reading import PageReader
from functions.core.editing.pages import SHARED_FOLDERS
from functions.core.editing.services import EditingServices
from functions.core.models.content import PageKind
from functions.core.vietnamese import collation_key
from publish.laws import load_hotlines, load_laws

Choice = dict[str, str]


class Choices:
    """The lists by name, with the words of each entry. The registers come with the software."""

    def __init__(self, editing: EditingServices, project: Path) -> None:
        self._reader = PageReader(editing)
        self._data = project / "data"

    def named(self, name: str) -> list[Choice]:
        """Return a list as Decap takes it."""
        if name == "laws":
            return self._laws
        if name == "hotlines":
            return self._hotlines
        if name == "procedures":
            return self._procedures()
        raise ValueError(f"no list is called {name}")

    @cached_property
    def _laws(self) -> list[Choice]:
        laws = load_laws(self._data / "laws.yml").values()
        return [
            {
                "value": law.law_id,
                "label": f"{law.number} – {law.title}" if law.number else law.title,
            }
            for law in laws
        ]

    @cached_property
    def _hotlines(self) -> list[Choice]:
        lines = load_hotlines(self._data / "hotlines.yml").values()
        return [
            {
                "value": line.hotline_id,
                "label": line.name
                if line.display in line.name
                else f"{line.name} ({line.display})",
            }
            for line in lines
        ]

    def _procedures(self) -> list[Choice]:
        folder = next(
            folder for folder, kind in SHARED_FOLDERS.items() if kind is PageKind.PROCEDURE
        )
        choices = [
            {"value": found.page.slug, "label": self._reader.title(found.page, found.document)}
            for found in self._reader.published(f"site/{folder}")
        ]
        return sorted(choices, key=lambda choice: collation_key(choice["label"]))
