"""What shows who somebody is stays out of outcomes and news; what shows nobody passes."""

from __future__ import annotations

import pytest

from functions.installed import PROJECT, load_units
from publish.exposure import exposure_problems, number_problems
from publish.wording import Wording, load_wording

PATH = "site/don-vi/phuong-tan-an/ket-qua/mot-vu.md"
YEAR = 2026


@pytest.fixture(scope="module")
def wording() -> Wording:
    return load_wording(PROJECT, load_units().all())


def exposed_in(text: str, wording: Wording, *public: str) -> set[tuple[str, str]]:
    return {
        (problem.code, problem.values["found"])
        for problem in exposure_problems(PATH, text, wording, YEAR, lambda: public)
    }


def test_the_reviewers_post_is_refused_for_every_person_in_it(wording: Wording) -> None:
    text = (
        "Nạn nhân Nguyễn Thị Hoa (14 tuổi), cháu bé 5 tuổi tên Nguyễn Văn An và học sinh lớp 5"
        " Trần Văn Bình; bạn của cháu _Lê Thị Na_. Xe 47K1–123.45, xe 47\u00a0K1 123.46,"
        " gọi 0912345678,0987654321 hoặc (0905) 123 456."
    )

    found = exposed_in(text, wording)

    assert found == {
        ("exposes-child", "Nguyễn Thị Hoa"),
        ("exposes-child", "Nguyễn Văn An"),
        ("exposes-child", "Trần Văn Bình"),
        ("exposes-child", "Lê Thị Na"),
        ("exposes-plate", "47K1-123.45"),
        ("exposes-plate", "47 K1 123.46"),
        ("exposes-phone", "0912345678"),
        ("exposes-phone", "0987654321"),
        ("exposes-phone", "(0905) 123 456"),
    }


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
        ("SĐT 0912–345–678", "exposes-phone", "0912-345-678"),
        ("SĐT 0912  345  678", "exposes-phone", "0912 345 678"),
        ("điện thoại 0912/345/678", "exposes-phone", "0912/345/678"),
        ("Zalo 84.912.345.678", "exposes-phone", "84.912.345.678"),
        ("Zalo +84 912 345 678", "exposes-phone", "+84 912 345 678"),
        ("`0912345678`", "exposes-phone", "0912345678"),
        ("09​12345678", "exposes-phone", "0912345678"),
        ("Số 0912&#8203;345678", "exposes-phone", "0912345678"),
        ("091\\2345678", "exposes-phone", "0912345678"),
        ("email: Nam 0912345678", "exposes-phone", "0912345678"),
        ("CMND 241.234.567", "exposes-number", "241.234.567"),
        ("STK 1903 6789 0123 45", "exposes-number", "1903 6789 0123 45"),
        ("CCCD 066085 001234,", "exposes-number", "066085 001234"),
        ("biển 47K1–123.45", "exposes-plate", "47K1-123.45"),
        ("biển 47a1-123.45", "exposes-plate", "47a1-123.45"),
        ("biển 47A - 123.45", "exposes-plate", "47A - 123.45"),
        ("xe 47 K1 123.45", "exposes-plate", "47 K1 123.45"),
        ("biển 47AA-123.45", "exposes-plate", "47AA-123.45"),
        ("xe 47F1- 1234", "exposes-plate", "47F1- 1234"),
        ("cháu _Nguyễn Văn An_ bị lạc", "exposes-child", "Nguyễn Văn An"),
        ("cháu **Nguyễn Văn An**", "exposes-child", "Nguyễn Văn An"),
        ("cháu [Nguyễn Văn An](../index.md)", "exposes-child", "Nguyễn Văn An"),
        ("![cháu Nguyễn Văn An](x.jpg)", "exposes-child", "Nguyễn Văn An"),
        ("cháu Nguyễn\nVăn An", "exposes-child", "Nguyễn Văn An"),
        ("cháu nguyễn văn an", "exposes-child", "nguyễn văn an"),
        ("cháu NGUYỄN VĂN AN", "exposes-child", "NGUYỄN VĂN AN"),
        ("cháu Nguyễn Văn An", "exposes-child", "Nguyễn Văn An"),
        ("con anh Nguyễn Văn B là Nguyễn Văn C, 9 tuổi", "exposes-child", "Nguyễn Văn C"),
        ("nạn nhân Nguyễn Thị Hoa (14 tuổi)", "exposes-child", "Nguyễn Thị Hoa"),
        ("bị hại: Trần Thị Bé Na, sinh năm 2013", "exposes-child", "Trần Thị Bé Na"),
        ("học sinh lớp 5 Nguyễn Văn An", "exposes-child", "Nguyễn Văn An"),
        ("cháu bé 5 tuổi tên Nguyễn Văn An", "exposes-child", "Nguyễn Văn An"),
        ("nữ sinh Nguyễn Thị Hoa", "exposes-child", "Nguyễn Thị Hoa"),
        ("cháu bé học lớp 5, tên Lê Thị Na", "exposes-child", "Lê Thị Na"),
        ("cháu Minh Anh, 5 tuổi", "exposes-child", "Minh Anh"),
        ("Lê Văn B, nữ, 13 tuổi", "exposes-child", "Lê Văn B"),
        ("H’Nga Niê (SN: 12/3/2014)", "exposes-child", "H’Nga Niê"),
        ("Sùng A Páo (2012) ", "exposes-child", "Sùng A Páo"),
        ("em gái 13 tuổi (tên Lê Thị Na)", "exposes-child", "Lê Thị Na"),
        ("nạn nhân 14 tuổi là Nguyễn Thị Hoa", "exposes-child", "Nguyễn Thị Hoa"),
        ("| Nguyễn Văn An | 12 tuổi |", "exposes-child", "Nguyễn Văn An"),
        ("Cháu Nguyễn Văn An", "exposes-child", "Nguyễn Văn An"),
        ("CHÁU BÉ TÊN NGUYỄN VĂN AN", "exposes-child", "NGUYỄN VĂN AN"),
        ("HỌC SINH LỚP 5A1 VI VĂN AN", "exposes-child", "VI VĂN AN"),
        ("cháu, Nguyễn Văn An", "exposes-child", "Nguyễn Văn An"),
        ("Nguyễn Văn An 17 tuổi", "exposes-child", "Nguyễn Văn An"),
        ("bé 8 tháng tuổi Nguyễn Bảo Ngọc", "exposes-child", "Nguyễn Bảo Ngọc"),
        ("cháu <b>Nguyễn</b> Văn&nbsp;An", "exposes-child", "Nguyễn Văn An"),
        ("> cháu Nguyễn\n> Văn An", "exposes-child", "Nguyễn Văn An"),
        ("Trần Văn Bình, học sinh lớp 9A", "exposes-child", "Trần Văn Bình"),
        ("Lê Thị Na (lớp 5, trường Lê Lợi)", "exposes-child", "Lê Thị Na"),
        ("thiếu niên Trần Văn B", "exposes-child", "Trần Văn B"),
        ("[Zalo](https://zalo.me/0912345678)", "exposes-phone", "0912345678"),
        ("[Gọi](tel:0912345678)", "exposes-phone", "0912345678"),
        ("&lt;0912345678&gt;", "exposes-phone", "0912345678"),
        ("０９１２３４５６７８", "exposes-phone", "0912345678"),
        ("(+84) 912 345 678", "exposes-phone", "(+84) 912 345 678"),
        ("+84 (0)912345678", "exposes-phone", "+84 (0)912345678"),
        ("0912 345\n678", "exposes-phone", "0912 345 678"),
        ("sđt0912345678", "exposes-phone", "0912345678"),
        ("0912345678 24/24 giờ", "exposes-phone", "0912345678"),
        ("Công an phường, số nhà riêng 0262 3855 123", "exposes-phone", "0262 3855 123"),
        ("bệnh viện gọi số 0905 123 456", "exposes-phone", "0905 123 456"),
        ("066 085 001 234", "exposes-number", "066 085 001 234"),
        ("066.0.85.001234", "exposes-number", "066.0.85.001234"),
        ("CMND 241 234 567 đồng thời", "exposes-number", "241 234 567"),
        ("tài khoản số 12345678 của", "exposes-number", "12345678"),
        ("hộ chiếu C1234567", "exposes-number", "C1234567"),
        ("căn cước 066085001234 ngày 20/11/2026", "exposes-number", "066085001234"),
        ("xe 47k1 12345", "exposes-plate", "47k1 12345"),
        ("BKS47K112345", "exposes-plate", "47K112345"),
        ("47A-123,45", "exposes-plate", "47A-123,45"),
        ("47a123.45", "exposes-plate", "47a123.45"),
        ("**47A**-**123**.45", "exposes-plate", "47A-123.45"),
    ],
)
def test_what_shows_who_somebody_is_is_found(
    text: str, code: str, found: str, wording: Wording
) -> None:
    assert exposed_in(text, wording) == {(code, found)}


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
        "Trung tá Nguyễn Văn A, Trưởng Công an phường, trao lại chiếc ví cho người đánh rơi.",
        "Thượng úy Trần Thị Bình, cán bộ trẻ Lê Văn Cường đưa cháu bé 5 tuổi về với gia đình.",
        "Đại úy Y Bhăm Niê, Phó Trưởng Công an xã, đã đến tận buôn làm căn cước cho bà con.",
        "Học sinh Trường THPT Chu Văn An, Trường THCS Phan Bội Châu nghe tuyên truyền.",
        "Hơn 500 học sinh Trường Tiểu học Lê Lợi, 10 tuổi trở lên, được tập chữa cháy.",
        "Trên đường Nguyễn Văn Cừ, đoạn gần chợ Tân An, hai xe va chạm lúc 22h 20/11/2026.",
        "Một cháu bé ở phường Tân An, 8 tuổi, đi lạc đã được đưa về nhà.",
        "Một cháu bé 6 tuổi ở buôn Ea Bông đi lạc; người thân đã đón cháu về.",
        "Bắt Nguyễn Văn Tèo (SN 1990) về hành vi dâm ô với cháu bé 9 tuổi.",
        "Đối tượng xâm hại cháu bé là Nguyễn Văn Tèo (36 tuổi), trú tại xã Ea Kar.",
        "Ông Nguyễn Văn Bình, sinh năm 1958, nhận lại xe máy.",
        "Bà ngoại của cháu, Nguyễn Thị Hoa (60 tuổi), cảm ơn Công an phường.",
        "Cháu N.V.A (8 tuổi) đã về nhà an toàn.",
        "Phạt 7.500.000 đồng theo Nghị định 168/2024/NĐ-CP và Luật số 118/2025/QH15.",
        "Căn cước theo Luật Căn cước số 26/2023/QH15 cấp cho công dân từ đủ 14 tuổi.",
        "Từ đủ 14 tuổi, Luật Căn cước quy định công dân phải làm thẻ.",
        "Trẻ em dưới 14 tuổi, Công an phường Tân An đến tận trường làm căn cước.",
        "Chiếm đoạt 1.500.000.000 đồng; đã thu hồi 150.000.000đ và 2.000 USD.",
        "Thu giữ 1500000000 đồng, 15 kg pháo, 2000 viên đạn chì và 12 xe.",
        "Phạt tiền từ 100.000.000 đến 200.000.000 đồng.",
        "Bị lừa 1 250 000 000 VNĐ qua mạng.",
        "Giai đoạn 2021-2025 - 123 vụ; năm 2026 - 118 vụ, giảm 4,1%.",
        "Làm việc 07.30-11.30 và 13.30-17.00 từ thứ 2 đến thứ 6.",
        "Tại tọa độ 12.66731, 108.03821 (hồ Ea Kao) phát hiện một chiếc xuồng.",
        "Từ 15.11.2026-20.11.2026, từ 09/11-15/11/2026, ngày 2026-11-20.",
        "Gọi 113 114 115 hoặc 111; tổng đài 1900 8198, 18001567, 1800 599 920.",
        "Gọi Công an tỉnh 0262 3868 113 hoặc Bệnh viện Đa khoa vùng Tây Nguyên (0262.3852.654).",
        "Trực ban Công an phường Tân An: 0262 3811 234.",
        "Thông tư 79/2024/TT-BCA, Kế hoạch 15/KH-CAP, Quyết định 1234/QĐ-UBND.",
        "Điều 134, 135, khoản 1 - 2 - 3 Điều 141 Bộ luật Hình sự năm 2015, sửa đổi 2017.",
        "Trao 30 suất quà cho trẻ em Ê Đê, M’Nông và trẻ em Hà Nội về thăm.",
        "Học sinh Phan Bội Châu, học sinh Ea Kar và thiếu nhi Tân An dự hội thi.",
        "Đoàn Thanh niên cùng anh em Công an Đắk Lắk, chị em Hội Phụ nữ tặng quà các cháu.",
        "Ban Chấp hành Đoàn phường tổ chức cho các em, Hội Liên hiệp Phụ nữ tặng bánh.",
        "Đồng chí Nguyễn Văn Bình, 15 tuổi Đảng, được khen thưởng.",
        "Xe 47A và xe tải 5 tấn; biển số đã được che.",
        "Mã hồ sơ H15-261120-0012 đã có kết quả.",
        "Nộp phạt vào tài khoản 3949.0.1054321 của Kho bạc Nhà nước khu vực XV.",
        "BẮT ĐỐI TƯỢNG XÂM HẠI TRẺ EM 14 TUỔI TẠI PHƯỜNG TÂN AN",
        "CHÁU BÉ ĐI LẠC ĐƯỢC ĐƯA VỀ NHÀ",
        "CÔNG AN PHƯỜNG TÂN AN TUYÊN TRUYỀN CHO HỌC SINH LƯU TRÚ, TRẺ EM VI PHẠM",
        "Xem [trang hướng dẫn](https://dichvucong.gov.vn/thu-tuc/1234567890.html) hoặc https://a.vn/0912345678.",
        "Tuổi trẻ Công An Tân An ra quân; báo Tuổi Trẻ đưa tin.",
        "Cháu Ngoan Bác Hồ; quán cà phê Nguyễn Huệ (2019); Luật Trẻ em (2016).",
        "Bắt 3 đối tượng: Nguyễn Văn A (SN 1999), Y Thuyên Êban (SN 2001), Lê Văn C (25 tuổi).",
        "Ông Trần Văn Năm (70 tuổi) cùng cháu nội 5 tuổi đi lạc trên đường Lê Duẩn.",
        "Đội Cảnh sát giao thông, điện thoại 0262 3852 113; giải nhất 3.000.000đ.",
        "Camera ghi lúc 23:15:42 ngày 20/11/2026 tại ngã tư Lê Duẩn - Nguyễn Văn Cừ.",
        "Cấp 123.456 thẻ căn cước, đạt 98,5% kế hoạch; 1.234.567 lượt truy cập.",
        "Tổ 5, 6, 7 phường Tân Lập; thửa đất số 123, tờ bản đồ số 45.",
        "Con chị H’Nga, 4 tuổi, bị bỏng đã được Trạm Y tế xã cấp cứu.",
        "Chị Lê Thị Lan đến đón con 5 tuổi; anh Trần Văn Hùng ký biên bản.",
        "Bắt hai thanh niên tên Hùng và Dũng (cùng SN 2001) trộm 3 xe máy.",
        "Đề án 06/CP, Chỉ thị 05-CT/TW, Nghị quyết 57-NQ/TW ngày 22/12/2024.",
        "Công an tỉnh Đắk Lắk (58 Nguyễn Tất Thành) tiếp dân ngày 15 hằng tháng.",
        "Trường Mầm non 1 tháng 6, 5 tuổi học lớp lá.",
        "Vụ cháy lúc 02 giờ 15 phút ngày 03.11.2026 tại số nhà 125/12/3 Phan Chu Trinh.",
        "Nước lũ dâng 1,5 m; sơ tán 1.250 hộ ở Ea Súp, Ia Rvê; không có thiệt hại về người.",
        "Tuyên dương em học sinh lớp 7 Trường THCS Nguyễn Trãi nhặt được của rơi.",
        "Cô Lê Thị Lan, chủ nhiệm lớp 9A, cùng học sinh Nguyễn Trãi lớp 9 dự lễ.",
        "Cán bộ Nguyễn Thị Minh Khai, 45 tuổi, và em họ đều là Đảng viên.",
    ],
)
def test_what_shows_nobody_passes(text: str, wording: Wording) -> None:
    assert exposed_in(text, wording) == set()


