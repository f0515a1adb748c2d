"""The way back: one page, with its pictures, or everything as it once was."""

from __future__ import annotations

import pytest

from functions.core.editing.publishing import bring_back, go_back, publish_now
from functions.core.errors import (
    MergeConflictError,
    NotAllowedError,
    NotFoundError,
    PublishFailedError,
)
from functions.core.models.content import ChangeKind, Edit, Editor, Saved, Version
from tests.core.editing.world import (
    APPROVER,
    COLLEAGUE,
    EDITOR,
    LINES,
    NOTICE,
    OWN,
    PNG,
    PROVINCE,
    STRANGER,
    UNIT,
    EditingDesk,
)

PICTURE = f"site/don-vi/{UNIT}/thong-bao/so-do.png"


def test_an_approver_brings_a_page_back_at_once(desk: EditingDesk) -> None:
    first = desk.store.published()
    desk.change_public(NOTICE, "mới\n")

    made = bring_back(desk.page(NOTICE), first, APPROVER, desk.services)

    assert isinstance(made, Version)
    assert made.note.kind is ChangeKind.BROUGHT_BACK
    assert desk.text(NOTICE) == LINES


def test_an_editor_brings_a_page_back_as_a_draft(desk: EditingDesk) -> None:
    first = desk.store.published()
    desk.change_public(NOTICE, "mới\n")

    made = bring_back(desk.page(NOTICE), first, EDITOR, desk.services)

    assert isinstance(made, Saved)
    assert (desk.text(NOTICE), desk.draft_text(NOTICE)) == ("mới\n", LINES)


def test_an_editor_does_not_write_over_somebody_elses_draft(desk: EditingDesk) -> None:
    first = desk.store.published()
    desk.change_public(NOTICE, "mới\n")
    desk.save(NOTICE, "dở dang\n", by=COLLEAGUE)

    with pytest.raises(MergeConflictError):
        bring_back(desk.page(NOTICE), first, EDITOR, desk.services)

    assert desk.draft_text(NOTICE) == "dở dang\n"


def test_a_page_comes_back_with_the_picture_it_showed(desk: EditingDesk) -> None:
    desk.save(NOTICE, "![](so-do.png)\n", **{"so-do": PNG})
    with_picture = desk.publish(NOTICE).version
    desk.change_public(NOTICE, "không ảnh\n")
    publish_now(Edit(desk.page(PICTURE), None), APPROVER, desk.services)

    bring_back(desk.page(NOTICE), with_picture, APPROVER, desk.services)

    assert desk.text(NOTICE) == "![](so-do.png)\n"
    assert desk.store.read(desk.store.published(), PICTURE) == PNG


def test_a_picture_that_other_pages_showed_stays_away(desk: EditingDesk) -> None:
    desk.save(NOTICE, "![](so-do.png)\n", **{"so-do": PNG})
    version = desk.publish(NOTICE).version
    publish_now(Edit(desk.page(PICTURE), None), APPROVER, desk.services)

    bring_back(desk.page(OWN), version, APPROVER, desk.services)

    assert desk.store.read(desk.store.published(), PICTURE) is None


def test_files_that_are_none_of_the_staffs_do_not_come_back_with_a_page(
    desk: EditingDesk,
) -> None:
    odd = f"site/don-vi/{UNIT}/thong-bao/_mau.png"
    with_it = desk.store.make_version(
        [desk.store.published()],
        {odd: PNG, NOTICE: b"![](_mau.png)\n"},
        desk.store.versions()[0].note,
        desk.clock.now(),
    )
    desk.store.move_published(desk.store.published(), with_it)
    without = desk.store.make_version(
        [with_it], {odd: None}, desk.store.versions()[0].note, desk.clock.now()
    )
    desk.store.move_published(with_it, without)

    bring_back(desk.page(NOTICE), with_it, APPROVER, desk.services)

    assert desk.text(NOTICE) == "![](_mau.png)\n"
    assert desk.store.read(desk.store.published(), odd) is None


@pytest.mark.parametrize("version", ["0" * 40, "main", "--all", ""])
def test_what_is_no_publication_brings_nothing_back(desk: EditingDesk, version: str) -> None:
    with pytest.raises(NotFoundError):
        bring_back(desk.page(NOTICE), version, APPROVER, desk.services)


def test_a_version_that_was_never_published_brings_nothing_back(desk: EditingDesk) -> None:
    draft = desk.save(NOTICE, "chưa duyệt\n").draft

    with pytest.raises(NotFoundError):
        bring_back(desk.page(NOTICE), draft.version, APPROVER, desk.services)


def test_a_version_without_the_page_brings_nothing_back(desk: EditingDesk) -> None:
    first = desk.store.published()
    new = NOTICE.replace("cat-dien", "cat-nuoc")
    desk.save(new, "nước\n", "")
    desk.publish(new)

    with pytest.raises(NotFoundError):
        bring_back(desk.page(new), first, APPROVER, desk.services)


def test_strangers_bring_nothing_back(desk: EditingDesk) -> None:
    with pytest.raises(NotAllowedError):
        bring_back(desk.page(NOTICE), desk.store.published(), STRANGER, desk.services)


def test_the_province_goes_back_to_any_publication_and_forward_again(desk: EditingDesk) -> None:
    desk.change_public(NOTICE, "hai\n")
    desk.change_public(OWN, "hours: ba\n")
    draft = desk.save(NOTICE, "dở dang\n").draft

    made = go_back(1, PROVINCE, desk.services)

    assert (made.number, made.note.kind, made.note.text) == (4, ChangeKind.WENT_BACK, "1")
    assert desk.store.changed_paths(desk.store.publication(1).version, made.version) == []
    assert desk.site.live == made.version
    assert desk.store.draft(NOTICE) is not None
    assert desk.text(NOTICE, draft.version) == "dở dang\n"
    go_back(3, PROVINCE, desk.services)
    assert (desk.text(NOTICE), desk.text(OWN)) == ("hai\n", "hours: ba\n")


@pytest.mark.parametrize("who", [EDITOR, APPROVER, STRANGER])
def test_one_unit_does_not_take_all_others_back(desk: EditingDesk, who: Editor) -> None:
    desk.change_public(NOTICE, "hai\n")

    with pytest.raises(NotAllowedError):
        go_back(1, who, desk.services)

    assert desk.text(NOTICE) == "hai\n"


@pytest.mark.parametrize("number", [0, -1, 2, 10**6])
def test_there_is_no_going_back_to_a_publication_that_never_was(
    desk: EditingDesk, number: int
) -> None:
    with pytest.raises(NotFoundError):
        go_back(number, PROVINCE, desk.services)


def test_going_back_that_cannot_be_built_changes_nothing(desk: EditingDesk) -> None:
    desk.change_public(NOTICE, "hai\n")
    desk.site.fails_with = "broken"

    with pytest.raises(PublishFailedError):
        go_back(1, PROVINCE, desk.services)

    assert desk.text(NOTICE) == "hai\n"
