"""Procedures as residents read them: the unusual kinds, the lists from A to Z, bad addresses."""

from __future__ import annotations

import re
from datetime import date

import pytest

from publish.errors import PublishError
from publish.letters import first_letter
from tests.publish.conftest import Project

PAGE = "site/thu-tuc/sang-ten.md"


def problems_of(project: Project) -> str:
    with pytest.raises(PublishError) as caught:
        project.build()
    return "\n".join(caught.value.problems)


def section(html: str, anchor: str) -> str:
    return html.split(f'id="{anchor}"')[1].split("<h2")[0]


def test_what_is_no_administrative_procedure_has_no_code_line(project: Project) -> None:
    project.build()

    html = project.page("thu-tuc/pccc-co-so")

    assert "Không phải thủ tục hành chính" in html
    assert "Mã thủ tục" not in html


def test_several_codes_names_halves_and_ranges_are_written_out(project: Project) -> None:
    project.edit(PAGE, "code_dvc:", 'code_dvc: ["1.004194", "1.010028"]')
    project.edit(PAGE, "value: 2\n", "value: 0.5\n")
    project.edit(
        PAGE, "    amount_vnd:\n    note: Theo", "    amount_min_vnd: 35000\n"
        "    amount_max_vnd: 105000\n    note: Theo",
    )  # fmt: skip
    project.edit(PAGE, "authority: ", "authority: (cần cán bộ kiểm tra) ")
    project.edit(PAGE, "legal_basis:", "hotlines: [canh-sat-113]\nlegal_basis:")

    project.build()

    html = project.page("thu-tuc/sang-ten")
    assert "Mã thủ tục 1.004194, 1.010028" in html
    assert "Còn gọi là: sang tên xe, cavet," in html
    assert "Bước thu hồi của chủ cũ: nửa ngày làm việc." in html
    assert "<strong>từ 35.000 đồng đến 105.000 đồng</strong>. Theo Thông tư" in html
    assert '<span class="by-check">cần cán bộ kiểm tra</span> Phòng Cảnh sát' in html
    assert '<a href="tel:113">113</a>' in section(html, "so-can-goi")


def test_complaint_about_officers_goes_to_the_province_not_to_the_unit(project: Project) -> None:
    project.edit("site/don-vi/xa-hai/index.md", "address:", "address: Số 9 đường Huyện")

    project.build()

    here = section(project.page("xa-hai/thu-tuc/to-cao"), "noi-nop")
    shared = section(project.page("thu-tuc/to-cao"), "noi-nop")
    province = section(project.page("tinh-dak-lak/thu-tuc/to-cao"), "noi-nop")
    assert 'href="/tinh-dak-lak/to-giac/"' in here
    assert "Số 9 đường Huyện" not in here
    assert 'href="../../tinh-dak-lak/to-giac/"' in shared
    assert "Địa chỉ" in province


def test_procedure_of_another_office_does_not_show_the_units_address(project: Project) -> None:
    project.edit("site/don-vi/xa-hai/index.md", "address:", "address: Số 9 đường Huyện")

    project.build()

    here = section(project.page("xa-hai/thu-tuc/ho-chieu"), "noi-nop")
    usual = section(project.page("xa-hai/thu-tuc/dang-ky-tam-tru"), "noi-nop")
    assert "Công an xã Hai không nhận hồ sơ này" in here
    assert "Số 9 đường Huyện" not in here
    assert "Số 9 đường Huyện" in usual


def test_warning_banner_sends_nobody_on_a_way_where_there_is_none(project: Project) -> None:
    project.build()

    assert "hãy gọi hỏi trước khi đi" in project.page("thu-tuc/sang-ten")
    guide = project.page("phap-luat/ma-tuy")
    assert "hãy hỏi lại trước khi dựa vào" in guide
    assert "hãy gọi hỏi trước khi đi." not in guide.split("</h1>")[1].split("<h2")[0]


@pytest.mark.parametrize("address", ["thu-tuc", "xa-hai/thu-tuc"])
def test_list_from_a_to_z_leads_to_every_procedure(project: Project, address: str) -> None:
    slugs = {path.stem for path in (project.root / "site/thu-tuc").glob("*.md")} - {"index"}

    project.build()

    html = project.page(address)
    letters = re.findall(r'<h2 id="chu-[0-9a-f]+">(.)</h2>', html)
    assert {slug for slug in slugs if f'href="{slug}/"' in html} == slugs
    assert letters == sorted(letters, key="ABCDĐEGHIKLMNOPQRSTUVXY".index)
    assert len(letters) > 8
    assert all(f'href="#chu-{ord(letter):x}"' in html for letter in letters)


