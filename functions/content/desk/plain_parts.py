"""A line of Markdown in parts, each as it is written and as people read it.

What a part leaves out when it is read plainly, its `exact` form tells: a change of that alone
must not be invisible.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

_PARTS = re.compile(
    r"""
      (?P<box>^[ \t]*!!![ ][\w-]+[ ]"(?P<title>[^"]+)"[ \t]*$)
    | (?P<escaped>\\[\\`*_{}\[\]()>#+\-.!])
    | (?P<picture>!\[(?P<alt>[ \t]*[^\[\]\s][^\[\]]*)\]
                  \((?P<file>[\w./-]+)(?:[ \t]+"(?P<caption>[^"]*)")?\))
    | (?P<anchor>(?<=\S)[ \t]*\{:?[ ]*\#[\w-]+[ ]*\}[ \t]*$)
    | (?P<unsure><span[ ]class="by-check">(?P<note>[^<>]*)</span>)
    | \w+ | \s+ | [^\w\s]
    """,
    re.X,
)
"""Signs after a backslash are those before which Python-Markdown takes it away. What has more
attributes than an anchor's id is left as it is: one of them may be an address."""

_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()>#+\-.!])")

Say = Callable[..., str]
"""Returns the words for a code, `box`, `picture`, `picture-file` or `caption`, values put in."""


class Part(NamedTuple):
    """A word, a run of blanks, a sign, or a mark that belongs together."""

    written: str
    plain: str
    exact: str


def words_of(line: str) -> list[Part]:
    """Return the parts of a line that has no marks."""
    return [Part(word, word, word) for word in re.findall(r"\w+|\s+|[^\w\s]", line)]


def parts_of(line: str, say: Say) -> list[Part]:
    """Return the parts of a line of Markdown; joined as written they are the line."""
    is_heading = line.startswith("#")
    return [_part(found, is_heading, say) for found in _PARTS.finditer(line)]


def _part(found: re.Match[str], is_heading: bool, say: Say) -> Part:
    written = found[0]
    if found["box"]:
        return Part(written, _indent(written) + say("box", title=found["title"]), written)
    if found["escaped"]:
        return Part(written, written[1], written)
    if found["picture"]:
        words = _ESCAPED.sub(r"\1", found["alt"])
        if found["caption"]:
            words = say("caption", alt=words, caption=found["caption"])
        exact = say("picture-file", words=words, file=found["file"])
        return Part(written, say("picture", words=words), exact)
    if found["unsure"]:
        return Part(written, f"({found['note']})", written)
    if found["anchor"] and is_heading:  # elsewhere residents would read it as it stands
        return Part(written, "", written)
    return Part(written, written, written)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
