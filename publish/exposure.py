"""What must not stand in a post about an outcome: anything that shows who somebody is.

Residents read that a case was closed, never whose: no telephone of a person, no number of an
identity paper or an account, no number plate, no name of a child.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from functions.core.models.content import ContentProblem
from publish.wording import Wording, checked_lines

_GAP = r"[ \xa0.\-]?"
_PHONE = re.compile(rf"(?<![\d.,])(?:\+84|84|0){_GAP}[2-9](?:{_GAP}\d){{7,9}}(?![\d]|[.,]\d)")
_LONG_NUMBER = re.compile(rf"(?<![\d.,])\d(?:{_GAP}\d){{8,18}}(?![\d]|[.,]\d)")
_DATES = re.compile(
    r"(?<![\d.\-])(?:[0-3]?\d[.\-][01]?\d[.\-](?:19|20)\d\d|20\d\d-[01]\d-[0-3]\d)(?![\d]|[.\-]\d)"
)
# No amount begins with 0, and telephones and identity numbers do.
_MONEY = re.compile(r"(?<![\d.])[1-9]\d{0,2}(?:\.\d{3})+(?![\d]|[.\-]\d)")
_PLATE = re.compile(
    r"(?<![\w/])\d{2}[ \-]?[A-Z\u0110]{1,2}\d?[ \-.]{0,3}(?:\d{3}[.]?\d{2}|\d{4,5})(?![\w/])"
)

_SIGNS = '.,;:()\u201c\u201d"*'


def exposure_problems(
    path: str, text: str, wording: Wording, public_numbers: Collection[str] = ()
) -> Iterator[ContentProblem]:
    """Yield what shows who somebody is; `public_numbers` are telephones of offices, digits only."""
    for number, line in checked_lines(text):
        rest = _MONEY.sub(_blank, _DATES.sub(_blank, line))
        for code, pattern in (
            ("exposes-plate", _PLATE),
            ("exposes-phone", _PHONE),
            ("exposes-number", _LONG_NUMBER),
        ):
            for found in pattern.finditer(rest):
                if re.sub(r"\D", "", found[0]) not in public_numbers:
                    yield ContentProblem(path, number, "", code, {"found": found[0].strip()})
            rest = pattern.sub(_blank, rest)
        for name in _children(line, wording):
            yield ContentProblem(path, number, "", "exposes-child", {"found": name})


def _children(line: str, wording: Wording) -> Iterator[str]:
    """Yield names of children: two words with capitals, or more, behind a word for a child."""
    for found in wording.child.finditer(line):
        rest = wording.before_name.sub("", found["rest"].lstrip(_SIGNS))
        if wording.not_a_name.match(rest):
            continue
        name: list[str] = []
        for word in re.split(r"[ \xa0]+", rest):
            bare = word.strip(_SIGNS)
            if not bare[:1].isupper():
                break
            name.append(bare)
            if bare != word:
                break
        if len(name) > 1:
            yield " ".join(name)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
