"""What a page is told when somebody saves it: as the build, and more strictly."""

from __future__ import annotations

import io
import zipfile

import pytest

from publish.content_check import PageChecker, content_problems
from publish.errors import Problem, PublishError
from tests.publish.conftest import Project
from tests.publish.saving import (
    GUIDE,
    NEWS,
    NOTICE,
    OUTCOME,
    PROCEDURE,
    TODAY,
    UNIT,
    UNIT_PAGE,
    Saving,
    own_page,
    picture,
)

TOP = "site/duong-day-nong.md"


@pytest.fixture(scope="module")
def saving(tmp_path_factory: pytest.TempPathFactory) -> Saving:
    return Saving(tmp_path_factory.mktemp("saving"))


def test_all_pages_of_today_pass(saving: Saving) -> None:
    version = saving.store.published()
    paths = saving.store.paths(version).keys()

    found = saving.checker.problems(version, paths, saving.store)

    assert len(paths) > 200
    assert found == []


@pytest.mark.parametrize(
    ("path", "old", "new", "code", "key"),
    [
        (PROCEDURE, "title: Sang", "title: [Sang", "yaml", ""),
        (PROCEDURE, "next_review_on: 2027-02-28", "next_review_on: 2027-02-30", "no-such-day", ""),
        (PROCEDURE, "level: xa", "level: xa\nlevel: tinh", "written-twice", "level"),
        (PROCEDURE, "level: xa", "level: &a [*a]", "yaml", ""),
        (PROCEDURE, "level: xa", "level: !!set {a}", "yaml", ""),
        (PROCEDURE, "level: xa", f"level: {'[' * 50_000}", "yaml", ""),
        (PROCEDURE, "level: xa", 'level: "\\uE000name\\uE001"', "unseen-sign", ""),
        (PROCEDURE, "level: xa", "muc: xa", "unknown-key", "muc"),
        (PROCEDURE, "level: xa", "level: [xa]", "not-text", "level"),
        (PROCEDURE, "also_called: [", "also_called: [12, ", "not-texts", "also_called"),
        (PROCEDURE, "field: xe", "field: nha", "unknown-value", "field"),
        (PROCEDURE, "template: procedure.html", "template: x.html", "unknown-value", "template"),
        (PROCEDURE, "tt-155-2025", "tt-1-1999", "unknown-law", "fees"),
        (PROCEDURE, "legal_basis: [", "legal_basis: [{a: b}, ", "not-texts", "legal_basis"),
        (PROCEDURE, "amount_vnd: 0", "amount_vnd: mot", "fee-amount", "fees"),
        (PROCEDURE, "valid_from: 2026-01-01", 'valid_from: ""', "not-a-day", "fees"),
        (PROCEDURE, "level: xa", "level: xa\nnever_paused: x", "not-yes-or-no", "never_paused"),
        (PROCEDURE, "channel: any", "channel: may-bay", "unknown-value", "fees"),
        (PROCEDURE, "  bring: ", "  mang: ", "required", "short_answer"),
        (PROCEDURE, "id: xe-sang-ten", "id: cu-tru-tach-ho", "id-taken", "id"),
        (GUIDE, "hotlines: [", "hotlines: [so-la, ", "unknown-hotline", "hotlines"),
        (GUIDE, "sources:\n", "sources:\n  - title: A\n    url: a.vn\n", "web-address", "sources"),
        (GUIDE, "confidence: ", "confidence: rat-", "unknown-value", "confidence"),
        (TOP, "summary: ", "summary:\naudience: ", "required", "summary"),
        (UNIT_PAGE, "duty_phone:", 'duty_phone: "12"', "telephone", "duty_phone"),
        (UNIT_PAGE, "website:", "website: a.vn", "web-address", "website"),
        (UNIT_PAGE, f"unit_id: {UNIT}", "unit_id: xa-ea-kly", "wrong-unit", "unit_id"),
        (UNIT_PAGE, "id_card_point:", "id_card_point: co", "not-yes-or-no", "id_card_point"),
        (UNIT_PAGE, "areas:", "areas: [{kind: thon}]", "entry-needs", "areas"),
        (UNIT_PAGE, "procedures:", "procedures: {khong-co: {}}", "unknown-procedure", "procedures"),
        (UNIT_PAGE, "procedures:", "procedures: [a]", "not-entries", "procedures"),
    ],
)  # fmt: skip
def test_mistake_in_a_page_is_told_by_code_and_field(
    saving: Saving, path: str, old: str, new: str, code: str, key: str
) -> None:
    found = saving.problems({path: saving.changed(path, (old, new))})

    assert (code, key) in {(problem.code, problem.key) for problem in found}
    assert {problem.path for problem in found} == {path}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("# Các bước", "heading-first-level"),
        ("#Các bước", "heading-first-level"),
        ("<script>x</script>", "runs"),
        ("<b/onclick=x>", "runs"),
        ("[a](javascript:x)", "runs"),
        ("[a](data:text/html,x)", "runs"),
        ("[a](java&#115;cript:x)", "no-page-address"),
        ("<details>a</details>", "html-of-its-own"),
        ("[a](khong-co.md)", "broken-link"),
        ("[a](http://[b)", "broken-link"),
        (f"[a](../don-vi/{UNIT}/index.md)", "broken-link"),
        ("[a](tach-ho.md#khong-co)", "broken-anchor"),
        ("[a](#khong-co)", "broken-anchor"),
        # The generator does not know what its templates draw.
        ("[a](tach-ho.md#noi-nop)", "broken-anchor"),
        ("![a](https://a.vn/a.png)", "picture-elsewhere"),
        ("![](../index.md)", "picture-without-words"),
    ],
)
def test_mistake_in_a_shared_text_is_told(saving: Saving, body: str, code: str) -> None:
    text = saving.changed(PROCEDURE, ("## Các bước", f"{body}\n\n## Các bước"))

    assert saving.codes({PROCEDURE: text}) == {code}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("[a](../../../thu-tuc/khong-co.md)", "broken-link"),
        ("[a](//a.vn/b)", "broken-link"),
        ("[a](../../xa-ea-kly/index.md)", "broken-link"),
        ("[a](../../../thu-tuc/sang-ten.md#khong-co)", "broken-anchor"),
        ("[a](../index.md#khong-co)", "broken-anchor"),
        ("![Cổng](khong-co.png)", "broken-link"),
        ("# Tiêu đề", "heading-first-level"),
        ("<p style='color:red'>a</p>", "attribute"),
        ("Công an phường Tân An xử dụng xe.", "wrong-form"),
        ("[a](sap-toi.md)", "link-too-early"),
        ("a\n: b\n" * 2_000, "tangled"),
        ("[a" * 20_000, "tangled"),
        ("# a\n" * 400, "tangled"),
        ("a " * 60_000, "text-too-long"),
    ],
)
def test_mistake_in_a_units_own_text_is_told(saving: Saving, body: str, code: str) -> None:
    later = f"site/don-vi/{UNIT}/thong-bao/sap-toi.md"
    files = {NOTICE: own_page(body), later: own_page("Sắp tới.", posted_on="2026-12-01")}

    assert code in saving.codes(files, NOTICE)


