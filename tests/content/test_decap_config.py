"""What Decap is told: for each editor their own pages, with the rights that they have."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from functions.content.decap.collections import (
    collection_name,
    entry_name,
    entry_path,
    parse_collection,
)
from functions.core.errors import NotFoundError
from functions.core.models import Officer, Role
from functions.core.models.content import PageKind
from functions.installed import PROJECT
from publish.laws import load_hotlines, load_laws
from tests.content.world import (
    APPROVER,
    EDITOR,
    OFFICERS,
    OTHER,
    PROVINCE,
    PROVINCE_APPROVER,
    PROVINCE_EDITOR,
    UNIT,
    EditingWorld,
)

OWN = ("trang-don-vi", "thong-bao", "tin-tuc", "ket-qua")
SHARED = ("thu-tuc", "phap-luat", "canh-bao", "trang-chung")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    return EditingWorld(tmp_path_factory.mktemp("config"))


def config_of(world: EditingWorld, officer: Officer, query: str = "") -> dict[str, Any]:
    answer = world.sign_in(officer).get(f"/config.yml{query}")
    assert answer.status_code == 200
    document: dict[str, Any] = json.loads(answer.data)
    return document


def collections(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {collection["name"]: collection for collection in config["collections"]}


def fields_of(collection: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = collection.get("fields") or collection["files"][0]["fields"]
    return found


def fields(config: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in fields_of(collections(config)[name])}


def test_editor_of_a_unit_gets_the_units_pages_and_no_others(world: EditingWorld) -> None:
    config = config_of(world, EDITOR)

    assert list(collections(config)) == [f"{UNIT}--{name}" for name in OWN]
    assert OTHER not in json.dumps(config)
    (page,) = collections(config)[f"{UNIT}--trang-don-vi"]["files"]
    assert page["file"] == f"site/don-vi/{UNIT}/index.md"
    assert collections(config)[f"{UNIT}--thong-bao"]["folder"] == f"site/don-vi/{UNIT}/thong-bao"


def test_only_approvers_may_publish_and_take_away(world: EditingWorld) -> None:
    for officer, publishes in (
        (EDITOR, False),
        (APPROVER, True),
        (PROVINCE_EDITOR, False),
        (PROVINCE_APPROVER, True),
    ):
        config = config_of(world, officer)

        for collection in config["collections"]:
            assert collection["publish"] is publishes
            assert collection["delete"] is (publishes and "folder" in collection)


def test_province_gets_shared_pages_and_those_of_the_chosen_unit(world: EditingWorld) -> None:
    own = config_of(world, PROVINCE_EDITOR)
    others = config_of(world, PROVINCE_EDITOR, f"?don-vi={OTHER}")

    assert list(collections(own)) == [*(f"{PROVINCE}--{name}" for name in OWN), *SHARED]
    assert list(collections(others)) == [*(f"{OTHER}--{name}" for name in OWN), *SHARED]


@pytest.mark.parametrize("unit_id", [OTHER, PROVINCE, "xa-khong-co", "../x", "to-dan-pho-3"])
def test_other_units_are_refused_to_editors_of_a_unit(world: EditingWorld, unit_id: str) -> None:
    desk = world.sign_in(EDITOR)

    assert desk.get(f"/config.yml?don-vi={unit_id}").status_code == 403
    assert desk.get(f"/?don-vi={unit_id}").status_code == 403


def test_choices_are_those_of_the_registers_and_of_what_is_published(world: EditingWorld) -> None:
    config = config_of(world, PROVINCE_EDITOR)
    procedure = fields(config, "thu-tuc")
    rules = fields(config, f"{PROVINCE}--trang-don-vi")["procedures"]["fields"][0]

    def values(field: dict[str, Any]) -> set[str]:
        return {option["value"] for option in field["options"]}

    assert values(procedure["legal_basis"]) == set(load_laws(PROJECT / "data" / "laws.yml"))
    assert values(procedure["hotlines"]) == set(load_hotlines(PROJECT / "data" / "hotlines.yml"))
    slugs = {path.stem for path in (PROJECT / "site" / "thu-tuc").glob("*.md")} - {"index"}
    assert values(rules) == slugs
    assert {"value": "dang-ky-tam-tru", "label": "Đăng ký tạm trú"} in rules["options"]


def test_days_begin_with_today_in_viet_nam(world: EditingWorld) -> None:
    config = config_of(world, PROVINCE_EDITOR)
    today = world.editing.today().isoformat()

    procedure = fields(config, "thu-tuc")

    assert fields(config, f"{PROVINCE}--thong-bao")["posted_on"]["default"] == today
    assert procedure["facts_checked_on"]["default"] == today
    assert procedure["next_review_on"]["default"] > today


def test_no_list_of_any_page_begins_with_a_row_that_nobody_asked_for(world: EditingWorld) -> None:
    for collection in config_of(world, PROVINCE_EDITOR)["collections"]:
        for field in fields_of(collection):
            assert field["widget"] != "list" or field["default"] == []


def test_no_list_offers_an_order_that_is_not_vietnamese(world: EditingWorld) -> None:
    for collection in config_of(world, PROVINCE_EDITOR)["collections"]:
        sorting = collection.get("sortable_fields", [])

        assert {order["field"] for order in sorting} <= {"posted_on"}


def test_filters_name_one_choice_each(world: EditingWorld) -> None:
    filters = collections(config_of(world, PROVINCE_EDITOR))["thu-tuc"]["view_filters"]

    for entry in filters:
        pattern = re.compile(entry["pattern"])
        assert sum(bool(pattern.search(other["pattern"][1:-1])) for other in filters) == 1


def test_editor_that_breaks_leads_to_our_forms_and_tells_no_server_what_it_held(
    world: EditingWorld,
) -> None:
    reports = config_of(world, EDITOR)["issue_reports"]

    assert reports == {"url": "/sua-nhanh/#"}


def test_page_has_a_policy_of_its_own_and_says_who_edits(world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)

    answer = desk.get("/")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self' 'unsafe-eval';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "//" not in policy
    assert "Phường Tân An" in answer.text
    assert f'href="/config.yml?don-vi={UNIT}"' in answer.text
    assert "be-unit" not in answer.text
    assert 'href="/sua-nhanh/"' in answer.text.partition("<noscript>")[2]


@pytest.mark.parametrize("officer", OFFICERS)
def test_steps_of_review_are_worded_for_who_may_take_them(
    world: EditingWorld, officer: Officer
) -> None:
    page = world.sign_in(officer).get("/").text

    names_another = "cán bộ duyệt chọn" in page
    assert names_another == (officer.role is not Role.COMMANDER)


def test_province_finds_every_unit_in_the_chooser(world: EditingWorld) -> None:
    answer = world.sign_in(PROVINCE_EDITOR).get("/")

    for unit in world.editing.units.with_pages(world.editing.today()):
        assert f'<option value="{unit.unit_id}"' in answer.text


def test_nothing_of_it_is_shown_to_strangers(world: EditingWorld) -> None:
    client = world.app.test_client()

    for address in ("/", "/config.yml", "/api/session"):
        assert client.get(address).status_code == 401


def test_open_page_learns_its_new_token(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    answer = desk.get("/api/session")

    assert answer.json == {"csrf_token": desk.csrf_token, "unit": UNIT, "role": "approver"}


def test_collection_and_slug_name_the_page_and_back(world: EditingWorld) -> None:
    for path in (
        "site/thu-tuc/dang-ky-tam-tru.md",
        "site/phap-luat/ma-tuy.md",
        "site/canh-bao/moi.md",
        "site/duong-day-nong.md",
        f"site/don-vi/{UNIT}/index.md",
        f"site/don-vi/{UNIT}/thong-bao/cat-dien.md",
        f"site/don-vi/{OTHER}/tin-tuc/cat-dien.md",
        f"site/don-vi/{PROVINCE}/ket-qua/cat-dien.md",
    ):
        page = world.page(path)

        collection, slug = entry_name(page)

        assert entry_path(collection, slug) == path
        assert parse_collection(collection) == (page.kind, page.unit_id)
        assert collection_name(page.kind, page.unit_id) == collection


@pytest.mark.parametrize(
    "name", ["", "--thong-bao", "thong-bao", f"{UNIT}--thu-tuc", f"{UNIT}--", "anh", "thu-tuc--"]
)
def test_unknown_collections_are_no_pages(name: str) -> None:
    with pytest.raises(NotFoundError):
        parse_collection(name)


@pytest.mark.parametrize(
    ("collection", "slug"),
    [("trang-chung", "index"), (f"{UNIT}--trang-don-vi", OTHER), (f"{UNIT}--trang-don-vi", "")],
)
def test_collections_of_fixed_pages_hold_no_others(collection: str, slug: str) -> None:
    with pytest.raises(NotFoundError):
        entry_path(collection, slug)


def test_every_kind_of_page_but_pictures_has_a_collection() -> None:
    for kind in set(PageKind) - {PageKind.PICTURE}:
        assert parse_collection(collection_name(kind, UNIT))[0] is kind
