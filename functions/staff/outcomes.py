"""Reading the form that ends a case: figures, rows of objects and tests, and the words."""

from __future__ import annotations

from collections.abc import Mapping

from functions.core.errors import FieldError, InvalidInputError
from functions.core.models import Outcome, OutcomeItem
from functions.core.submissions import normalise

OBJECT_ROWS = 6
TEST_ROWS = 4
MOST_PEOPLE = 9_999
MOST_ITEMS = 1_000_000
LONGEST_NAME = 100

FIELDS = (
    "outcome_text",
    "men",
    "women",
    *(f"{part}_{row}" for row in range(1, OBJECT_ROWS + 1) for part in ("object", "object_count")),
    *(
        f"{part}_{row}"
        for row in range(1, TEST_ROWS + 1)
        for part in ("test", "test_count", "test_positive")
    ),
    "scope",
)
OUT_OF_SCOPE = "out"


def read_outcome(typed: Mapping[str, str]) -> tuple[Outcome, bool]:
    """Return the outcome and whether it was the unit's matter. Raises InvalidInputError naming
    every field that is wrong."""
    reader = _Reader(typed)
    outcome = Outcome(
        text=reader.text("outcome_text").strip(),
        men=reader.count("men", MOST_PEOPLE),
        women=reader.count("women", MOST_PEOPLE),
        objects=tuple(reader.items("object", OBJECT_ROWS)),
        tests=tuple(reader.items("test", TEST_ROWS)),
    )
    scope = reader.value("scope")
    if scope not in ("", OUT_OF_SCOPE):
        reader.wrong("scope", "unknown")
    if reader.errors:
        raise InvalidInputError(tuple(reader.errors))
    return outcome, scope != OUT_OF_SCOPE


class _Reader:
    """Reads the fields one by one and collects what is wrong with each."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        self._typed = typed
        self.errors: list[FieldError] = []

    def wrong(self, field: str, code: str) -> None:
        self.errors.append(FieldError(field, code))

    def value(self, field: str) -> str:
        return self.text(field).strip()

    def text(self, field: str) -> str:
        text = normalise(self._typed.get(field, ""))
        if "\0" in text or any(0xD800 <= ord(sign) <= 0xDFFF for sign in text):
            self.wrong(field, "invalid_characters")
            return ""
        return text

    def count(self, field: str, most: int) -> int:
        value = self.value(field)
        if not value:
            return 0
        if not (value.isascii() and value.isdigit()):
            self.wrong(field, "not_a_count")
            return 0
        # Of many digits the number is never made: it is too large in any case.
        if len(value) > len(str(most)) or int(value) > most:
            self.wrong(field, "too_many")
            return 0
        return int(value)

    def items(self, kind: str, rows: int) -> list[OutcomeItem]:
        items = (self._item(kind, row) for row in range(1, rows + 1))
        return [item for item in items if item is not None]

    def _item(self, kind: str, row: int) -> OutcomeItem | None:
        name_field, count_field = f"{kind}_{row}", f"{kind}_count_{row}"
        positive_field = f"{kind}_positive_{row}"
        name = " ".join(self.text(name_field).split())
        count = self.count(count_field, MOST_ITEMS)
        positive = self.count(positive_field, MOST_ITEMS)
        if not (name or self.value(count_field) or self.value(positive_field)):
            return None
        before = len(self.errors)
        if not name:
            self.wrong(name_field, "required")
        elif len(name) > LONGEST_NAME:
            self.wrong(name_field, "too_long")
        if not count and not self._is_wrong(count_field):
            self.wrong(count_field, "required")
        if count and positive > count:
            self.wrong(positive_field, "more_than_tested")
        if len(self.errors) > before:
            return None
        return OutcomeItem(name, count, positive if kind == "test" else None)

    def _is_wrong(self, field: str) -> bool:
        return any(error.field == field for error in self.errors)
