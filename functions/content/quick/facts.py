"""The forms about a unit itself: how it is reached, its hours, and its rule for one procedure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from functions.content.desk.reading import PageReader
from functions.content.quick.behind import unseen_by_rules, unseen_slugs
from functions.content.quick.forms import PageForm, Sent, Target
from functions.content.quick.pause_notices import PauseNotice, public_pause_notices
from functions.content.quick.saving import Change
from functions.content.quick.standing import Standing
from functions.content.quick.targets import procedure_page, require_procedure, unit_target
from functions.content.services import ContentServices
from functions.core.editing import unit_fixes
from functions.core.editing.joined_fields import Fields, JoinedFields
from functions.core.editing.shared_changes import (
    BASED_ON,
    NOTED_SIGNS,
    noted,
    procedure_path,
)
from functions.core.editing.typed_values import TypedValues
from functions.core.models.content import ContentProblem

DRAWN = "drawn_text"
"""The field that notes which shared text a rule's form was drawn beside."""

_NOTED = re.compile(rf"[0-9a-f]{{{NOTED_SIGNS}}}")


class ContactForm(PageForm):
    """Telephone, address, e-mail and web site of a unit."""

    template = "quick_contact.html.j2"

    def target(self, **address: Any) -> Target:
        return unit_target(address["unit_id"], "lien-he", self._editing)

    def shown(self, target: Target, upon: Standing) -> Fields:
        return unit_fixes.contact_fields(upon.meta)

    def read(self, target: Target, typed: TypedValues, upon: Standing) -> Fields:
        return unit_fixes.read_contact(typed)

    def change(self, target: Target, upon: Standing, joined: JoinedFields, sent: Sent) -> Change:
        values = unit_fixes.changed_facts(joined.changes, self._editing.today())
        return Change(values, is_touched=bool(joined.touched))

    def field_of(self, target: Target, problem: ContentProblem) -> str:
        return problem.key if problem.key in unit_fixes.CONTACT else ""

    def more(self, target: Target, upon: Standing) -> dict[str, Any]:
        return {"checked_on": upon.meta.get(unit_fixes.CHECKED_ON)}


class HoursForm(ContactForm):
    """Hours, reception of citizens, and what a unit does at all."""

    template = "quick_hours.html.j2"

    def target(self, **address: Any) -> Target:
        return unit_target(address["unit_id"], "gio", self._editing)

    def shown(self, target: Target, upon: Standing) -> Fields:
        return unit_fixes.hours_fields(upon.meta)

    def read(self, target: Target, typed: TypedValues, upon: Standing) -> Fields:
        return unit_fixes.read_hours(typed)

    def field_of(self, target: Target, problem: ContentProblem) -> str:
        names = (*unit_fixes.TIMES, *unit_fixes.ANSWERS)
        return problem.key if problem.key in names else ""


class RuleForm(PageForm):
    """What is different at a unit for one procedure."""

    template = "quick_rule.html.j2"

    def __init__(self, services: ContentServices, reader: PageReader) -> None:
        super().__init__(services)
        self._reader = reader

    def target(self, **address: Any) -> Target:
        unit_id, slug = address["unit_id"], address["slug"]
        found = unit_target(unit_id, f"thu-tuc/{slug}", self._editing)
        procedure_page(slug, self._editing)
        return Target(found.page, found.unit, found.here, f"/{unit_id}/thu-tuc/{slug}/", slug)

    def standing(self, target: Target) -> Standing:
        require_procedure(target.slug, self._editing)
        return super().standing(target)

    def shown(self, target: Target, upon: Standing) -> Fields:
        return unit_fixes.rule_fields(upon.meta, target.slug)

    def read(self, target: Target, typed: TypedValues, upon: Standing) -> Fields:
        shown = self.shown(target, upon)
        return unit_fixes.read_rule(typed, shown, self._editing.today())

    def change(self, target: Target, upon: Standing, joined: JoinedFields, sent: Sent) -> Change:
        rule = unit_fixes.rules_of(upon.meta).get(target.slug)
        drawn = self._text_drawn(target, sent) if rule is None else self._text_of(rule, target)
        values = unit_fixes.changed_rule(upon.meta, target.slug, joined.changes, drawn)
        return Change(values, is_touched=bool(joined.touched))

    def _text_drawn(self, target: Target, sent: Sent) -> str:
        """Return the shared text that stood beside the form of a new rule."""
        drawn = sent.typed.get(DRAWN, "")
        return drawn if _NOTED.fullmatch(drawn) else self._text_now(target)

    def _text_of(self, rule: Mapping[str, Any], target: Target) -> str:
        """Return the shared text that a rule is based on, also where it does not note it."""
        if rule.get(BASED_ON):
            return str(rule[BASED_ON])
        found = unseen_by_rules(target.page.path, {target.slug: rule}, self._editing)
        return noted(found[0].before) if found else self._text_now(target)

    def _text_now(self, target: Target) -> str:
        store = self._editing.store
        return noted(store.blob_id(store.published(), procedure_path(target.slug)))

    def field_of(self, target: Target, problem: ContentProblem) -> str:
        # The checks name the procedure as people call it.
        named = (target.slug, str(self._shared(target).get("short_title")))
        is_this = problem.key == unit_fixes.RULES and problem.values.get("item") in named
        part = problem.values.get("part", "")
        return part if is_this and part in unit_fixes.RULE else ""

    def more(self, target: Target, upon: Standing) -> dict[str, Any]:
        unseen = unseen_slugs(target.page.path, upon.meta, self._editing, self._reader)
        return {
            "shared": self._shared(target),
            "told_paused": self._told_paused(target, upon),
            "drawn_text": self._text_now(target),
            "shared_changed": target.slug in unseen,
        }

    def _told_paused(self, target: Target, upon: Standing) -> list[PauseNotice]:
        """Return the notices by which residents think that it is stopped, though it is not."""
        is_paused = target.slug in unit_fixes.paused(upon.meta, self._editing.today())
        rule = unit_fixes.rules_of(upon.meta).get(target.slug, {})
        if is_paused or not unit_fixes.may_be_paused(self._shared(target), rule):
            return []
        found = public_pause_notices(target.page.unit_id, self._editing)
        return [one for one in found if one.tells_of(target.slug)]

    def _shared(self, target: Target) -> Mapping[str, Any]:
        store = self._editing.store
        document = self._reader.at(store.published(), procedure_path(target.slug))
        return document.meta if document else {"title": target.slug}