def test_second_child_of_a_list_is_found_by_the_class_behind_it(wording: Wording) -> None:
    found = exposed_in("Các em Lê Thị Na, Trần Văn Bình (học sinh lớp 9).", wording)

    assert {name for _, name in found} == {"Lê Thị Na", "Trần Văn Bình"}


def test_the_telephone_of_an_office_may_stand_there(wording: Wording) -> None:
    text = "Báo trực ban của buôn: 0905 123 456, +84 905 123 456."

    assert exposed_in(text, wording, "0905123456") == set()
    assert exposed_in(text, wording, "0905123457") != set()


def test_a_long_number_is_told_in_short(wording: Wording) -> None:
    ((_, found),) = exposed_in("7" * 5000, wording)

    assert len(found) < 100


def test_line_of_what_is_found_is_the_files(wording: Wording) -> None:
    text = (
        "---\ntitle: cháu Lê Thị\n  Hoa\nsummary: Hoa Lan\n---\n\n## Tin\nMột dòng\n"
        "xe 47A-123.45, cháu\nTrần Thị\nNa.\n\n- gọi\n  0912\u00a0345 678\n"
    )

    found = exposure_problems(PATH, text, wording, YEAR, tuple)

    assert sorted((problem.line, problem.values["found"]) for problem in found) == [
        (2, "Lê Thị Hoa"),
        (9, "47A-123.45"),
        (10, "Trần Thị Na"),
        (14, "0912 345 678"),
    ]


