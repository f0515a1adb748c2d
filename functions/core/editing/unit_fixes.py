"""What small forms change in a unit's own page: how it is reached, its hours, its rules.

A rule says what is different at this unit for one procedure. Each part reads values out of the
page's front matter as a form shows them, and makes the new front matter of what was changed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from functions.core.editing.joined_fields import Fields
from functions.core.editing.shared_changes import BASED_ON
from functions.core.editing.typed_values import TypedValues, lines_as_one

RULES = "procedures"
PAUSED = "paused_until"
CHECKED_ON = "checked_on"
CONFIRMED = "confirmed"
"""The box that says: all of it was looked at today."""

CONTACT = ("duty_phone", "address", "email", "website")
TIMES = ("hours", "reception_schedule")
ANSWERS = ("motorbike_registration", "car_registration", "gplx_receiving", "id_card_point")
RULE = ("handled_here", PAUSED, "note", "place", "hours", "phone")

YES, NO = "yes", "no"
HANDLED = ("yes", "receive-only", "refer")
_NOT_HANDLED = "refer"
_LONGEST_NOTE = 500
_BETWEEN_ADDRESS_LINES = ", "
_BOXES = ("note", "place", "hours")
"""Of a rule: fields with several rows."""
_LONGEST_PAUSE = timedelta(days=366)

Meta = Mapping[str, Any]


def contact_fields(meta: Meta) -> Fields:
    """Return how a unit is reached, as a form shows it."""
    shown = {name: text_of(meta.get(name)) for name in CONTACT}
    shown["address"] = lines_as_one(shown["address"], _BETWEEN_ADDRESS_LINES)
    return shown | {CONFIRMED: ""}


def read_contact(typed: TypedValues) -> Fields:
    return {
        "duty_phone": typed.phone("duty_phone"),
        "address": typed.joined_lines("address", between=_BETWEEN_ADDRESS_LINES),
        "email": typed.mail("email"),
        "website": typed.site("website"),
        CONFIRMED: typed.flag(CONFIRMED),
    }


def hours_fields(meta: Meta) -> Fields:
    """Return when a unit is open and what it does, as a form shows it."""
    texts = {name: lines_as_one(text_of(meta.get(name))) for name in TIMES}
    answers = {name: _answer_of(meta.get(name)) for name in ANSWERS}
    return texts | answers | {CONFIRMED: ""}


def read_hours(typed: TypedValues) -> Fields:
    texts = {name: typed.joined_lines(name, _LONGEST_NOTE) for name in TIMES}
    answers = {name: typed.choice(name, (YES, NO)) for name in ANSWERS}
    return texts | answers | {CONFIRMED: typed.flag(CONFIRMED)}


def changed_facts(changes: Fields, today: date) -> dict[str, Any]:
    """Return new values of a unit's page for changed fields of both forms above."""
    values: dict[str, Any] = {}
    for name, value in changes.items():
        if name == CONFIRMED:
            values[CHECKED_ON] = today.isoformat()
        elif name in ANSWERS:
            values[name] = {YES: True, NO: False}.get(value)
        else:
            values[name] = value or None
    return values


def rules_of(meta: Meta) -> dict[str, dict[str, Any]]:
    """Return a unit's rules by the procedure they are about; days as 2026-11-30."""
    rules = meta.get(RULES)
    if not isinstance(rules, Mapping):
        return {}
    return {
        str(slug): {str(key): _plain(value) for key, value in rule.items()}
        for slug, rule in rules.items()
        if isinstance(rule, Mapping)
    }


def rule_fields(meta: Meta, slug: str) -> Fields:
    """Return a unit's rule for one procedure, as a form shows it."""
    rule = rules_of(meta).get(slug, {})
    shown = {name: text_of(rule.get(name)) for name in RULE}
    return shown | {name: lines_as_one(shown[name]) for name in _BOXES}


def read_rule(typed: TypedValues, shown: Fields, today: date) -> Fields:
    """Read the form of a rule; a day that was shown may stay, a new one lies ahead."""
    fields = {
        "handled_here": typed.choice("handled_here", HANDLED),
        PAUSED: typed.day(PAUSED),
        "note": typed.joined_lines("note", _LONGEST_NOTE),
        "place": typed.joined_lines("place"),
        "hours": typed.joined_lines("hours"),
        "phone": typed.phone("phone"),
    }
    if fields[PAUSED] != shown.get(PAUSED):
        _require_pause_ahead(typed, fields[PAUSED], today)
    return fields


def read_pause(typed: TypedValues, today: date) -> str:
    """Return the last day of a pause that is to begin now."""
    until = typed.day(PAUSED, required=True)
    _require_pause_ahead(typed, until, today)
    return until


def changed_rule(meta: Meta, slug: str, changes: Fields, based_on: str) -> dict[str, Any]:
    """Return new values of a unit's page after a change of one rule.

    `based_on` notes which shared text a new rule was written upon. A rule that notes one keeps
    it: who changes a telephone has not looked at what the shared text became.
    """
    rule = rules_of(meta).get(slug, {})
    seen = rule.get(BASED_ON) or based_on
    return _with_rules(meta, {slug: {**rule, **changes, BASED_ON: seen}})


def paused_rules(
    meta: Meta, slugs: Collection[str], until: str, based_on: Mapping[str, str]
) -> dict[str, Any]:
    """Return new values of a unit's page after a pause of these procedures.

    A rule that is there keeps its note of what text the unit has seen: nobody looked at it now.
    """
    rules = rules_of(meta)
    return _with_rules(
        meta,
        {slug: {BASED_ON: based_on[slug], **rules.get(slug, {}), PAUSED: until} for slug in slugs},
    )


def resumed_rules(meta: Meta, today: date) -> dict[str, Any]:
    """Return new values of a unit's page in which nothing is paused any more."""
    rules = rules_of(meta)
    return _with_rules(meta, {slug: {**rules[slug], PAUSED: ""} for slug in paused(meta, today)})


def paused(meta: Meta, today: date) -> dict[str, str]:
    """Return the procedures that are paused today, each with its last day."""
    found = {slug: text_of(rule.get(PAUSED)) for slug, rule in rules_of(meta).items()}
    return {slug: until for slug, until in found.items() if until >= today.isoformat()}


def may_be_paused(shared: Meta, rule: Meta) -> bool:
    """Tell whether a unit takes a procedure in at all, and may stop doing so for a while."""
    handled = rule.get("handled_here") or shared.get("handled_here")
    return handled != _NOT_HANDLED and shared.get("never_paused") is not True


def text_of(value: object) -> str:
    """Return a value of the front matter as a form shows it."""
    return "" if value is None else str(_plain(value))


def _with_rules(meta: Meta, changed: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    rules = rules_of(meta)
    for slug, rule in changed.items():
        said = {key: value for key, value in rule.items() if value not in (None, "")}
        # A rule that says nothing to residents is none.
        if said.keys() - {BASED_ON}:
            rules[slug] = said
        else:
            rules.pop(slug, None)
    return {RULES: rules or None}


def _require_pause_ahead(typed: TypedValues, until: str, today: date) -> None:
    if not until:
        return
    if until < today.isoformat():
        typed.wrong(PAUSED, "day-passed")
    elif until > (today + _LONGEST_PAUSE).isoformat():
        typed.wrong(PAUSED, "pause-too-long")


def _answer_of(value: object) -> str:
    return {True: YES, False: NO}.get(value, "") if isinstance(value, bool) else ""


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
