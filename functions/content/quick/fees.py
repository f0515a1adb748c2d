"""The forms about the fees of a shared procedure, one row at a time; for the province."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Response

from functions.content.answers import editor_words
from functions.content.desk.drawing import HOME
from functions.content.desk.reading import PageReader
from functions.content.guard import current_editor
from functions.content.quick.drawing import quick_page, typed_fields
from functions.content.quick.forms import PageForm, Sent, Target
from functions.content.quick.saving import Change
from functions.content.quick.standing import Standing, standing
from functions.content.quick.targets import procedure_page, require_procedure
from functions.content.services import ContentServices
from functions.core.editing import fees
from functions.core.editing.joined_fields import Fields, JoinedFields
from functions.core.editing.permissions import Action, is_province, require
from functions.core.editing.shared_changes import procedure_path
from functions.core.editing.typed_values import TypedValues
from functions.core.errors import NotAllowedError, NotFoundError
from functions.core.models.content import ContentProblem
from functions.core.vietnamese import collation_key
from functions.web.answers import words
from publish.laws import Law, load_laws
from publish.page_checks import CHANNELS

FEES = f"{HOME}le-phi"
HOW = "how"
NEW_RATE = "new"
CHECKED_ON, CHECKED_BY = "facts_checked_on", "checked_by_role"
_ROW_FIELDS = (*fees.AMOUNTS, "note", "basis", fees.BEGINS, fees.ENDS, "case", "channel")
_LONGEST_NAME = 90


@lru_cache(maxsize=2)
def _laws_of(project: Path) -> Mapping[str, Law]:
    """Return the register of laws, which comes with the software."""
    return load_laws(project / "data" / "laws.yml")


class FeeForm(PageForm):
    """What the forms about fees share."""

    @property
    def _laws(self) -> Mapping[str, Law]:
        return _laws_of(self._services.project)

    def standing(self, target: Target) -> Standing:
        require_procedure(target.slug, self._editing)
        return super().standing(target)

    def next(self, target: Target) -> str:
        return f"{FEES}/{target.slug}"

    def case(self, target: Target) -> str:
        """Return for whom the fee is that the form is about."""
        return typed_fields().get("case", "")

    def field_of(self, target: Target, problem: ContentProblem) -> str:
        part, item = problem.values.get("part", ""), problem.values.get("item", "")
        if problem.key == "short_answer":
            return fees.COST if part == fees.COST else ""
        if problem.key in (CHECKED_BY, CHECKED_ON):
            return fees.SURE
        is_this = problem.key == fees.FEES and self.case(target).startswith(item.rstrip("…"))
        if not is_this:
            return ""
        return part if part in _ROW_FIELDS else fees.AMOUNT

    def more(self, target: Target, upon: Standing) -> dict[str, Any]:
        cited = [law for law in upon.meta.get("legal_basis") or [] if law in self._laws]
        return {
            "title": upon.meta.get("title") or target.slug,
            "cited": [(law, self._name(law)) for law in cited],
            "laws": [(law, self._name(law)) for law in self._laws if law not in cited],
        }

    def target_of(self, slug: str, row: int, here: str) -> Target:
        page = procedure_page(slug, self._editing)
        return Target(page, None, f"{FEES}/{slug}/{here}", f"/thu-tuc/{slug}/", slug, row)

    def values(
        self, upon: Standing, rows: list[dict[str, Any]], changes: Fields, basis: str
    ) -> dict[str, Any]:
        """Return new front matter with these rows; a law that is not cited yet is cited."""
        values = fees.changed_fees(rows, changes.get(fees.COST), upon.meta)
        cited = upon.meta.get("legal_basis") or []
        if basis and basis not in cited:
            values["legal_basis"] = [*cited, basis]
        return values

    def _name(self, law_id: str) -> str:
        law = self._laws[law_id]
        name = f"{law.number} – {law.title}" if law.number else law.title
        return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


class FeeRowForm(FeeForm):
    """One fee that is there: put right, or followed by a new rate."""

    template = "quick_fee.html.j2"

    def target(self, **address: Any) -> Target:
        return self.target_of(address["slug"], address["row"], str(address["row"]))

    def shown(self, target: Target, upon: Standing) -> Fields:
        return fees.fee_fields(upon.meta, self._row(target, upon))

    def read(self, target: Target, typed: TypedValues, upon: Standing) -> Fields:
        fields = fees.read_fee(typed, self._laws)
        if typed.choice(HOW, (NEW_RATE, "fix")) == NEW_RATE:
            fees.require_later(typed, fields, self._row(target, upon))
        fees.require_todays_cost(typed, fields, upon.meta, self._editing.today())
        return fields

    def found(self, target: Target, base: Standing | None, now: Standing) -> Target:
        """Return the target of the same row as it stands now. Raises NotFoundError."""
        if base is None:
            return target
        index = fees.place_of(fees.rows_of(now.meta), self._row(target, base), target.row - 1)
        if index is None:
            raise NotFoundError("fee")
        return replace(target, row=index + 1, here=f"{FEES}/{target.slug}/{index + 1}")

    def case(self, target: Target) -> str:
        upon = standing(target.page, current_editor(), self._editing)
        rows = fees.rows_of(upon.meta) if upon else []
        return str(rows[target.row - 1].get("case")) if target.row <= len(rows) else ""

    def change(self, target: Target, upon: Standing, joined: JoinedFields, sent: Sent) -> Change:
        rows, index, changes = fees.rows_of(upon.meta), target.row - 1, joined.changes
        row = self._row(target, upon)
        if sent.typed.get(HOW) == NEW_RATE:
            wanted = {**self.shown(target, upon), **changes}
            new = fees.new_row(str(row.get("case")), str(row.get("channel")), wanted)
            checked = {}
            rows[index : index + 1] = [fees.ended(row, wanted[fees.BEGINS]), new]
        else:
            rows[index] = new = fees.corrected(row, changes)
            checked = self._checked() if changes.get(fees.SURE) else {}
        values = self.values(upon, rows, changes, str(new.get("basis") or ""))
        return Change(values | checked, is_touched=bool(joined.touched))

    def _checked(self) -> dict[str, Any]:
        """Return who says that it is right, and when: no mark goes away without."""
        editor = current_editor()
        office = words().office(self._editing.units.get(editor.unit_id))
        role = editor_words().of("checked-by", editor.role, office=office)
        return {CHECKED_BY: role, CHECKED_ON: self._editing.today().isoformat()}

    def more(self, target: Target, upon: Standing) -> dict[str, Any]:
        rows = fees.rows_of(upon.meta)
        row = rows[target.row - 1] if 1 <= target.row <= len(rows) else {}
        return {**super().more(target, upon), "row": row}

    def _row(self, target: Target, upon: Standing) -> dict[str, Any]:
        rows = fees.rows_of(upon.meta)
        if not 1 <= target.row <= len(rows):
            raise NotFoundError("fee")
        return rows[target.row - 1]


class NewFeeForm(FeeForm):
    """A further fee."""

    template = "quick_fee_new.html.j2"

    def target(self, **address: Any) -> Target:
        return self.target_of(address["slug"], 0, "them")

    def shown(self, target: Target, upon: Standing) -> Fields:
        empty = {name: "" for name in fees.fee_fields({}, {})}
        cost = fees.fee_fields(upon.meta, {})[fees.COST]
        return {**empty, "case": "", "channel": "", fees.COST: cost}

    def read(self, target: Target, typed: TypedValues, upon: Standing) -> Fields:
        case, channel, fields = fees.read_new_fee(typed, self._laws, CHANNELS)
        fees.require_todays_cost(typed, fields, upon.meta, self._editing.today())
        return {**fields, "case": case, "channel": channel}

    def change(self, target: Target, upon: Standing, joined: JoinedFields, sent: Sent) -> Change:
        said = dict(sent.fields)
        row = fees.new_row(said.pop("case"), said.pop("channel"), said)
        rows = fees.rows_of(upon.meta)
        if row not in rows:
            rows.append(row)
        return Change(self.values(upon, rows, joined.changes, said["basis"]))

    def more(self, target: Target, upon: Standing) -> dict[str, Any]:
        return {**super().more(target, upon), "channel_codes": CHANNELS}


class FeeLists:
    """The lists from which the forms of fees are opened."""

    def __init__(self, services: ContentServices, reader: PageReader) -> None:
        self._services = services
        self._editing = services.editing
        self._reader = reader

    def show_all(self) -> Response:
        """List the procedures."""
        if not is_province(current_editor()):
            raise NotAllowedError("fees")
        folder = procedure_path("").rpartition("/")[0]
        found = [
            (
                one.page.slug,
                self._reader.title(one.page, one.document),
                fees.rows_of(one.document.meta),
            )
            for one in self._reader.published(folder)
            if one.page.path.endswith(".md")
        ]
        found.sort(key=lambda one: collation_key(one[1]))
        return quick_page("quick_fee_pages.html.j2", self._services, None, procedures=found)

    def show(self, slug: str) -> Response:
        """List the fees of one procedure."""
        page = procedure_page(slug, self._editing)
        require(current_editor(), Action.WRITE, page)
        require_procedure(slug, self._editing)
        upon = standing(page, current_editor(), self._editing)
        if upon is None:
            raise NotFoundError("procedure")
        return quick_page(
            "quick_fees.html.j2",
            self._services,
            None,
            title=upon.meta.get("title"),
            slug=slug,
            rows=fees.rows_of(upon.meta),
            target=Target(page, None, f"{FEES}/{slug}", f"/thu-tuc/{slug}/", slug),
            from_draft=upon.draft is not None,
            has_draft=self._editing.store.draft(page.path) is not None,
            public=f"/thu-tuc/{slug}/",
        )
