"""Publishing: what was looked at, all of it or nothing, and nothing public when it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from functions.core.editing.drafting import save, set_status
from functions.core.editing.publishing import catch_up, go_back, publish, publish_now
from functions.core.errors import (
    ConflictError,
    InvalidContentError,
    MergeConflictError,
    NotAllowedError,
    NotFoundError,
    PublishFailedError,
)
from functions.core.models.content import ChangeKind, ContentProblem, Draft, DraftStatus, Edit
from tests.core.editing.world import (
    APPROVER,
    COLLEAGUE,
    EDITOR,
    LINES,
    NOTICE,
    OWN,
    PNG,
    PROVINCE,
    SHARED,
    STRANGER,
    UNIT,
    DyingSite,
    EditingDesk,
    Killed,
)

UPPER = LINES.replace("bốn", "BỐN")


def test_a_draft_is_public_and_gone_once_it_is_published(desk: EditingDesk) -> None:
    saved = desk.save(NOTICE, UPPER)

    made = desk.publish(NOTICE, seen=saved.draft.version)

    assert desk.text(NOTICE) == UPPER
    assert desk.store.drafts() == []
    assert desk.site.live == made.version == desk.store.published()
    assert (made.number, made.note.kind, made.files) == (2, ChangeKind.PUBLISHED, (NOTICE,))
    assert made.note.by == APPROVER


def test_publishing_without_a_draft_says_that_there_is_none(desk: EditingDesk) -> None:
    with pytest.raises(NotFoundError):
        desk.publish(NOTICE)


@pytest.mark.parametrize("who", [EDITOR, STRANGER])
def test_who_may_not_publish_changes_nothing(desk: EditingDesk, who: object) -> None:
    desk.save(NOTICE, UPPER)
    page = desk.page(NOTICE)

    with pytest.raises(NotAllowedError):
        publish(page, who, desk.services)  # type: ignore[arg-type]

    assert desk.text(NOTICE) == LINES
    assert desk.store.draft(NOTICE) is not None


def test_a_draft_that_changed_since_it_was_seen_is_not_published(desk: EditingDesk) -> None:
    seen = desk.save(NOTICE, UPPER)
    desk.save(NOTICE, "khác\n", seen.blob)

    with pytest.raises(ConflictError):
        desk.publish(NOTICE, seen=seen.draft.version)

    assert desk.text(NOTICE) == LINES
    assert desk.draft_text(NOTICE) == "khác\n"


def test_a_draft_is_joined_with_what_was_published_since(desk: EditingDesk) -> None:
    desk.save(NOTICE, LINES.replace("một", "MỘT"))
    edit = Edit(desk.page(NOTICE), LINES.replace("bảy", "BẢY"), desk.blob(NOTICE))
    publish_now(edit, APPROVER, desk.services)

    desk.publish(NOTICE)

    assert desk.text(NOTICE) == LINES.replace("một", "MỘT").replace("bảy", "BẢY")


def test_a_small_change_at_once_leaves_the_open_draft(desk: EditingDesk) -> None:
    saved = desk.save(NOTICE, LINES.replace("một", "MỘT"))
    edit = Edit(desk.page(NOTICE), LINES.replace("bảy", "BẢY"), desk.blob(NOTICE))

    made = publish_now(edit, APPROVER, desk.services)

    assert made.note.kind is ChangeKind.QUICK_FIX
    assert desk.text(NOTICE) == LINES.replace("bảy", "BẢY")
    assert desk.store.draft(NOTICE) == saved.draft


def test_a_small_change_that_changes_nothing_is_no_publication(desk: EditingDesk) -> None:
    before = desk.store.published()

    publish_now(Edit(desk.page(NOTICE), LINES), APPROVER, desk.services)

    assert desk.store.published() == before
    assert desk.site.built == []


def test_a_small_change_begun_from_an_older_page_is_joined_or_told(desk: EditingDesk) -> None:
    opened = desk.blob(NOTICE)
    desk.change_public(NOTICE, UPPER)
    page = desk.page(NOTICE)

    publish_now(Edit(page, LINES.replace("một", "MỘT"), opened), APPROVER, desk.services)
    with pytest.raises(MergeConflictError):
        publish_now(Edit(page, LINES.replace("bốn", "4"), opened), APPROVER, desk.services)

    assert desk.text(NOTICE) == UPPER.replace("một", "MỘT")


def test_two_changes_of_the_same_line_conflict_and_the_draft_stays(desk: EditingDesk) -> None:
    draft = desk.save(NOTICE, UPPER).draft
    publish_now(Edit(desk.page(NOTICE), LINES.replace("bốn", "4")), APPROVER, desk.services)
    public = desk.store.published()

    with pytest.raises(MergeConflictError) as told:
        desk.publish(NOTICE)

    assert told.value.paths == (NOTICE,)
    assert desk.store.published() == desk.site.live == public
    assert desk.store.draft(NOTICE) is not None
    assert desk.text(NOTICE, draft.version) == UPPER


def test_a_failed_build_changes_nothing_public_and_keeps_the_draft(desk: EditingDesk) -> None:
    draft = desk.save(NOTICE, UPPER).draft
    public = desk.store.published()
    desk.site.fails_with = "the generator said no"

    with pytest.raises(PublishFailedError, match="said no"):
        desk.publish(NOTICE)
    with pytest.raises(PublishFailedError):
        publish_now(Edit(desk.page(OWN), "hours: x\n"), APPROVER, desk.services)

    assert desk.store.published() == public
    assert desk.store.draft(NOTICE) == draft
    desk.site.fails_with = ""
    desk.publish(NOTICE)
    assert desk.text(NOTICE) == UPPER


def test_mistakes_found_at_publishing_keep_the_draft(desk: EditingDesk) -> None:
    draft = desk.save(NOTICE, UPPER).draft
    desk.checker.listed.append(ContentProblem(NOTICE, 1, "title", "any"))

    with pytest.raises(InvalidContentError):
        desk.publish(NOTICE)

    assert desk.text(NOTICE) == LINES
    assert desk.store.draft(NOTICE) == draft


def test_a_page_removed_while_a_draft_is_open_is_told_and_nothing_is_lost(
    desk: EditingDesk,
) -> None:
    draft = desk.save(NOTICE, UPPER).draft
    publish_now(Edit(desk.page(NOTICE), None), APPROVER, desk.services)

    with pytest.raises(MergeConflictError) as told:
        desk.publish(NOTICE)

    assert told.value.paths == (NOTICE,)
    assert desk.text(NOTICE) is None
    assert desk.text(NOTICE, draft.version) == UPPER


def test_a_page_renamed_while_a_draft_is_open_is_told_and_keeps_its_new_text(
    desk: EditingDesk,
) -> None:
    renamed = NOTICE.replace("cat-dien", "cat-dien-khu-pho")
    draft = desk.save(NOTICE, UPPER).draft
    desk.ship({OWN: desk.text(OWN) or "", SHARED: LINES, renamed: LINES})

    with pytest.raises(MergeConflictError):
        desk.publish(NOTICE)

    assert desk.text(renamed) == LINES
    assert desk.text(NOTICE, draft.version) == UPPER


def test_a_change_never_lands_in_another_page_that_resembles_a_removed_one(
    desk: EditingDesk,
) -> None:
    alike = NOTICE.replace("cat-dien", "cat-nuoc")
    desk.save(NOTICE, UPPER)
    publish_now(Edit(desk.page(NOTICE), None), APPROVER, desk.services)
    publish_now(Edit(desk.page(alike), LINES, ""), APPROVER, desk.services)

    with pytest.raises(MergeConflictError):
        desk.publish(NOTICE)

    assert desk.text(alike) == LINES


def test_a_draft_that_reaches_into_pages_of_others_is_not_published(desk: EditingDesk) -> None:
    saved = desk.save(NOTICE, UPPER)
    note = desk.store.versions()[0].note
    crafted = desk.store.make_version(
        [saved.draft.version], {SHARED: b"x\n"}, note, desk.clock.now()
    )
    desk.store.move_draft(NOTICE, saved.draft.version, crafted)

    with pytest.raises(NotAllowedError):
        desk.publish(NOTICE)

    assert (desk.text(NOTICE), desk.text(SHARED)) == (LINES, LINES)


def test_a_save_in_the_moment_of_publishing_stays_a_draft(desk: EditingDesk) -> None:
    first = desk.save(NOTICE, UPPER)
    later = UPPER.replace("bảy", "BẢY")

    class SavingMeanwhile(type(desk.site)):  # type: ignore[misc]
        def publish(self, version: str, confirm: Callable[[], None]) -> None:
            super().publish(version, confirm)
            save(Edit(desk.page(NOTICE), later, first.blob), EDITOR, desk.services)

    publish(desk.page(NOTICE), APPROVER, replace(desk.services, site=SavingMeanwhile()))

    assert desk.text(NOTICE) == UPPER
    assert desk.draft_text(NOTICE) == later
    desk.publish(NOTICE)
    assert desk.text(NOTICE) == later
    assert desk.store.drafts() == []


def test_a_status_set_in_the_moment_of_publishing_leaves_no_empty_draft(
    desk: EditingDesk,
) -> None:
    desk.save(NOTICE, UPPER)
    page = desk.page(NOTICE)

    class AskingMeanwhile(type(desk.site)):  # type: ignore[misc]
        def publish(self, version: str, confirm: Callable[[], None]) -> None:
            super().publish(version, confirm)
            set_status(page, DraftStatus.IN_REVIEW, EDITOR, desk.services)

    publish(page, APPROVER, replace(desk.services, site=AskingMeanwhile()))

    assert desk.text(NOTICE) == UPPER
    assert desk.store.drafts() == []


@pytest.mark.parametrize("confirms", [False, True])
def test_after_a_kill_in_a_publication_the_next_start_leaves_one_whole_state(
    desk: EditingDesk, confirms: bool
) -> None:
    desk.save(NOTICE, UPPER)
    dying = replace(desk.services, site=DyingSite(confirms=confirms))
    with pytest.raises(Killed):
        publish(desk.page(NOTICE), APPROVER, dying)

    built = catch_up(desk.services)

    assert built
    assert desk.site.live == desk.store.published()
    assert desk.text(NOTICE) == (UPPER if confirms else LINES)
    assert (desk.store.draft(NOTICE) is None) is confirms
    assert not catch_up(desk.services)


def test_publishing_again_after_a_kill_is_no_second_change(desk: EditingDesk) -> None:
    desk.save(NOTICE, UPPER)
    with pytest.raises(Killed):
        publish(desk.page(NOTICE), APPROVER, replace(desk.services, site=DyingSite(confirms=True)))

    desk.publish(NOTICE)

    assert desk.text(NOTICE) == UPPER
    assert desk.store.drafts() == []
    assert desk.site.live == desk.store.published()


def test_a_save_after_a_kill_builds_on_what_was_published(desk: EditingDesk) -> None:
    first = desk.save(NOTICE, UPPER)
    with pytest.raises(Killed):
        publish(desk.page(NOTICE), APPROVER, replace(desk.services, site=DyingSite(confirms=True)))

    saved = desk.save(NOTICE, UPPER.replace("bảy", "BẢY"), first.blob, COLLEAGUE)
    catch_up(desk.services)

    assert desk.store.draft(NOTICE) == saved.draft
    assert saved.draft.files == (NOTICE,)


def test_a_picture_goes_out_with_its_page(desk: EditingDesk) -> None:
    desk.save(NOTICE, "![](so-do.png)\n", **{"so-do": PNG})

    made = desk.publish(NOTICE)

    picture = f"site/don-vi/{UNIT}/thong-bao/so-do.png"
    assert desk.store.read(made.version, picture) == PNG
    assert made.files == (NOTICE, picture)


@pytest.mark.parametrize(
    ("drafted", "at_once"),
    [
        (None, None),
        (UPPER, UPPER),
        (UPPER, UPPER.replace("bảy", "BẢY")),
        (LINES, UPPER),
    ],
)
def test_a_draft_ends_when_all_it_says_is_published_past_it(
    desk: EditingDesk, drafted: str | None, at_once: str | None
) -> None:
    desk.save(NOTICE, drafted)
    set_status(desk.page(NOTICE), DraftStatus.IN_REVIEW, EDITOR, desk.services)

    publish_now(Edit(desk.page(NOTICE), at_once), APPROVER, desk.services)

    assert desk.store.draft(NOTICE) is None
    assert desk.text(NOTICE) == at_once


def test_a_draft_that_says_something_else_than_what_went_past_it_stays(
    desk: EditingDesk,
) -> None:
    saved = desk.save(NOTICE, UPPER.replace("bảy", "BẢY"))

    publish_now(Edit(desk.page(NOTICE), UPPER), APPROVER, desk.services)

    assert desk.store.draft(NOTICE) == saved.draft


def test_drafts_of_other_pages_stay_also_where_they_say_nothing(desk: EditingDesk) -> None:
    saved = desk.save(OWN, desk.text(OWN))

    publish_now(Edit(desk.page(NOTICE), UPPER), APPROVER, desk.services)

    assert desk.store.drafts() == [saved.draft]


def test_going_back_ends_drafts_that_asked_for_the_same(desk: EditingDesk) -> None:
    desk.change_public(NOTICE, UPPER)
    desk.change_public(OWN, "hours: Cả ngày\n")
    desk.save(NOTICE, LINES)
    other = desk.save(OWN, "hours: Buổi sáng\n")

    go_back(1, PROVINCE, desk.services)

    assert desk.store.drafts() == [other.draft]


def test_a_spent_draft_handed_in_at_that_very_moment_stays(
    desk: EditingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.save(NOTICE, None)
    page, listed = desk.page(NOTICE), desk.store.drafts

    def hand_in_behind() -> Sequence[Draft]:
        found = listed()
        set_status(page, DraftStatus.IN_REVIEW, EDITOR, desk.services)
        return found

    monkeypatch.setattr(desk.store, "drafts", hand_in_behind)
    publish_now(Edit(page, None), APPROVER, desk.services)

    left = desk.store.draft(NOTICE)
    assert left is not None
    assert left.status is DraftStatus.IN_REVIEW
    assert desk.text(NOTICE) is None


def test_a_spent_draft_that_a_kill_left_ends_with_the_second_press(desk: EditingDesk) -> None:
    desk.save(NOTICE, None)
    removal, seen = Edit(desk.page(NOTICE), None), desk.blob(NOTICE)
    with pytest.raises(Killed):
        publish_now(removal, APPROVER, replace(desk.services, site=DyingSite(confirms=True)))
    left = desk.draft_text(NOTICE), desk.store.draft(NOTICE) is not None

    publish_now(removal, APPROVER, desk.services, seen=seen)

    assert left == (None, True)
    assert desk.store.drafts() == []
