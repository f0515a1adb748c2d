"""What small forms change in a unit's notices: a new one, its words and days, and its end.

On a phone nobody writes Markdown: line ends and lists are taken as they are typed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from functions.core.editing.joined_fields import Fields
from functions.core.editing.typed_values import TypedValues
from functions.core.editing.unit_fixes import text_of
from functions.core.vietnamese import slug_of

BEGINS, ENDS = "valid_from", "valid_until"
BODY = "text"
FIELDS = ("title", BEGINS, ENDS, BODY)

_LONGEST_SLUG = 60
_TRIES = 50
_LIST = re.compile(r"(?:[-*+]|\d{1,3}\.)\s+\S")
_TYPED_BULLET = re.compile(r"(?:[•●▪–—]|(?P<number>\d{1,3})\))\s+(?=\S)")
"""How people begin the lines of a list, though Markdown does not know it."""
_NOT_PLAIN = re.compile(r"\s|[#>|!:<`~]|---|===|\[\^?[^\]]*\]:")
"""How lines begin that Markdown does not join with the line above: they stay as they are."""
_PICTURE = re.compile(r"(?<!\n)\n*+!\[(?P<words>[^\]\n]{0,300})\]\((?P<name>[a-z0-9.\-]+)\)\s*\Z")
_HARD_END = "  "

Meta = Mapping[str, Any]


@dataclass(frozen=True)
class OwnPicture:
    """The picture below a notice's words."""

    name: str
    words: str
    """What it shows, for people who cannot see it."""


def notice_fields(meta: Meta, body: str) -> Fields:
    """Return a notice as a form shows it, without the picture below its words."""
    shown = {name: text_of(meta.get(name)) for name in ("title", BEGINS, ENDS)}
    return shown | {BODY: _typed_form(_parted(body)[0])}


def read_notice(typed: TypedValues, today: date, *, is_new: bool) -> Fields:
    """Read the form of a notice; a new one must not be over already."""
    fields = {
        "title": typed.title("title"),
        BEGINS: typed.day(BEGINS),
        ENDS: typed.day(ENDS),
        BODY: _typed_form(_markdown(typed.text(BODY, required=True))),
    }
    begins, ends = fields[BEGINS], fields[ENDS]
    if ends and begins and ends < begins:
        typed.wrong(ENDS, "ends-before-begin")
    elif ends and is_new and ends < today.isoformat():
        typed.wrong(ENDS, "day-passed")
    return fields


def changed_notice(changes: Fields) -> dict[str, Any]:
    """Return new front matter of a notice for changed fields."""
    return {name: value or None for name, value in changes.items() if name != BODY}


def new_notice(fields: Fields, today: date) -> dict[str, Any]:
    """Return the front matter of a new notice, without what it does not say."""
    said = {"title": fields["title"], "posted_on": today.isoformat()}
    return said | {name: fields[name] for name in (BEGINS, ENDS) if fields[name]}


def body_of(text: str, picture: OwnPicture | None = None) -> str:
    """Return the Markdown of typed words, and the picture below them."""
    shown = f"\n![{picture.words}]({picture.name})\n" if picture else ""
    return f"{_markdown(text)}\n{shown}"


def picture_of(body: str) -> OwnPicture | None:
    """Return the picture below a notice's words."""
    return _parted(body)[1]


def picture_words(typed: str, title: str) -> str:
    """Return what a picture shows, without signs that mean something to Markdown."""
    return " ".join(re.sub(r"[\[\]()\\<>]", " ", typed or title).split())


def picture_name(slug: str, content: bytes) -> str:
    """Return the file name of a notice's picture; another picture has another name.

    So a version of the page that is brought back shows the picture it had.
    """
    return f"{slug}-{hashlib.sha256(content).hexdigest()[:8]}.jpg"


def is_own_picture(slug: str, name: str) -> bool:
    """Tell whether a picture bears the name that a form gave it for this notice."""
    return re.fullmatch(rf"{re.escape(slug)}-[0-9a-f]{{8}}\.jpg", name) is not None


def slugs_for(title: str) -> Iterator[str]:
    """Yield the addresses a new notice may have, best first: cat-dien, cat-dien-2, …"""
    first = slug_of(title)[: _LONGEST_SLUG + 1]
    if len(first) > _LONGEST_SLUG:
        # A word that was cut through is left out, unless there is no other.
        first = (first.rpartition("-")[0] or first)[:_LONGEST_SLUG]
    first = first.strip("-")
    if first:
        yield first
        yield from (f"{first}-{number}" for number in range(2, _TRIES))


def first_day(meta: Meta) -> str:
    """Return the day from which a notice is shown."""
    return text_of(meta.get(BEGINS)) or text_of(meta.get("posted_on"))


def end_of(meta: Meta, today: date) -> str | None:
    """Return the last day of a notice that is to be over now.

    None where it began today, or has not begun: no page is over before it begins, so that only
    taking it away ends it.
    """
    yesterday = (today - timedelta(days=1)).isoformat()
    return yesterday if first_day(meta) <= yesterday else None


def is_over(meta: Meta, today: date) -> bool:
    ends = text_of(meta.get(ENDS))
    return bool(ends) and ends < today.isoformat()


def _parted(body: str) -> tuple[str, OwnPicture | None]:
    found = _PICTURE.search(body)
    if found is None:
        return body, None
    return body[: found.start()], OwnPicture(found["name"], found["words"])


def _typed_form(body: str) -> str:
    return "\n".join(line.rstrip() for line in body.split("\n")).strip("\n")


def _markdown(text: str) -> str:
    """Return typed words as Markdown: lines end where they were ended, lists stand apart."""
    lines: list[str] = []
    for typed in text.split("\n"):
        line = _TYPED_BULLET.sub(_bullet, typed, count=1) if _TYPED_BULLET.match(typed) else typed
        before = lines[-1] if lines else ""
        if before and line:
            if _is_list(before) != _is_list(line) and not _NOT_PLAIN.match(line):
                lines.append("")
            elif _is_plain(before) and _is_plain(line):
                lines[-1] = before + _HARD_END
        lines.append(line)
    return "\n".join(lines)


def _bullet(found: re.Match[str]) -> str:
    return f"{found['number']}. " if found["number"] else "- "


def _is_list(line: str) -> bool:
    return _LIST.match(line) is not None


def _is_plain(line: str) -> bool:
    return not _is_list(line) and not _NOT_PLAIN.match(line)
