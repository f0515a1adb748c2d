"""Words are checked when a page is saved: names of units, wrong forms."""

from __future__ import annotations

import pytest

from functions.installed import PROJECT, load_units
from publish.wording import Wording, load_wording, wording_problems

PATH = "site/don-vi/phuong-tan-an/ket-qua/mot-vu.md"


@pytest.fixture(scope="module")
def wording() -> Wording:
    return load_wording(PROJECT, load_units().all())


def found_in(text: str, wording: Wording) -> list[tuple[int, str, str, str]]:
    return [
        (problem.line, problem.code, problem.values["wrong"], problem.values["right"])
        for problem in wording_problems(PATH, text, wording)
    ]


def test_all_of_todays_pages_are_spelt_right(wording: Wording) -> None:
    wrong = {
        str(path.relative_to(PROJECT)): found
        for path in (PROJECT / "site").rglob("*.md")
        if (found := found_in(path.read_text("utf-8"), wording))
    }

    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("Tại phường Tân an.", "Tân an", "Tân An"),
        ("Người dân xã Ea Kly và xã ea hleo", "ea hleo", "Ea H’Leo"),
        ("ở tỉnh Đắc Lắk.", "Đắc Lắk", "Đắk Lắk"),
        ("ở Đắc Lắc", "Đắc Lắc", "Đắk Lắk"),
        ("Đã Xử dụng ma túy", "Xử dụng", "sử dụng"),
        ("tới Buôn mê thuột", "Buôn mê thuột", "Buôn Ma Thuột"),
        ("tại Phường Ban Mê Thuột", "Phường Ban Mê Thuột", "phường Buôn Ma Thuột"),
        ("Do sơ xuất, hồ sơ xuất trình chậm.", "sơ xuất", "sơ suất"),
        ("Đăng ký thường chú, chú ý mang hộ chiếu.", "thường chú", "thường trú"),
        ("Khai báo tạm chú", "tạm chú", "tạm trú"),
        ("thông báo lưu chú", "lưu chú", "lưu trú"),
        ("theo Luật Cư chú", "Cư chú", "cư trú"),
        ("Công an đã sử lý.", "sử lý", "xử lý"),
        ("hành vi che dấu tội phạm", "che dấu tội phạm", "che giấu tội phạm"),
        ("xã sát nhập từ tháng 7", "sát nhập", "sáp nhập"),
        ("người dân tố rác", "tố rác", "tố giác"),
        ("tựu chung lại", "tựu chung", "tựu trung"),
        ("cùng chia xẻ", "chia xẻ", "chia sẻ"),
        ("## CÔNG AN XÃ EA KẢR", "EA KẢR", "EA KAR"),
        ("CÔNG AN PHƯỜNG TÂN ÂN THÔNG BÁO", "TÂN ÂN", "TÂN AN"),
        ("CÔNG AN XÃ CƯ MGAR", "CƯ MGAR", "CƯ M’GAR"),
        ("TẠI BUÔN MÊ THUỘT", "BUÔN MÊ THUỘT", "BUÔN MA THUỘT"),
        ("CÀI VNEID", "VNEID", "VNeID"),
    ],
)
def test_a_wrong_form_is_found_with_the_right_one(
    text: str, wrong: str, right: str, wording: Wording
) -> None:
    found = found_in(f"---\ntitle: Tin\n---\n{text}\n", wording)

    assert [(line, bad) for line, _, bad, _ in found] == [(4, wrong)]
    assert found[0][3].replace("'", "’") == right


@pytest.mark.parametrize(
    "text",
    [
        "Phường Tân An, xã Ea Kly, thị trấn Ea Drăng, xã Cư M’gar, xã Cư M'gar.",
        "CÔNG AN PHƯỜNG TÂN AN THÔNG BÁO LỊCH NGHỈ",
        "## CÔNG AN XÃ EA KAR",
        "CÔNG AN XÃ CƯ M’GAR, XÃ EA H'LEO, TỈNH ĐẮK LẮK",
        "also_called: [đăng kí tạm trú, tạm chú]",
        "also_called:\n  - đăng kí tạm trú\n  - tạm chú",
        "url: https://example.vn/dak-lak/xa-tan-an",
        "Công an xã phường nơi ở; xã có trụ sở mới; tỉnh ta.",
        "Nộp hồ sơ xuất nhập cảnh và xuất trình hộ chiếu. Hồ sơ xuất cảnh.",
        "Bà con thường chú ý giờ mở cửa. Người mới đến tạm trú thường chú trọng giấy tờ.",
        "Dân cư chú ý! Bảng có phần lưu chú thích ở dưới.",
        "Mang theo thẻ căn cước Công an tỉnh cấp.",
        "Ảnh chụp không che dấu giáp lai, dấu vân tay.",
        "Nêu rõ lịch sử lý lịch. Lịch sử Lý Thường Kiệt. Tiểu sử lý lịch.",
        "Giáo phận Ban Mê Thuột tổ chức lễ.",
        "Ai cần sửa sang lại giấy tờ thì mang theo bản cũ.",
        "Cảnh sát nhập dữ liệu, cơ quan giám sát nhập khẩu.",
        "Đây là yếu tố rác thải gây ra, và là thành tựu chung của lực lượng.",
        "Chúng chia xẻ thịt thú rừng, xẻ gỗ.",
    ],
)
def test_right_forms_and_what_people_type_pass(text: str, wording: Wording) -> None:
    assert found_in(text, wording) == []
