"""Two people at one small form: what each changed is joined field by field.

Lines beside each other cannot be joined by git, but the fields in them can.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Fields = Mapping[str, str]
"""The values of a form in their plain form, by name."""


@dataclass(frozen=True)
class JoinedFields:
    """What a form asks for, seen from what stands there now."""

    touched: frozenset[str]
    """The fields that the person changed."""
    changes: Fields
    """What of it is not so yet."""
    conflicts: Fields
    """What stands now in fields that both changed, each otherwise."""


def join_fields(base: Fields | None, typed: Fields, now: Fields) -> JoinedFields:
    """Compare what was typed with what the form was drawn from and with what stands there now.

    `base` is None where it is not known: then whatever differs from now counts as changed by both.
    """
    touched = {name for name in typed if base is None or typed[name] != base[name]}
    changes = {name: typed[name] for name in typed if name in touched and typed[name] != now[name]}
    conflicts = {name: now[name] for name in changes if base is None or now[name] != base[name]}
    return JoinedFields(frozenset(touched), changes, conflicts)
