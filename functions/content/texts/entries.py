"""A page as Decap edits it, and back: what Decap writes in its own way changes nothing.

Decap puts keys into the order of its fields, quotes and folds as its YAML writer likes, and gives
back the whole page. Only what says something else than before goes into the page.
"""

from __future__ import annotations

from typing import Any

from functions.content.decap.data import decap_data, with_rows
from functions.content.texts.page_keys import PAGE_KEYS, TEMPLATES, shape_of
from functions.content.texts.rewriting import changed, new_page, read_page, split_page, unreadable
from functions.content.texts.typed_text import clean_text
from functions.content.texts.yaml_values import as_json, meant
from functions.core.errors import InvalidContentError
from functions.core.models.content import ContentProblem, PagePath
from publish import fast_yaml

MAX_TEXT = 256 * 1024
"""Of one page, in bytes: ten times the longest there is."""


def shown_to_decap(path: str, text: str) -> str:
    """Return a page as Decap reads it: all values as JSON, which is YAML to everyone.

    Days are texts, what is empty is left out, and parts by name are rows. Raises
    InvalidContentError (yaml).
    """
    page, shape = read_page(path, text), shape_of(path)
    shown = with_rows(meant(page.meta, shape) or {}, shape)
    lines = (f"{key}: {as_json(value)}\n" for key, value in shown.items())
    return f"---\n{''.join(lines)}---\n{page.body}\n"


def require_short(page: PagePath, raw: str) -> None:
    """Raises InvalidContentError (text-too-long), before anybody looks through the text."""
    if len(raw.encode("utf-8", "replace")) > MAX_TEXT:
        raise InvalidContentError([ContentProblem(page.path, 1, "body", "text-too-long")])


def taken_from_decap(page: PagePath, old: str | None, raw: str) -> str:
    """Return the page that Decap's text means, with every line of the old one that still holds.

    Raises InvalidContentError (yaml, unknown-key, entry-needs, written-twice).
    """
    sent = split_page(clean_text(raw))
    before = read_page(page.path, old).meta if old is not None else {}
    try:
        meta = decap_data(page.path, sent.source, PAGE_KEYS[page.kind], before)
    except fast_yaml.YAMLError as exc:
        raise unreadable(page.path, exc) from exc
    if old is None:
        return new_page(page.kind, _defaults(page) | meta, sent.body)
    return changed(page.path, old, dict.fromkeys(before) | meta, sent.body)


def _defaults(page: PagePath) -> dict[str, Any]:
    """Return what the kind of a new page tells, where nobody says otherwise."""
    template = TEMPLATES.get(page.kind)
    return {"id": page.slug, "template": template} if template else {}
