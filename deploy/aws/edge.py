"""The two functions that run in CloudFront, with what is built from the site put in."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from flask import Response

from functions.installed import TEMPLATES
from functions.local.http_guard import page_and_document
from functions.web.headers import security_headers
from functions.web.words import load_words

FOLDER = Path(__file__).parent / "edge"

MOST_CODE = 10 * 1024
"""What CloudFront takes as one function."""

MOST_BYTES = 4_600_000
"""A function of Lambda gets 6 MiB at most, and a photo grows by a third on the way there."""

_UNIT = re.compile(r"[a-z0-9-]+")


class EdgeError(Exception):
    """What the functions would have to hold is more than CloudFront takes."""


def edge_code(release: Path) -> dict[str, str]:
    """Return the code of each function, by its name in the template. Raises EdgeError."""
    former = json.loads((release / "redirects.json").read_text("utf-8"))
    code = {
        "Addresses": _filled(
            "addresses.js", {"HEIRS": heirs_of(former), "KEPT": _kept(release, former)}
        ),
        "Sizes": _sizes(),
    }
    for name, text in code.items():
        if len(text.encode()) > MOST_CODE:
            raise EdgeError(
                f"the function {name} has {len(text.encode())} bytes and CloudFront takes"
                f" {MOST_CODE}: former units would have to go into a key-value store"
            )
    return code


def heirs_of(former: Mapping[str, Mapping[str, list[str]]]) -> str:
    """Return one text of all former units with one heir; the others are pages of the site.

    Raises EdgeError.
    """
    of_heir: dict[str, list[str]] = defaultdict(list)
    for unit_id, leads in sorted(former.items()):
        if len(leads["to"]) == 1:
            of_heir[leads["to"][0]].append(unit_id)
    names = [name for heir, formers in of_heir.items() for name in (heir, *formers)]
    if not all(_UNIT.fullmatch(name) for name in names):
        raise EdgeError("a former unit's id is no ASCII slug")
    return "".join(f";{heir} {' '.join(formers)} " for heir, formers in sorted(of_heir.items()))


def _kept(release: Path, former: Mapping[str, object]) -> str:
    """Return the pages that every former unit's address has itself."""
    site = release / "site"
    kept: set[str] = set()
    for unit_id in former:
        for page in (site / unit_id).rglob("index.html"):
            folder = page.parent.relative_to(site / unit_id).as_posix()
            kept.add("" if folder == "." else f"{folder}/")
    return "".join(f" {page} " for page in sorted(kept))


def _sizes() -> str:
    # Not what one machine says: it takes more in one form than a function does.
    page, document = page_and_document(TEMPLATES, load_words(TEMPLATES).too_large_at_edge)
    response = Response()
    response.headers.clear()
    headers = security_headers(is_https=True)(response).headers
    return _filled(
        "sizes.js",
        {
            "MOST_BYTES": str(MOST_BYTES),
            "PAGE": page.decode(),
            "DOCUMENT": document.decode(),
            "HEADERS": json.dumps({name.lower(): {"value": value} for name, value in headers}),
        },
    )


def _filled(file: str, values: Mapping[str, str]) -> str:
    """Put each value in place of its mark, as a text of JavaScript, and leave comments out."""
    lines = (FOLDER / file).read_text("utf-8").splitlines()
    code = "\n".join(line for line in lines if not line.lstrip().startswith("//"))
    for name, value in values.items():
        mark = f'"@{name}@"'
        if code.count(mark) != 1:
            raise EdgeError(f"{file} must hold {mark} once")
        code = code.replace(mark, json.dumps(value, ensure_ascii=False))
    return code.strip() + "\n"
