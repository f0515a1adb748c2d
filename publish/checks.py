"""What no finished page may hold; run over every page before the site is switched."""

from __future__ import annotations

import re
from collections.abc import Iterable

from publish.stamp import CLOSE, OPEN

_ELEMENT = re.compile(
    r"<(?:link|script|img|iframe|frame|source|video|audio|track|embed|object|input|form|use|base)\b[^>]*>",
    re.I,
)
_ADDRESS = re.compile(r"\s(?:href|src|srcset|data|action|poster)\s*=\s*[\"']?\s*([^\"'\s>]+)", re.I)
_CSS_ADDRESS = re.compile(r"(?:url\(|@import)\s*[\"']?\s*([^\"')\s]+)", re.I)
_ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.I)


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
    if OPEN in page or CLOSE in page:
        problems.append(f"{name}: holds a broken token; check the template that draws it")
    problems += [f"{name}: names {folder}" for folder in sample_folders if folder in page]
    return problems
