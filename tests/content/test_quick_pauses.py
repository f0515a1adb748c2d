"""Notices about pauses: none of the form's own outlives what it tells, and nobody's words go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.core.editing.drafting import save
from functions.core.editing.publishing import publish
from functions.core.models.content import DraftStatus, Edit
from tests.content.quick_forms import OWN, PAUSE, RULE, as_it_was, fields_of, fill, follow
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    UNIT_PAGE,
    drafted,
    published,
    published_whole,
    small_world,
    text_of,
)
from tests.content.world import APPROVER, EDITOR, UNIT, Desk, EditingWorld

SLUG, SECOND = "dang-ky-tam-tru", "tach-ho"
NOTICES = f"site/don-vi/{UNIT}/thong-bao"
SHORT, LONG = "2026-11-30", "2026-12-05"
ALL_SHORT = f"{NOTICES}/tam-ngung-tiep-nhan-ho-so-den-het-ngay-30-11-2026.md"
ALL_LONG = f"{NOTICES}/tam-ngung-tiep-nhan-ho-so-den-het-ngay-05-12-2026.md"
SOME_SHORT = f"{NOTICES}/tam-ngung-tiep-nhan-mot-so-thu-tuc-den-het-ngay-30-11-2026.md"
SOME_LONG = f"{NOTICES}/tam-ngung-tiep-nhan-mot-so-thu-tuc-den-het-ngay-05-12-2026.md"
LEFT = "còn thông báo tạm ngừng"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    return small_world(tmp_path_factory.mktemp("quick"))


@pytest.fixture
def world(made: EditingWorld) -> Iterator[EditingWorld]:
    with as_it_was(made):
        yield made


def pause(desk: Desk, until: str, *slugs: str, reason: str = "Mất điện.") -> str:
    """Stop procedures, or all of them; return what the next page says."""
    chosen = {f"chon-{slug}": "yes" for slug in slugs} or {"tat-ca": "yes"}
    return text_of(follow(desk, fill(desk, PAUSE, paused_until=until, reason=reason, **chosen)))


def resume(desk: Desk) -> str:
    return text_of(follow(desk, desk.post(f"{OWN}mo-lai")))


def public(world: EditingWorld) -> list[str]:
    return sorted(world.store.paths(world.store.published(), NOTICES))


def drafts(world: EditingWorld) -> dict[str, bool]:
    """Return the pages that wait for review, and whether each is to be there afterwards."""
    found = world.store.drafts()
    assert {draft.status for draft in found} <= {DraftStatus.IN_REVIEW}
    return {draft.page: bool(world.store.blob_id(draft.version, draft.page)) for draft in found}


def test_a_longer_pause_takes_the_place_of_the_notice_before(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    published_whole(world, NOTICE, NOTICE_TEXT)
    pause(desk, SHORT)
    versions = len(world.store.versions())

    said = pause(desk, LONG)

    assert public(world) == [NOTICE, ALL_LONG]
    assert len(world.store.versions()) == versions + 1
    assert LEFT not in said


def test_when_all_is_taken_in_again_no_notice_says_otherwise(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    published_whole(world, NOTICE, NOTICE_TEXT)
    pause(desk, SHORT, SLUG, reason="")
    pause(desk, LONG, SECOND, reason="- Tập huấn")
    assert public(world) == [NOTICE, SOME_LONG, SOME_SHORT]
    versions = len(world.store.versions())

    said = [resume(desk), resume(desk)]

    assert public(world) == [NOTICE]
    assert len(world.store.versions()) == versions + 1
    for one in said:
        assert "Thông báo tạm ngừng đăng từ mẫu này đã được gỡ." in one


@pytest.mark.parametrize(("slugs", "path"), [((), ALL_SHORT), ((SLUG,), SOME_SHORT)])
def test_who_takes_one_procedure_in_again_is_led_to_the_notice(
    world: EditingWorld, slugs: tuple[str, ...], path: str
) -> None:
    desk, still = world.sign_in(APPROVER), "thông báo tạm ngừng của đơn vị vẫn hiện"
    pause(desk, SHORT, *slugs)
    paused = desk.get(RULE)

    resumed = follow(desk, fill(desk, RULE, paused_until=""))

    assert still not in text_of(paused)
    assert still in text_of(resumed)
    address = path.rpartition("/")[2].removesuffix(".md")
    assert f'href="{OWN}thong-bao/{address}">Tạm ngừng tiếp nhận' in resumed.text


def test_a_rule_is_not_troubled_by_notices_of_other_procedures(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    pause(desk, SHORT, SECOND)

    assert "vẫn hiện" not in text_of(desk.get(RULE))


def test_procedures_are_chosen_by_field_and_taken_in_again_above(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    pause(desk, SHORT)

    shown = desk.get(PAUSE)

    said = text_of(shown)
    places = ["Đang tạm ngừng (2)", "Tiếp nhận lại tất cả ngay", "Tách hộ, đến hết 30/11/2026"]
    assert sorted(places, key=said.index) == places
    assert "<legend>Cư trú</legend>" in shown.text
    assert shown.text.count(f'name="chon-{SLUG}"') == 1
    fill(desk, PAUSE, **{f"chon-{SECOND}": "yes", "paused_until": LONG})
    assert fields_of(desk.get(RULE), RULE)["paused_until"] == SHORT


def test_a_reason_of_several_lines_is_one_sentence_a_line(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    pause(desk, SHORT, reason="Trụ sở mất điện\r\nKhông có mạng.")

    assert "Trụ sở mất điện; Không có mạng.  \n" in world.published_text(ALL_SHORT)


def test_notices_of_other_procedures_stay(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    pause(desk, SHORT, SLUG)

    said = [pause(desk, LONG, SECOND), pause(desk, LONG)]

    assert public(world) == [ALL_LONG]
    assert LEFT not in " ".join(said)


def test_a_notice_that_tells_more_than_the_new_one_stays_and_is_named(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    pause(desk, SHORT)

    said = pause(desk, LONG, SLUG)

    assert public(world) == [ALL_SHORT, SOME_LONG]
    assert LEFT in said


def test_another_reason_is_written_into_the_same_notice_once(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    pause(desk, SHORT)
    pause(desk, SHORT, reason="Tập huấn.")
    versions = len(world.store.versions())

    said = pause(desk, SHORT, reason="Tập huấn.")

    assert public(world) == [ALL_SHORT]
    assert "Tập huấn." in world.published_text(ALL_SHORT)
    assert "Mất điện." not in world.published_text(ALL_SHORT)
    assert len(world.store.versions()) == versions
    assert LEFT not in said
    resume(desk)
    assert public(world) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Mất điện.", "Mất điện. Việc khẩn cấp hãy gọi 113."),
        ("valid_until: 2026-11-30", "valid_until: 2026-12-01"),
        ("title: Tạm ngừng", "title: Thông báo tạm ngừng"),
        ("title:", "summary: Mất điện\ntitle:"),
        ("đến hết ngày 30/11/2026.\n", "đến hết ngày 30/11/2026.\n\nGọi 113.\n"),
    ],
)
def test_a_notice_that_somebody_changed_stays_and_is_named(
    world: EditingWorld, old: str, new: str
) -> None:
    desk = world.sign_in(APPROVER)
    pause(desk, SHORT)
    published(world, ALL_SHORT, old, new)
    text = world.published_text(ALL_SHORT)
    assert new in text

    said = [pause(desk, LONG), resume(desk)]

    assert public(world) == [ALL_SHORT]
    assert world.published_text(ALL_SHORT) == text
    for one in said:
        assert LEFT in one


def test_a_notice_that_somebody_is_changing_stays_and_is_named(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    pause(desk, SHORT)
    drafted(world, ALL_SHORT, "Mất điện.", "Mất điện cả phường.")

    said = resume(desk)

    assert public(world) == [ALL_SHORT]
    assert LEFT in said


def test_a_notice_that_is_over_needs_nobody(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    pause(desk, SHORT)
    text = world.published_text(ALL_SHORT).replace("2026-11-20", "2026-11-01")
    published_whole(
        world, ALL_SHORT, text.replace("valid_until: 2026-11-30", "valid_until: 2026-11-19")
    )

    said = resume(desk)

    assert public(world) == [ALL_SHORT]
    assert LEFT not in said


def test_an_editor_hands_in_that_the_notice_goes(world: EditingWorld) -> None:
    approver, editor = world.sign_in(APPROVER), world.sign_in(EDITOR)
    pause(approver, SHORT)

    said = [resume(editor), resume(editor)]

    assert public(world) == [ALL_SHORT]
    assert drafts(world) == {UNIT_PAGE: True, ALL_SHORT: False}
    for one in said:
        assert "Đã gửi đề nghị tiếp nhận trở lại và gỡ thông báo tạm ngừng" in one
    for page in (UNIT_PAGE, ALL_SHORT):
        publish(world.page(page), world.editor(APPROVER), world.editing)
    assert public(world) == []
    assert "Đang tạm ngừng" not in text_of(approver.get(PAUSE))


def test_an_editors_new_pause_takes_the_place_of_the_notice_before(world: EditingWorld) -> None:
    approver, editor = world.sign_in(APPROVER), world.sign_in(EDITOR)
    pause(approver, SHORT)

    for _ in range(2):
        said = pause(editor, LONG)

        assert drafts(world) == {UNIT_PAGE: True, ALL_SHORT: False, ALL_LONG: True}
        assert LEFT not in said

    for _ in range(2):
        pause(editor, SHORT, reason="Tập huấn.")

        assert drafts(world) == {UNIT_PAGE: True, ALL_SHORT: True}


def test_an_editors_notice_that_is_not_public_yet_goes_with_its_pause(world: EditingWorld) -> None:
    editor = world.sign_in(EDITOR)
    pause(editor, SHORT)

    pause(editor, LONG)

    assert drafts(world) == {UNIT_PAGE: True, ALL_LONG: True}
    assert world.store.discarded(ALL_SHORT) is not None
    resume(editor)
    assert ALL_LONG not in drafts(world)


def test_an_unfinished_draft_of_a_notice_is_left_to_who_writes_it(world: EditingWorld) -> None:
    editor, approver = world.sign_in(EDITOR), world.sign_in(APPROVER)
    pause(approver, SHORT)
    text = world.published_text(ALL_SHORT)
    resume(approver)
    save(Edit(world.page(ALL_SHORT), text, ""), world.editor(EDITOR), world.editing)

    said = pause(editor, LONG)

    draft = world.store.draft(ALL_SHORT)
    assert draft is not None
    assert draft.status is DraftStatus.DRAFT
    assert LEFT in said
