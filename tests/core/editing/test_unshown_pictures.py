"""A picture that no page shows any more leaves the public site with the page that showed it."""

from __future__ import annotations

import posixpath

from functions.core.editing.publishing import bring_back, publish_now, publish_together
from functions.core.models.content import Edit
from tests.core.editing.world import (
    APPROVER,
    LINES,
    NOTICE,
    OWN,
    PNG,
    PROVINCE,
    SHARED,
    UNIT,
    EditingDesk,
)

FOLDER = NOTICE.rpartition("/")[0]
OTHER_NOTICE = f"{FOLDER}/cat-nuoc.md"
PICTURE, SECOND = f"{FOLDER}/so-do.png", f"{FOLDER}/anh.png"
COMMON = f"site/don-vi/{UNIT}/anh"
MARK = "-0123456789"


def show(desk: EditingDesk, path: str, *pictures: str) -> str:
    """Publish a page with pictures in it, each at its path; return its text."""
    addresses = [posixpath.relpath(picture, posixpath.dirname(path)) for picture in pictures]
    text = "".join(f"![ảnh]({address})\n" for address in addresses)
    contents = {desk.page(picture): PNG for picture in pictures}
    publish_now(Edit(desk.page(path), text, None, contents), PROVINCE, desk.services)
    return text


def public(desk: EditingDesk) -> set[str]:
    """Return the pictures that anybody can open."""
    paths = desk.store.paths(desk.store.published())
    return {path for path in paths if not path.endswith(".md")}


def test_a_page_that_is_taken_away_takes_its_pictures_along(desk: EditingDesk) -> None:
    show(desk, NOTICE, PICTURE, SECOND)

    made = publish_now(Edit(desk.page(NOTICE), None), APPROVER, desk.services)

    assert public(desk) == set()
    assert made.files == (SECOND, NOTICE, PICTURE)
    assert desk.site.live == made.version


def test_a_picture_that_another_page_shows_stays(desk: EditingDesk) -> None:
    show(desk, NOTICE, PICTURE, SECOND)
    show(desk, OTHER_NOTICE, PICTURE)

    publish_now(Edit(desk.page(NOTICE), None), APPROVER, desk.services)

    assert public(desk) == {PICTURE}


def test_a_picture_that_no_page_ever_showed_stays(desk: EditingDesk) -> None:
    show(desk, NOTICE, PICTURE)
    longer = PICTURE.replace("so-do", "ban-so-do")
    publish_now(
        Edit(desk.page(longer), None, pictures={desk.page(longer): PNG}), APPROVER, desk.services
    )

    publish_now(Edit(desk.page(NOTICE), None), APPROVER, desk.services)

    assert public(desk) == {longer}


def test_a_draft_of_another_page_keeps_no_picture_public(desk: EditingDesk) -> None:
    show(desk, NOTICE, PICTURE)
    desk.save(OTHER_NOTICE, "![](so-do.png)\n", "")

    publish_now(Edit(desk.page(NOTICE), None), APPROVER, desk.services)

    assert public(desk) == set()


def test_a_draft_that_shows_a_picture_no_more_takes_it_off_the_site(desk: EditingDesk) -> None:
    show(desk, NOTICE, PICTURE, SECOND)
    draft = desk.save(NOTICE, "![](so-do.png)\n", desk.blob(NOTICE)).draft

    made = desk.publish(NOTICE, seen=draft.version)

    assert public(desk) == {PICTURE}
    assert made.files == (SECOND, NOTICE)
    assert (made.number, desk.store.drafts()) == (3, [])
    assert desk.store.contains(made.version, draft.version)


def test_a_draft_that_puts_another_picture_in_the_place_of_one_leaves_only_that(
    desk: EditingDesk,
) -> None:
    show(desk, NOTICE, PICTURE)
    desk.save(NOTICE, "![](anh.png)\n", desk.blob(NOTICE), anh=PNG + b"2")

    desk.publish(NOTICE)

    assert public(desk) == {SECOND}


def test_a_draft_keeps_the_pictures_of_what_others_published_since(desk: EditingDesk) -> None:
    text = show(desk, NOTICE, PICTURE)
    desk.save(NOTICE, text + "Thêm.\n", desk.blob(NOTICE))
    show(desk, OTHER_NOTICE, SECOND)

    desk.publish(NOTICE)

    assert public(desk) == {PICTURE, SECOND}


def test_a_picture_that_goes_over_to_another_page_in_one_publication_stays(
    desk: EditingDesk,
) -> None:
    text = show(desk, NOTICE, PICTURE)
    edits = [Edit(desk.page(NOTICE), LINES), Edit(desk.page(OTHER_NOTICE), text, "")]

    publish_together(edits, APPROVER, desk.services)

    assert public(desk) == {PICTURE}


def test_pages_published_together_take_their_pictures_along(desk: EditingDesk) -> None:
    show(desk, NOTICE, PICTURE)
    show(desk, OTHER_NOTICE, PICTURE)

    publish_together(
        [Edit(desk.page(path), None) for path in (NOTICE, OTHER_NOTICE)], APPROVER, desk.services
    )

    assert public(desk) == set()


def test_a_page_that_comes_back_brings_the_pictures_that_left_with_it(desk: EditingDesk) -> None:
    text = show(desk, NOTICE, PICTURE)
    with_picture = desk.store.published()
    publish_now(Edit(desk.page(NOTICE), None), APPROVER, desk.services)

    bring_back(desk.page(NOTICE), with_picture, APPROVER, desk.services, "")

    assert (desk.text(NOTICE), public(desk)) == (text, {PICTURE})


def test_from_the_folder_for_all_pages_only_the_pages_own_pictures_leave(
    desk: EditingDesk,
) -> None:
    own, others = f"{COMMON}/{UNIT}{MARK}.png", f"{COMMON}/tru-so{MARK}.png"
    show(desk, OWN, own, others)

    publish_now(Edit(desk.page(OWN), "hours:\n"), APPROVER, desk.services)

    assert public(desk) == {others}


def test_a_shared_page_takes_its_pictures_along_unless_another_shows_them(
    desk: EditingDesk,
) -> None:
    mine, ours = "site/thu-tuc/mau-don.png", "site/thu-tuc/so-do.png"
    show(desk, SHARED, mine, ours)
    show(desk, "site/thu-tuc/tach-ho.md", ours)

    publish_now(Edit(desk.page(SHARED), LINES), PROVINCE, desk.services)

    assert public(desk) == {ours}


def test_pictures_that_only_the_software_brings_stay(desk: EditingDesk) -> None:
    odd, before = f"{FOLDER}/_mau.png", desk.store.published()
    note = desk.store.versions()[0].note
    files = {odd: PNG, NOTICE: b"![](_mau.png)\n"}
    version = desk.store.make_version([before], files, note, desk.clock.now())
    desk.store.move_published(before, version)

    publish_now(Edit(desk.page(NOTICE), LINES), APPROVER, desk.services)

    assert public(desk) == {odd}