def test_links_that_the_build_follows_pass(saving: Saving) -> None:
    steps = (
        "[a](../phap-luat/ma-tuy.md) ![Biển](bien.png) [b](../index.md#chon-don-vi) [c](#cac-buoc)"
    )
    own = (
        "[a](../../../thu-tuc/sang-ten.md#noi-nop) [b](../index.md#lien-he)"
        " [c](../tin-tuc/ra-quan.md) [d](tel:113) ![Cổng](cong.png)"
        "\n\n## Đường đến { #duong-den }\n\n[e](#duong-den)"
    )
    files = {
        PROCEDURE: saving.changed(PROCEDURE, ("## Các bước", f"{steps}\n\n## Các bước")),
        "site/thu-tuc/bien.png": picture(),
        NOTICE: own_page(own),
        NEWS: own_page("Đọc [thông báo](../thong-bao/cat-dien.md)."),
        f"site/don-vi/{UNIT}/thong-bao/cong.png": picture(),
    }

    assert saving.problems(files) == []


def test_procedure_with_a_picture_beside_it_is_built_for_every_unit(project: Project) -> None:
    project.edit("site/thu-tuc/sang-ten.md", "## Các bước", "![Biển](bien.png)\n\n## Các bước")
    (project.root / "site/thu-tuc/bien.png").write_bytes(picture())

    project.build()

    assert 'src="../bien.png"' in project.page("thu-tuc/sang-ten")
    assert 'src="../../../thu-tuc/bien.png"' in project.page("xa-hai/thu-tuc/sang-ten")


