"""Words are checked when a page is saved: names of units, wrong forms, what exposes a person."""

from __future__ import annotations

import pytest

from functions.installed import PROJECT, load_units
from publish.exposure import exposure_problems
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


def exposed_in(text: str, wording: Wording, *public: str) -> list[tuple[str, str]]:
    return [
        (problem.code, problem.values["found"])
        for problem in exposure_problems(PATH, text, wording, public)
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


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [
        ("Gọi anh Nam số 0905 123 456.", "exposes-phone", "0905 123 456"),
        ("Gọi +84905123456", "exposes-phone", "+84905123456"),
        ("số 0262.3855.123 của gia đình", "exposes-phone", "0262.3855.123"),
        ("căn cước 066090012345", "exposes-number", "066090012345"),
        ("CMND 240123456", "exposes-number", "240123456"),
        ("tài khoản 1903 4567 8901 2345", "exposes-number", "1903 4567 8901 2345"),
        ("xe 47B1-123.45", "exposes-plate", "47B1-123.45"),
        ("ô tô 47A-12345", "exposes-plate", "47A-12345"),
        ("biển 47 C1 1234", "exposes-plate", "47 C1 1234"),
        ("đưa cháu Nguyễn Thị Bông về nhà", "exposes-child", "Nguyễn Thị Bông"),
        ("em Y Bhăm Niê, lớp 5", "exposes-child", "Y Bhăm Niê"),
        ("em H’Nga Buôn Yă, lớp 5", "exposes-child", "H’Nga Buôn Yă"),
        ("cháu Y Krông Êban", "exposes-child", "Y Krông Êban"),
        ("em Đoàn Thị Hoa", "exposes-child", "Đoàn Thị Hoa"),
        ("bé Việt Anh", "exposes-child", "Việt Anh"),
        ("trẻ em Nguyễn Văn An", "exposes-child", "Nguyễn Văn An"),
        ("học sinh THPT Buôn Ma Thuột, em Lê Thị Na", "exposes-child", "Lê Thị Na"),
        ("Một cháu bé đi lạc, là cháu Nguyễn Thị Bông", "exposes-child", "Nguyễn Thị Bông"),
        ("cháu gái Nguyễn Thị Bông", "exposes-child", "Nguyễn Thị Bông"),
        ("cháu tên là Nguyễn Thị Bông", "exposes-child", "Nguyễn Thị Bông"),
        ("bé trai họ tên: Lê Văn Tí", "exposes-child", "Lê Văn Tí"),
        ("gọi 0912-34-5678", "exposes-phone", "0912-34-5678"),
        ("gọi 0912.34.5678", "exposes-phone", "0912.34.5678"),
        ("gọi 090.512.3456", "exposes-phone", "090.512.3456"),
        ("căn cước 079.203.004.567", "exposes-number", "079.203.004.567"),
    ],
)
def test_what_shows_who_somebody_is_is_found(
    text: str, code: str, found: str, wording: Wording
) -> None:
    assert exposed_in(text, wording) == [(code, found)]


@pytest.mark.parametrize(
    "text",
    [
        "Ngày 20-11-2026 thu giữ 1.500.000.000 đồng.",
        "Theo Nghị định 168/2024/NĐ-CP, Luật 118/2025/QH15, phạt 7.000.000 đồng.",
        "Bắt 5 nam, 1 nữ, thu 2 bơm kim tiêm; 6 trên 6 dương tính.",
        "Đưa một cháu bé 6 tuổi về với gia đình.",
        "Các em Trường Tiểu học đã được nhắc nhở.",
        "Hai học sinh THPT Buôn Ma Thuột, học sinh THCS Phan Bội Châu.",
        "Học sinh Tiểu học Nguyễn Du, các bé Mầm Non Hoa Hồng, trẻ em Thôn Tân Lập.",
        "Trẻ em Buôn Đôn, thiếu niên Ea Kar, thiếu nữ Krông Búk, học sinh Cư M’gar, Đắk Lắk.",
        "Trẻ em Việt Nam; các em Đoàn Thanh niên; các em Đội Thiếu niên.",
        "Gọi 113, 114, 115 hoặc 111.",
        "Ngày 1.2.2026 và 01.02.2026, từ 2026-01-02 đến 3-4-2026.",
        "Các cháu gái Trường Tiểu học; trẻ là người Việt Nam.",
        "Từ 7 giờ 30 đến 11 giờ 30, năm 2025-2026.",
    ],
)
def test_what_shows_nobody_passes(text: str, wording: Wording) -> None:
    assert exposed_in(text, wording) == []


def test_the_telephone_of_an_office_may_stand_there(wording: Wording) -> None:
    text = "Báo trực ban: 0262 3855 123."

    assert exposed_in(text, wording, "02623855123") == []
