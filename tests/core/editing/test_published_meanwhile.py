"""Others publish while one waits for the turn: what nobody saw is never undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from functions.core.editing.publishing import bring_back, go_back, publish_now
from functions.core.editing.services import EditingServices
from functions.core.errors import ConflictError, MergeConflictError
from functions.core.models.content import Edit, Saved
from tests.core.editing.world import (
    APPROVER,
    EDITOR,
    LINES,
    NOTICE,
    OWN,
    PNG,
    PROVINCE,
    EditingDesk,
)
from tests.fakes.content import RecordingSite

OLDER, NEWER = "hai\n", "ba\n"


class BusySite(RecordingSite):
    """A publisher that lets others finish first, whenever somebody asks for the turn."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    @contextmanager
    def turn(self) -> Iterator[None]:
        self._meanwhile()
        with super().turn():
            yield


def busy(desk: EditingDesk, meanwhile: Callable[[], object]) -> EditingServices:
    return replace(desk.services, site=BusySite(meanwhile))


def test_a_page_that_was_published_while_waiting_is_not_brought_back_over(
    desk: EditingDesk,
) -> None:
    first = desk.store.published()
    desk.change_public(NOTICE, OLDER)
    services = busy(desk, lambda: desk.change_public(NOTICE, NEWER))

    with pytest.raises(ConflictError):
        bring_back(desk.page(NOTICE), first, APPROVER, services, desk.blob(NOTICE))

    assert desk.text(NOTICE) == NEWER


def test_a_page_that_came_while_waiting_is_not_brought_back_over(desk: EditingDesk) -> None:
    first = desk.store.published()
    desk.change_public(NOTICE, None)
    services = busy(desk, lambda: desk.change_public(NOTICE, NEWER))

    with pytest.raises(ConflictError):
        bring_back(desk.page(NOTICE), first, APPROVER, services, "")

    assert desk.text(NOTICE) == NEWER


def test_other_pages_that_were_published_while_waiting_keep_no_page_from_coming_back(
    desk: EditingDesk,
) -> None:
    first = desk.store.published()
    desk.change_public(NOTICE, OLDER)
    services = busy(desk, lambda: desk.change_public(OWN, "hours: 8\n"))

    bring_back(desk.page(NOTICE), first, APPROVER, services, desk.blob(NOTICE))

    assert (desk.text(NOTICE), desk.text(OWN)) == (LINES, "hours: 8\n")


def test_two_who_bring_the_same_back_at_once_are_both_told_that_it_is_done(
    desk: EditingDesk,
) -> None:
    first = desk.store.published()
    desk.change_public(NOTICE, OLDER)
    page, seen = desk.page(NOTICE), desk.blob(NOTICE)
    services = busy(desk, lambda: bring_back(page, first, APPROVER, desk.services, seen))

    bring_back(page, first, APPROVER, services, seen)

    assert desk.text(NOTICE) == LINES
    assert desk.store.versions(limit=1)[0].number == 3


def test_an_editor_asks_for_no_older_version_over_one_that_was_not_seen(
    desk: EditingDesk,
) -> None:
    first, seen = desk.store.published(), desk.blob(NOTICE)
    desk.change_public(NOTICE, NEWER)

    with pytest.raises(ConflictError):
        bring_back(desk.page(NOTICE), first, EDITOR, desk.services, seen)

    assert desk.store.drafts() == []


def test_an_editor_who_saw_what_is_public_asks_for_the_older_version(desk: EditingDesk) -> None:
    first = desk.store.published()
    desk.change_public(NOTICE, NEWER)

    made = bring_back(desk.page(NOTICE), first, EDITOR, desk.services, desk.blob(NOTICE))

    assert isinstance(made, Saved)
    assert desk.draft_text(NOTICE) == LINES


def test_what_is_published_while_an_editors_pictures_are_made_is_not_asked_to_be_undone(
    desk: EditingDesk,
) -> None:
    desk.save(NOTICE, "![](so-do.png)\n", **{"so-do": PNG})
    with_picture = desk.publish(NOTICE).version
    desk.change_public(NOTICE, OLDER)
    seen = desk.blob(NOTICE)

    class SlowPictures(type(desk.services.pictures)):  # type: ignore[misc]
        def remake(self, name: str, original: bytes) -> bytes | None:
            desk.change_public(NOTICE, NEWER)
            return original

    services = replace(desk.services, pictures=SlowPictures())

    with pytest.raises(MergeConflictError):
        bring_back(desk.page(NOTICE), with_picture, EDITOR, services, seen)

    assert desk.store.drafts() == []


def test_a_page_that_was_published_while_waiting_is_not_taken_away(desk: EditingDesk) -> None:
    seen = desk.blob(NOTICE)
    services = busy(desk, lambda: desk.change_public(NOTICE, NEWER))

    with pytest.raises(ConflictError):
        publish_now(Edit(desk.page(NOTICE), None), APPROVER, services, seen=seen)

    assert desk.text(NOTICE) == NEWER


def test_two_who_take_the_same_page_away_at_once_make_one_publication(desk: EditingDesk) -> None:
    edit, seen = Edit(desk.page(NOTICE), None), desk.blob(NOTICE)
    services = busy(desk, lambda: publish_now(edit, APPROVER, desk.services, seen=seen))

    publish_now(edit, APPROVER, services, seen=seen)

    assert desk.text(NOTICE) is None
    assert desk.store.versions(limit=1)[0].number == 2


def test_whoever_goes_back_with_everything_undoes_nothing_that_came_while_waiting(
    desk: EditingDesk,
) -> None:
    desk.change_public(NOTICE, OLDER)
    services = busy(desk, lambda: desk.change_public(OWN, "hours: 8\n"))

    with pytest.raises(ConflictError):
        go_back(1, PROVINCE, services, desk.store.published())

    assert (desk.text(NOTICE), desk.text(OWN)) == (OLDER, "hours: 8\n")


def test_two_who_go_back_at_once_make_one_publication(desk: EditingDesk) -> None:
    desk.change_public(NOTICE, OLDER)
    seen = desk.store.published()
    services = busy(desk, lambda: go_back(1, PROVINCE, desk.services, seen))

    made = go_back(1, PROVINCE, services, seen)

    assert (made.number, desk.text(NOTICE)) == (3, LINES)
