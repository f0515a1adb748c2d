"""Port Renderer: the sentences of `templates/zalo`, cut into messages that Zalo takes.

Everything a person typed passes `zalo_text`: in Zalo it can neither mention anybody, nor open
a link, nor look like a message of ours. In a group each line of it stands behind a bar. What an
officer writes to a resident goes as it was written, mentions apart.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2

from functions.core.ports import CardValues, EntryValues
from functions.core.viet_nam import VIET_NAM
from functions.yaml_files import read_yaml

LONGEST_MESSAGE = 1_500
"""Characters; the reference (4.2) assumes 2,000 and advises 1,500."""

_BAR = "│ "
_WIDTH = 400
"""Longer lines are broken at blanks, so that a message can be filled with them."""

_DOT_OF_A_NAME = re.compile(r"(?<=\S)([.。．｡])(?=[^\W\d_])")
"""As in www.example.vn: Zalo makes a link of it without being asked. Not as in 3.5."""
_PART_ROOM = len(" (99/99)")
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


class _Own(str):
    """A text of ours: links and marks, which `zalo_text` must leave alone."""


def zalo_text(value: Any) -> str:
    """Return a value as harmless text: NFC, no control or invisible signs, no mention, no
    link that opens by a touch."""
    if isinstance(value, _Own):
        return value
    return _DOT_OF_A_NAME.sub(r"\1 ", _without_mentions(value).replace("://", ": //"))


def _without_mentions(value: Any) -> str:
    text = unicodedata.normalize("NFC", "".join(map(_visible, str(value))))
    while "[@" in text:
        text = text.replace("[@", "[ @")
    return text


def local_time(at: datetime) -> str:
    """Return day and time in Indochina Time, as people write it."""
    return f"{at.astimezone(VIET_NAM):%H:%M ngày %d/%m/%Y}"


def typed_time(typed: str) -> str:
    """Return a typed ISO date or time as people write it; it was checked when it came in."""
    at = datetime.fromisoformat(typed)
    if at.tzinfo is not None and at.utcoffset() is not None:
        at = at.astimezone(VIET_NAM)
    return f"{at:%H:%M ngày %d/%m/%Y}" if len(typed) > len("2026-11-21") else f"{at:%d/%m/%Y}"


class TemplateRenderer:
    """Port Renderer on Jinja templates; StrictUndefined, so a missing word is an error."""

    def __init__(self, templates_dir: Path) -> None:
        self._messages = templates_dir / "messages.yml"
        words = read_yaml(templates_dir / "catalogue.yml")
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader([templates_dir / "zalo", templates_dir]),
            undefined=jinja2.StrictUndefined,
            finalize=zalo_text,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # noqa: S701 plain text for Zalo; `zalo_text` is its escaping
        )
        self._environment.filters.update(
            own=_Own, local_time=local_time, typed_time=typed_time, office=_offices(words)
        )
        self._environment.globals["words"] = words
        self._for_residents = frozenset(
            path.name for path in (templates_dir / "zalo" / "resident").glob("*.j2")
        )

    def tip_card(self, values: CardValues) -> list[str]:
        def head(part: str) -> str:
            return self._render("card_head.txt.j2", card=values, part=part, is_notice=False)

        def more(part: str) -> str:
            return self._render("card_more.txt.j2", card=values, part=part)

        return _in_parts(head, more, _quoted_lines(zalo_text(values.text)), self._most())

    def notice_card(self, values: CardValues) -> list[str]:
        return [self._render("card_head.txt.j2", card=values, part="", is_notice=True)]

    def photo_caption(self, card_code: str, position: int, total: int) -> str:
        return self._render(
            "photo_caption.txt.j2", card_code=card_code, position=position, total=total
        )

    def digest(self, unit_name: str, cards: Sequence[CardValues]) -> list[str]:
        def head(part: str) -> str:
            return self._render(
                "digest_head.txt.j2", part=part, count=len(cards), unit_name=unit_name
            )

        lines = [self._render("digest_line.txt.j2", card=card) for card in cards]
        return _in_parts(head, head, lines, self._most())

    def possible_repeat(self, text: str) -> str:
        return self._render("possible_repeat.txt.j2", text=text)

    def group_entry(self, values: EntryValues) -> list[str]:
        lines = [] if values.sealed else _quoted_lines(zalo_text(values.text))
        return self._entry(f"group/{values.kind}.txt.j2", values, lines)

    def resident_entry(self, values: EntryValues) -> list[str]:
        name = f"{values.kind}.txt.j2"
        if name not in self._for_residents:
            return []
        lines = [] if values.sealed else _plain_lines(_without_mentions(values.text))
        return self._entry(f"resident/{name}", values, lines)

    def note(self, code: str, values: Mapping[str, str]) -> str:
        return self._render(f"notes/{code}.txt.j2", **values)

    def mail(self, code: str, values: Mapping[str, object]) -> str:
        return self._render(f"mail/{code}.txt.j2", alarm_words=self._alarm_words, **values)

    @cached_property
    def _alarm_words(self) -> Mapping[str, str]:
        """Read when the first message needs it: few ever do."""
        words: Mapping[str, str] = read_yaml(self._messages)["staff"]["alarms"]
        return words

    def _entry(self, name: str, values: EntryValues, lines: list[str]) -> list[str]:
        def head(part: str) -> str:
            return self._render(name, entry=values, part=part)

        def more(part: str) -> str:
            return self._render("entry_more.txt.j2", entry=values, part=part)

        return _in_parts(head, more, lines, self._most())

    def _most(self) -> int:
        """Return how long a message may be that may have to be repeated with a mark."""
        return LONGEST_MESSAGE - len(self.possible_repeat(""))

    def _render(self, template: str, /, **values: Any) -> str:
        mark = self._environment.globals["words"]["card_mark"]  # type: ignore[index]
        return self._environment.get_template(template).render(mark=mark, **values).strip("\n")


def _offices(words: Mapping[str, Any]) -> Callable[[str], str]:
    """Return what makes of a unit's name the name of its office: the police of a ward, but a
    committee or a team as it is called."""
    kinds = [
        (f"{kind['label']} ", kind["office"])
        for kind in words.get("unit_kinds", {}).values()
        if "{name}" in kind["office"]
    ]

    def office(name: str) -> str:
        small = name[:1].lower() + name[1:]
        for beginning, pattern in kinds:
            if small.startswith(beginning):
                return str(pattern.format(name=small))
        return name

    return office


def _in_parts(
    head: Callable[[str], str], more: Callable[[str], str], lines: list[str], most: int
) -> list[str]:
    """Fill messages of at most so many signs with the lines, the first under `head`, the
    rest under `more`; mark them 1/n where there is more than one."""
    parts: list[list[str]] = [[]]
    room = most - len(head("")) - _PART_ROOM
    for line in lines:
        if parts[-1] and len(line) + 1 > room:
            parts.append([])
            room = most - len(more("")) - _PART_ROOM
        parts[-1].append(line)
        room -= len(line) + 1
    total = len(parts)
    marks = [f" ({number}/{total})" if total > 1 else "" for number in range(1, total + 1)]
    return [
        "\n".join([(head if number == 0 else more)(mark), *part])
        for number, (mark, part) in enumerate(zip(marks, parts, strict=True))
    ]


def _quoted_lines(text: str) -> list[str]:
    """Return the text's lines behind bars, long ones broken at blanks, blank ones left out."""
    return [_BAR + piece for piece in _plain_lines(text) if piece]


def _plain_lines(text: str) -> list[str]:
    """Return the text's lines, long ones broken at blanks; none for an empty text."""
    return (
        [
            piece
            for line in text.strip("\n").split("\n")
            for piece in textwrap.wrap(line, _WIDTH, replace_whitespace=False) or [""]
        ]
        if text.strip()
        else []
    )


def _visible(sign: str) -> str:
    """Return the sign; a blank for a tab or foreign line end, nothing for control, format
    (zero width, direction), private and surrogate signs."""
    if sign == "\n" or unicodedata.category(sign) not in _INVISIBLE:
        return sign
    return " " if sign.isspace() else ""
