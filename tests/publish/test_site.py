"""The real site as residents get it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

from functions.core.categories import CATEGORIES
from functions.core.models import TipStatus, Urgency
from functions.core.units import UnitKind, parse_units
from publish.build import BuildReport
from publish.checks import foreign_addresses, foreign_in_css
from tests.publish.conftest import ROOT, TODAY

CATALOGUE = yaml.safe_load((ROOT / "templates" / "catalogue.yml").read_text(encoding="utf-8"))


def page(site: BuildReport, address: str) -> str:
    return (site.site / address / "index.html").read_text(encoding="utf-8")


def live_units() -> list[str]:
    register = parse_units((ROOT / "data" / "units.csv").read_text(encoding="utf-8"))
    return [unit.unit_id for unit in register.with_pages(TODAY)]


def test_the_generator_alone_builds_the_shared_pages_strictly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]

    run = subprocess.run(
        [*command, "-f", str(ROOT / "mkdocs.yml"), "-d", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert (tmp_path / "thu-tuc" / "dang-ky-tam-tru" / "index.html").is_file()
    assert not (tmp_path / "don-vi").exists()


def test_every_live_unit_has_its_page_its_form_and_its_procedures(built_site: BuildReport) -> None:
    procedures = {path.stem for path in (ROOT / "site" / "thu-tuc").glob("*.md")} - {"index"}

    units = live_units()

    assert len(units) == 103
    for unit_id in units:
        folder = built_site.site / unit_id
        assert f'action="/api/units/{unit_id}/tips"' in page(built_site, f"{unit_id}/to-giac")
        assert (folder / "index.html").is_file()
        assert {path.name for path in (folder / "thu-tuc").iterdir() if path.is_dir()} == procedures


def test_pages_of_two_units_carry_their_own_values(built_site: BuildReport) -> None:
    ward = page(built_site, "phuong-tan-an/thu-tuc/dang-ky-tam-tru")
    other = page(built_site, "phuong-ea-kao/thu-tuc/dang-ky-tam-tru")

    assert "Công an phường Tân An" in ward
    assert "Ea Kao" not in ward
    assert "Công an phường Ea Kao" in other
    assert "Tân An" not in other


def test_a_unit_without_phone_says_so_and_names_113(built_site: BuildReport) -> None:
    contact = page(built_site, "phuong-tan-an").split('id="lien-he"')[1]

    phone = contact.split("<dt>Điện thoại trực ban</dt>")[1].split("</dd>")[0]

    assert "chưa cập nhật" in phone
    assert 'href="tel:113"' in phone


def test_every_page_offers_the_form_and_the_emergency_numbers(built_site: BuildReport) -> None:
    for path in built_site.site.rglob("*.html"):
        html = path.read_text(encoding="utf-8")

        assert all(f'href="tel:{number}"' in html for number in (113, 114, 115)), path
        assert 'class="by-help__tip"' in html or "<form" in html, path


def test_tip_link_of_a_unit_page_leads_to_that_units_form(built_site: BuildReport) -> None:
    procedure = built_site.site / "phuong-tan-an" / "thu-tuc" / "sang-ten"
    html = (procedure / "index.html").read_text(encoding="utf-8")

    link = re.search(r'class="by-help__tip" href="([^"]+)"', html)

    assert link is not None
    form = built_site.site / "phuong-tan-an" / "to-giac"
    assert (procedure / link[1]).resolve() == form.resolve()


def test_every_link_inside_the_site_leads_to_a_page(built_site: BuildReport) -> None:
    site = built_site.site
    dynamic = ("/api/",)
    broken = []
    for path in site.rglob("*.html"):
        for address in re.findall(r'<a\b[^>]*?href="([^"#]*)', path.read_text(encoding="utf-8")):
            if not address or re.match(r"[a-z]+:", address) or address.startswith(dynamic):
                continue
            base = site if address.startswith("/") else path.parent
            target = Path(f"{base}/{address.lstrip('/')}")
            if not (target / "index.html").is_file() and not target.is_file():
                broken.append(f"{path.relative_to(site)}: {address}")

    assert broken == []


def test_nothing_is_loaded_from_another_host(built_site: BuildReport) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in built_site.site.rglob("*.html")}
    styles = {path: path.read_text(encoding="utf-8") for path in built_site.site.rglob("*.css")}

    assert [path for path, text in pages.items() if foreign_addresses(text)] == []
    assert [path for path, text in styles.items() if foreign_in_css(text)] == []


def test_no_template_message_or_source_file_is_published(built_site: BuildReport) -> None:
    private = {".j2", ".yml", ".yaml", ".csv", ".md", ".json", ".py"}
    published = [path for path in built_site.site.rglob("*") if path.is_file()]
    theirs = {
        path.name
        for folder in ("pages", "zalo", "sandbox")
        for path in (ROOT / "templates" / folder).rglob("*")
        if path.is_file()
    }

    search_index = built_site.site / "search"
    assert [
        path for path in published if path.suffix in private and path.parent != search_index
    ] == []
    assert [path for path in published if path.name in theirs - {"index.html"}] == []
    assert "stamped" not in {path.parent.name for path in published}


def test_no_page_needs_an_inline_script_or_style(built_site: BuildReport) -> None:
    side_file = json.loads(built_site.facts.read_text(encoding="utf-8"))

    assert side_file["script_hashes"] == []
    assert side_file["style_hashes"] == []


def test_side_file_tells_functions_each_units_office_and_phone(built_site: BuildReport) -> None:
    side_file = json.loads(built_site.facts.read_text(encoding="utf-8"))

    assert set(side_file["units"]) == set(live_units())
    assert side_file["units"]["phuong-tan-an"] == {
        "name": "Phường Tân An",
        "office": "Công an phường Tân An",
        "duty_phone": None,
        "address": None,
    }
    assert built_site.site not in built_site.facts.parents


def test_old_address_leads_to_the_only_successor(built_site: BuildReport) -> None:
    html = page(built_site, "xa-ea-tu")

    assert 'content="0; url=/phuong-tan-an/"' in html
    assert '<link rel="canonical" href="/phuong-tan-an/">' in html
    assert '<meta name="robots" content="noindex">' in html


def test_old_form_address_leads_to_the_successors_form(built_site: BuildReport) -> None:
    html = page(built_site, "xa-ea-tu/to-giac")

    assert 'content="0; url=/phuong-tan-an/to-giac/"' in html


def test_old_address_borne_by_two_or_split_offers_the_choice(built_site: BuildReport) -> None:
    namesakes = page(built_site, "phuong-thong-nhat")
    split = page(built_site, "xa-ea-bhok")

    assert "http-equiv" not in namesakes + split
    assert 'href="/phuong-buon-ho/"' in namesakes
    assert 'href="/phuong-buon-ma-thuot/"' in namesakes
    assert 'href="/xa-dray-bhang/"' in split
    assert 'href="/xa-ea-ktur/"' in split


def test_live_page_offers_the_former_unit_that_bore_its_name(built_site: BuildReport) -> None:
    for address, successor in (
        ("xa-ea-drong", "/xa-cuor-dang/"),
        ("xa-ea-drong/to-giac", "/xa-cuor-dang/to-giac/"),
    ):
        line = page(built_site, address).split('class="by-namesake"')[1].split("</p>")[0]

        assert f'href="{successor}"' in line
        assert "cũ?" in line


def test_home_lists_every_unit_and_its_former_names(built_site: BuildReport) -> None:
    home = (built_site.site / "index.html").read_text(encoding="utf-8")

    assert all(f'href="{unit_id}/to-giac/"' in home for unit_id in live_units())
    assert "Xã Ea Tu" in home


def test_uncertain_facts_keep_their_mark_and_every_page_its_day(built_site: BuildReport) -> None:
    for slug in ("dang-ky-tam-tru", "thong-bao-luu-tru", "cap-doi-lai", "sang-ten"):
        html = page(built_site, f"phuong-tan-an/thu-tuc/{slug}")
        assert "ngày 21/11/2026" in html
        assert "Chưa có cán bộ xác nhận" in html

    assert page(built_site, "thu-tuc/sang-ten").count("cần cán bộ kiểm tra") > 4


def test_pages_stay_small(built_site: BuildReport) -> None:
    limits = {"home": 64 * 1024, "to-giac": 40 * 1024, "thu-tuc": 32 * 1024}
    too_large = {}
    for path in built_site.site.rglob("index.html"):
        kind = "home" if path.parent == built_site.site else path.parent.name
        if path.stat().st_size > limits.get(kind, 24 * 1024):
            too_large[path] = path.stat().st_size

    assert too_large == {}


def test_catalogue_has_a_word_for_every_code() -> None:
    assert list(CATALOGUE["categories"]) == list(CATEGORIES)
    assert list(CATALOGUE["urgencies"]) == list(Urgency)
    assert list(CATALOGUE["statuses"]) == list(TipStatus)
    assert list(CATALOGUE["unit_kinds"]) == list(UnitKind)


def test_every_former_address_leads_functions_to_live_units(built_site: BuildReport) -> None:
    redirects = json.loads((built_site.site.parent / "redirects.json").read_text(encoding="utf-8"))
    live = set(live_units())

    assert len(redirects) == built_site.old_addresses == 291
    assert all(set(former["to"]) <= live and former["to"] for former in redirects.values())
    assert redirects["phuong-tan-hoa"] == {"to": ["phuong-tan-lap"], "choice": []}
    assert redirects["thi-tran-la-hai"]["to"] == ["xa-dong-xuan"]
    assert [former["name"] for former in redirects["xa-hoa-thang"]["choice"]] == [
        "Xã Hòa Thắng",
        "Xã Hòa Thắng",
    ]


def test_units_of_early_2025_stand_at_home_under_their_heirs(built_site: BuildReport) -> None:
    home = (built_site.site / "index.html").read_text(encoding="utf-8")

    entry = home.split('href="phuong-tuy-hoa/"')[1].split("</li>")[0]

    assert "Phường 1, Phường 2" in entry
    assert "Xã Hòa Trị" in entry
