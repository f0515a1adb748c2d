"""`binhyen serve` with its editor, and the commands about pages while it runs."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from functions.bootstrap import Services
from functions.config import Settings
from functions.core.editing.drafting import save
from functions.core.editing.publishing import publish_now
from functions.core.models.content import Edit, Editor, EditorRole
from functions.core.notes import note_id
from functions.local import editor
from functions.local.editing import Editing, make_editing
from functions.local.page_codes import qr_svg
from functions.local.reminders import remind_editors
from tests.fakes.clock import FrozenClock
from tests.local.publishing import Press
from tests.local.test_commands import officer
from tests.local.test_serve import children, is_running
from tests.system import System

UNIT = "phuong-tan-an"
PAGE = f"site/don-vi/{UNIT}/index.md"
APPROVER = Editor(UNIT, EditorRole.APPROVER)
NEW_PAGE = f"site/don-vi/{UNIT}/thong-bao/dong-ho.md"
NEW_TEXT = "---\ntitle: Đồng hồ\nposted_on: 2099-12-31\nvalid_from: 2099-12-31\n---\nLời.\n"
PROVINCE = "tinh-dak-lak"
MORNING = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""9 o'clock in Viet Nam, on the day that the small project was built for."""
APP = {"app_id": "1", "secret_key": "s", "oa_secret_key": "o"}
PAIR = {
    "oa_id": "1", "group_id": "g", "access_token": "a", "refresh_token": "r",
    "expires_at": "2036-01-01T00:00:00+07:00",
}  # fmt: skip
HOURS = "Sáng 7 giờ đến 11 giờ, chiều 13 giờ đến 17 giờ"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """One installation with an officer, running."""
    running = System(tmp_path_factory.mktemp("newsroom"), has_editor=True)
    file = running.folder / "import.json"
    file.write_text(json.dumps({"units": [{"unit_id": UNIT, "officers": [officer("11")]}]}))
    running.start()
    assert running.run("oa", "import", str(file)).returncode == 0
    wait_until_public(running)
    yield running
    running.stop()


def editing_of(system: System) -> Editing:
    """Return what edits there, in this process."""
    return make_editing(Services(Settings.from_env(system.environment)))


def change_hours(system: System, hours: str = HOURS) -> None:
    """Publish, from beside the running editor, when the unit is open."""
    editing = editing_of(system).services
    page, store = editing.page(PAGE), editing.store
    text = (store.read(store.published(), PAGE) or b"").decode()
    publish_now(Edit(page, re.sub(r"hours:.*", f'hours: "{hours}"', text)), APPROVER, editing)


def wait_until_public(system: System) -> None:
    editing = editing_of(system)
    published = editing.services.store.published()
    system.wait_for(lambda: editing.publisher.live_version() == published)