@pytest.mark.parametrize(
    ("name", "letter"), [("Ủy quyền", "U"), ("ứng dụng", "Ư"), ("đăng ký", "Đ"), ("Ẩn", "Â")]
)
def test_tone_does_not_make_a_letter_of_its_own(name: str, letter: str) -> None:
    assert first_letter(name) == letter


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("Sang-Ten.md", "Sang-Ten.md:1: has the address of site/thu-tuc/sang-ten.md too"),
        ("sang-tên.md", "sang-tên.md:1: has the address of site/thu-tuc/sang-ten.md too"),
        ("sang_xe.md", "sang_xe.md:1: the file name is no address; rename it to sang-xe.md"),
        ("sang-ten/index.md", "sang-ten.md:1: has the address of site/thu-tuc/sang-ten/index.md"),
    ],
)
def test_two_pages_with_one_address_are_told(project: Project, other: str, expected: str) -> None:
    path = project.root / "site/thu-tuc" / other
    path.parent.mkdir(exist_ok=True)
    text = (project.root / PAGE).read_text(encoding="utf-8")
    path.write_text(text.replace("id: xe-sang-ten", "id: khac"), encoding="utf-8")

    assert f"site/thu-tuc/{expected}" in problems_of(project)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("code_dvc:", "code_dvc: 1.004194", "code_dvc must look like"),
        ("code_dvc:", 'code_dvc: ["1.004194", "1"]', "code_dvc must look like"),
        (
            "code_dvc:",
            'administrative_procedure: false\ncode_dvc: "1.004194"',
            "false only without a code",
        ),
        ("level: xa", "contact: huyen", "contact 'huyen' is unknown; use unit, province"),
        ("level: xa", "unit_shows: [hours]", "unit_shows may name residence_notice_channels"),
        ("value: 2\n", "value: 0.3\n", "value must be a number as 7 or 0.5"),
        ("value: 2\n", "value: hai\n", "value must be a number as 7 or 0.5"),
        ("    amount_vnd: 0\n", "    amount_min_vnd: 5\n", "a range needs amount_min_vnd and"),
        (
            "    amount_vnd: 0\n",
            "    amount_vnd: 1\n    amount_min_vnd: 1\n    amount_max_vnd: 2\n",
            "a fee has amount_vnd or a range",
        ),
        ("valid_until: 2027-02-28", "valid_until: 2027-02-28 10:00", "valid_until must be a date"),
        ("short_title: ", "tieu_de: ", "short_title is missing"),
        ("## Các bước", "# Các bước", "a heading begins with one #"),
        ("1. Chủ cũ", "1. Chu\u0309 cũ", "holds decomposed letters (NFD)"),
        ("1. Chủ cũ", "1. \ue000name\ue001", "holds an invisible sign that breaks the page"),
        ("1. Chủ cũ", "1. [a](javascript:b)", "would run in the reader's browser"),
    ],
)
def test_mistake_in_a_procedure_is_told_with_file_line_and_remedy(
    project: Project, old: str, new: str, expected: str
) -> None:
    project.edit(PAGE, old, new)

    problems = problems_of(project)

    assert problems.startswith(f"{PAGE}:")
    assert expected in problems


def test_latin_1_is_told_with_the_line_where_it_begins(project: Project) -> None:
    path = project.root / PAGE
    text = path.read_text(encoding="utf-8").split("\n## ")[0]
    line = text.count("\n") + 1
    path.write_bytes(text.encode("utf-8") + "à nous\n".encode("latin-1"))

    assert f"{PAGE}:{line}: is not UTF-8; save the file as UTF-8" in problems_of(project)


def test_other_pages_of_the_site_are_read_with_the_same_care(project: Project) -> None:
    project.edit("site/index.md", "Trang này giúp", "<script>x</script>Trang này giúp")

    problems = problems_of(project)

    assert problems.startswith("site/index.md:")
    assert "would run in the reader's browser" in problems


def test_units_that_ended_need_no_file_on_the_days_they_lived(project: Project) -> None:
    report = project.build(on=date(2025, 6, 30))

    assert report.units == 4
    assert "Số trực ban chưa cập nhật" in project.page("xa-ba")
