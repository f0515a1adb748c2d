"""The editor in a real browser: its policy, its words, whose pages, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from functions.core.editing.drafting import set_status
from functions.core.editing.publishing import publish_now
from functions.core.errors import NotFoundError
from functions.core.models.content import ContentProblem, DraftStatus, Edit
from functions.core.signin import open_session
from tests.content.decap_office import NOTICES, Office, Screen, open_office
from tests.content.world import APPROVER
from tests.fakes.content import ListedProblems

pytestmark = pytest.mark.e2e

BOX = """!!! warning "Cảnh báo"
    Xem [trang chung](../../../duong-day-nong.md).

    - Ý **một**
    - Ý hai
        - ý con

    Câu cuối của khung."""
MARK = '<span class="by-check">cần cán bộ kiểm tra</span>'

BREAK_PREVIEW = """name => CMS.registerPreviewTemplate(name, () => { throw new Error("x"); })"""
WAIT_UNTIL_KEPT = """async (slug) => {
  const keys = () => new Promise((resolve) => {
    indexedDB.open('localforage').onsuccess = (event) => {
      const kept = event.target.result.transaction('keyvaluepairs').objectStore('keyvaluepairs');
      kept.getAllKeys().onsuccess = (found) => resolve(found.target.result);
    };
  });
  while (!(await keys()).some((key) => key.endsWith(slug))) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("decap")) as office:
        yield office


@pytest.fixture
def screen(office: Office) -> Screen:
    """The editor, signed in."""
    if not office.context.cookies():
        office.let_in()
    return office.screen


def test_editor_sees_their_own_pages_in_vietnamese_and_nothing_from_elsewhere(
    screen: Screen,
) -> None:
    screen.open(f"collections/{NOTICES}")
    listed = screen.page.locator("aside a").all_inner_texts()
    screen.page.click("a:has-text('Thêm thông báo')")
    drawn = screen.page.frame_locator("iframe").frame_locator("iframe")
    expect(drawn.locator("h1")).to_have_text("Bản dựng")
    shown = screen.page.frame_locator("iframe").locator("iframe").bounding_box()
    words = screen.page.inner_text("#nc-root")

    assert listed == ["Trang của đơn vị", "Thông báo", "Tin tức", "Kết quả giải quyết"]
    for word in ("Lưu nháp", "Tiêu đề", "Ngày đăng", "Hôm nay", "Soạn thảo"):
        assert word in words
    assert screen.page.locator("input[type=date]").first.input_value() == "2026-11-20"
    assert screen.page.title() == "Soạn trang – Bình Yên Đắk Lắk"
    assert shown is not None
    assert shown["height"] > 700
    assert screen.outside == []
    assert screen.refused == []


def test_who_may_not_publish_reads_among_the_steps_who_approves(
    office: Office, screen: Screen
) -> None:
    path = office.publish("ai-duyet", "Một.\n\nHai.")
    office.save_as_another(path, ("Một.", "Một, sửa."))

    screen.open_notice("ai-duyet", "Hai.")
    screen.page.click("[role=button]:has-text('Bước: Bản nháp')")

    expect(screen.page.get_by_text("Đã duyệt (cán bộ duyệt chọn)")).to_be_visible()


def test_editor_that_breaks_leads_to_the_small_forms_and_not_to_its_makers(
    screen: Screen,
) -> None:
    screen.open(f"collections/{NOTICES}")
    screen.page.evaluate(BREAK_PREVIEW, NOTICES)

    screen.page.click("a:has-text('Thêm thông báo')")
    link = screen.page.get_by_test_id("issue-url")

    expect(link).to_have_text("trang biên tập.")
    assert (link.get_attribute("href") or "").startswith("/sua-nhanh/#?title=")
    expect(link.locator("xpath=..")).to_contain_text("dùng tạm trang biên tập.")
    screen.page.reload()  # the next test has its preview again


def test_box_with_a_list_and_a_mark_survive_an_edit_of_the_text(
    office: Office, screen: Screen
) -> None:
    path = office.publish("thu-khung", f"Mở đầu.\n\n{BOX}\n\nSau khung. {MARK}\n\nCuối bài.")

    screen.open_notice("thu-khung", "Cuối bài.")
    expect(screen.words("Sau khung. (cần cán bộ kiểm tra)")).to_be_visible()
    expect(screen.page.locator("text=Khung “Cảnh báo”").first).to_be_visible()
    screen.write("Cuối bài.", " Thêm chữ.")
    screen.save()
    screen.saved()

    before = office.world.published_text(path)
    assert office.draft_text(path) == before.replace("Cuối bài.", "Cuối bài. Thêm chữ.")


