"""What the fields of case forms are called, and what is said about mistakes in them."""

from __future__ import annotations

import re

from functions.core.errors import FieldError
from functions.web.answers import words

_ROW = re.compile(r"_[0-9]$")


def field_label(name: str) -> str:
    """Return what a field is called; all rows of a table have one name."""
    return words().staff["fields"][_ROW.sub("", name)]


def sentence(error: FieldError) -> str:
    """Return what is said to an officer about a mistake at a field."""
    return words().mistake(_ROW.sub("", error.field), error.code, "case")
