"""Every code that a small form can say has its sentence, in words of officers."""

from __future__ import annotations

import re
from typing import Any

from functions.content.quick.forms import JOINED
from functions.content.quick.notices import ENDED, TAKE_AWAY
from functions.content.quick.pausing import LEFT, PAUSED, RESUMED
from functions.content.quick.saving import GONE, How
from functions.core.editing import unit_fixes
from functions.installed import PROJECT, TEMPLATES
from functions.yaml_files import read_yaml

SOURCES = [
    *(PROJECT / "functions" / "core" / "editing").glob("*.py"),
    *(PROJECT / "functions" / "content" / "quick").glob("*.py"),
]
ONE_NAME = {
    "quick_rule.html.j2": unit_fixes.RULE,
    "quick_hours.html.j2": (*unit_fixes.TIMES, *unit_fixes.ANSWERS),
    "quick_contact.html.j2": unit_fixes.CONTACT,
}
"""Forms of a unit's page with fields that Decap has too."""
JARGON = re.compile(r"\b(?:commit|branch|slug|draft|front matter|YAML|Markdown|server)\b", re.I)


def messages() -> Any:
    return read_yaml(TEMPLATES / "editor" / "messages.yml")


def codes(pattern: str) -> set[str]:
    return {
        code
        for source in SOURCES
        for code in re.findall(pattern, source.read_text(encoding="utf-8"))
    }


def test_every_mistake_and_refusal_has_its_sentence() -> None:
    mistakes = codes(r'wrong\([\w.]+, "([a-z-]+)"')
    refusals = {GONE, *codes(r'(?:refusal=|refusal_words\()"([a-z-]+)"')}

    assert len(mistakes) > 15
    assert mistakes <= set(messages()["quick-mistakes"])
    assert len(refusals) > 5
    assert refusals == set(messages()["quick-refusals"])


def test_every_end_of_a_form_has_its_sentence() -> None:
    ends = {*How, *(how + JOINED for how in How if how is not How.SAME)}
    pauses = (PAUSED, RESUMED)
    acts = (ENDED, TAKE_AWAY, *pauses, *(f"{act}-{LEFT}" for act in pauses))
    ends |= {f"{act}{sent}" for act in acts for sent in ("", f"-{How.SENT}", f"-{How.KEPT}")}

    assert ends == set(messages()["quick-done"])


def test_a_field_has_the_name_that_it_has_in_decap() -> None:
    fields = read_yaml(TEMPLATES / "editor" / "fields.yml")["kinds"]["unit"]["fields"]
    for name, keys in ONE_NAME.items():
        source = (TEMPLATES / "pages" / "editor" / name).read_text(encoding="utf-8")
        rule = next(field for field in fields if field["name"] == "procedures")
        known = rule["fields"] if name == "quick_rule.html.j2" else fields
        labels = {field["name"]: field["label"] for field in known}

        for key in keys:
            assert f'"{key}", "{labels[key]}' in source


def test_no_page_of_the_forms_speaks_jargon() -> None:
    said = [str(messages()[group]) for group in messages() if group.startswith("quick-")]
    for template in (TEMPLATES / "pages" / "editor").glob("quick_*.j2"):
        text = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", " ", template.read_text(encoding="utf-8"))
        said.append(text)

    assert len(said) > 15
    assert [found[0] for text in said for found in JARGON.finditer(text)] == []
