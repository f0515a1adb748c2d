"""Whether the benchmark of publishing brings out what it says and counts right."""

from __future__ import annotations

from pathlib import Path

from bench.publish.changes import changes_of_round
from bench.publish.contest import Newsroom
from bench.publish.report import SHARES, report, table
from tests.publish.conftest import make_small_project


def test_allowed_is_the_builds_share_of_one_page_and_two_seconds() -> None:
    slow = {f"{who} {name}": 4.0 for who in ("publish", "build") for name in SHARES}
    quick = {name: 1.0 for name in slow}

    found = report([slow | {"one_page": 10.0}, quick | {"one_page": 1.0, "build phone": 0.5}])

    phone = found["changes"]["phone"]
    assert phone["of_allowed"] == {"median": 0.617, "min": 0.435, "max": 0.8}
    assert phone["beyond_build_seconds"]["max"] == 0.5
    assert phone["to_build"]["max"] == 2.0
    assert found["goals"]["beyond_build_seconds"] == 2.0
    assert "0.62 (0.43–0.80)" in table(found)


def test_every_round_changes_all_four_anew() -> None:
    page = 'title: Sang tên xe\nduty_phone: "113"\n'

    texts = [
        change.text(page) for number in (1, 2) for change in changes_of_round(number, "xa", "thu")
    ]

    assert len(set(texts)) == 8
    assert page not in texts
    title = changes_of_round(2, "xa", "thu")[3].text
    assert title(title(page)).startswith("title: Sang tên xe (lần 2)\n")


def test_what_the_newsroom_publishes_is_what_people_see(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    make_small_project(project)
    newsroom = Newsroom(project, tmp_path / "newsroom")
    phone, notice, *_ = changes_of_round(7, "xa-hai", "sang-ten")

    seconds = [newsroom.publish(phone), newsroom.publish(notice)]

    page = (newsroom.out / "site" / "xa-hai" / "index.html").read_text("utf-8")
    assert "0262 3 807 234" in page
    assert "Thông báo lịch làm việc 7" in page
    assert min(seconds) > 0
