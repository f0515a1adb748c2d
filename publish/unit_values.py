"""The values stamped into a unit's pages: escaped text and small pieces of HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import jinja2
import markdown
from markupsafe import Markup

from functions.core.errors import NotFoundError
from functions.core.units import Unit, UnitRegister
from publish.catalogue import office_name
from publish.stamp import escaped, token
from publish.unit_facts import UnitFacts

# As in mkdocs.yml, so that a unit's own text looks like a shared page's; toc is left out because
# its ids could coincide with those of the page around the text.
MARKDOWN_EXTENSIONS = ("admonition", "attr_list", "def_list", "tables")

TIP_FORM = "to-giac/"
UNIT_KEYS = (
    "id",
    "name",
    "office",
    "contact",
    "phone_line",
    "vehicles",
    "former",
    "namesakes",
    "namesakes_tip",
    "body",
)
OLD_KEYS = ("heading", "head", "body")


def tokens(keys: Sequence[str]) -> dict[str, str]:
    """Return what the sample pages carry where a unit's values will stand."""
    return {key: token(key) for key in keys}


@dataclass(frozen=True)
class Place:
    """A unit as a link to it needs it."""

    unit_id: str
    name: str
    office: str


@dataclass(frozen=True)
class Former:
    """A former unit and who serves its people now."""

    name: str
    district: str
    successors: tuple[Place, ...]


class UnitValues:
    """Draws the values of units and of old addresses from the register of one day."""

    def __init__(
        self, root: Path, register: UnitRegister, catalogue: Mapping[str, Any], on: date
    ) -> None:
        self._register = register
        self._catalogue = catalogue
        self._on = on
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(root / "templates" / "site" / "stamped"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def place(self, unit: Unit) -> Place:
        """Return a unit as links show it."""
        return Place(unit.unit_id, unit.name, office_name(self._catalogue, unit))

    def of_unit(self, unit: Unit, facts: UnitFacts) -> dict[str, str]:
        """Return the values of a live unit's pages, each safe to stand in HTML."""
        office = office_name(self._catalogue, unit)
        context = {"unit": unit, "facts": facts, "office": office}
        formers = self._register.former_units_of(unit.unit_id)
        namesakes = [
            self._former(former)
            for former in self._register.former_namesakes(unit.unit_id, self._on)
        ]
        body = Markup(markdown.markdown(facts.body, extensions=MARKDOWN_EXTENSIONS))  # noqa: S704 - documents.py refuses active HTML
        return {
            "id": escaped(unit.unit_id),
            "name": escaped(unit.name),
            "office": escaped(office),
            "contact": self._draw("contact.html", **context),
            "phone_line": self._draw("phone_line.html", **context),
            "vehicles": self._draw("vehicles.html", **context),
            "former": self._draw("former.html", former=formers, **context),
            "namesakes": self._draw("namesakes.html", namesakes=namesakes, page=""),
            "namesakes_tip": self._draw("namesakes.html", namesakes=namesakes, page=TIP_FORM),
            "body": str(body),
        }

    def of_old_address(self, address: str, page: str) -> dict[str, str]:
        """Return the values of the page at a former unit's address."""
        formers = [
            self._former(unit)
            for unit in self._register.all()
            if unit.has_ended(self._on) and address in {unit.unit_id, unit.plain_slug}
        ]
        formers = [former for former in formers if former.successors]
        names = list(dict.fromkeys(former.name for former in formers))
        successors = sorted(
            {place for former in formers for place in former.successors},
            key=lambda place: self._register.get(place.unit_id).sort_key,
        )
        return {
            "heading": escaped(", ".join(names)),
            "head": self._draw("old_head.html", successors=successors, page=page),
            "body": self._draw(
                "old_body.html", names=names, formers=formers, successors=successors, page=page
            ),
        }

    def _former(self, unit: Unit) -> Former:
        try:
            serving = self._register.receivers(unit.unit_id, self._on)
        except NotFoundError:
            serving = ()
        return Former(unit.name, unit.district, tuple(self.place(other) for other in serving))

    def _draw(self, template: str, **context: object) -> str:
        return self._templates.get_template(template).render(context).strip()
