"""Numbers of laws in running text: a page of facts cites none that the register does not know.

What is in `legal_basis` is cited by id and checked with the other fields; here it is about
sentences such as "theo Nghị định 58/2026/NĐ-CP", where one wrong digit would go unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from publish.documents import Document
from publish.errors import Problem
from publish.laws import Law

# What the central authorities issue; decisions of a province or a commune are in no register.
# \u0110 is the Vietnamese D of decrees and decisions.
_NUMBER = re.compile(
    r"(?<![\w./-])\d{1,4}(?:\.\d{1,3})?/\d{4}/"
    r"(?:N\u0110-CP|NQ-CP|Q\u0110-TTg|QH\d{2}|PL-UBTVQH\d{2}"
    r"|TT(?:LT)?-[A-Z\u0110]+(?:-[A-Z\u0110]+)*)(?![\w-])"
)


def law_number_problems(
    page: Document, old: Document | None, laws: Mapping[str, Law]
) -> Iterator[Problem]:
    """Yield numbers of laws that are new in a text and in no entry of the register."""
    known = {law.number for law in laws.values()}
    before = set(_NUMBER.findall(old.text)) if old else set()
    for number in dict.fromkeys(_NUMBER.findall(page.text)):
        if number not in known and number not in before:
            text = f"law {number} is unknown; correct the number or add it to data/laws.yml"
            yield page.problem(number, text, "unknown-law-number", "", number=number)
