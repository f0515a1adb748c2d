"""A preview is the page that a build would make."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest

from publish import preview as drawing
from publish import shared
from publish.drawing import Stamper
from publish.errors import PublishError
from publish.preview import Preview, preview
from tests.publish.conftest import TODAY, Project

UNIT = "site/don-vi/phuong-mot"
NOTICE = f"{UNIT}/thong-bao/cat-dien-tru-so.md"
PROCEDURE = "site/thu-tuc/sang-ten.md"


def article(html: str) -> str:
    found = re.search(r"<article.*?</article>", html, re.S)
    assert found is not None
    return re.sub(r"\n\s*\n", "\n", found[0])


def test_pages_of_a_unit_look_in_the_preview_as_the_build_makes_them(own_project: Project) -> None:
    own_project.build()
    own_project.edit(NOTICE, "title: ", "title: Sửa đổi – ")
    own_project.edit(f"{UNIT}/index.md", "address: Số 1", "address: Số 11")

    notice = preview(own_project.root, own_project.out, NOTICE, TODAY)
    unit = preview(own_project.root, own_project.out, f"{UNIT}/index.md", TODAY)
    before = own_project.page("phuong-mot")
    own_project.build()

    assert before != own_project.page("phuong-mot")
    assert notice.html == own_project.page("phuong-mot/thong-bao/cat-dien-tru-so")
    assert notice.address == "phuong-mot/thong-bao/cat-dien-tru-so/"
    assert unit.html == own_project.page("phuong-mot")


def test_a_shared_page_looks_in_the_preview_as_the_build_makes_it(own_project: Project) -> None:
    own_project.build()
    own_project.edit(PROCEDURE, "authority: ", "authority: Sửa đổi. ")

    shown = preview(own_project.root, own_project.out, PROCEDURE, TODAY)
    own_project.build()

    assert "Sửa đổi." in shown.html
    assert article(shown.html) == article(own_project.page("thu-tuc/sang-ten"))


def test_a_notice_that_begins_later_is_shown_as_of_then(own_project: Project) -> None:
    own_project.build()
    text = "---\ntitle: Sau này\nposted_on: 2026-11-21\nvalid_from: 2027-01-05\n---\nNội dung.\n"
    later = f"{UNIT}/thong-bao/sau-nay.md"
    (own_project.root / later).write_text(text, encoding="utf-8")

    shown = preview(own_project.root, own_project.out, later, date(2026, 11, 21))

    assert "<p>Nội dung.</p>" in shown.html


def test_what_would_stop_a_build_stops_the_preview(own_project: Project) -> None:
    own_project.build()
    own_project.edit(NOTICE, "title: ", "tieu_de: ")

    with pytest.raises(PublishError):
        preview(own_project.root, own_project.out, NOTICE, TODAY)


def test_a_build_that_ends_amid_a_preview_takes_nothing_from_under_it(
    own_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_project.build()
    before = preview(own_project.root, own_project.out, NOTICE, TODAY)
    own_project.edit(PROCEDURE, "title: ", "title: Sửa đổi – ")

    def build_first(*arguments: Any) -> Stamper:
        monkeypatch.undo()
        own_project.build()
        return Stamper(*arguments)

    monkeypatch.setattr(drawing, "Stamper", build_first)
    amid = preview(own_project.root, own_project.out, NOTICE, TODAY)

    assert amid == before


def test_a_preview_amid_a_build_uses_what_the_last_one_kept(
    own_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_project.build()
    before = preview(own_project.root, own_project.out, NOTICE, TODAY)
    own_project.edit(PROCEDURE, "title: ", "title: Sửa đổi – ")
    amid: list[Preview] = []

    def look_first(about: shared.About) -> dict[str, Any]:
        amid.append(preview(own_project.root, own_project.out, NOTICE, TODAY))
        return asdict(about)

    monkeypatch.setattr(shared, "asdict", look_first)
    own_project.build()

    assert amid == [before]


def test_what_no_preview_reads_any_more_is_not_kept(
    own_project: Project,
) -> None:
    own_project.build()
    kept = own_project.out / "shared"
    with shared.last_shared(own_project.out):
        own_project.edit(PROCEDURE, "title: ", "title: Một – ")
        own_project.build()
    left = len([*kept.iterdir()])

    own_project.edit(PROCEDURE, "title: ", "title: Hai – ")
    own_project.build()

    assert left == 2
    assert len([*kept.iterdir()]) == 1


def test_pages_as_they_were_once_more_are_those_that_a_preview_uses(own_project: Project) -> None:
    own_project.build()
    with shared.last_shared(own_project.out) as first:
        own_project.edit(PROCEDURE, "title: ", "title: Sửa đổi – ")
        own_project.build()
    with shared.last_shared(own_project.out) as second:
        own_project.edit(PROCEDURE, "title: Sửa đổi – ", "title: ")
        own_project.build()

    with shared.last_shared(own_project.out) as third:
        assert first is not None
        assert second is not None
        assert third is not None
        assert first.key == third.key != second.key


def test_where_nothing_was_built_a_preview_says_so(own_project: Project) -> None:
    own_project.out.mkdir()

    with pytest.raises(PublishError, match="build it first"):
        preview(own_project.root, own_project.out, NOTICE, TODAY)
