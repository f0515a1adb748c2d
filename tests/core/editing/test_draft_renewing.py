"""A draft that others overtook is begun anew: its text stands, and publishing works again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.core.editing.comparing import DraftChange, change_of
from functions.core.editing.drafting import set_status
from functions.core.editing.publishing import publish_now
from functions.core.editing.renewing import renew, text_upon
from functions.core.errors import (
    ConflictError,
    MergeConflictError,
    NotAllowedError,
    NotFoundError,
)
from functions.core.models.content import ContentProblem, Draft, DraftStatus, Edit
from functions.stores.git import GitContentStore
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
    EditingDesk,
)

FOLDER = f"site/don-vi/{UNIT}/thong-bao"
PICTURE = f"{FOLDER}/so-do.png"
MINE = LINES.replace("bốn", "BỐN")
THEIRS = LINES.replace("một", "1").replace("bốn", "4")


def overtaken(
    desk: EditingDesk, mine: str | None = MINE, theirs: str | None = THEIRS, **pictures: bytes
) -> Draft:
    """Return a draft in whose place others published something else meanwhile."""
    draft = desk.save(NOTICE, mine, desk.blob(NOTICE), **pictures).draft
    publish_now(Edit(desk.page(NOTICE), theirs), APPROVER, desk.services)
    with pytest.raises(MergeConflictError):
        desk.publish(NOTICE)
    return draft


def publish_files(desk: EditingDesk, files: dict[str, bytes | None]) -> None:
    """Publish files as they are given."""
    store, published = desk.store, desk.store.published()
    note, now = store.versions()[0].note, desk.clock.now()
    store.move_published(published, store.make_version([published], files, note, now))


def renewed(desk: EditingDesk, draft: Draft) -> Draft:
    return renew(desk.page(draft.page), COLLEAGUE, desk.services, draft.version)


def bytes_of(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def test_the_drafts_text_stands_where_both_changed_and_theirs_elsewhere(
    desk: EditingDesk,
) -> None:
    draft = overtaken(desk)

    found = renewed(desk, draft)

    joined = THEIRS.replace("4", "BỐN")
    assert desk.draft_text(NOTICE) == joined
    assert found == desk.store.draft(NOTICE)
    assert (found.status, found.by, found.files) == (DraftStatus.DRAFT, COLLEAGUE, (NOTICE,))
    change = change_of(found, desk.services)
    assert change == DraftChange(THEIRS.encode(), joined.encode())
    assert desk.text(NOTICE) == THEIRS
    desk.publish(NOTICE)
    assert desk.text(NOTICE) == joined


@pytest.mark.parametrize(
    ("mine", "theirs"), [(MINE, None), (None, THEIRS)], ids=["page gone", "page to go"]
)
def test_a_page_that_one_side_took_away_is_what_the_draft_says(
    desk: EditingDesk, mine: str | None, theirs: str | None
) -> None:
    draft = overtaken(desk, mine, theirs)

    change = change_of(renewed(desk, draft), desk.services)

    assert change == DraftChange(bytes_of(theirs), bytes_of(mine))
    desk.publish(NOTICE)
    assert desk.text(NOTICE) == mine


def test_two_new_pages_at_one_address_are_told_apart_by_their_comparison(
    desk: EditingDesk,
) -> None:
    new = NOTICE.replace("cat-dien", "cat-nuoc")
    draft = desk.save(new, MINE, "").draft
    publish_now(Edit(desk.page(new), "khác\n", ""), APPROVER, desk.services)

    change = change_of(renewed(desk, draft), desk.services)

    assert change == DraftChange("khác\n".encode(), MINE.encode())


def test_the_drafts_pictures_come_along(desk: EditingDesk) -> None:
    draft = overtaken(desk, MINE + "![](so-do.png)\n", **{"so-do": PNG})

    found = renewed(desk, draft)

    assert found.files == (NOTICE, PICTURE)
    desk.publish(NOTICE)
    assert desk.store.read(desk.store.published(), PICTURE) == PNG


def test_a_page_that_is_new_again_has_the_public_pictures_it_had(desk: EditingDesk) -> None:
    desk.save(NOTICE, LINES + "![](so-do.png)\n", **{"so-do": PNG, "khac": PNG})
    desk.publish(NOTICE)
    draft = desk.save(NOTICE, MINE + "![](so-do.png)\n", desk.blob(NOTICE)).draft
    publish_files(desk, {path: None for path in desk.store.paths(desk.store.published(), FOLDER)})

    found = renewed(desk, draft)

    assert found.files == (NOTICE, PICTURE)
    assert desk.text(NOTICE, found.version) == MINE + "![](so-do.png)\n"


def test_a_picture_that_others_took_out_of_the_page_stays_out(desk: EditingDesk) -> None:
    desk.save(NOTICE, LINES + "![](so-do.png)\n", **{"so-do": PNG})
    desk.publish(NOTICE)
    draft = desk.save(NOTICE, MINE + "![](so-do.png)\n", desk.blob(NOTICE)).draft
    publish_files(desk, {NOTICE: THEIRS.encode(), PICTURE: None})

    found = renewed(desk, draft)

    assert found.files == (NOTICE,)
    assert desk.text(NOTICE, found.version) == THEIRS.replace("4", "BỐN")


def test_it_has_to_be_approved_again(desk: EditingDesk) -> None:
    overtaken(desk)
    ready = set_status(desk.page(NOTICE), DraftStatus.READY, APPROVER, desk.services)

    assert renewed(desk, ready).status is DraftStatus.DRAFT


def test_where_the_joined_lines_make_no_sound_page_the_drafts_text_stands_alone(
    desk: EditingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = overtaken(desk)
    mistake = ContentProblem(NOTICE, 1, "title", "any")

    def problems(version: str, paths: list[str], store: GitContentStore) -> list[ContentProblem]:
        text = store.read(version, NOTICE) or b""
        return [mistake] if text.startswith(b"1") and "BỐN".encode() in text else []

    monkeypatch.setattr(desk.checker, "problems", problems)

    renewed(desk, draft)

    assert desk.draft_text(NOTICE) == MINE
    desk.publish(NOTICE)
    assert desk.text(NOTICE) == MINE


def test_mistakes_in_the_drafts_own_text_are_left_to_its_publication(desk: EditingDesk) -> None:
    draft = overtaken(desk)
    desk.checker.listed.append(ContentProblem(NOTICE, 1, "title", "any"))

    found = renewed(desk, draft)

    assert desk.text(NOTICE, found.version) == MINE


def test_a_draft_that_changed_since_it_was_seen_is_left_alone(desk: EditingDesk) -> None:
    old = overtaken(desk)
    blob = desk.store.blob_id(old.version, NOTICE)
    newer = desk.save(NOTICE, MINE.replace("bảy", "BẢY"), blob).draft

    with pytest.raises(ConflictError):
        renewed(desk, old)

    assert desk.store.draft(NOTICE) == newer


def test_a_save_in_the_same_moment_wins(desk: EditingDesk) -> None:
    draft = overtaken(desk)
    later = MINE.replace("bảy", "BẢY")
    blob = desk.store.blob_id(draft.version, NOTICE)

    class SavedMeanwhile(GitContentStore):
        def move_draft(self, page: str, before: str | None, after: str | None) -> None:
            desk.save(NOTICE, later, blob)
            super().move_draft(page, before, after)

    meanwhile = replace(desk.services, store=SavedMeanwhile(desk.folder / "content.git"))

    with pytest.raises(ConflictError):
        renew(desk.page(NOTICE), EDITOR, meanwhile, draft.version)

    assert desk.draft_text(NOTICE) == later


def test_strangers_and_readers_renew_nothing(desk: EditingDesk) -> None:
    own = overtaken(desk)
    shared = desk.save(SHARED, MINE, by=PROVINCE).draft

    for draft, by in ((own, STRANGER), (shared, APPROVER)):
        with pytest.raises(NotAllowedError):
            renew(desk.page(draft.page), by, desk.services, draft.version)

        assert desk.store.draft(draft.page) == draft


def test_a_draft_that_reaches_into_pages_of_others_is_not_renewed(desk: EditingDesk) -> None:
    draft = overtaken(desk)
    note = desk.store.versions()[0].note
    crafted = desk.store.make_version([draft.version], {SHARED: b"x\n"}, note, desk.clock.now())
    desk.store.move_draft(NOTICE, draft.version, crafted)

    with pytest.raises(NotAllowedError):
        renew(desk.page(NOTICE), EDITOR, desk.services, crafted)


def test_without_a_draft_there_is_nothing_to_renew(desk: EditingDesk) -> None:
    with pytest.raises(NotFoundError):
        renew(desk.page(OWN), EDITOR, desk.services, "f" * 40)


@pytest.mark.parametrize(
    ("own", "public", "wanted"),
    [
        ("A b c d", "a b c D", "A b c D"),
        ("A b c d", "a B c d", "A B c d"),
        ("A b c d", "1 b c d", "A b c d"),
        ("a B c d", "1 2 c d", "a B c d"),
        ("a x b c d", "a y b c d", "a x b c d"),
        ("a B c d", "a x b c d", "a B c d"),
        ("a x b c d", "a b C d", "a x b C d"),
        ("a c d", "a b c", "a c"),
        ("a b c d e", "a b c", "a b c d e"),
        ("a b c d", "a b", "a b"),
        ("", "a b c D", ""),
    ],
)
def test_texts_are_joined_line_by_line_and_the_drafts_wins(
    own: str, public: str, wanted: str
) -> None:
    base, mine, theirs, joined = (
        "".join(f"{word}\n" for word in text.split()).encode()
        for text in ("a b c d", own, public, wanted)
    )

    assert text_upon(base, mine, theirs) == joined


def test_a_last_line_without_an_end_never_runs_into_another() -> None:
    assert text_upon(b"a\nb\n", b"a\nB", b"a\nb\nc\n") == b"a\nB"
    assert text_upon(b"a\nb", b"A\nb", b"a\nb\nc\n") == b"A\nb\nc\n"
