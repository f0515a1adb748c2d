"""Two presses of one button whose requests overlap: what they ask for is done once."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.core.models import Officer
from functions.core.models.content import DraftStatus
from tests.content.quick_forms import NEW_NOTICE, OWN, PAUSE, as_it_was, fields_of, fill, send
from tests.content.small_site import PICTURE_BYTES, UNIT_PAGE, small_world
from tests.content.test_quick_notices import picture
from tests.content.world import APPROVER, EDITOR, UNIT, Desk, EditingWorld

NOTICES = f"site/don-vi/{UNIT}/thong-bao"
NOTICE = {"title": "Nghỉ lễ", "text": "Nghỉ ngày 2/9."}
PAUSED = {"tat-ca": "yes", "paused_until": "2026-11-30", "reason": "Mất điện."}
PAUSE_NOTICE = f"{NOTICES}/tam-ngung-tiep-nhan-ho-so-den-het-ngay-30-11-2026.md"
LONGEST_WAIT = 30


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    return small_world(tmp_path_factory.mktemp("quick"))


@pytest.fixture
def world(made: EditingWorld) -> Iterator[EditingWorld]:
    with as_it_was(made):
        yield made


def meeting(count: int, step: Callable[..., Any]) -> Callable[..., Any]:
    """Let so many come to a step before the first of them goes on; who comes later just goes."""
    barrier, arrivals = threading.Barrier(count), itertools.count()

    def step_together(*values: Any) -> Any:
        if next(arrivals) < count:
            barrier.wait(LONGEST_WAIT)
        return step(*values)

    return step_together


def pressed(
    count: int,
    desk: Desk,
    address: str,
    typed: dict[str, str],
    world: EditingWorld,
    monkeypatch: pytest.MonkeyPatch,
    shown_at: str = "",
) -> list[Any]:
    """Send a form so many times that nobody has saved anything when the last one looks."""
    drawn = fields_of(desk.get(shown_at or address), address)
    cookie = desk.client.get_cookie("binhyen_editor")
    assert cookie is not None
    # An approver waits for the turn to publish, an editor is checked before the draft is named.
    monkeypatch.setattr(world.site, "turn", meeting(count, world.site.turn))
    problems = world.checker.problems
    in_drafts = meeting(count, problems)

    def check(version: str, *values: Any) -> Any:
        is_in_turn = world.site._turn.locked()  # type: ignore[attr-defined]
        return (problems if is_in_turn else in_drafts)(version, *values)

    monkeypatch.setattr(world.checker, "problems", check)

    def press(_: int) -> Any:
        client = desk.client.application.test_client()
        client.set_cookie("binhyen_editor", cookie.value)
        with_picture = {"picture": picture(PICTURE_BYTES)} if address == NEW_NOTICE else {}
        return send(Desk(client, desk.csrf_token), address, drawn, **typed, **with_picture)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(press, range(count)))


@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.parametrize("officer", [EDITOR, APPROVER])
def test_a_notice_is_saved_once(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch, officer: Officer, count: int
) -> None:
    desk, versions = world.sign_in(officer), len(world.store.versions())

    answers = pressed(count, desk, NEW_NOTICE, NOTICE, world, monkeypatch)

    ends = {answer.headers.get("Location") for answer in answers}
    how = "dang" if officer is APPROVER else "gui"
    assert ends == {f"{NEW_NOTICE}/nghi-le?xong={how}"}
    public = [path for path in world.store.paths(world.store.published()) if "/nghi-le" in path]
    drafts = [(draft.page, draft.status) for draft in world.store.drafts()]
    if officer is APPROVER:
        assert (len(public), drafts) == (2, [])
        assert len(world.store.versions()) == versions + 1
    else:
        assert public == []
        assert drafts == [(f"{NOTICES}/nghi-le.md", DraftStatus.IN_REVIEW)]


@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.parametrize("officer", [EDITOR, APPROVER])
def test_a_pause_is_saved_once(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch, officer: Officer, count: int
) -> None:
    desk, versions = world.sign_in(officer), len(world.store.versions())

    answers = pressed(count, desk, PAUSE, PAUSED, world, monkeypatch)

    ends = {answer.headers.get("Location") for answer in answers}
    sent = "" if officer is APPROVER else "-gui"
    assert ends == {f"{OWN}?xong=tam-ngung{sent}"}
    public = list(world.store.paths(world.store.published(), NOTICES))
    drafts = {draft.page: draft.status for draft in world.store.drafts()}
    if officer is APPROVER:
        assert (public, drafts) == ([PAUSE_NOTICE], {})
        assert len(world.store.versions()) == versions + 1
    else:
        assert public == []
        assert drafts == dict.fromkeys([PAUSE_NOTICE, UNIT_PAGE], DraftStatus.IN_REVIEW)


def test_a_pause_ends_once(world: EditingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = world.sign_in(APPROVER)
    fill(desk, PAUSE, **PAUSED)
    versions = len(world.store.versions())

    answers = pressed(2, desk, f"{OWN}mo-lai", {}, world, monkeypatch, PAUSE)

    assert {answer.headers.get("Location") for answer in answers} == {f"{OWN}?xong=mo-lai"}
    assert list(world.store.paths(world.store.published(), NOTICES)) == []
    assert len(world.store.versions()) == versions + 1


@pytest.mark.parametrize("officer", [EDITOR, APPROVER])
def test_a_notice_goes_once(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch, officer: Officer
) -> None:
    desk, here = world.sign_in(officer), f"{NEW_NOTICE}/nghi-le"
    fill(world.sign_in(APPROVER), NEW_NOTICE, **NOTICE)

    answers = pressed(2, desk, f"{here}/ket-thuc", {}, world, monkeypatch, here)

    ends = {answer.headers.get("Location") for answer in answers}
    sent = "" if officer is APPROVER else "-gui"
    assert ends == {f"{OWN}?xong=go{sent}"}
    drafts = [draft.status for draft in world.store.drafts()]
    assert drafts == ([] if officer is APPROVER else [DraftStatus.IN_REVIEW])
    assert bool(world.published_text(f"{NOTICES}/nghi-le.md")) == (officer is EDITOR)


def test_another_notice_of_the_same_title_in_the_very_moment_gets_an_address_of_its_own(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks = [world.sign_in(APPROVER) for _ in range(2)]
    drawn = [fields_of(desk.get(NEW_NOTICE), NEW_NOTICE) for desk in desks]
    monkeypatch.setattr(world.site, "turn", meeting(2, world.site.turn))

    def write(number: int) -> Any:
        typed = NOTICE | {"text": f"Bản {number}."}
        return send(desks[number], NEW_NOTICE, drawn[number], **typed)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(write, range(2)))

    assert [answer.status_code for answer in answers] == [303, 303]
    assert sorted(world.store.paths(world.store.published(), NOTICES)) == [
        f"{NOTICES}/nghi-le-2.md",
        f"{NOTICES}/nghi-le.md",
    ]
