"""What `templates/site/partials/tip_form.html` is given when the functions draw it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from functions.core.errors import FieldError
from functions.core.submissions import FIELDS
from functions.core.units import Unit
from functions.web.display import displayable
from functions.web.words import Words

_KEY_BYTES = 24
_NOT_VISIBLE = frozenset({"", "submission_key", "unit_id"})
"""Fields without an input that a person could go back to."""


@dataclass(frozen=True)
class FieldMessage:
    """One mistake, at the field where it is to be mended."""

    field: str
    message: str


@dataclass(frozen=True)
class TipForm:
    """One unit's form with what was typed."""

    unit_id: str
    unit_name: str
    unit_phone: str
    action: str
    categories: Mapping[str, str]
    urgencies: Mapping[str, str]
    values: Mapping[str, str]
    """Every field is there; what was not typed is empty."""
    errors: Sequence[FieldMessage] = field(default_factory=tuple)
    submission_key: str = ""


def draw_form(
    unit: Unit, phone: str, typed: Mapping[str, str], errors: Sequence[FieldError], words: Words
) -> TipForm:
    """Return the form of a unit, filled with what was typed.

    A key that came along is kept, so that sending again is still the same act; where none
    came, or a broken one, the form gets a fresh one.
    """
    bad_key = any(error.field == "submission_key" for error in errors)
    sent_key = "" if bad_key else displayable(typed.get("submission_key", ""))
    return TipForm(
        unit_id=unit.unit_id,
        unit_name=words.office(unit),
        unit_phone=phone,
        action=tips_address(unit.unit_id),
        categories=words.categories,
        urgencies=words.urgencies,
        values=typed_values(typed),
        errors=tuple(
            FieldMessage(error.field, words.mistake(error.field, error.code))
            for error in errors
            if error.field not in _NOT_VISIBLE
        ),
        submission_key=sent_key or secrets.token_urlsafe(_KEY_BYTES),
    )


def typed_values(typed: Mapping[str, str]) -> dict[str, str]:
    """Return every field as it can be shown again."""
    names = (name for name in FIELDS if name != "submission_key")
    return {name: displayable(typed.get(name, "")) for name in names}


def notices(errors: Sequence[FieldError], words: Words) -> list[str]:
    """Return the sentences for mistakes that stand at no visible field."""
    return [
        words.mistake(error.field, error.code) for error in errors if error.field in _NOT_VISIBLE
    ]


def tips_address(unit_id: str) -> str:
    return f"/api/units/{unit_id}/tips"
