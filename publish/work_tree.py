"""The working copy the generator reads: shared pages, one sample unit, one sample old address."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publish.documents import Document, read_document, write_document
from publish.own_pages import OWN_KEYS
from publish.page_checks import PROCEDURES
from publish.shared import SAMPLE_OLD, SAMPLE_UNIT
from publish.stamp import CutPage, token
from publish.unit_facts import FOLDER as UNIT_FOLDER
from publish.unit_values import OLD_KEYS, UNIT_KEYS, tokens

# The shells of a unit's own pages, in the sample unit: one as deep as a list, one as an article.
OWN_LISTING, OWN_ARTICLE = "trang-rieng/index.html", "trang-rieng/bai/index.html"

# In site/don-vi, where an underscore keeps them apart from every unit id.
_SAMPLE_SOURCES = {SAMPLE_UNIT: "_mau", SAMPLE_OLD: "_dia-chi-cu"}
_LINK_UP = re.compile(r"(\]\(|\]:\s+)\.\./")
_PICTURE_BESIDE = re.compile(r"(\]\(|\]:\s+)(?=[\w.-]+\.(?:jpg|jpeg|png|webp)\b)")


@dataclass(frozen=True)
class Content:
    """Everything of the shared site that needs more than a copy, resolved as of one day."""

    pages: Mapping[str, Mapping[str, Document]]
    """By folder, then by slug."""
    resolved: Mapping[str, Mapping[str, Any]]
    """Front matter with ids looked up, by document name."""


def write_work_tree(
    root: Path, work: Path, content: Content, catalogue: Mapping[str, Any], home: Mapping[str, Any]
) -> Path:
    """Write the working copy afresh and return the generator's configuration file."""
    shutil.rmtree(work, ignore_errors=True)
    docs = work / "docs"
    shutil.copytree(root / "site", docs, ignore=shutil.ignore_patterns(UNIT_FOLDER))
    for folder, pages in content.pages.items():
        for slug, page in pages.items():
            meta = content.resolved[page.name]
            write_document(docs / folder / f"{slug}.md", meta, page.body)
    _write_samples(root, docs, content)
    return _write_configuration(root, work, {"catalogue": catalogue, **home})


def _write_samples(root: Path, docs: Path, content: Content) -> None:
    unit = {"base": f"{SAMPLE_UNIT}/", **tokens((*UNIT_KEYS, *OWN_KEYS))}
    marks = {SAMPLE_UNIT: {"unit": unit}, SAMPLE_OLD: {"old": tokens(OLD_KEYS)}}
    for sample, source in _SAMPLE_SOURCES.items():
        folder = root / "site" / UNIT_FOLDER / source
        for path in sorted(folder.rglob("*.md")):
            page = read_document(root, path)
            target = docs / sample / path.relative_to(folder)
            write_document(target, {**page.meta, **marks[sample]}, page.body)
    for slug, page in content.pages[PROCEDURES].items():
        here = {"note": token(f"note-{slug}"), "filing": token(f"filing-{slug}")}
        meta = {**content.resolved[page.name], "unit": {**unit, **here}}
        # One folder deeper than the shared page, so links out of the folder climb once more.
        body = _LINK_UP.sub(r"\1../../", page.body)
        body = _PICTURE_BESIDE.sub(rf"\1../../{PROCEDURES}/", body)
        write_document(docs / SAMPLE_UNIT / PROCEDURES / f"{slug}.md", meta, body)


def _write_configuration(root: Path, work: Path, extra: Mapping[str, Any]) -> Path:
    path = work / "mkdocs.yml"
    settings: Mapping[str, Any] = {
        "INHERIT": str(root / "mkdocs.yml"),
        "docs_dir": str(work / "docs"),
        "site_dir": str(work / "html"),
        "theme": {"custom_dir": str(root / "templates" / "site")},
        "extra": extra,
    }
    path.write_text(json.dumps(settings, default=str), encoding="utf-8")
    return path


def sample_pages(built: Path, sample: str) -> Sequence[tuple[str, str]]:
    """Return the built pages of a sample as (path below the unit's address, HTML).

    The shells of own pages are left out: not every unit has such pages.
    """
    folder = built / sample
    pages = [
        (path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
    ]
    return [(path, page) for path, page in pages if path not in {OWN_LISTING, OWN_ARTICLE}]


def own_shells(built: Path) -> tuple[CutPage, CutPage]:
    """Return the shells of a unit's own article and of a list of them."""
    folder = built / SAMPLE_UNIT
    article, listing = (
        CutPage.of((folder / path).read_text(encoding="utf-8"))
        for path in (OWN_ARTICLE, OWN_LISTING)
    )
    return article, listing
