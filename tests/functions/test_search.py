"""`GET /tim`: the search without JavaScript."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.functions.world import JSON, RELEASE, UNIT, World


def found(world: World, query: str, unit_id: str = "") -> list[dict[str, str]]:
    answer = world.search.get("/tim", query_string={"q": query, "don-vi": unit_id}, headers=JSON)
    assert answer.status_code == 200
    document: dict[str, list[dict[str, str]]] = answer.get_json()
    return document["results"]


def test_without_a_unit_units_and_shared_pages_are_found_together(world: World) -> None:
    assert found(world, "dang ky tam tru")[0] == {
        "title": "Đăng ký tạm trú",
        "url": "/thu-tuc/dang-ky-tam-tru/",
        "kind": "thu-tuc",
    }
    assert found(world, "ea kly")[0] == {
        "title": "Công an xã Ea Kly",
        "url": "/xa-ea-kly/",
        "kind": "don-vi",
    }


def test_with_a_unit_procedures_lead_to_its_own_pages(world: World) -> None:
    assert found(world, "mat cccd", UNIT)[0]["url"] == f"/{UNIT}/thu-tuc/cap-doi-lai/"
    assert found(world, "dot phao", UNIT)[0]["url"] == "/phap-luat/phao/"
    assert found(world, "gui tin", UNIT)[0]["url"] == f"/{UNIT}/to-giac/"
    assert found(world, "so dien thoai cong an", UNIT)[0]["url"] == f"/{UNIT}/"


def test_an_unknown_unit_counts_as_none(world: World) -> None:
    for unit_id in ("khong-co", "../../etc/passwd", "xa-ea-kly\0", "a" * 5000):
        assert found(world, "ea kly", unit_id)[0]["url"] == "/xa-ea-kly/"


@pytest.mark.parametrize("query", ["", " ", "thời tiết hôm nay", "asdfgh", "💥", "đăng ký kết hôn"])
def test_nothing_sure_is_an_empty_list(world: World, query: str) -> None:
    assert found(world, query) == []


def test_page_shows_results_with_kind_and_former_name(world: World) -> None:
    html = world.search.get("/tim?q=phuong+tan+loi").get_data(as_text=True)

    assert '<a href="/phuong-tan-an/">Công an phường Tân An</a>' in html
    assert "Đơn vị; trước đây: Phường Tân Lợi (Thành phố Buôn Ma Thuột)" in html


def test_page_refills_the_form_and_keeps_the_unit(world: World) -> None:
    html = world.search.get(f"/tim?q=tam+tru&don-vi={UNIT}").get_data(as_text=True)

    assert 'name="q" value="tam tru"' in html
    assert f'name="don-vi" value="{UNIT}"' in html
    assert f'href="/{UNIT}/thu-tuc/dang-ky-tam-tru/"' in html
    assert "Công an phường Tân An" in html


def test_page_without_results_offers_the_list_and_the_tip_form(world: World) -> None:
    html = world.search.get(f"/tim?q=xyzxyz&don-vi={UNIT}").get_data(as_text=True)
    shared = world.search.get("/tim?q=xyzxyz").get_data(as_text=True)

    assert "Không tìm thấy" in html
    assert f'href="/{UNIT}/thu-tuc/"' in html
    assert f'href="/{UNIT}/to-giac/"' in html
    assert 'href="/thu-tuc/"' in shared
    assert 'href="/#chon-don-vi"' in shared


def test_empty_form_says_nothing_of_results(world: World) -> None:
    html = world.search.get("/tim").get_data(as_text=True)

    assert "<form" in html
    assert "Không tìm thấy" not in html


def test_what_is_typed_is_shown_as_text_only(world: World) -> None:
    html = world.search.get("/tim", query_string={"q": '"><script>x</script>\0'}).get_data(
        as_text=True
    )

    assert "<script>x" not in html
    assert "&#34;&gt;&lt;script&gt;" in html


def test_only_the_first_two_hundred_signs_count(world: World) -> None:
    html = world.search.get("/tim", query_string={"q": "tam tru " + "z" * 9000}).get_data(
        as_text=True
    )

    assert "z" * 192 in html
    assert "z" * 193 not in html


def test_query_stands_in_no_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    world.search.get("/tim?q=bi+chong+danh")
    world.release = RELEASE / "none"
    world.search.get("/tim?q=bi+chong+danh")

    assert "danh" not in caplog.text
    assert all("danh" not in repr(vars(record)) for record in caplog.records)


def test_before_the_first_build_the_answer_is_503_with_a_phone(world: World) -> None:
    world.release = RELEASE / "none"

    answer = world.search.get("/tim?q=tam+tru", headers=JSON)

    assert answer.status_code == 503
    assert answer.get_json()["phone"] == "113"
    assert answer.headers["Retry-After"]


def test_search_that_cannot_answer_has_words_of_its_own(world: World) -> None:
    world.release = RELEASE / "none"

    page = world.search.get("/tim?q=tam+tru&don-vi=phuong-tan-an")
    document = world.search.get("/tim?q=tam+tru", headers=JSON)

    text = page.get_data(as_text=True)
    assert page.status_code == document.status_code == 503
    assert "Chưa tìm được lúc này" in text
    assert 'href="/thu-tuc/"' in text
    assert 'href="tel:113"' in text
    for said in (text, document.get_data(as_text=True)):
        assert "chưa được lưu" not in said


def test_a_new_release_is_searched_at_once(world: World, tmp_path: Path) -> None:
    assert found(world, "lam con dau") == []
    world.release = with_entry(tmp_path / "2", "Đăng ký mẫu con dấu", ["làm con dấu"])

    assert found(world, "lam con dau")[0]["title"] == "Đăng ký mẫu con dấu"


def with_entry(release: Path, title: str, names: list[str]) -> Path:
    """Return a release whose shared part has one entry more, under a new name as always."""
    shutil.copytree(RELEASE, release)
    files = json.loads((release / "search.json").read_text("utf-8"))
    old = release / "site" / files["shared"]
    part: dict[str, Any] = json.loads(old.read_text("utf-8"))
    part["entries"].append(["thu-tuc", "thu-tuc/con-dau/", title, "", names, "", ""])
    files["shared"] = "search/shared-ba9876543210.json"
    (release / "site" / files["shared"]).write_text(json.dumps(part), "utf-8")
    old.unlink()
    (release / "search.json").write_text(json.dumps(files), "utf-8")
    return release
