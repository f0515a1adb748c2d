"""Names of children in a text: two words with capitals or more, said to be a child's.

A child's word stands before the name ("cháu", "học sinh lớp 5"), or an age below 18, a year of
birth or a class beside it. A name with an adult's age behind it is an adult's. What stands behind
a word for many ("trẻ em", "học sinh"), behind a comma or in capitals counts only if it begins as
names of people do, for there places and schools are named as often. A name of one word, and
initials, pass.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from publish.plain_text import any_of, whole_words

ADULT_YEARS = 18
_LONGEST_PLACE = 20
_UPPER = "".join(sign for sign in map(chr, range(0x1F00)) if sign.isupper())
_WORD = rf"[{re.escape(_UPPER)}](?:[^\W\d_]|’)*+(?!\w)"
_NAME = rf"{_WORD}(?: {_WORD}){{1,6}}"
_BETWEEN = r"[ ,:()|“”\"/\-]{1,5}+"
_LOOSE = re.compile(r"[,(|/\-]|\d")


@dataclass(frozen=True)
class ChildWords:
    """The words of `data/wording.yml` about children, made ready."""

    behind_word: re.Pattern[str]
    behind_age: re.Pattern[str]
    before_age: re.Pattern[str]
    """A name, then an age or a class."""
    age: re.Pattern[str]
    """Directly behind a name."""
    says_name: re.Pattern[str]
    no_child: re.Pattern[str]
    no_name: re.Pattern[str]
    """How that begins which is no name of a person."""
    place: re.Pattern[str]
    """What stands before the name of a place, at the end of a text."""
    many: Collection[str]
    families: Collection[str]
    family_words: Collection[str]
    """Family names that are words of other meaning too."""
    middle_names: Collection[str]
    known: Collection[str]
    """Names of schools and places that are no child's."""


def child_words(words: Mapping[str, Any]) -> ChildWords:
    """Make the words of `data/wording.yml` ready."""
    like_words = [*chain(*words["family_names_like_words"])]
    families = [*chain(*words["family_names"]), *like_words]
    many = frozenset(chain(*words["children_words"]))
    middle = any_of(words["middle_names"])
    typed_small = rf"{whole_words(families)} {middle}(?: [^\W\d_]+){{1,2}}"
    name = rf"(?P<name>{_NAME}|{typed_small})"
    age, pupil = _age(words), rf"(?P<pupil>{any_of(words['pupil'])}|{_class(words)})"
    joiners = "|".join(
        (
            whole_words([*words["before_name"], *words["says_name"]]),
            _class(words),
            rf"\d{{1,2}} ?(?:{any_of(words['months'])} ?)?{any_of(words['age'])}(?!\w)",
            rf"{any_of(words['birth'])} \d{{4}}(?!\d)",
        )
    )
    between = rf"(?P<between>{_BETWEEN}(?:(?:{joiners}){_BETWEEN}){{0,6}}+)"
    filled = rf"{_BETWEEN}(?:{whole_words(words['before_age'])}{_BETWEEN}){{0,5}}+"
    return ChildWords(
        behind_word=re.compile(
            rf"(?P<word>{whole_words([*words['child_words'], *many])}){between}{name}"
        ),
        behind_age=re.compile(rf"{age}{between}{name}"),
        before_age=re.compile(rf"(?<![\w’.])(?P<name>{_NAME}){filled}(?:{age}|{pupil})"),
        age=re.compile(filled + age),
        says_name=re.compile(whole_words(words["says_name"])),
        no_child=re.compile(whole_words(chain(*words["no_child"]))),
        no_name=re.compile(whole_words(chain(*words["not_a_name"]))),
        place=re.compile(rf"{whole_words(chain(*words['before_place']))}[ :“\"]*$"),
        many=many,
        families=frozenset(map(str.casefold, families)),
        family_words=frozenset(map(str.casefold, like_words)),
        middle_names=frozenset(words["middle_names"]),
        known=frozenset(map(str.casefold, chain(*words["namesakes"], *words["provinces"]))),
    )


def _age(words: Mapping[str, Any]) -> str:
    """Return a pattern of “14 tuổi”, “SN: 12/3/2012” and “(2012)”."""
    years = (
        rf"(?<!\d)(?P<years>\d{{1,2}}) ?(?P<months>{any_of(words['months'])} ?)?"
        rf"{any_of(words['age'])}(?! {any_of(words['no_age'])})"
    )
    born = (
        rf"{any_of(words['birth'])}[ :.]{{0,3}}(?:\d{{1,2}}[/.\-]){{0,2}}"
        r"(?P<born>(?:19|20)\d\d)(?!\d)"
    )
    return rf"(?:{years}|{born}|(?<=\()(?P<only>(?:19|20)\d\d)\))"


def _class(words: Mapping[str, Any]) -> str:
    """Return a pattern of a class of a school, “lớp 5A”, or of those before it."""
    first = any_of(words["first_classes"])
    number = r"(?:1[0-2]|[1-9])(?!\d)\w{0,2}(?:[/.]\d{1,2})?"
    return rf"{any_of(words['class'])} (?:{number}|{first}(?!\w))"


def children_named(
    text: str, words: ChildWords, year: int, places: Collection[str] = ()
) -> Iterator[tuple[int, str]]:
    """Yield place and name of every child that a passage names; `year` is when it is posted.

    `places` are more names, in small letters, that stand behind words for many children.
    """
    # As long as what it replaces, so that places in the text stay what they are.
    text = words.no_child.sub(lambda found: "#" * len(found[0]), text)
    for found in words.before_age.finditer(text):
        before = text[max(0, found.start() - _LONGEST_PLACE) : found.start()]
        may_be_school = found["pupil"] is not None or found["only"] is not None
        is_school = may_be_school and found["name"].casefold() in words.known
        is_child = found["pupil"] is not None or _is_child(found, year)
        if is_child and not is_school and not words.place.search(before):
            # A year in brackets stands behind the names of laws and plans too.
            yield from _if_name(found, words, strict=found["only"] is not None)
    for found in words.behind_age.finditer(text):
        if _is_child(found, year) and not _is_adult(text, found.end(), words, year):
            yield from _if_name(found, words, not words.says_name.search(found["between"]))
    for found in words.behind_word.finditer(text):
        many = found["word"].casefold() in words.many
        name = found["name"].casefold()
        is_known = name in words.known or (many and name in places)
        if not is_known and not _is_adult(text, found.end(), words, year):
            yield from _if_name(found, words, many or bool(_LOOSE.search(found["between"])))


def _if_name(found: re.Match[str], words: ChildWords, strict: bool) -> Iterator[tuple[int, str]]:
    name = found["name"]
    if words.no_name.match(found.string, found.start("name")) or (
        (strict or name.isupper()) and not _looks_like_person(name, words)
    ):
        return
    yield found.start("name"), name


def _looks_like_person(name: str, words: ChildWords) -> bool:
    first, second = name.casefold().split()[:2]
    if name.isupper() and first in words.family_words:
        return second in words.middle_names
    return first in words.families or first in ("y", "h") or first.startswith("h’")


def _is_child(found: re.Match[str], year: int) -> bool:
    born = found["born"] or found["only"]
    if born is not None:
        # Whoever turns 18 in this very year may have been a child when it happened.
        return year - ADULT_YEARS <= int(born) <= year
    return found["months"] is not None or int(found["years"]) < ADULT_YEARS


def _is_adult(text: str, end: int, words: ChildWords, year: int) -> bool:
    """Tell whether an adult's age stands behind a name."""
    age = words.age.match(text, end)
    return age is not None and not _is_child(age, year)
