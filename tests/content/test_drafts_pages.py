"""The pages of drafts: who sees which, what each would change, and the buttons of review."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from functions.core.editing.drafting import save, set_status
from functions.core.errors import PublishFailedError
from functions.core.models import Officer
from functions.core.models.content import ContentProblem, DraftStatus, Edit
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    PICTURE_BYTES,
    PROCEDURE,
    UNIT_PAGE,
    drafted,
    published,
    published_whole,
    seen_at,
    small_world,
    text_of,
)
from tests.content.world import (
    APPROVER,
    EDITOR,
    OFFICERS,
    PROVINCE_APPROVER,
    PROVINCE_EDITOR,
    STRANGER,
    UNIT,
    Desk,
    EditingWorld,
)

LIST = "/sua-nhanh/ban-nhap/"
DRAFT = f"{LIST}{UNIT_PAGE}"
PICTURE = f"site/don-vi/{UNIT}/anh/tru-so.png"
HIDDEN = ("commit", "branch", "YAML", "front matter", "slug", "draft", EDITOR.name, APPROVER.name)


@pytest.fixture
def world(tmp_path: Path) -> EditingWorld:
    return small_world(tmp_path)


def seen(desk: Desk, address: str = DRAFT) -> str:
    return seen_at(desk, address)


def status_of(world: EditingWorld, path: str = UNIT_PAGE) -> DraftStatus | None:
    draft = world.store.draft(path)
    return draft.status if draft else None


def test_list_shows_title_kind_status_and_role_but_no_person(world: EditingWorld) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)

    answer = world.sign_in(APPROVER).get(LIST)

    said = text_of(answer)
    assert "Phường Tân An Trang của đơn vị Chờ duyệt Cán bộ biên tập, Phường Tân An" in said
    assert "20/11/2026 08:30" in said
    assert EDITOR.name not in said
    assert f'href="{DRAFT}"' in answer.text


def test_drafts_of_a_unit_are_seen_by_the_unit_and_the_province(world: EditingWorld) -> None:
    drafted(world)
    found = {}

    for officer in OFFICERS:
        desk = world.sign_in(officer)
        found[officer] = (DRAFT in desk.get(LIST).text, desk.get(DRAFT).status_code)

    assert found == {officer: (True, 200) for officer in OFFICERS} | {STRANGER: (False, 403)}


def test_province_chooses_whose_drafts_it_sees(world: EditingWorld) -> None:
    drafted(world)
    drafted(world, PROCEDURE, "Tạm trú", "Tạm trú mới", PROVINCE_EDITOR)
    desk = world.sign_in(PROVINCE_EDITOR)

    everything, one = desk.get(LIST).text, desk.get(f"{LIST}?don-vi={UNIT}").text

    assert {DRAFT in everything, PROCEDURE in everything} == {True}
    assert (DRAFT in one, PROCEDURE in one) == (True, False)


def test_draft_page_shows_old_and_new_under_the_names_of_the_fields(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Sáng 7 giờ")
    drafted(world, UNIT_PAGE, "hours: Sáng 7 giờ", "hours: Sáng 8 giờ")

    answer = world.sign_in(EDITOR).get(DRAFT)

    assert "Giờ làm việc Cũ: Sáng 7 giờ Mới: Sáng 8 giờ" in text_of(answer)
    assert "<del>Sáng <mark>7</mark> giờ</del>" in answer.text
    assert "<ins>Sáng <mark>8</mark> giờ</ins>" in answer.text
    assert not [word for word in HIDDEN if word in text_of(answer)]


def test_change_that_others_published_meanwhile_is_not_shown_as_undone(
    world: EditingWorld,
) -> None:
    drafted(world)
    published(world, UNIT_PAGE, "address:", "address: 12 Lê Duẩn")

    said = text_of(world.sign_in(EDITOR).get(DRAFT))

    assert "Giờ làm việc Mới: Cả ngày" in said
    assert "Lê Duẩn" not in said


def test_change_of_the_same_line_by_others_is_told_before_anybody_publishes(
    world: EditingWorld,
) -> None:
    drafted(world)
    published(world, UNIT_PAGE, "hours:", "hours: Sáng 7 giờ")
    desk = world.sign_in(APPROVER)

    opened = desk.get(DRAFT)
    answer = desk.post(DRAFT, viec="dang", seen=seen(desk))

    assert "người khác đã đăng thay đổi ở cùng chỗ" in text_of(opened)
    assert answer.status_code == 409
    assert "Chưa đăng được" in text_of(answer)
    assert "Mới: Cả ngày" in text_of(answer)
    assert "hours: Sáng 7 giờ\n" in world.published_text(UNIT_PAGE)
    assert status_of(world) is DraftStatus.DRAFT


def test_editor_hands_a_draft_in_and_takes_it_back(world: EditingWorld) -> None:
    drafted(world)
    desk = world.sign_in(EDITOR)

    handed_in = desk.post(DRAFT, viec="gui-duyet", seen=seen(desk))
    status = status_of(world)
    taken_back = desk.post(DRAFT, viec="rut-lai", seen=seen(desk))

    assert handed_in.status_code == 303
    assert "Đã gửi duyệt" in desk.get(handed_in.location).text
    assert status is DraftStatus.IN_REVIEW
    assert taken_back.status_code == 303
    assert status_of(world) is DraftStatus.DRAFT


def test_approver_publishes_in_one_step(world: EditingWorld) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)
    desk = world.sign_in(APPROVER)

    answer = desk.post(DRAFT, viec="dang", seen=seen(desk))

    assert answer.status_code == 303
    assert "Đã đăng" in desk.get(answer.location).text
    assert "hours: Cả ngày\n" in world.published_text(UNIT_PAGE)
    assert world.store.drafts() == []


def test_second_press_of_publish_says_the_same(world: EditingWorld) -> None:
    drafted(world)
    desk = world.sign_in(APPROVER)
    version = seen(desk)

    answers = [desk.post(DRAFT, viec="dang", seen=version) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert len(world.store.versions(UNIT_PAGE)) == 2


def test_approver_sends_a_draft_back_with_a_word(world: EditingWorld) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)
    desk = world.sign_in(APPROVER)

    answer = desk.post(DRAFT, viec="tra-lai", seen=seen(desk), text="Ghi rõ <b>giờ</b> chiều")

    assert answer.status_code == 303
    assert status_of(world) is DraftStatus.DRAFT
    shown = world.sign_in(EDITOR).get(DRAFT).text
    assert "Ghi rõ &lt;b&gt;giờ&lt;/b&gt; chiều" in shown


def test_sending_back_without_a_word_is_asked_for_one(world: EditingWorld) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)
    desk = world.sign_in(APPROVER)

    answer = desk.post(DRAFT, viec="tra-lai", seen=seen(desk), text="  ")

    assert answer.status_code == 422
    assert "Hãy viết vài chữ" in text_of(answer)
    assert 'aria-invalid="true"' in answer.text
    assert status_of(world) is DraftStatus.IN_REVIEW


def test_act_on_a_draft_that_changed_since_is_not_done(world: EditingWorld) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)
    desk = world.sign_in(APPROVER)
    old = seen(desk)
    drafted(world, new="hours: Buổi sáng")
    before = world.store.draft(UNIT_PAGE)

    for act in ("dang", "gui-duyet", "tra-lai", "bo"):
        answer = desk.post(DRAFT, viec=act, seen=old, text="Xem lại giờ")

        assert answer.status_code == 409
        assert "vừa thay đổi" in text_of(answer)
        assert "Mới: Buổi sáng" in text_of(answer)
        assert "Xem lại giờ" in answer.text
    assert world.store.draft(UNIT_PAGE) == before


@pytest.mark.parametrize("officer", [EDITOR, PROVINCE_EDITOR])
def test_editors_have_no_buttons_of_approvers_and_no_right_to_them(
    world: EditingWorld, officer: Officer
) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)
    desk = world.sign_in(officer)

    shown, version = desk.get(DRAFT).text, seen(desk)
    answers = {
        act: desk.post(DRAFT, viec=act, seen=version, text="Không được").status_code
        for act in ("dang", "tra-lai")
    }

    assert answers == {"dang": 403, "tra-lai": 403}
    assert not re.search(r'value="(dang|tra-lai)"', shown)
    assert status_of(world) is DraftStatus.IN_REVIEW


def test_draft_is_thrown_away_only_after_a_question(world: EditingWorld) -> None:
    drafted(world)
    desk = world.sign_in(EDITOR)

    asked = desk.get(f"{DRAFT}?viec=bo")
    still_there = status_of(world)
    answer = desk.post(DRAFT, viec="bo", seen=seen(desk, f"{DRAFT}?viec=bo"))

    assert "Bỏ bản nháp “Phường Tân An”?" in text_of(asked)
    assert still_there is DraftStatus.DRAFT
    assert answer.status_code == 303
    assert status_of(world) is None
    assert "Đã bỏ bản nháp" in desk.get(answer.location).text


def test_what_is_wrong_in_a_draft_is_told_where_it_was_to_be_published(
    world: EditingWorld,
) -> None:
    drafted(world)
    world.checker.listed = [  # type: ignore[attr-defined]
        ContentProblem(UNIT_PAGE, 7, "hours", "picture-unreadable", {"name": "a.png"})
    ]
    desk = world.sign_in(APPROVER)

    answer = desk.post(DRAFT, viec="dang", seen=seen(desk))

    assert answer.status_code == 422
    assert "Không mở được ảnh a.png" in text_of(answer)
    assert "Mới: Cả ngày" in text_of(answer)
    assert status_of(world) is DraftStatus.DRAFT


def test_build_that_fails_is_told_and_the_draft_stays(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafted(world)
    desk = world.sign_in(APPROVER)
    place = ContentProblem(UNIT_PAGE, 7, "hours", "picture-unreadable", {"name": "b.png"})

    def fail(*_: object) -> None:
        raise PublishFailedError("<generator> said no", [place])

    monkeypatch.setattr(world.site, "publish", fail)
    answer = desk.post(DRAFT, viec="dang", seen=seen(desk))

    assert answer.status_code == 422
    assert "Trang công khai vẫn như cũ" in text_of(answer)
    assert "Không mở được ảnh b.png" in text_of(answer)
    assert "&lt;generator&gt; said no" in answer.text
    assert status_of(world) is DraftStatus.DRAFT


def test_new_page_and_its_pictures_are_shown(world: EditingWorld) -> None:
    picture = {world.page(PICTURE): PICTURE_BYTES}
    drafted(world, NOTICE, "", NOTICE_TEXT, base="", pictures=picture)
    desk = world.sign_in(APPROVER)

    answer = desk.get(f"{LIST}{NOTICE}")
    (address,) = re.findall(r'<img src="([^"]+)"', answer.text)
    shown = desk.get(address)

    assert "Trang mới" in text_of(answer)
    assert "Tiêu đề Cắt điện trụ sở" in text_of(answer)
    assert (shown.status_code, shown.content_type) == (200, "image/png")
    assert shown.data == PICTURE_BYTES
    assert world.sign_in(STRANGER).get(address).status_code == 403


def test_page_that_is_to_go_is_told_so(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    editor = world.editor(EDITOR)

    save(Edit(world.page(NOTICE), None), editor, world.editing)

    said = text_of(world.sign_in(APPROVER).get(f"{LIST}{NOTICE}"))

    assert "Gỡ trang này" in said
    assert "Tiêu đề Cắt điện trụ sở" in said


@pytest.mark.parametrize("was_public", [True, False])
def test_removal_of_what_is_not_public_can_only_be_thrown_away(
    world: EditingWorld, was_public: bool
) -> None:
    if was_public:
        published_whole(world, NOTICE, NOTICE_TEXT)
        published_whole(world, NOTICE, None)
    drafted(world, NOTICE, "", NOTICE_TEXT, base="")
    editor, page = world.editor(EDITOR), world.page(NOTICE)
    save(Edit(page, None), editor, world.editing)
    set_status(page, DraftStatus.IN_REVIEW, editor, world.editing)
    desk = world.sign_in(APPROVER)
    address = f"{LIST}{NOTICE}"

    opened = desk.get(address)
    thrown = desk.post(address, viec="bo", seen=seen(desk, f"{address}?viec=bo"))

    assert "không còn gì để gỡ" in text_of(opened)
    assert ("Cắt điện trụ sở" in text_of(opened)) is was_public
    assert "giống hệt" not in opened.text
    assert 'name="viec"' not in opened.text
    assert 'href="?viec=bo"' in opened.text
    assert thrown.status_code == 303
    assert world.store.drafts() == []


def test_paths_that_are_no_pages_are_refused(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)

    for path in (
        "site/../mkdocs.yml",
        "mkdocs.yml",
        "site/don-vi/../../mkdocs.yml",
        "site/don-vi/_mau/index.md",
        "templates/editor/fields.yml",
        f"site/don-vi/{UNIT}/thong-bao/%2e%2e/index.md",
        "site/thu-tuc/index.md",
    ):
        answers = [
            desk.get(f"{LIST}{path}"),
            desk.post(f"{LIST}{path}", viec="dang", seen=""),
            desk.get(f"/sua-nhanh/anh-ban-nhap/{'0' * 40}/{path}"),
        ]
        assert [answer.status_code for answer in answers] == [403, 403, 403], path


def test_pictures_of_versions_that_are_none_are_not_found(world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)

    for version in ("0" * 40, "main", "--help", "HEAD"):
        answer = desk.get(f"/sua-nhanh/anh-ban-nhap/{version}/{PICTURE}")
        assert answer.status_code == 404


def test_form_of_another_session_changes_nothing_and_keeps_the_words(
    world: EditingWorld,
) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)
    desk = world.sign_in(APPROVER)
    sent = {"seen": seen(desk), "text": "Ghi rõ giờ chiều"}

    published, returned = (
        desk.client.post(DRAFT, data={"viec": act, **sent}) for act in ("dang", "tra-lai")
    )

    assert (published.status_code, returned.status_code) == (403, 403)
    assert "mở từ lần đăng nhập trước" in text_of(returned)
    assert "Ghi rõ giờ chiều" in text_of(returned)
    assert status_of(world) is DraftStatus.IN_REVIEW


def test_unknown_button_is_a_bad_request(world: EditingWorld) -> None:
    drafted(world)
    desk = world.sign_in(APPROVER)

    assert desk.post(DRAFT, viec="xoa-het", seen=seen(desk)).status_code == 400
