"""What must not stand in a unit's own texts: anything that shows who somebody is.

Outcomes and news tell that a case was closed, never whose: no telephone of a person, no number
of an identity paper or an account, no number plate, no name of a child. Notices may rightly name
a missing child, a vehicle whose owner is looked for, and telephones to call; what they are
kept from is numbers of papers and accounts, for which there is never a reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from functions.core.models.content import ContentProblem
from publish.child_names import children_named
from publish.plain_text import Passage, passages
from publish.private_numbers import PublicNumbers, is_offices, numbers_in
from publish.wording import Wording

_LONGEST_TOLD = 60


def exposure_problems(
    path: str, text: str, wording: Wording, year: int, public_numbers: PublicNumbers
) -> Iterator[ContentProblem]:
    """Yield what shows who somebody is in an outcome or news that is posted in this year."""
    for passage in passages(text):
        for code, at, found in numbers_in(passage.text, wording.numbers):
            if code != "exposes-phone" or not is_offices(
                passage.text, at, found, wording.numbers, public_numbers
            ):
                yield _problem(path, passage, code, at, found)
        for at, name in children_named(passage.text, wording.children, year, wording.small_names):
            yield _problem(path, passage, "exposes-child", at, name)


def number_problems(path: str, text: str, wording: Wording) -> Iterator[ContentProblem]:
    """Yield the numbers of papers and accounts in a notice."""
    for passage in passages(text):
        for code, at, found in numbers_in(passage.text, wording.numbers):
            if code == "exposes-number":
                yield _problem(path, passage, code, at, found)


def _problem(path: str, passage: Passage, code: str, at: int, found: str) -> ContentProblem:
    shown = found if len(found) <= _LONGEST_TOLD else f"{found[:_LONGEST_TOLD]}…"
    return ContentProblem(path, passage.line_at(at), "", code, {"found": shown})