def test_failed_saves_keep_the_text_and_say_what_to_do(office: Office, screen: Screen) -> None:
    path = office.publish("het-phien", "Một.\n\nHai.")
    checker = office.world.checker
    assert isinstance(checker, ListedProblems)

    screen.open_notice("het-phien", "Hai.")
    screen.write("Hai.", " Viết thêm.")

    office.context.clear_cookies()
    screen.save()
    expect(screen.panel).to_contain_text("Phiên đăng nhập đã hết")
    office.let_in()
    screen.page.bring_to_front()
    screen.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(screen.panel).to_contain_text("Đã đăng nhập lại")

    office.context.set_offline(True)
    screen.save()
    expect(screen.panel).to_contain_text("Mất kết nối")
    office.context.set_offline(False)

    checker.listed.append(ContentProblem(path, 3, "posted_on", "any"))
    screen.save()
    expect(screen.panel.locator("li")).to_contain_text("Ngày đăng: ")
    checker.listed.clear()

    screen.save()
    screen.saved()
    expect(screen.panel).to_be_hidden()

    assert "Hai. Viết thêm.\n" in office.draft_text(path)


def test_two_on_one_page_lose_nothing(office: Office, screen: Screen) -> None:
    path = office.publish("hai-nguoi", "Một.\n\nHai.")

    screen.open_notice("hai-nguoi", "Hai.")
    office.save_as_another(path, ("Một.", "Một, của người khác."))
    screen.write("Hai.", " Của tôi.")
    screen.save()
    expect(screen.panel).to_contain_text("ghép với bản sửa của người khác")
    expect(screen.words("Một, của người khác.")).to_be_visible()

    office.save_as_another(path, ("Hai. Của tôi.", "Hai. Khác hẳn."))
    screen.write("Hai. Của tôi.", " Nữa.")
    screen.save()
    expect(screen.panel).to_contain_text("Người khác vừa sửa cùng chỗ này")
    expect(screen.panel.locator("text=Chép nội dung")).to_be_visible()
    expect(screen.words("Hai. Của tôi. Nữa.")).to_be_visible()

    assert "Một, của người khác.\n\nHai. Khác hẳn.\n" in office.draft_text(path)


def test_a_draft_that_others_overtook_is_not_published_and_leads_to_the_choice(
    office: Office,
) -> None:
    screen, path = office.screen, office.publish("bi-vuot", "Một.\n\nHai.")
    office.save_as_another(path, ("Hai.", "Hai, bản nháp."))
    approver = office.world.editor(APPROVER)
    page = office.world.page(path)
    set_status(page, DraftStatus.READY, approver, office.world.editing)
    text = office.world.published_text(path).replace("Hai.", "Hai, đã đăng.")
    office.context.clear_cookies()
    office.let_in(APPROVER)
    screen.page.goto(f"{office.url}/sua-nhanh/")

    screen.open_notice("bi-vuot", "Hai, bản nháp.")
    publish_now(Edit(page, text), approver, office.world.editing)
    screen.page.click("[role=button]:has-text('Đăng')")
    screen.page.click("[role=menuitem]:has-text('Đăng ngay')")
    expect(screen.panel).to_contain_text("người khác đã đăng thay đổi ở cùng chỗ")
    screen.panel.locator("a:has-text('Mở bản nháp')").click()

    expect(screen.page.locator("main")).to_contain_text("Giữ nội dung bản nháp này")
    assert "Hai, bản nháp." in office.draft_text(path)
    office.context.clear_cookies()
    screen.page.goto("about:blank")


def test_unsaved_text_comes_back_and_undoes_nothing_of_others(
    office: Office, screen: Screen
) -> None:
    path = office.publish("chua-luu", "Một.\n\nHai.")

    screen.open_notice("chua-luu", "Hai.")
    screen.write("Hai.", " Chưa lưu.")
    screen.page.evaluate(WAIT_UNTIL_KEPT, "chua-luu")
    office.save_as_another(path, ("Một.", "Một, của người khác."))
    screen.page.reload()
    expect(screen.words("Hai. Chưa lưu.")).to_be_visible()
    screen.save()
    expect(screen.panel).to_contain_text("ghép với bản sửa của người khác")
    expect(screen.words("Một, của người khác.")).to_be_visible()

    assert "Một, của người khác.\n\nHai. Chưa lưu.\n" in office.draft_text(path)


def test_signing_out_in_the_editor_ends_the_session(office: Office, screen: Screen) -> None:
    screen.open(f"collections/{NOTICES}")
    (cookie,) = office.context.cookies()
    screen.page.click("[class*=AvatarDropdownButton]")
    screen.page.click("text=Đăng xuất")
    screen.page.wait_for_url(f"{office.url}/sua-nhanh/")

    assert "Cần đăng nhập" in screen.page.inner_text("main")

    with pytest.raises(NotFoundError):
        open_session(cookie["value"], office.world.signin)