def get(address: str) -> HTTPResponse:
    """Return an answer as it is, errors and redirects too."""

    class Unled(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    try:
        return urllib.request.build_opener(Unled).open(address, timeout=20)  # type: ignore[no-any-return]
    except urllib.error.HTTPError as error:
        return error  # type: ignore[return-value]


def public_page(system: System) -> str:
    with get(f"{system.url}/{UNIT}/") as page:
        return page.read().decode()


def listed(system: System) -> list[dict[str, object]]:
    """Return the publications, the newest first."""
    run = system.run("content", "publications", "--json")
    assert run.returncode == 0, run.stderr
    return list(json.loads(run.stdout))


def test_a_link_of_the_command_opens_the_editor_and_no_case(system: System) -> None:
    ask = ("officers", "link", "--editor", "--unit", UNIT, "--officer", "11")
    link = system.run(*ask).stdout.strip()
    secret = urllib.parse.urlencode({"secret": link.rpartition("/")[2]}).encode()

    with get(link) as shown:
        button = shown.status, shown.read().decode()
    request = urllib.request.Request(f"{system.editor_url}/vao", secret)
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(request, timeout=20) as home:
        inside = home.status, home.url

    assert link.startswith(f"{system.editor_url}/vao/")
    assert button[0] == 200
    assert 'action="/vao"' in button[1]
    assert inside == (200, f"{system.editor_url}/sua-nhanh/")


@pytest.mark.parametrize(
    ("unit_id", "complaint"),
    [("xa-khong-co", "no unit with pages"), ("phuong-tan-loi", "no unit with pages")],
)
def test_a_link_that_would_open_nothing_is_refused(
    system: System, unit_id: str, complaint: str
) -> None:
    run = system.run("officers", "link", "--editor", "--unit", unit_id)

    assert run.returncode == 2
    assert run.stdout == ""
    assert complaint in run.stderr


def test_public_pages_and_their_styles_show_at_the_editors_origin_to_no_search_engine(
    system: System,
) -> None:
    with get(f"{system.editor_url}/trang/{UNIT}/") as page:
        shown = page.status, page.headers["X-Robots-Tag"], page.read().decode()
    with get(f"{system.editor_url}/trang/{UNIT}") as moved:
        led_to = moved.status, moved.headers["Location"]
    with get(f"{system.editor_url}/assets/staff.css") as style:
        styled = style.status
    with get(f"{system.editor_url}/trang/{UNIT}/qr.svg") as printed:
        code = printed.read()
    with get(f"{system.editor_url}/trang/../../key") as strange:
        outside = strange.status

    assert shown == (200, "noindex", public_page(system))
    assert led_to == (308, f"/trang/{UNIT}/")
    assert styled == 200
    # Paper leads people to the site, never to the editor.
    assert code == qr_svg(f"{system.url}/{UNIT}/")
    assert outside == 404


def test_neither_origin_answers_what_is_the_others(system: System) -> None:
    statuses = []
    for address in (f"{system.editor_url}/can-bo/", f"{system.url}/sua-nhanh/"):
        with get(address) as answer:
            statuses.append(answer.status)

    assert statuses == [404, 404]


def test_what_is_published_beside_the_running_editor_is_public_and_listed(system: System) -> None:
    change_hours(system)

    newest, first = listed(system)[0], listed(system)[-1]
    assert HOURS in public_page(system)
    assert newest["pages"] == [PAGE]
    assert (newest["role"], newest["unit_id"], newest["change"]) == ("approver", UNIT, "quick-fix")
    assert (first["number"], first["change"]) == (1, "release")
    words = system.run("content", "publications", "--limit", "1").stdout
    assert re.search(rf"^ +{newest['number']}  20\d\d-.* approver {UNIT}  quick-fix  {PAGE}", words)


def test_one_command_goes_back_and_the_build_command_keeps_what_is_published(
    system: System,
) -> None:
    change_hours(system, "Cả ngày")
    before = listed(system)[0]["number"]

    back = system.run("content", "back", "1")
    then = public_page(system)
    forth = system.run("content", "back", str(before))
    built = system.run("build")
    ahead = system.run("build", "--ahead")
    caught_up = system.run("content", "publish")

    assert (back.returncode, forth.returncode) == (0, 0), back.stderr + forth.stderr
    assert "all pages as in 1" in back.stdout
    assert "Cả ngày" not in then
    assert "Cả ngày" in public_page(system)
    assert (built.returncode, ahead.returncode, caught_up.returncode) == (0, 0, 0)
    assert "the same pages are public already" in built.stderr
    assert [row["change"] for row in listed(system)[:2]] == ["went-back", "went-back"]


def test_a_build_by_a_clock_that_is_behind_is_refused_until_a_person_names_the_day(
    system: System,
) -> None:
    today, before = editing_of(system).publisher.built_for(), public_page(system)
    (system.folder / "data" / "newest-day").write_text("2099-12-31\n")

    refused = system.run("build")
    writing = editing_of(system).services
    saved = save(Edit(writing.page(NEW_PAGE), NEW_TEXT, ""), APPROVER, writing)
    while_behind = public_page(system), writing.today().isoformat()
    named = system.run("build", "--on", today)
    built = system.run("build")

    assert refused.returncode == 1
    assert "but the site was built on 2099-12-31 already: set the clock" in refused.stderr
    assert while_behind == (before, "2099-12-31")
    assert (named.returncode, built.returncode) == (0, 0), named.stderr + built.stderr
    assert not editing_of(system).publisher.is_clock_behind()
    writing.store.move_draft(NEW_PAGE, saved.draft.version, None)


def test_a_publication_that_never_was_exits_2(system: System) -> None:
    run = system.run("content", "back", "9999")

    assert run.returncode == 2
    assert "no such publication" in run.stderr


def test_a_state_that_cannot_be_built_is_told_and_exits_1(system: System) -> None:
    editing = editing_of(system).services
    store, published = editing.store, editing.store.published()
    note, now = store.versions(limit=1)[0].note, editing.clock.now()
    broken = store.make_version([published], {PAGE: b"---\nunit_id: x\n---\n"}, note, now)
    store.move_published(published, broken)
    number = store.versions(limit=1)[0].number
    mended = store.make_version([broken], {PAGE: store.read(published, PAGE)}, note, now)
    store.move_published(broken, mended)

    run = system.run("content", "back", str(number))

    assert run.returncode == 1
    assert f"{PAGE}:" in run.stderr
    assert store.published() == mended


def test_drafts_are_listed(system: System) -> None:
    editing = editing_of(system).services
    text = (editing.store.read(editing.store.published(), PAGE) or b"").decode()
    save(Edit(editing.page(PAGE), f"{text}\nLời chào.\n"), APPROVER, editing)

    [draft] = json.loads(system.run("content", "drafts", "--json").stdout)

    assert (draft["page"], draft["status"], draft["unit_id"]) == (PAGE, "draft", UNIT)
    assert PAGE in system.run("content", "drafts").stdout


def test_the_editor_tells_units_what_is_due(
    printed: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, press, stopped = System(tmp_path), Press.over(printed, tmp_path / "press"), Event()
    province = {"unit_id": PROVINCE, "officers": [officer("12")], **PAIR}
    file = tmp_path / "import.json"
    file.write_text(json.dumps({"app": APP, "units": [province]}))
    assert system.run("oa", "import", str(file)).returncode == 0
    services = Services(Settings.from_env(system.environment), FrozenClock(MORNING))
    editing = Editing(press.editing, press.site, press.folder / "data" / "content.git")

    def remind_and_end(*arguments: Any) -> None:
        remind_editors(*arguments)
        stopped.set()

    monkeypatch.setattr(editor, "make_editing", lambda *_, **__: editing)
    monkeypatch.setattr(editor, "take_shipped", lambda *_: None)
    monkeypatch.setattr(editor, "serve_app", lambda until, *_: until.wait(30))
    monkeypatch.setattr(editor, "remind_editors", remind_and_end)
    editor.edit_until(stopped, services)

    note = services.stores.deliveries.get(note_id("review", PROVINCE, "g", "2026-11"))
    assert f"{system.editor_url}/sua-nhanh/ra-soat/" in note.messages[0].text


def test_where_nobody_edits_the_commands_say_so(tmp_path: Path) -> None:
    run = System(tmp_path).run("content", "publications")

    assert run.returncode == 2
    assert "start the editor" in run.stderr
    assert not (tmp_path / "data" / "content.git").exists()


def test_the_editors_port_in_use_is_said(system: System) -> None:
    run = system.run("serve")

    assert run.returncode == 1
    assert str(system.port + 2) in run.stderr


def test_serve_ends_in_time_amid_a_build_and_the_site_stays(tmp_path: Path) -> None:
    system, build = System(tmp_path, has_editor=True), tmp_path / "build"
    old = build / "releases" / "1" / "site" / "index.html"
    old.parent.mkdir(parents=True)
    old.write_text("<!doctype html>")
    (build / "site").symlink_to("releases/1/site")
    system.start()
    parts = children(system)
    generator = system.wait_for(lambda: generator_of(parts))

    seconds = system.stop()

    assert len(parts) == 6
    assert seconds < 5
    system.wait_for(lambda: not any(is_running(pid) for pid in (*parts, generator)))
    assert (build / "site" / "index.html").read_text() == "<!doctype html>"


def generator_of(parts: list[int]) -> int | None:
    """Return the process of the generator that one of these started."""
    for part in parts:
        run = subprocess.run(["pgrep", "-P", str(part), "-f", "run_generator"], capture_output=True)
        if run.stdout:
            return int(run.stdout.split()[0])
    return None
