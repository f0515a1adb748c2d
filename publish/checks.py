"""What no finished page may hold; run over every page before the site is switched."""

from __future__ import annotations

import re
from collections.abc import Iterable

from publish.csp import runs_inline
from publish.stamp import CLOSE, OPEN, CutPage

_ELEMENT = re.compile(
    r"<(?:link|script|img|iframe|frame|source|video|audio|track|embed|object|input|form|use|base)\b[^>]*>",
    re.I,
)
_ADDRESS = re.compile(r"\s(?:href|src|srcset|data|action|poster)\s*=\s*[\"']?\s*([^\"'\s>]+)", re.I)
_CSS_ADDRESS = re.compile(r"(?:url\(|@import)\s*[\"']?\s*([^\"')\s]+)", re.I)
_TOKEN_SIGN = re.compile(f"[{OPEN}{CLOSE}]")
_ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.I)
# Whatever value follows, such an address stays on our host.
_BEGINS_HERE = re.compile(r"(?:/|(?:\.\.?/)+)[a-z0-9]")


def foreign_addresses(page: str) -> list[str]:
    """Return what a page would load from, or send to, another host; plain links do neither."""
    addresses = [found for element in _ELEMENT.findall(page) for found in _ADDRESS.findall(element)]
    return [address for address in addresses if _ELSEWHERE.match(address)] + foreign_in_css(page)


def foreign_in_css(text: str) -> list[str]:
    """Return what styles would load from another host."""
    return [address for address in _CSS_ADDRESS.findall(text) if _ELSEWHERE.match(address)]


def page_problems(name: str, page: str, sample_folders: Iterable[str]) -> list[str]:
    """Return what is wrong with one finished page."""
    problems = [
        f"{name}: would load {address} from elsewhere" for address in foreign_addresses(page)
    ]
    broken = _TOKEN_SIGN.search(page)
    if broken is not None:
        line = page.count("\n", 0, broken.start()) + 1
        problems.append(f"{name}:{line}: holds a broken token; check the template that draws it")
    problems += [f"{name}: names {folder}" for folder in sample_folders if folder in page]
    return problems


def sample_problems(name: str, page: str, sample_folders: Iterable[str]) -> list[str]:
    """Return what would be wrong with every page that is stamped from a sample.

    Together with `value_problems` for each value this says as much as checking every page:
    values are whole pieces of HTML or escaped text, so none can change what the sample means.
    """
    cut = CutPage.of(page)
    problems = page_problems(name, cut.stamped(dict.fromkeys(cut.keys, "")), sample_folders)
    addresses = [found for element in _ELEMENT.findall(page) for found in _ADDRESS.findall(element)]
    problems += [
        f"{name}: a value decides where {address} leads; begin it with a path of ours"
        for address in addresses + _CSS_ADDRESS.findall(page)
        if OPEN in address and not _BEGINS_HERE.match(address)
    ]
    if any(OPEN in body for body in runs_inline(page)):
        problems.append(f"{name}: an inline script or style holds a value; put it in an attribute")
    return problems


def value_problems(name: str, value: str, sample_folders: Iterable[str]) -> list[str]:
    """Return what is wrong with one value of a unit, escaped text or a whole piece of HTML."""
    problems = page_problems(name, value, sample_folders)
    if value.rfind("<") > value.rfind(">"):
        problems.append(f"{name}: ends within a tag; close it")
    if runs_inline(value):
        problems.append(f"{name}: holds a script or a style; take it out")
    return problems
