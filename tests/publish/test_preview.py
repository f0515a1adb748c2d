"""A preview is the page that a build would make."""

from __future__ import annotations

import re
from datetime import date

import pytest

from publish.errors import PublishError
from publish.preview import preview
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
