"""The small forms about procedures at a unit: its own rule, and pauses of many at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from functions.content.texts.rewriting import read_page
from functions.core.models.content import DraftStatus
from tests.content.quick_forms import OWN, PAUSE, RULE, as_it_was, fields_of, fill, follow, send
from tests.content.small_site import (
    PROCEDURE,
    SECOND_PROCEDURE,
    UNIT_PAGE,
    published,
    small_world,
    text_of,
)
from tests.content.world import APPROVER, EDITOR, PROVINCE_APPROVER, UNIT, EditingWorld

SLUG, SECOND = "dang-ky-tam-tru", "tach-ho"
UNTIL = "2026-11-30"
SHARED = "/sua-nhanh/phan-chung/"
NOTICES = f"site/don-vi/{UNIT}/thong-bao"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    return small_world(tmp_path_factory.mktemp("quick"))


@pytest.fixture
def world(made: EditingWorld) -> Iterator[EditingWorld]:
    with as_it_was(made):
        yield made


def rules(world: EditingWorld) -> Any:
    return read_page(UNIT_PAGE, world.published_text(UNIT_PAGE)).meta["procedures"]


def blob(world: EditingWorld, path: str = PROCEDURE) -> str:
    return world.store.blob_id(world.store.published(), path)[:12]


def test_a_rule_notes_the_shared_text_it_was_written_upon(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    page = follow(desk, fill(desk, RULE, note="Thứ sáu\r\nnghỉ.", phone="0262 385 2113"))

    assert rules(world) == {
        SLUG: {
            "note": "Thứ sáu; nghỉ.",
            "phone": "0262 385 2113",
            "based_on": blob(world),
        }
    }
    assert f"http://127.0.0.1:8000/{UNIT}/thu-tuc/{SLUG}/" in page.text
    assert "có phần riêng" in text_of(desk.get(f"{OWN}thu-tuc"))


def test_a_rule_that_says_nothing_more_is_gone(world: EditingWorld) -> None:
    desk, before = world.sign_in(APPROVER), world.published_text(UNIT_PAGE)
    fill(desk, RULE, handled_here="refer", place="Trụ sở cũ")
    assert rules(world)[SLUG]["handled_here"] == "refer"

    fill(desk, RULE, handled_here="", place="")

    assert world.published_text(UNIT_PAGE) == before


def test_a_later_save_does_not_pass_for_a_look_at_the_shared_text(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    fill(desk, RULE, note="Buổi sáng.")
    seen = rules(world)[SLUG]["based_on"]
    assert "Thủ tục chung vừa đổi 1 chưa xem" not in text_of(desk.get(OWN))
    published(world, PROCEDURE, "3 ngày làm việc.", "2 ngày làm việc.", PROVINCE_APPROVER)

    shown = desk.get(RULE)
    fill(desk, RULE, note="Buổi chiều.")

    assert rules(world)[SLUG] == {"note": "Buổi chiều.", "based_on": seen}
    assert "Phần chung của thủ tục này đã đổi" in text_of(shown)
    assert "Thủ tục chung vừa đổi 1 chưa xem" in text_of(desk.get(OWN))
    assert "Không có thay đổi nào mà đơn vị chưa xem" not in text_of(desk.get(SHARED))


def test_a_review_of_the_shared_text_is_no_change_of_it(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    fill(desk, RULE, note="Buổi sáng.")
    begin = world.published_text(PROCEDURE).index("facts_checked_on:")
    line = world.published_text(PROCEDURE)[begin:].partition("\n")[0]
    published(world, PROCEDURE, line, "facts_checked_on: 2026-11-20", PROVINCE_APPROVER)

    home, form = text_of(desk.get(OWN)), text_of(desk.get(RULE))

    assert "chưa xem" not in home
    assert "Phần chung của thủ tục này đã đổi" not in form


def test_a_rule_without_a_note_keeps_the_text_it_was_written_upon(world: EditingWorld) -> None:
    desk, seen = world.sign_in(APPROVER), blob(world)
    published(world, UNIT_PAGE, "procedures:", f"procedures:\n  {SLUG}:\n    note: Buổi sáng.")
    published(world, PROCEDURE, "3 ngày làm việc.", "2 ngày làm việc.", PROVINCE_APPROVER)

    fill(desk, RULE, phone="0262 385 2113")

    assert rules(world)[SLUG]["based_on"] == seen
    assert "chưa xem" in text_of(desk.get(OWN))


@pytest.mark.parametrize(("noted", "is_kept"), [(None, True), ("", False), ("<x>", False)])
def test_a_new_rule_notes_the_shared_text_its_form_was_drawn_beside(
    world: EditingWorld, noted: str | None, is_kept: bool
) -> None:
    desk, seen = world.sign_in(APPROVER), blob(world)
    drawn = fields_of(desk.get(RULE), RULE)
    published(world, PROCEDURE, "3 ngày làm việc.", "2 ngày làm việc.", PROVINCE_APPROVER)
    typed = {"note": "Buổi sáng."} | ({} if noted is None else {"drawn_text": noted})

    send(desk, RULE, drawn, **typed)

    assert rules(world)[SLUG]["based_on"] == (seen if is_kept else blob(world))
    assert seen != blob(world)


def test_rules_of_two_people_for_one_procedure_are_joined_by_field(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    drawn = fields_of(desk.get(RULE), RULE)
    fill(world.sign_in(APPROVER), RULE, place="Trụ sở cũ")

    page = follow(desk, send(desk, RULE, drawn, hours="Sáng thứ hai"))

    assert "phần sửa của cả hai" in text_of(page)
    assert rules(world)[SLUG] == {
        "place": "Trụ sở cũ",
        "hours": "Sáng thứ hai",
        "based_on": blob(world),
    }


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("19/11/2026", "Ngày này đã qua"),
        ("30/11/2062", "quá xa"),
        ("mai", "Ngày chưa đúng"),
    ],
)
def test_a_pause_ends_on_a_day_ahead(world: EditingWorld, day: str, said: str) -> None:
    desk = world.sign_in(APPROVER)

    answer = fill(desk, RULE, paused_until=day, note="Mất điện")

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert fields_of(answer, RULE)["note"] == "Mất điện"
    assert fields_of(answer, RULE)["paused_until"] == day
    assert rules(world) is None


def test_what_no_unit_may_turn_away_is_not_offered_for_a_pause(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    offer = f'name="chon-{SLUG}"'
    before = desk.get(PAUSE).text
    published(
        world, PROCEDURE, "handled_here:", "never_paused: true\nhandled_here:", PROVINCE_APPROVER
    )

    form, after = desk.get(RULE), desk.get(PAUSE).text

    assert (offer in before, offer in after) == (True, False)
    assert "paused_until" not in fields_of(form, RULE)
    assert "luôn được tiếp nhận, không tạm ngừng được" in text_of(form)


def test_a_pause_that_has_passed_does_not_stand_in_the_way(world: EditingWorld) -> None:
    old = f"procedures:\n  {SLUG}:\n    paused_until: 2026-11-01\n    based_on: abc"
    published(world, UNIT_PAGE, "procedures:", old)
    desk = world.sign_in(APPROVER)

    page = follow(desk, fill(desk, RULE, note="Buổi sáng."))

    assert rules(world)[SLUG]["note"] == "Buổi sáng."
    assert "Ngày này đã qua" in text_of(page)


def test_many_procedures_stop_in_one_publication_with_a_notice(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    fill(desk, RULE, note="Buổi sáng.")
    seen = rules(world)[SLUG]
    published(world, PROCEDURE, "3 ngày làm việc.", "2 ngày làm việc.", PROVINCE_APPROVER)
    before = len(world.store.versions())
    typed = {"tat-ca": "yes", "paused_until": UNTIL, "reason": "Trụ sở mất điện."}

    home = follow(desk, fill(desk, PAUSE, **typed))

    assert len(world.store.versions()) == before + 1
    assert rules(world) == {
        SLUG: seen | {"paused_until": UNTIL},
        SECOND: {"paused_until": UNTIL, "based_on": blob(world, SECOND_PROCEDURE)},
    }
    notice = world.published_text(f"{NOTICES}/tam-ngung-tiep-nhan-ho-so-den-het-ngay-30-11-2026.md")
    assert "valid_until: 2026-11-30" in notice
    assert "Trụ sở mất điện." in notice
    assert "đang ngừng 2" in text_of(home)
    assert "đến hết 30/11/2026" in text_of(desk.get(PAUSE))


def test_the_second_press_of_the_pause_makes_no_second_notice(world: EditingWorld) -> None:
    for officer in (EDITOR, APPROVER):
        desk = world.sign_in(officer)
        drawn = fields_of(desk.get(PAUSE), PAUSE)
        typed = {f"chon-{SLUG}": "yes", "paused_until": UNTIL, "reason": str(officer.role)}
        follow(desk, send(desk, PAUSE, drawn, **typed))
        before = len(world.store.versions()), len(world.store.drafts())

        follow(desk, send(desk, PAUSE, drawn, **typed))

        assert (len(world.store.versions()), len(world.store.drafts())) == before
    (path,) = world.store.paths(world.store.published(), NOTICES)
    assert f"\n\n- [Đăng ký tạm trú](../../../thu-tuc/{SLUG}.md)\n" in world.published_text(path)


def test_an_editors_pause_waits_for_review_with_its_notice(world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)

    home = follow(desk, fill(desk, PAUSE, **{"tat-ca": "yes", "paused_until": UNTIL}))

    assert {(draft.page.rpartition("/")[2], draft.status) for draft in world.store.drafts()} == {
        ("index.md", DraftStatus.IN_REVIEW),
        ("tam-ngung-tiep-nhan-ho-so-den-het-ngay-30-11-2026.md", DraftStatus.IN_REVIEW),
    }
    assert "chờ cán bộ duyệt" in text_of(home)
    assert rules(world) is None


def test_a_pause_that_cannot_be_built_stops_nothing_and_keeps_the_choice(
    world: EditingWorld,
) -> None:
    desk, version = world.sign_in(APPROVER), world.store.published()
    world.site.fails_with = "x"  # type: ignore[attr-defined]
    typed = {f"chon-{SLUG}": "yes", "paused_until": UNTIL, "reason": "Mất điện"}

    answer = fill(desk, PAUSE, **typed)

    assert answer.status_code == 422
    assert fields_of(answer, PAUSE).items() >= typed.items()
    assert world.store.published() == version


def test_a_pause_needs_a_day_and_a_procedure(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    answer = fill(desk, PAUSE, reason="Mất điện")

    assert answer.status_code == 422
    assert "ít nhất một thủ tục" in text_of(answer)
    assert "Chỗ này cần điền" in text_of(answer)
    assert fields_of(answer, PAUSE)["reason"] == "Mất điện"


def test_one_tap_takes_everything_in_again(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    fill(desk, RULE, note="Buổi sáng.")
    fill(desk, PAUSE, **{"tat-ca": "yes", "paused_until": UNTIL})

    home = follow(desk, desk.post(f"{OWN}mo-lai"))

    assert rules(world) == {SLUG: {"note": "Buổi sáng.", "based_on": blob(world)}}
    assert "được tiếp nhận trở lại" in text_of(home)
    assert "đang ngừng" not in text_of(home)
    follow(desk, desk.post(f"{OWN}mo-lai"))
    assert desk.get(f"{OWN}mo-lai").headers["Location"] == PAUSE


def test_unknown_procedures_are_not_found(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    assert desk.get(f"{OWN}thu-tuc/khong-co").status_code == 404
    assert desk.get(f"{OWN}thu-tuc/index").status_code == 404
    assert desk.get(f"{OWN}thu-tuc/..%2Fx").status_code == 404