def test_words_of_two_paragraphs_entries_or_fields_make_no_name(wording: Wording) -> None:
    text = "---\ntitle: Tìm thấy bé\nsummary: Nguyễn Văn A\n---\n\ncháu\n\nLê Na\n\n- em\n- Lê Na\n"

    assert exposed_in(text, wording) == set()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Tìm cháu Nguyễn Văn An, 5 tuổi; gọi anh Nam 0905 123 456 24/24 giờ.", []),
        ("Tìm chủ xe 47K1-123.45, ai biết gọi 0912345678,0987654321.", []),
        ("Truy nã Nguyễn Văn Tèo (SN 1990), CCCD 066085001234.", ["066085001234"]),
        ("Chủ giấy tờ CMND 241.234.567 đến nhận.", ["241.234.567"]),
        ("Ủng hộ qua số tài khoản 1903 6789 0123 45.", ["1903 6789 0123 45"]),
        ("Nộp vào tài khoản số 3949.0.1054321 tại Kho bạc Nhà nước.", []),
        ("Thu 1.500.000.000 đồng, hạn 20-11-2026, thông tư 79/2024/TT-BCA.", []),
    ],
)
def test_notice_may_say_all_but_numbers_of_papers_and_accounts(
    text: str, numbers: list[str], wording: Wording
) -> None:
    found = [*number_problems(PATH, text, wording)]

    assert [problem.values["found"] for problem in found] == numbers
    assert {problem.code for problem in found} <= {"exposes-number"}
