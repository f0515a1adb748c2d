"""Where the links of a page lead, looked up among the files of one version."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from publish.documents import Document
from publish.errors import Problem
from publish.inputs import UNIT_FOLDER
from publish.own_markdown import Rendered
from publish.own_pages import KINDS

_SITE = "site"
_OWN = f"{_SITE}/{UNIT_FOLDER}/"
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_INCLUDED = re.compile(r'{%-?\s*(?:include|import)\s+"([^"]+)"')
_ID = re.compile(r'\sid="([\w-]+)"')


class Pages(Protocol):
    """What links are looked up in."""

    @property
    def files(self) -> Collection[str]:
        """Return the paths of all files below the project."""
        ...

    def rendered(self, path: str) -> Rendered | None:
        """Return a page's text as HTML; None where it cannot be read."""
        ...

    def is_public_with(self, path: str, page: Document) -> bool:
        """Tell whether the target of a link is public from the first day of its page."""
        ...

    def template_anchors(self, path: str) -> Collection[str]:
        """Return what links may lead to in what is drawn around a page's text."""
        ...


def is_own(path: str) -> bool:
    """Tell whether a page is a unit's, so that its links are resolved by publish/own_pages.py."""
    return path.startswith(_OWN)


def link_problems(page: Document, rendered: Rendered, pages: Pages) -> Iterator[Problem]:
    """Yield the links of a page's text that lead nowhere.

    Between shared pages a link may lead only to what Markdown itself makes an id of: the
    generator, which checks it too, does not look into what its templates draw.
    """
    for link in dict.fromkeys(rendered.links):
        target, _, anchor = link.partition("#")
        if not _can_be_split(link):
            yield page.problem(link, f"{link} is no address", "broken-link", "body", target=link)
            continue
        if leads_elsewhere(page.name, link):
            continue
        path = target_of(page.name, link, pages.files)
        if path is None:
            text = f"{target} leads nowhere; link to a file"
            yield page.problem(target, text, "broken-link", "body", target=target)
        elif not pages.is_public_with(path, page):
            text = f"{target} is not public on the first day of this page"
            yield page.problem(target, text, "link-too-early", "body", target=target)
        elif anchor and path.endswith(".md") and not _has(path, anchor, page, rendered, pages):
            text = f"{link} leads to a place that the page does not have; take # and all after off"
            yield page.problem(link, text, "broken-anchor", "body", target=link)


def leads_elsewhere(source: str, link: str) -> bool:
    """Tell whether a link leads away from the site; an address without scheme only from shared."""
    return bool(_SCHEME.match(link)) or (link.startswith("//") and not is_own(source))


def _can_be_split(link: str) -> bool:
    """Tell whether the generator, which splits all addresses, gets over this one."""
    try:
        urlsplit(link)
    except ValueError:
        return False
    return True


def target_of(source: str, link: str, files: Collection[str]) -> str | None:
    """Return the file that a link of a page leads to; None where there is none."""
    own = is_own(source)
    target = link.partition("#")[0] if own else unquote(urlsplit(link).path)
    if not target:
        return source
    if target.startswith("/") and not own:
        path = posixpath.normpath(f"{_SITE}{target}")
    else:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
    is_reached = _reached_from_own(source, path) if own else not is_own(path)
    return path if is_reached and path in files else None


def _reached_from_own(source: str, path: str) -> bool:
    """Tell whether a unit's page may link to this: its own folder, and shared pages."""
    if not is_own(path):
        return path.startswith(f"{_SITE}/") and path.endswith(".md")
    folder = "/".join(source.split("/")[:3])
    if not path.startswith(f"{folder}/"):
        return False
    inside = path.removeprefix(f"{folder}/")
    return inside == "index.md" or not path.endswith(".md") or inside.split("/")[0] in KINDS


def _has(path: str, anchor: str, page: Document, rendered: Rendered, pages: Pages) -> bool:
    target = rendered if path == page.name else pages.rendered(path)
    if target is None:
        return True  # what is wrong with that page is told when it is saved itself
    if anchor in target.anchors:
        return True
    return is_own(page.name) and anchor in pages.template_anchors(path)


@lru_cache(maxsize=64)
def ids_in_template(folder: Path, name: str) -> frozenset[str]:
    """Return the ids that a template of the site gives, those of what it includes among them."""
    text = (folder / name).read_text(encoding="utf-8")
    found = set(_ID.findall(text))
    for included in _INCLUDED.findall(text):
        found |= ids_in_template(folder, included)
    if "{{ unit." in text:
        # Values of a unit, which publish/unit_values.py draws.
        for path in sorted((folder / "stamped").glob("*.html")):
            found |= set(_ID.findall(path.read_text(encoding="utf-8")))
    return frozenset(found)


def linking_pages(path: str, pages: Pages, texts: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the pages that have a link to a file, which may be gone already."""
    name = posixpath.basename(path).encode()
    files = {*pages.files, path}
    for source, content in texts.items():
        if name not in content or source == path:
            continue
        rendered = pages.rendered(source)
        links = [link for link in rendered.links if _can_be_split(link)] if rendered else ()
        if any(
            target_of(source, link, files) == path
            for link in links
            if not leads_elsewhere(source, link)
        ):
            yield source
