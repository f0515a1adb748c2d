"""Pages that come with the software: taken once, joined with the staff's, never over theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.core.editing.shipping import take_shipped
from functions.core.errors import ConflictError
from functions.core.models.content import ChangeKind
from functions.stores.git import GitContentStore
from tests.core.editing.world import LINES, NOTICE, OWN, PAGES, SHARED, EditingDesk, Killed

NEWER = PAGES | {SHARED: LINES.replace("một", "MỘT")}


def test_the_first_release_is_the_first_publication(desk: EditingDesk) -> None:
    (first,) = desk.store.versions()

    assert (first.number, first.note.kind) == (1, ChangeKind.RELEASE)
    assert desk.store.paths(first.version).keys() == PAGES.keys()
    assert desk.store.shipped() == first.version


def test_the_same_pages_again_change_nothing(desk: EditingDesk) -> None:
    before = desk.store.published()

    shipped = desk.ship(PAGES)

    assert (shipped.version, shipped.is_new, shipped.kept) == (before, False, ())
    assert desk.store.published() == before


def test_changed_pages_come_beside_what_staff_changed(desk: EditingDesk) -> None:
    desk.change_public(NOTICE, "của cán bộ\n")

    shipped = desk.ship(NEWER)

    assert (shipped.is_new, shipped.kept) == (True, ())
    assert (desk.text(NOTICE), desk.text(SHARED)) == ("của cán bộ\n", NEWER[SHARED])
    assert desk.store.versions()[0].note.kind is ChangeKind.RELEASE


def test_in_one_page_both_changes_are_joined_by_lines(desk: EditingDesk) -> None:
    desk.change_public(NOTICE, LINES.replace("bảy", "BẢY"))

    shipped = desk.ship(PAGES | {NOTICE: LINES.replace("một", "MỘT")})

    assert shipped.kept == ()
    assert desk.text(NOTICE) == LINES.replace("một", "MỘT").replace("bảy", "BẢY")


def test_where_both_changed_the_same_lines_the_staffs_stay_and_are_told(
    desk: EditingDesk,
) -> None:
    desk.change_public(NOTICE, LINES.replace("bốn", "của cán bộ"))

    shipped = desk.ship(NEWER | {NOTICE: LINES.replace("bốn", "của bản mới")})

    assert shipped.kept == (NOTICE,)
    assert desk.text(NOTICE) == LINES.replace("bốn", "của cán bộ")
    assert desk.text(SHARED) == NEWER[SHARED]


def test_a_yielding_page_is_not_asked_about_again(desk: EditingDesk) -> None:
    desk.change_public(NOTICE, LINES.replace("bốn", "của cán bộ"))
    second = NEWER | {NOTICE: LINES.replace("bốn", "của bản mới")}
    desk.ship(second)

    third = desk.ship(second | {OWN: "hours: bản ba\n"})

    assert third.kept == ()
    assert desk.text(NOTICE) == LINES.replace("bốn", "của cán bộ")
    assert desk.text(OWN) == "hours: bản ba\n"


def test_a_page_that_the_software_drops_goes_unless_staff_changed_it(desk: EditingDesk) -> None:
    desk.change_public(NOTICE, "của cán bộ\n")

    shipped = desk.ship({OWN: PAGES[OWN]})

    assert shipped.kept == (NOTICE,)
    assert (desk.text(NOTICE), desk.text(SHARED)) == ("của cán bộ\n", None)


def test_a_page_that_staff_removed_stays_removed_though_the_software_changed_it(
    desk: EditingDesk,
) -> None:
    desk.change_public(NOTICE, None)

    shipped = desk.ship(PAGES | {NOTICE: LINES.replace("một", "MỘT")})

    assert shipped.kept == (NOTICE,)
    assert desk.text(NOTICE) is None


class DyingStore(GitContentStore):
    """Ends the process at one of the two moves of a release."""

    dies_at = ""

    def move_shipped(self, before: str | None, after: str) -> None:
        if self.dies_at == "shipped":
            raise Killed
        super().move_shipped(before, after)

    def move_published(self, before: str | None, after: str) -> None:
        if self.dies_at == "published":
            raise Killed
        super().move_published(before, after)


@pytest.mark.parametrize("dies_at", ["shipped", "published"])
def test_a_kill_in_the_first_release_is_made_up_for_at_the_next_start(
    tmp_path: Path, dies_at: str
) -> None:
    desk = EditingDesk(tmp_path / "whole")
    store = DyingStore(tmp_path / "content.git")
    desk.store = store
    services = desk.services = type(desk.services)(
        store,
        desk.checker,
        desk.site,
        desk.services.pictures,
        desk.services.units,
        desk.clock,
    )
    store.dies_at = dies_at
    with pytest.raises(Killed):
        take_shipped(desk.folder / "brought", services)

    store.dies_at = ""
    shipped = take_shipped(desk.folder / "brought", services)

    assert shipped.version == store.published()
    assert store.paths(shipped.version).keys() == PAGES.keys()
    desk.change_public(NOTICE, "của cán bộ\n")
    desk.ship(NEWER)
    assert (desk.text(NOTICE), desk.text(SHARED)) == ("của cán bộ\n", NEWER[SHARED])


@pytest.mark.parametrize("dies_at", ["shipped", "published"])
def test_a_kill_in_a_later_release_keeps_both_changes(desk: EditingDesk, dies_at: str) -> None:
    desk.change_public(NOTICE, LINES.replace("bốn", "của cán bộ"))
    dying = DyingStore(desk.folder / "content.git")
    dying.dies_at = dies_at
    services = desk.services
    desk.services = type(services)(
        dying, desk.checker, desk.site, services.pictures, services.units, desk.clock
    )
    with pytest.raises(Killed):
        desk.ship(NEWER | {NOTICE: LINES.replace("bốn", "của bản mới")})

    desk.services = services
    desk.ship(NEWER | {NOTICE: LINES.replace("bốn", "của bản mới")})

    assert desk.text(NOTICE) == LINES.replace("bốn", "của cán bộ")
    assert desk.text(SHARED) == NEWER[SHARED]


def test_two_starts_at_once_are_told_apart(desk: EditingDesk) -> None:
    before = desk.store.shipped()
    desk.ship(NEWER)

    with pytest.raises(ConflictError):
        desk.store.move_shipped(before, desk.store.published())