def test_whole_page_pasted_from_word_is_refused_in_time_with_a_short_list(saving: Saving) -> None:
    paragraph = "<p class=MsoNormal style='margin:0'><span lang=VI>Điều 1<o:p></o:p></span></p>\n\n"
    pasted = paragraph * (1024 * 1024 // len(paragraph.encode()))
    shorter = paragraph * 20

    too_large = saving.codes({NOTICE: own_page(pasted + pasted)})
    large = saving.codes({NOTICE: own_page(pasted[: 1024 * 1024 // 2])})
    small = saving.problems({NOTICE: own_page(shorter)})
    decomposed = saving.codes({NOTICE: own_page("Cho\u031b\u0323 phiên")})

    assert too_large == {"text-too-large"}
    assert large == {"text-too-long"}
    assert {problem.code for problem in small} == {"attribute", "html-of-its-own"}
    assert len(small) <= 4
    assert decomposed == {"decomposed-letters"}


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Lễ hội vui 🎉", "sign-in-title"),
        ("Gia đình 👨‍👩‍👧", "sign-in-title"),
        ('"Hai\\ndòng"', "sign-in-title"),
        ("Rất dài " * 40, "too-long"),
    ],
)
def test_title_of_emoji_or_without_end_is_refused(saving: Saving, title: str, code: str) -> None:
    (found,) = saving.problems({NOTICE: own_page("Chữ.", title=title)})

    assert (found.code, found.key, found.line) == (code, "title", 2)


def test_usual_signs_in_a_title_pass(saving: Saving) -> None:
    title = '"Điều 5 § 2: “tạm ngừng” – 20° & 50 %, Cư M’gar"'

    assert saving.problems({NOTICE: own_page("Chữ.", title=title)}) == []


def test_notice_that_is_over_before_it_is_posted_is_refused(saving: Saving) -> None:
    files = {NOTICE: own_page("Chữ.", valid_until="2026-11-19")}

    assert saving.codes(files) == {"ends-before-begin"}


@pytest.mark.parametrize("path", [OUTCOME, NEWS])
def test_outcome_or_news_tells_of_no_person(saving: Saving, path: str) -> None:
    private = own_page("Gọi 0905 123 456, xe 47A-123.45, Nguyễn Văn An sinh năm 2009.")

    told = saving.codes({path: private})

    assert told == {"exposes-phone", "exposes-plate", "exposes-child"}


def test_year_of_birth_makes_a_child_in_the_year_of_the_post(saving: Saving) -> None:
    text = "Trả xe cho Nguyễn Văn An, sinh năm 2003."

    of_today = saving.codes({NEWS: own_page(text)})
    of_then = saving.codes({NEWS: own_page(text, posted_on="2020-11-20")})

    assert "exposes-child" not in of_today
    assert "exposes-child" in of_then


def test_notice_may_name_people_and_telephones_but_no_papers(saving: Saving) -> None:
    missing = own_page("Tìm cháu Nguyễn Văn An, 5 tuổi, gọi 0905 123 456; xe 47A-123.45.")
    papers = own_page("Truy nã Nguyễn Văn Tèo, CCCD 066085001234.")

    assert saving.codes({NOTICE: missing}) == set()
    assert saving.codes({NOTICE: papers}) == {"exposes-number"}


def test_telephones_that_any_unit_publishes_are_no_persons(saving: Saving) -> None:
    other = "site/don-vi/xa-ea-kly/index.md"
    units = {
        UNIT_PAGE: saving.changed(UNIT_PAGE, ("duty_phone:", 'duty_phone: "0905 123 456"')),
        other: saving.changed(other, ("duty_phone:", 'duty_phone: "0911 222 333"')),
    }
    public = own_page("Gọi 0905.123.456, +84 911 222 333 hoặc 113.")

    assert saving.codes({OUTCOME: public, **units}, OUTCOME) == set()
    assert saving.codes({OUTCOME: public}) == {"exposes-phone"}


def test_rule_of_a_unit_is_told_with_the_name_of_its_procedure(saving: Saving) -> None:
    rules = 'procedures: {sang-ten: {phone: "may le 3"}}'

    (found,) = saving.problems({UNIT_PAGE: saving.changed(UNIT_PAGE, ("procedures:", rules))})

    assert (found.code, found.key) == ("telephone", "procedures")
    assert "Phần riêng của từng thủ tục – Sang tên" in saving.sentence(found)
    assert "– Số điện thoại" in saving.sentence(found)


def test_what_is_always_taken_in_cannot_be_paused(saving: Saving) -> None:
    rules = "procedures: {{{}: {{paused_until: 2026-12-05, note: A}}}}"
    wrong = saving.changed(UNIT_PAGE, ("procedures:", rules.format("to-giac-tin-bao")))
    right = saving.changed(UNIT_PAGE, ("procedures:", rules.format("sang-ten")))

    (found,) = saving.problems({UNIT_PAGE: wrong})

    assert (found.code, found.values["part"]) == ("never-paused", "paused_until")
    assert "không tạm ngừng được" in saving.sentence(found)
    assert saving.problems({UNIT_PAGE: right}) == []


def test_page_that_others_lead_to_cannot_be_taken_away(saving: Saving) -> None:
    path = "site/thu-tuc/dang-ky-tam-tru.md"
    unit = saving.changed(UNIT_PAGE, ("procedures:", "procedures: {dang-ky-tam-tru: {note: A}}"))
    own = own_page("[a](../../../thu-tuc/dang-ky-tam-tru.md)", title="Đón sinh viên")

    found = saving.problems({path: None, UNIT_PAGE: unit, NOTICE: own}, path)

    pages = {(problem.code, problem.values["page"]) for problem in found}
    assert {problem.path for problem in found} == {path}
    assert ("still-linked", "Đăng ký thường trú") in pages
    assert ("still-linked", "Đón sinh viên") in pages
    assert ("still-named", "Phường Tân An") in pages


def test_picture_that_a_page_shows_cannot_be_taken_away(saving: Saving) -> None:
    shown = f"site/don-vi/{UNIT}/thong-bao/cong.png"

    used = saving.codes({NOTICE: own_page("![Cổng](cong.png)")}, shown)
    unused = saving.codes({NOTICE: own_page("Không có ảnh.")}, shown)

    assert used == {"still-linked"}
    assert unused == set()


@pytest.mark.parametrize("path", [UNIT_PAGE, TOP, "site/index.md"])
def test_page_that_the_site_cannot_do_without_stays(saving: Saving, path: str) -> None:
    assert "page-needed" in saving.codes({path: None})


@pytest.mark.parametrize("name", ["sang-tên.md", "Sang-Ten.md", "sang_ten.md"])
def test_two_pages_whose_addresses_fold_to_the_same_are_told(saving: Saving, name: str) -> None:
    path = f"site/thu-tuc/{name}"

    assert saving.codes({path: saving.text(PROCEDURE)}, path) == {"address-taken"}


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.txt", "a")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "codes"),
    [
        ("cong.png", picture(), set()),
        ("cong.webp", picture("WEBP"), set()),
        ("cong.png", zipped(), {"picture-unreadable"}),
        ("cong.png", picture("JPEG"), {"picture-unreadable"}),
        ("cong.jpg", picture("JPEG", place=True), {"picture-tells-place"}),
        ("cong.jpg", b"\xff\xd8\xff" + b"0" * 30 * 1024 * 1024, {"picture-heavy"}),
        ("cong.svg", b"<svg onload='x()'/>", {"no-picture"}),
        ("cổng.png", picture(), {"picture-name"}),
    ],
)
def test_picture_is_checked_by_what_it_is(
    saving: Saving, name: str, content: bytes, codes: set[str]
) -> None:
    path = f"site/don-vi/{UNIT}/thong-bao/{name}"

    assert saving.codes({path: content}) == codes


def test_every_mistake_of_a_page_is_told_once_in_the_order_of_lines(saving: Saving) -> None:
    text = saving.changed(
        PROCEDURE,
        ("title: ", "tieu_de: "),
        ("field: xe", "field: nha"),
        ("## Các bước", "# Các bước"),
    )

    found = saving.problems({PROCEDURE: text})

    places = [(problem.line, problem.key, problem.code) for problem in found]
    assert places == sorted(places, key=lambda place: place[0])
    assert len(set(places)) == len(places)
    assert {code for _, _, code in places} == {
        "required", "unknown-key", "unknown-value", "heading-first-level"
    }  # fmt: skip


def test_what_stopped_a_build_is_told_by_its_codes() -> None:
    broken = "WARNING - Doc file 'thu-tuc/a.md' contains a link 'b.md', but the target is not found"
    error = PublishError(
        [
            Problem("site/a.md", 3, "law is unknown", "unknown-law", "legal_basis", law="x\n" * 99),
            broken,
            "data/units.csv:6: unknown kind",
        ]
    )

    first, second, third = content_problems(error)

    assert str(error).startswith("site/a.md:3: law is unknown\n")
    assert (first.path, first.line, first.key, first.code) == (
        "site/a.md", 3, "legal_basis", "unknown-law",
    )  # fmt: skip
    assert len(first.values["law"]) < 100
    assert (second.path, second.code) == ("site/thu-tuc/a.md", "not-built")
    assert (third.path, third.code) == ("", "not-built")


def test_registers_are_read_again_when_their_files_change(project: Project, saving: Saving) -> None:
    checker = PageChecker(project.root, lambda: TODAY)
    published = saving.store.published()

    before = checker.problems(published, [GUIDE], saving.store)
    project.edit("data/laws.yml", "id: luat-phong-chong-ma-tuy", "id: luat-khac")
    after = checker.problems(published, [GUIDE], saving.store)

    assert before == []
    assert "unknown-law" in {problem.code for problem in after}
