"""While the machine's clock is behind nobody can publish, and nobody loses what they wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.core.models.content import ContentProblem
from tests.content.protocol.kit import OWN_FOLDER, call_entry, persist
from tests.content.quick_forms import CONTACT, fields_of, fill
from tests.content.small_site import small_world, text_of
from tests.content.world import APPROVER, EditingWorld
from tests.fakes.content import RecordingSite

NEW = f"{OWN_FOLDER}/cat-nuoc.md"
NEW_TEXT = '---\ntitle: Cắt nước\nposted_on: "2026-11-20"\n---\nTừ 8 giờ.\n'
PHONE = "0262 385 2113"
WORDS = "Đồng hồ của máy chủ bị lùi ngày nên chưa đăng được."


@pytest.fixture
def world(tmp_path: Path) -> EditingWorld:
    world = small_world(tmp_path)
    assert isinstance(world.site, RecordingSite)
    world.site.fails_with = "set the clock"
    world.site.problems = [ContentProblem("", 1, "", "clock-behind")]
    return world


def test_the_small_form_says_why_and_keeps_what_was_typed(world: EditingWorld) -> None:
    answer = fill(world.sign_in(APPROVER), CONTACT, duty_phone=PHONE)

    assert answer.status_code == 422
    assert WORDS in text_of(answer)
    assert fields_of(answer, CONTACT)["duty_phone"] == PHONE


def test_decap_says_why_and_the_draft_stays(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    persist(desk, NEW, NEW_TEXT, new=True)

    status, refused = call_entry(desk, "publishUnpublishedEntry", "cat-nuoc")

    assert status == 422
    assert WORDS in refused["error"]
    assert world.store.draft(NEW) is not None
