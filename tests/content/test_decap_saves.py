"""What the real editor writes of pages with many fields: nothing but what was typed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.content.decap_office import WAIT_UNTIL_FORM_STAYS, Office, open_office
from tests.content.world import PROVINCE_EDITOR

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("decap")) as office:
        yield office


@pytest.mark.parametrize(
    ("folder", "slug", "label"),
    [
        ("thu-tuc", "sang-ten", "Tên ngắn"),
        ("phap-luat", "ma-tuy", "Tiêu đề"),
    ],
)
def test_one_changed_field_is_one_changed_line(
    office: Office, folder: str, slug: str, label: str
) -> None:
    path = f"site/{folder}/{slug}.md"
    screen = office.change_to(PROVINCE_EDITOR)

    screen.page.goto(f"{office.url}/#/collections/{folder}/entries/{slug}")
    screen.page.evaluate(WAIT_UNTIL_FORM_STAYS)
    title = screen.page.get_by_label(label).first
    typed = f"{title.input_value()} nay"
    title.fill(typed)
    screen.save()
    expect(screen.page.locator("[role=button]:has-text('Bước: Bản nháp')")).to_be_visible()

    lines = difflib.ndiff(
        office.world.published_text(path).splitlines(), office.draft_text(path).splitlines()
    )
    changed = [line for line in lines if line[0] in "+-"]
    assert [line[0] for line in changed] == ["-", "+"]
    assert typed in changed[1]
