"""The editor in a real browser: its policy, its words, whose pages, and that nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)
from waitress.server import create_server
from werkzeug.middleware.shared_data import SharedDataMiddleware

from functions.core.editing.drafting import save, set_status
from functions.core.editing.publishing import publish_now
from functions.core.errors import NotFoundError
from functions.core.models import Officer
from functions.core.models.content import ContentProblem, DraftStatus, Edit
from functions.core.signin import issue_link, open_session
from functions.installed import TEMPLATES
from tests.content.world import APPROVER, EDITOR, UNIT, EditingWorld
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.fakes.content import ListedProblems

pytestmark = pytest.mark.e2e

PATIENCE = 20_000
"""In milliseconds: 5 MB of script take a while to start on a machine that has much to do."""

NOTICES = f"{UNIT}--thong-bao"
BOX = """!!! warning "Cảnh báo"
    Xem [trang chung](../../../duong-day-nong.md).

    - Ý **một**
    - Ý hai
        - ý con

    Câu cuối của khung."""
MARK = '<span class="by-check">cần cán bộ kiểm tra</span>'
PREVIEW = """<!doctype html><title>Xem</title><h1>Bản dựng</h1>
<script>document.querySelector("h1").textContent = "Chạy"</script>"""

ENGLISH_PHRASES = """() => {
  const flat = (part, path) => Object.entries(part).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value]] : flat(value, path + key + '.'));
  const ours = new Map(flat(CMS.getLocale('vi'), ''));
  const hasWords = (phrase) => /[a-z]{3}/i.test(phrase.replace(/%\\{\\w+\\}/g, ''));
  return flat(CMS.getLocale('en'), '')
    .filter(([key, value]) => !ours.has(key) || (ours.get(key) === value && hasWords(value)))
    .map(([key]) => key);
}"""
BREAK_PREVIEW = """name => CMS.registerPreviewTemplate(name, () => { throw new Error("x"); })"""
WAIT_UNTIL_FORM_STAYS = """async () => {
  // Decap draws a form twice, the second time when all lists have come.
  const pause = () => new Promise((resolve) => setTimeout(resolve, 800));
  let seen = null;
  while (!seen || !seen.isConnected) {
    seen = document.querySelector('[contenteditable=true]');
    await pause();
  }
}"""
CURSOR_IS_BEHIND = """async (text) => {
  // The editor takes the browser's cursor over a tenth of a second later at the latest.
  await new Promise((resolve) => setTimeout(resolve, 250));
  const { anchorNode, anchorOffset } = getSelection();
  return Boolean(anchorNode) && anchorNode.textContent.slice(0, anchorOffset).endsWith(text);
}"""
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


@dataclass
class Screen:
    """One browser and all that it asked for."""

    page: Page
    url: str
    outside: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def open(self, place: str) -> None:
        """Open a place of the editor; what is kept of the page before is left behind."""
        if not self.page.url.startswith(f"{self.url}/#"):
            self.page.goto(f"{self.url}/#/collections/{NOTICES}")
        self.page.evaluate("place => { location.hash = place; }", f"/collections/{NOTICES}")
        expect(self.page.locator("text=Loại trang")).to_be_visible()
        expect(self.panel).to_be_hidden()
        self.page.evaluate("place => { location.hash = place; }", f"/{place}")

    def open_notice(self, slug: str, text: str) -> None:
        self.open(f"collections/{NOTICES}/entries/{slug}")
        expect(self.page.get_by_label("Tiêu đề").first).to_have_value(f"Thông báo {slug}")
        expect(self.words(text)).to_be_visible()

    def words(self, text: str) -> Locator:
        return self.page.locator(f"[contenteditable=true] >> text={text}").last

    def write(self, behind: str, more: str) -> None:
        """Write at the end of a paragraph, as soon as the cursor has come there."""
        self.page.evaluate(WAIT_UNTIL_FORM_STAYS)
        for _ in range(10):
            self.words(behind).click()
            self.page.keyboard.press("End")
            if self.page.evaluate(CURSOR_IS_BEHIND, behind):
                break
        self.page.keyboard.type(more, delay=15)
        expect(self.words(f"{behind}{more}")).to_be_visible()

    def save(self) -> None:
        self.page.click("button:has-text('Lưu nháp')")

    def saved(self) -> None:
        """Wait for the word that all is saved; then nothing is left to lose."""
        expect(self.page.locator("[class*=ToolbarSectionBackLink]")).to_contain_text("Đã lưu")

    @property
    def panel(self) -> Locator:
        return self.page.locator("#be-panel:visible")


class Office:
    """The editor's origin over one repository, and one browser for all tests of it."""

    def __init__(self, world: EditingWorld, url: str, context: BrowserContext) -> None:
        self.world, self.url, self.context = world, url, context
        self.screen = Screen(context.new_page(), url)
        # Drawing a page takes long, and has tests of its own.
        context.route("**/api/preview", lambda route: route.fulfill(json={"html": PREVIEW}))
        context.on("request", self._note_request)
        context.on("console", self._note_console)
        self.screen.page.on("dialog", lambda dialog: dialog.accept())

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "blob:", "data:", "about:")):
            self.screen.outside.append(request.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.screen.refused.append(message.text)

    def publish(self, slug: str, body: str) -> str:
        """Put a notice on the site; return its path."""
        path = f"site/don-vi/{UNIT}/thong-bao/{slug}.md"
        text = f"---\ntitle: Thông báo {slug}\nposted_on: 2026-11-20\n---\n\n{body}\n"
        approver = self.world.editor(APPROVER)
        publish_now(Edit(self.world.page(path), text, ""), approver, self.world.editing)
        return path

    def save_as_another(self, path: str, change: tuple[str, str]) -> None:
        """Let somebody else save a change of the page as it stands."""
        store = self.world.store
        draft = store.draft(path)
        version = draft.version if draft else store.published()
        text = (store.read(version, path) or b"").decode()
        assert change[0] in text
        edit = Edit(self.world.page(path), text.replace(*change), store.blob_id(version, path))
        save(edit, self.world.editor(APPROVER, "another"), self.world.editing)

    def draft_text(self, path: str) -> str:
        draft = self.world.store.draft(path)
        assert draft is not None
        return (self.world.store.read(draft.version, path) or b"").decode()

    def let_in(self, officer: Officer = EDITOR) -> None:
        """Sign somebody in, in a tab that is closed again."""
        door = self.context.new_page()
        door.goto(f"{self.url}/vao/{issue_link(officer, self.world.signin)}")
        door.click("main button")
        door.wait_for_url(f"{self.url}/sua-nhanh/")
        door.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    world = EditingWorld(tmp_path_factory.mktemp("decap"))
    app = SharedDataMiddleware(world.app, {"/assets": str(TEMPLATES / "site" / "assets")})
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(PATIENCE)
        yield Office(world, f"http://127.0.0.1:{server.effective_port}", context)
        browser.close()
    server.close()
    server.maintenance(0)
    thread.join(5)


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


def test_no_phrase_of_decap_is_left_in_english(screen: Screen) -> None:
    screen.open(f"collections/{NOTICES}")

    left = screen.page.evaluate(ENGLISH_PHRASES)

    doors = ("auth.", "editor.editorWidgets.markdown.markdown")
    assert [key for key in left if not key.startswith(doors)] == []


def test_who_may_not_publish_reads_among_the_steps_who_approves(
    office: Office, screen: Screen
) -> None:
    path = office.publish("ai-duyet", "Một.\n\nHai.")
    office.save_as_another(path, ("Một.", "Một, sửa."))

    screen.open_notice("ai-duyet", "Hai.")
    screen.page.click("[role=button]:has-text('Bước: Bản nháp')")

    expect(screen.page.get_by_text("Đã duyệt (do cán bộ duyệt chọn)")).to_be_visible()


def test_editor_that_breaks_leads_to_the_small_forms_and_not_to_its_makers(
    screen: Screen,
) -> None:
    screen.open(f"collections/{NOTICES}")
    screen.page.evaluate(BREAK_PREVIEW, NOTICES)

    screen.page.click("a:has-text('Thêm thông báo')")
    link = screen.page.get_by_test_id("issue-url")

    expect(link).to_have_text("Sửa nhanh.")
    assert (link.get_attribute("href") or "").startswith("/sua-nhanh/#?title=")
    expect(link.locator("xpath=..")).to_contain_text("dùng tạm trang Sửa nhanh.")
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
