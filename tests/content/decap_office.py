"""The editor over one repository, and a browser in which it is used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

from functions.core.editing.drafting import save
from functions.core.editing.publishing import publish_now
from functions.core.models import Officer
from functions.core.models.content import Edit
from functions.core.signin import issue_link
from tests.content.world import APPROVER, EDITOR, UNIT, EditingWorld
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.web_server import served

PATIENCE = 20_000
"""In milliseconds: 5 MB of script take a while to start on a machine that has much to do."""

NOTICES = f"{UNIT}--thong-bao"
PREVIEW = """<!doctype html><title>Xem</title><h1>Bản dựng</h1>
<script>document.querySelector("h1").textContent = "Chạy"</script>"""

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

    def change_to(self, officer: Officer) -> Screen:
        """Sign somebody else in, before whom nothing was opened."""
        self.screen.page.goto("about:blank")
        self.context.clear_cookies()
        self.let_in(officer)
        return self.screen


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """Serve a project of its own, and yield it with one browser for all tests of a file."""
    world = EditingWorld(folder)
    with served(world.app) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(PATIENCE)
        yield Office(world, url, context)
        browser.close()
