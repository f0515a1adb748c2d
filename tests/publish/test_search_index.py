"""The search index that a build writes, on a small project."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from functions.core.search import Index, search
from publish.errors import PublishError
from tests.publish.conftest import Project

NOTICE = """\
---
title: Cắt điện để sửa loa truyền thanh
summary: Tổ dân phố 3 mất điện buổi sáng.
posted_on: 2026-11-01
{more}
---

Mời bà con chuẩn bị trước.
"""


def part(project: Project, name: str) -> Any:
    return json.loads((project.out / "site" / name).read_text(encoding="utf-8"))


def side_file(project: Project) -> Any:
    release = (project.out / "site").resolve().parent
    return json.loads((release / "search.json").read_text(encoding="utf-8"))


def notice(project: Project, more: str = "") -> None:
    folder = project.root / "site" / "don-vi" / "phuong-mot" / "thong-bao"
    folder.mkdir()
    (folder / "cat-dien.md").write_text(NOTICE.format(more=more), encoding="utf-8")


def found(project: Project, query: str, *names: str) -> list[str]:
    index = Index([part(project, name) for name in names])
    return [hit.location for hit in search(index, query)]


def test_side_file_names_published_parts_by_their_hash(project: Project) -> None:
    project.build()

    files = side_file(project)
    assert set(files["own"]) == {"tinh-dak-lak", "phuong-mot", "xa-hai"}
    for name in (files["shared"], files["units"], *files["own"].values()):
        content = (project.out / "site" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest()[:12] in name


def test_pages_name_the_parts_they_search(project: Project) -> None:
    project.build()

    files = side_file(project)
    own = files["own"]["phuong-mot"]
    assert f'data-index="../{files["shared"]} ../{own}"' in project.page("phuong-mot")
    assert f'data-index="{files["shared"]} {files["units"]}"' in project.page("")
    assert 'data-base="/phuong-mot/"' in project.page("phuong-mot/thu-tuc/sang-ten")
    assert 'data-base="/"' in project.page("thu-tuc/sang-ten")


def test_procedures_lie_below_the_unit_and_all_else_below_the_root(project: Project) -> None:
    project.build()

    shared = side_file(project)["shared"]
    assert found(project, "sang ten xe", shared)[0] == "thu-tuc/sang-ten/"
    assert found(project, "tin dung den", shared)[0] == "/phap-luat/tin-dung-den/"


def test_units_are_found_by_former_names_of_every_district(project: Project) -> None:
    project.build()

    units = side_file(project)["units"]
    assert found(project, "xa ba", units)[0] == "/phuong-mot/"
    assert set(found(project, "xa bon", units)) == {"/phuong-mot/", "/xa-hai/"}
    assert found(project, "xa hai", units)[:2] == ["/xa-hai/", "/phuong-mot/"]


def test_a_units_search_finds_its_contact_its_form_and_its_notices(project: Project) -> None:
    notice(project)

    project.build()

    own = side_file(project)["own"]["phuong-mot"]
    assert found(project, "gui tin", own)[0] == "to-giac/"
    assert found(project, "so dien thoai cong an", own)[0] == ""
    assert found(project, "sua loa truyen thanh", own)[0] == "thong-bao/cat-dien/"
    other = side_file(project)["own"]["xa-hai"]
    assert found(project, "sua loa truyen thanh", other) == []


def test_a_notice_that_is_over_is_not_found(project: Project) -> None:
    notice(project, "valid_until: 2026-11-10")

    project.build()

    own = side_file(project)["own"]["phuong-mot"]
    assert found(project, "sua loa truyen thanh", own) == []


def test_a_changed_page_gives_the_shared_part_a_new_name(project: Project) -> None:
    project.build()
    before = side_file(project)
    project.edit("site/thu-tuc/sang-ten.md", "also_called: [", "also_called: [đổi chủ xe cúp, ")

    project.build()

    after = side_file(project)
    assert after["shared"] != before["shared"]
    assert after["own"] == before["own"]
    assert found(project, "doi chu xe cup", after["shared"])[0] == "thu-tuc/sang-ten/"
    assert not (project.out / "site" / before["shared"]).exists()


@pytest.mark.parametrize("text", ["synonyms: [", "fillers: []\n", "- một\n", ""])
def test_word_lists_that_cannot_be_used_stop_the_build(project: Project, text: str) -> None:
    (project.root / "data" / "synonyms.yml").write_text(text, encoding="utf-8")

    with pytest.raises(PublishError, match=r"data/synonyms\.yml:1"):
        project.build()


def test_missing_word_lists_stop_the_build(project: Project) -> None:
    Path(project.root / "data" / "synonyms.yml").unlink()

    with pytest.raises(PublishError, match="restore it"):
        project.build()
