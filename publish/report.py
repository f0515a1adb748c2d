"""What staff must look at: lapsed laws, ended fees, passed reviews, unconfirmed facts.

None of it stops a build: each page says so by itself. `binhyen build --report` lists it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from functions.core.units import UnitDataError, parse_units
from publish.catalogue import load_catalogue
from publish.documents import Document
from publish.errors import PublishError
from publish.laws import LawDataError, LawStatus, load_hotlines, load_laws, status_on
from publish.marks import count_marks
from publish.page_checks import FOLDERS, PROCEDURES, Registers
from publish.pages import read_pages, resolve_pages
from publish.unit_facts import UnitFacts
from publish.unit_sources import read_units


class FindingKind(StrEnum):
    """What is to be done about a finding, the most pressing first."""

    LAW_LAPSED = "law-lapsed"
    FEE_ENDED = "fee-ended"
    REVIEW_PASSED = "review-passed"
    STAFF_CHECK = "staff-check"
    NO_PHONE = "no-phone"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True)
class Finding:
    """One thing to look at, with the file and line to change."""

    kind: FindingKind
    place: str
    """File and line."""
    text: str
    """What it is about, and what to do."""
    since: date | None = None
    """The first day it was so; None where that is not known."""
    count: int = 1
    """How many marks a page carries; one for everything else."""
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What the words of another language speak of: the law and its heir, the case of a fee."""

    def __str__(self) -> str:
        since = f" since {self.since.isoformat()}" if self.since else ""
        return f"{self.place}: {self.kind}{since}: {self.text}"


def report(root: Path, on: date) -> list[Finding]:
    """Return what is to be looked at on a day, by kind and then by file.

    Raises PublishError where the pages cannot be read.
    """
    try:
        registers = Registers(
            load_laws(root / "data" / "laws.yml"), load_hotlines(root / "data" / "hotlines.yml")
        )
        units = parse_units((root / "data" / "units.csv").read_text(encoding="utf-8"))
    except (LawDataError, UnitDataError) as exc:
        raise PublishError(exc.problems) from exc
    pages = {folder: read_pages(root, folder) for folder in FOLDERS}
    resolve_pages(pages, registers, on)  # for its checks: what follows may rely on them
    facts, _ = read_units(root, units, set(pages[PROCEDURES]), on)
    mark: str = load_catalogue(root)["staff_check"]
    found = [
        finding
        for group in pages.values()
        for page in group.values()
        for finding in page_findings(page, registers, mark, on)
    ]
    found += [finding for unit in facts.values() for finding in _of_unit(unit)]
    order = list(FindingKind)
    return sorted(found, key=lambda finding: (order.index(finding.kind), finding.place))


def summary(findings: list[Finding]) -> str:
    """Return how many findings and marks there are of each kind, in one line."""
    counts = {
        kind: sum(finding.count for finding in findings if finding.kind is kind)
        for kind in FindingKind
    }
    return ", ".join(f"{kind}: {count}" for kind, count in counts.items())


def page_findings(page: Document, registers: Registers, mark: str, on: date) -> Iterator[Finding]:
    """Yield what is to be looked at on a page of facts; its checks must have passed."""
    bases = [fee["basis"] for fee in page.meta.get("fees") or [] if fee.get("basis")]
    for law_id in dict.fromkeys([*(page.meta.get("legal_basis") or []), *bases]):
        law = registers.laws[law_id]
        if status_on(law, on) is LawStatus.LAPSED:
            since = law.in_force_to + timedelta(days=1) if law.in_force_to else law.checked_on
            successor = f"; now {law.replaced_by}" if law.replaced_by else ""
            text = f"cites {law_id} ({law.title}), which has lapsed{successor}; bring up to date"
            heir = registers.laws[law.replaced_by].title if law.replaced_by else ""
            values = {"law": law.title, "heir": heir}
            yield Finding(FindingKind.LAW_LAPSED, page.place(law_id), text, since, 1, values)
    for fee in page.meta.get("fees") or []:
        ended: date | None = fee.get("valid_until")
        if ended is not None and ended < on:
            text = f"{fee['case']!r} has ended; write the amount of now or take it out"
            place = page.place(ended.isoformat())
            since = ended + timedelta(days=1)
            yield Finding(FindingKind.FEE_ENDED, place, text, since, 1, {"case": fee["case"]})
    review: date = page.meta["next_review_on"]
    if review < on:
        text = "was to be reviewed; check its facts and set next_review_on"
        place = page.place("next_review_on")
        yield Finding(FindingKind.REVIEW_PASSED, place, text, review + timedelta(days=1))
    marks = count_marks(page.meta, mark) + page.body.count(mark)
    if marks:
        text = f"{marks} marks {mark!r}; have them confirmed"
        yield Finding(FindingKind.STAFF_CHECK, page.place("confidence"), text, None, marks)


def _of_unit(facts: UnitFacts) -> Iterator[Finding]:
    source = facts.source
    if source is None:
        return  # of a former unit nothing is to be found out any more
    if facts.duty_phone is None:
        text = f"{facts.unit_id} has no telephone; write duty_phone"
        yield Finding(FindingKind.NO_PHONE, source.place("duty_phone"), text)
    if facts.checked_on is None:
        text = f"nobody has confirmed the facts of {facts.unit_id}; check and set checked_on"
        yield Finding(FindingKind.NOT_CHECKED, source.place("checked_on"), text)
