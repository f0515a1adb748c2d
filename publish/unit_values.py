"""The values stamped into a unit's pages: escaped text and small pieces of HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import jinja2

from functions.core.errors import NotFoundError
from functions.core.units import Unit, UnitRegister
from publish.catalogue import office_name
from publish.stamp import escaped, token
from publish.unit_facts import UnitFacts

TIP_FORM = "to-giac/"

# What of a procedure decides how "Nộp ở đâu" looks at a unit that says nothing special about it.
FILING_KEYS = ("field", "handled_here", "contact", "unit_shows")
UNIT_KEYS = (
    "id",
    "name",
    "office",
    "contact",
    "phone_line",
    "channels",
    "areas",
    "own_list",
    "former",
    "namesakes",
    "namesakes_tip",
    "body",
    "search_own",
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
        self,
        root: Path,
        register: UnitRegister,
        catalogue: Mapping[str, Any],
        on: date,
        procedures: Mapping[str, Mapping[str, Any]] | None = None,
        compiled: Path | None = None,
    ) -> None:
        """`compiled` is a folder where compiled templates are kept between builds."""
        self._procedures = {
            slug: {key: meta.get(key) for key in FILING_KEYS}
            for slug, meta in (procedures or {}).items()
        }
        self._register = register
        self._catalogue = catalogue
        self._on = on
        self._bearers_of: dict[str, list[Unit]] = {}
        for unit in register.all():
            if unit.has_ended(on):
                for address in {unit.unit_id, unit.plain_slug}:
                    self._bearers_of.setdefault(address, []).append(unit)
        # Compiled ones are known by their full names: a link to them must not be another one.
        templates = (root / "templates" / "site").resolve()
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader([templates / "stamped", templates]),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            auto_reload=False,
            bytecode_cache=jinja2.FileSystemBytecodeCache(str(compiled)) if compiled else None,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def place(self, unit: Unit) -> Place:
        """Return a unit as links show it."""
        return Place(unit.unit_id, unit.name, office_name(self._catalogue, unit))

    def of_unit(
        self, unit: Unit, facts: UnitFacts, body: str = "", own_list: str = ""
    ) -> dict[str, str]:
        """Return the values of a live unit's pages, each safe to stand in HTML.

        `body` is the unit's own text, `own_list` the list of its notices and news, both drawn.
        """
        office = office_name(self._catalogue, unit)
        context = {"unit": unit, "facts": facts, "office": office}
        formers = self._register.former_units_of(unit.unit_id)
        namesakes = [
            self._former(former)
            for former in self._register.former_namesakes(unit.unit_id, self._on)
        ]
        return {
            "id": escaped(unit.unit_id),
            "name": escaped(unit.name),
            "office": escaped(office),
            "contact": self.draw("contact.html", **context),
            "phone_line": self.draw("phone_line.html", **context),
            "channels": self.draw("channels.html", **context),
            "areas": self.draw("areas.html", **context),
            "own_list": own_list,
            "former": self.draw("former.html", former=formers, **context),
            "namesakes": self.draw("namesakes.html", namesakes=namesakes, page=""),
            "namesakes_tip": self.draw("namesakes.html", namesakes=namesakes, page=TIP_FORM),
            "body": body,
            **self._of_procedures(context),
        }

    def _of_procedures(self, context: Mapping[str, Any]) -> dict[str, str]:
        """Return what each procedure's page says of this unit: its note, and where to file."""
        facts: UnitFacts = context["facts"]
        province = self.place(self._register.province_of(facts.unit_id))
        usual: dict[str, str] = {}
        values: dict[str, str] = {}
        for slug, procedure in self._procedures.items():
            rule = facts.procedures.get(slug)
            if rule is not None and not rule.is_shown(self._on):
                rule = None
            kind = str(procedure)
            if rule is not None or kind not in usual:
                filing = self.draw(
                    "filing.html", procedure=procedure, rule=rule, province=province, **context
                )
            else:
                filing = usual[kind]
            if rule is None:
                usual[kind] = filing
            values[f"filing-{slug}"] = filing
            note = self.draw("local_note.html", rule=rule, on=self._on, **context) if rule else ""
            values[f"note-{slug}"] = note
        return values

    def of_old_address(self, address: str, page: str) -> dict[str, str]:
        """Return the values of the page at a former unit's address."""
        formers = self._bearers(address)
        names = list(dict.fromkeys(former.name for former in formers))
        successors = self._heirs(formers)
        return {
            "heading": escaped(", ".join(names)),
            "head": self.draw("old_head.html", successors=successors, page=page),
            "body": self.draw(
                "old_body.html", names=names, formers=formers, successors=successors, page=page
            ),
        }

    def forwarding(self, addresses: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return, by old address, where its pages lead, and what a choice is offered between."""
        found: dict[str, Mapping[str, Any]] = {}
        for address in addresses:
            formers = self._bearers(address)
            heirs = [place.unit_id for place in self._heirs(formers)]
            choice = [asdict(former) for former in formers] if len(heirs) > 1 else []
            found[address] = {"to": heirs, "choice": choice}
        return found

    def _bearers(self, address: str) -> list[Former]:
        """Return the former units of an address whose people somebody serves."""
        formers = [self._former(unit) for unit in self._bearers_of.get(address, ())]
        return [former for former in formers if former.successors]

    def _heirs(self, formers: Iterable[Former]) -> list[Place]:
        places = {place for former in formers for place in former.successors}
        return sorted(places, key=lambda place: self._register.get(place.unit_id).sort_key)

    def _former(self, unit: Unit) -> Former:
        try:
            serving = self._register.receivers(unit.unit_id, self._on)
        except NotFoundError:
            serving = ()
        return Former(unit.name, unit.district, tuple(self.place(other) for other in serving))

    def draw(self, template: str, **context: object) -> str:
        """Return a piece of a page from templates/site/stamped/."""
        return self._templates.get_template(template).render(context).strip()
