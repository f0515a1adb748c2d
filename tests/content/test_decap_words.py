"""What the editor says: all of it in Vietnamese, legible, and only what is so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.content.decap_office import NOTICES, WAIT_UNTIL_FORM_STAYS, Office, Screen, open_office
from tests.content.world import APPROVER, EDITOR, PROVINCE_EDITOR

pytestmark = pytest.mark.e2e

LEAST_CONTRAST = 4.5
"""Of words with what is behind them, by WCAG."""

ENGLISH_PHRASES = """() => {
  const flat = (part, path) => Object.entries(part).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value]] : flat(value, path + key + '.'));
  const ours = new Map(flat(CMS.getLocale('vi'), ''));
  const hasWords = (phrase) => /[a-z]{3}/i.test(phrase.replace(/%\\{\\w+\\}/g, ''));
  return flat(CMS.getLocale('en'), '')
    .filter(([key, value]) => !ours.has(key) || (ours.get(key) === value && hasWords(value)))
    .map(([key]) => key);
}"""
CONTRAST = """(element) => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const lightness = (colour) => parts(colour).slice(0, 3)
    .map((part) => part / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const isClear = (colour) => parts(colour)[3] === 0;
  let behind = element;
  while (isClear(getComputedStyle(behind).backgroundColor)) {
    behind = behind.parentElement;
  }
  const both = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor];
  const [dark, light] = both.map(lightness).sort((one, other) => one - other);
  return (light + 0.05) / (dark + 0.05);
}"""
NOT_DRAWN = {
    "error": "Chưa lưu được. Hãy sửa các chỗ sau. Một <b>hai</b>. Ba.",
    "problems": [{"message": "Một <b>hai</b>."}, {"message": "Ba."}],
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("decap")) as office:
        yield office


@pytest.fixture
def screen(office: Office) -> Screen:
    """The editor, signed in as who writes for a unit."""
    return office.change_to(EDITOR)


def contrast(words: Locator) -> float:
    found: float = words.evaluate(CONTRAST)
    return found


def test_no_phrase_of_decap_is_left_in_english(screen: Screen) -> None:
    screen.open(f"collections/{NOTICES}")

    left = screen.page.evaluate(ENGLISH_PHRASES)

    doors = ("auth.", "editor.editorWidgets.markdown.markdown")
    assert [key for key in left if not key.startswith(doors)] == []


def test_a_new_guide_has_no_row_that_nobody_began_and_no_word_of_english(
    office: Office,
) -> None:
    page = office.change_to(PROVINCE_EDITOR).page

    page.goto(f"{office.url}/#/collections/phap-luat/new")
    page.evaluate(WAIT_UNTIL_FORM_STAYS)
    rows_at_first = page.locator("[class*=SortableListItem]").count()
    page.click("button:has-text('Thêm mức phạt')")
    page.get_by_label("Căn cứ pháp luật").first.click()
    page.keyboard.type("zzzz")
    expect(page.get_by_text("Không tìm thấy. Hãy gõ từ khác.")).to_be_visible()
    page.locator("[class*=ListItemTopBar] button").first.click()
    expect(page.locator("[class*=NestedObjectLabel]").first).to_have_text("Chưa điền")
    words = page.inner_text("#nc-root")

    assert rows_at_first == 0
    for english in ("No act", "No options", "Select..."):
        assert english not in words


def test_a_preview_that_cannot_be_drawn_lists_what_it_needs_and_speaks_of_no_save(
    screen: Screen,
) -> None:
    screen.page.route("**/api/preview", lambda route: route.fulfill(status=422, json=NOT_DRAWN))

    screen.open(f"collections/{NOTICES}/new")
    shown = screen.page.frame_locator("iframe")
    expect(shown.locator("li")).to_have_text(["Một <b>hai</b>.", "Ba."])
    expect(screen.page.get_by_label("Tiêu đề").first).to_be_visible()
    words = shown.locator("body").inner_text()
    begun = screen.page.locator("[class*=ToolbarSectionBackLink]").inner_text()
    screen.page.unroute("**/api/preview")

    assert "Điền hoặc sửa các chỗ sau" in words
    assert "Chưa lưu được" not in words
    assert "đã lưu" not in begun.lower()


def test_the_next_step_is_told_legible_and_as_wide_as_its_words(
    office: Office, screen: Screen
) -> None:
    path = office.publish("buoc-sau", "Một.\n\nHai.")
    office.save_as_another(path, ("Một.", "Một, sửa."))
    page = screen.page

    screen.open(f"collections/{NOTICES}")
    listed = contrast(page.locator("aside a:has-text('Tin tức')"))
    screen.open_notice("buoc-sau", "Hai.")
    screen.write("Hai.", " Thêm.")
    screen.save()
    expect(page.get_by_text("bấm nút “Bước” và chọn “Chờ duyệt”")).to_be_visible()
    step = page.locator("[role=button]:has-text('Bước: Bản nháp')")
    seen = [listed, contrast(step), contrast(page.locator("button:has-text('Bỏ bản nháp')"))]
    step.click()
    menu = page.locator("[class*=DropdownList]:visible")
    is_cut = menu.evaluate("list => list.scrollWidth > list.clientWidth")

    assert min(seen) >= LEAST_CONTRAST
    assert not is_cut


def test_who_may_publish_can_read_the_button_that_does_so(office: Office) -> None:
    path = office.publish("nut-dang", "Một.\n\nHai.")
    office.save_as_another(path, ("Một.", "Một, sửa."))
    screen = office.change_to(APPROVER)

    screen.open_notice("nut-dang", "Hai.")
    screen.page.click("[role=button]:has-text('Bước: Bản nháp')")
    screen.page.click("[role=menuitem]:has-text('Đã duyệt')")
    publishing = screen.page.locator("[class*=PublishButton]:has-text('Đăng')")
    expect(publishing).to_be_visible()

    assert contrast(publishing) >= LEAST_CONTRAST
