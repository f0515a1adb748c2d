"""Values of every wrong kind in every field: told, never a crash."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from publish.documents import document_of
from tests.publish.saving import NOTICE, PROCEDURE, UNIT_PAGE, Saving, own_page

# Its text, which the test leaves out, holds no mark that somebody would have to confirm.
GUIDE = "site/phap-luat/cu-tru-cho-chu-tro.md"
ODD: list[Any] = [7, True, " ", "x" * 5_000, [7], [[]], {"a": [1]}, {"sang-ten": {"phone": []}}]
AREAS = "areas: [{kind: thon, name: A, phone: '0262 3000 001'}]"
CHANNELS = "channels: [{kind: other, name: A, url: 'https://a.vn', checked_on: 2026-11-01}]"
USUAL = [
    ("dossier_sets", 7), ("administrative_procedure", True), ("check", True), ("value", 7),
    ("amount_vnd", 7), ("skip_if_in_db", True), ("car_registration", True),
    ("motorbike_registration", True), ("gplx_receiving", True), ("id_card_point", True),
]  # fmt: skip


@pytest.fixture(scope="module")
def saving(tmp_path_factory: pytest.TempPathFactory) -> Saving:
    return Saving(tmp_path_factory.mktemp("saving"))


@pytest.mark.parametrize("path", [PROCEDURE, GUIDE, UNIT_PAGE, NOTICE])
def test_no_odd_value_goes_unnoticed_or_stops_the_check(saving: Saving, path: str) -> None:
    if path == NOTICE:
        text = own_page("Chữ.", summary="Một câu.", valid_from="2026-11-20")
    elif path == UNIT_PAGE:
        text = saving.changed(path, ("\nareas:", f"\n{AREAS}"), ("\nchannels:", f"\n{CHANNELS}"))
    else:
        text = saving.text(path)
    meta = document_of(path, text.encode("utf-8")).meta

    unnoticed = [
        (place, value)
        for place in places(meta)
        for value in ODD
        if not is_usual(place[-1], value)
        and not saving.codes({path: written(replaced(meta, place, value))})
    ]

    assert saving.codes({path: written(meta)}) == set()
    assert unnoticed == []


def is_usual(key: object, value: object) -> bool:
    return any(key == name and value is usual for name, usual in USUAL)


def written(meta: Any) -> str:
    return f"---\n{yaml.safe_dump(dict(meta), allow_unicode=True)}---\n"


def places(meta: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the keys of front matter, those of the first entry of each list among them."""
    if isinstance(meta, list):
        return places(meta[0], (*above, 0)) if meta else []
    if not isinstance(meta, dict):
        return []
    return [
        place
        for key, value in meta.items()
        for place in [(*above, key), *places(value, (*above, key))]
    ]


def replaced(meta: Any, place: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of front matter with another value at one place."""
    copied = copy.deepcopy(dict(meta))
    part = copied
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    return copied
