"""What a unit says and writes itself, on its own pages and nowhere else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from publish.errors import PublishError
from tests.publish.conftest import Project

UNIT = "site/don-vi/phuong-mot"
NOTICE = f"{UNIT}/thong-bao/cat-dien-tru-so.md"


def problems_of(project: Project) -> str:
    with pytest.raises(PublishError) as caught:
        project.build()
    return "\n".join(caught.value.problems)


def write(project: Project, name: str, text: str) -> None:
    (project.root / name).write_text(text, encoding="utf-8")


def notice(body: str, **days: str) -> str:
    front = "".join(f"{key}: {day}\n" for key, day in days.items())
    return f"---\ntitle: Thử\nposted_on: 2026-11-01\n{front}---\n{body}"


def test_home_of_a_unit_shows_its_notices_channels_and_areas(own_project: Project) -> None:
    own_project.build()

    home = own_project.page("phuong-mot")

    assert '<a href="/phuong-mot/thong-bao/cat-dien-tru-so/">Trụ sở cắt điện sáng 25/11</a>' in home
    assert '<a href="/phuong-mot/tin-tuc/ra-quan-mua-he/">' in home
    assert '<a href="/phuong-mot/ket-qua/tra-lai-tai-san/">' in home
    assert "Trang Facebook đã xác minh: <a href" in home
    assert "(kiểm ngày 01/11/2026)" in home
    assert "Tổ dân phố 1:</strong> Đại úy Y Thử Nghiệm" in home
    assert '<a href="tel:02623000002">' in home
    assert "Buôn Thử:</strong> chưa cập nhật" in home
    assert "Thông tin liên hệ được kiểm ngày 20/11/2026" in home


def test_nothing_of_a_unit_stands_on_the_pages_of_another(own_project: Project) -> None:
    own_project.build()

    other = [path.read_text() for path in (own_project.out / "site/xa-hai").rglob("*.html")]

    assert len(other) > 50
    assert not any("Thử Nghiệm" in html or "cat-dien" in html for html in other)
    assert not (own_project.out / "site/xa-hai/thong-bao").exists()


def test_own_article_is_drawn_in_the_shell_with_table_picture_and_links(
    own_project: Project,
) -> None:
    own_project.build()

    html = own_project.page("phuong-mot/thong-bao/cat-dien-tru-so")
    news = own_project.page("phuong-mot/tin-tuc/ra-quan-mua-he")
    home = own_project.page("phuong-mot")

    assert "<title>Trụ sở cắt điện sáng 25/11 – Công an phường Một" in html
    assert 'content="Công an phường Một. Sáng 25/11 trụ sở không nhận hồ sơ do cắt điện."' in html
    assert "<h1>Trụ sở cắt điện sáng 25/11</h1>" in html
    assert "đăng ngày 20/11/2026; có hiệu lực đến hết ngày 25/11/2026" in html
    assert '<td align="center">không</td>' in html
    assert 'src="/phuong-mot/thong-bao/cong-tru-so.png"' in html
    assert (own_project.out / "site/phuong-mot/thong-bao/cong-tru-so.png").is_file()
    assert 'href="/canh-bao/"' in news
    assert 'href="/phuong-mot/thong-bao/cat-dien-tru-so/"' in news
    assert 'href="/phuong-mot/thu-tuc/dang-ky-tam-tru/"' in home.split('id="duong-den"')[1]


def test_expired_notice_leaves_the_front_list_and_says_so(own_project: Project) -> None:
    own_project.build(on=date(2026, 11, 26))

    home = own_project.page("phuong-mot")
    listing = own_project.page("phuong-mot/thong-bao")
    html = own_project.page("phuong-mot/thong-bao/cat-dien-tru-so")

    assert "cat-dien-tru-so" not in home
    assert "cat-dien-tru-so" in listing.split('id="da-het-han"')[1]
    assert "Thông báo này đã hết hạn sau ngày 25/11/2026." in html


def test_notice_is_public_up_to_and_on_its_last_day(own_project: Project) -> None:
    own_project.build(on=date(2026, 11, 25))

    assert "cat-dien-tru-so" in own_project.page("phuong-mot")
    assert "đã hết hạn" not in own_project.page("phuong-mot/thong-bao/cat-dien-tru-so")


def test_notice_of_a_later_day_is_not_published_yet(own_project: Project) -> None:
    own_project.build(on=date(2026, 11, 30))
    before = own_project.page("phuong-mot/thong-bao")

    own_project.build(on=date(2026, 12, 1))

    assert "lam-the-can-cuoc-luu-dong" not in before
    assert "lam-the-can-cuoc-luu-dong" in own_project.page("phuong-mot/thong-bao")
    assert "lam-the-can-cuoc-luu-dong" in own_project.page("phuong-mot")


def test_procedure_carries_the_units_own_note_place_and_hours(own_project: Project) -> None:
    own_project.build()

    here = own_project.page("phuong-mot/thu-tuc/sang-ten")
    there = own_project.page("xa-hai/thu-tuc/sang-ten")

    assert "Chỉ nhận xe máy, buổi sáng." in here.split('id="tra-loi-nhanh"')[0]
    filing = here.split('id="noi-nop"')[1].split("<h2")[0]
    assert "Quầy số 3" in filing
    assert '<a href="tel:02623000003">' in filing
    assert "Đăng ký ô tô tại Công an phường Một: không." in filing
    assert "Quầy số 3" not in there
    assert "Đăng ký ô tô tại Công an xã Hai: chưa cập nhật" in there


def test_procedure_that_a_unit_does_not_take_says_so_and_shows_no_address(
    own_project: Project,
) -> None:
    own_project.build()

    here = own_project.page("phuong-mot/thu-tuc/doi-cap-lai")
    filing = here.split('id="noi-nop"')[1].split("<h2")[0]

    assert "không tiếp nhận tại đây" in here.split('id="tra-loi-nhanh"')[0]
    assert "Điểm tiếp nhận gần nhất là Công an xã Hai." in here
    assert "Số 1 đường Thử Nghiệm" not in filing
    assert "không nhận hồ sơ này" in filing
    assert "chỉ nhận hồ sơ" not in filing
    assert "Nhận hồ sơ giấy phép lái xe tại Công an phường Một: có." in own_project.page(
        "phuong-mot/thu-tuc/phuc-hoi-diem"
    )


def test_ways_to_give_notice_of_a_stay_stand_where_they_are_needed(own_project: Project) -> None:
    own_project.build()

    assert "Nhắn Zalo của đơn vị" in own_project.page("phuong-mot/thu-tuc/thong-bao-luu-tru")
    assert "Nhắn Zalo của đơn vị" not in own_project.page("phuong-mot/thu-tuc/sang-ten")


def test_rendered_texts_are_kept_for_the_next_build(own_project: Project) -> None:
    own_project.build()
    kept = own_project.out / "own-texts.json"
    texts = json.loads(kept.read_text(encoding="utf-8"))
    marked = {key: text.replace("Đối diện chợ", "Cạnh chợ") for key, text in texts.items()}
    kept.write_text(json.dumps(marked), encoding="utf-8")
    own_project.edit(f"{UNIT}/index.md", "Quầy số 3", "Quầy số 4")

    own_project.build()

    assert "Cạnh chợ" in own_project.page("phuong-mot")
    assert "Quầy số 4" in own_project.page("phuong-mot/thu-tuc/sang-ten")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<script>alert(1)</script>", "would run in the reader's browser"),
        ("a\n\n<b onclick='x()'>b</b>", "would run in the reader's browser"),
        ('[a](https://a.vn){: onclick="x()" }', "would run in the reader's browser"),
        ("[a](javascript:x)", "would run in the reader's browser"),
        ("[a](java&#115;cript:x)", "is no address of a page"),
        ("<details>a</details>", "<details> is HTML of its own"),
        ("a\n\n# Tiêu đề", "a heading begins with one #"),
        ("Tiêu đề\n=======", "a heading begins with one #"),
        ("![](cong-tru-so.png)", "a picture has no words"),
        ("![a](https://a.vn/a.png)", "a picture must lie in the unit's folder"),
        ("![a](//a.vn/a.png)", "a picture must lie in the unit's folder"),
        ("![a](khong-co.png)", "khong-co.png leads nowhere"),
        ("[a](khong-co.md)", "khong-co.md leads nowhere"),
        ("[a](../../xa-hai/index.md)", "leads nowhere"),
        ("[a](https://a.vn){: style='position:fixed' }", "style may not stand here"),
        ("a \ue000name\ue001", "holds an invisible sign"),
        ("Cho\u031b\u0323", "holds decomposed letters (NFD)"),
    ],
)
def test_text_that_may_not_be_published_is_told_with_file_line_and_remedy(
    own_project: Project, body: str, expected: str
) -> None:
    write(own_project, NOTICE, notice(f"\n{body}\n"))

    problems = problems_of(own_project)

    assert problems.startswith(f"{NOTICE}:")
    assert expected in problems
    assert not (own_project.out / "site").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        (NOTICE, "title: ", "tilte: ", "unknown key tilte"),
        (NOTICE, "posted_on: 2026-11-20", "", "posted_on is missing"),
        (NOTICE, "2026-11-25", "mai", "valid_until must be a date"),
        (NOTICE, "2026-11-25", "2026-11-25 10:00", "valid_until must be a date"),
        (
            NOTICE,
            "valid_until",
            "valid_from: 2026-12-01\nvalid_until",
            "valid_until lies before valid_from",
        ),
        (f"{UNIT}/index.md", "kind: facebook", "kind: fb", "kind must be one of facebook"),
        (f"{UNIT}/index.md", "  sang-ten:", "  sang-tn:", "procedure 'sang-tn' is unknown"),
        (f"{UNIT}/index.md", "handled_here: refer", "handled_here: no", "text in quotes"),
        (f"{UNIT}/index.md", "handled_here: refer", 'handled_here: "x"', "must be one of yes"),
        (f"{UNIT}/index.md", "    place: Quầy", "    pace: Quầy", "unknown key pace"),
        (f"{UNIT}/index.md", '"0262 3000 002"', "02623000002", "phone must be text in quotes"),
        (f"{UNIT}/index.md", '"0262 3000 003"', '"máy lẻ 3"', "must be one telephone number"),
        (f"{UNIT}/index.md", "https://zalo.me/g", "zalo.me/g", "url must begin with https://"),
        (f"{UNIT}/index.md", "    name: Thử", "    ten: Thử", "an entry of areas needs name"),
        (f"{UNIT}/index.md", "gplx_receiving: true", "gplx_receiving: có", "true, false"),
    ],
)
def test_mistake_in_a_units_own_files_is_told_with_file_line_and_remedy(
    own_project: Project, name: str, old: str, new: str, expected: str
) -> None:
    own_project.edit(name, old, new)

    problems = problems_of(own_project)

    assert expected in problems
    assert problems.startswith(f"{name}:")


def test_page_outside_the_three_folders_is_not_overlooked(own_project: Project) -> None:
    write(own_project, f"{UNIT}/khac.md", notice("a"))
    write(own_project, f"{UNIT}/tin-tuc/Tin mới.md", notice("a"))

    problems = problems_of(own_project)

    assert f"{UNIT}/khac.md:1: lies in no folder of pages" in problems
    assert f"{UNIT}/tin-tuc/Tin mới.md:1: the file name is no address" in problems


def test_folder_of_a_unit_that_does_not_exist_is_told(project: Project) -> None:
    (project.root / "site/don-vi/phuong-muot").mkdir()

    assert "site/don-vi/phuong-muot:1: no unit has this id" in problems_of(project)


def large(path: Path) -> None:
    path.write_bytes(b"\xff\xd8\xff" + bytes(10 * 1024 * 1024))


def script(path: Path) -> None:
    path.write_text("alert(1)", encoding="utf-8")


def torn(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n")


def placed(path: Path) -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (12.0, 40.0, 0.0)}
    Image.new("RGB", (8, 8)).save(path, exif=exif)


@pytest.mark.parametrize(
    ("name", "make", "expected"),
    [
        ("anh.jpg", large, "is 10 MB; make it smaller than 300 KB"),
        ("ảnh đẹp.png", torn, "the file name is no address"),
        ("anh.js", script, "is no picture; only .jpeg, .jpg, .png, .webp"),
        ("anh.png", torn, "cannot be opened as PNG"),
        ("anh.jpeg", placed, "tells where it was taken"),
    ],
)
@pytest.mark.parametrize("folder", [f"{UNIT}/tin-tuc", "site/thu-tuc"])
def test_picture_that_may_not_be_published_is_told(
    own_project: Project, folder: str, name: str, make: object, expected: str
) -> None:
    assert callable(make)
    make(own_project.root / folder / name)

    problems = problems_of(own_project)

    assert f"{folder}/{name}:1: " in problems
    assert expected in problems


def test_a_paused_procedure_says_so_until_its_last_day(own_project: Project) -> None:
    own_project.edit(
        f"{UNIT}/index.md",
        "  sang-ten:\n",
        "  sang-ten:\n    paused_until: 2026-11-25\n    based_on: 0123456789ab\n",
    )
    said = "tạm ngừng tiếp nhận đến hết ngày 25/11/2026"

    own_project.build(on=date(2026, 11, 25))
    assert said in own_project.page("phuong-mot/thu-tuc/sang-ten")
    own_project.build(on=date(2026, 11, 26))
    assert said not in own_project.page("phuong-mot/thu-tuc/sang-ten")
