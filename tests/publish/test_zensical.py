"""The shared pages could come from Zensical: a page that it built is stamped like any other."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from publish.checks import page_problems, sample_problems
from publish.stamp import CLOSE, OPEN, CutPage, escaped

FOLDER = Path(__file__).resolve().parent / "zensical"
SAMPLES = ("don-vi-mau",)


def built_page() -> str:
    """Return the page as Zensical wrote it; zensical/README.md tells how."""
    return (FOLDER / "page.html").read_text(encoding="utf-8")


def values(name: str) -> dict[str, str]:
    return {
        "id": "xa-hai",
        "name": escaped(name),
        "office": escaped(f"Công an {name}"),
        "contact": '<a href="tel:02623851234">0262 3 851 234</a>',
    }


class Texts(HTMLParser):
    """Collects what stands in title, h1 and links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {"title": [], "h1": []}
        self.links: dict[str | None, str | None] = {}
        self._within = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._within = tag
        if tag == "a":
            self.links[dict(attributes).get("href")] = dict(attributes).get("title")

    def handle_data(self, data: str) -> None:
        if self._within in self.found and data.strip():
            self.found[self._within].append(data.strip())


def test_every_token_of_the_source_comes_out_of_zensical_whole() -> None:
    source = (FOLDER / "page.md").read_text(encoding="utf-8")

    page = CutPage.of(built_page())

    assert page.keys == CutPage.of(source).keys == ("contact", "id", "name", "office")
    assert not any(OPEN in piece or CLOSE in piece for piece in page.pieces)


def test_page_that_zensical_built_carries_each_units_own_values() -> None:
    page = CutPage.of(built_page())

    texts = Texts()
    texts.feed(page.stamped(values('xã Hai "&" <Ba>')))

    assert texts.found["h1"] == ['Thủ tục tại Công an xã Hai "&" <Ba>']
    assert texts.found["title"][0].startswith('Thủ tục tại Công an xã Hai "&" <Ba>')
    assert texts.links["tel:02623851234"] is None
    assert texts.links["xa-hai/to-giac/"] == 'Gửi tin tới xã Hai "&" <Ba>'


def test_pages_of_two_units_differ_only_in_their_values() -> None:
    page = CutPage.of(built_page())

    first, second = page.stamped(values("xã Hai")), page.stamped(values("xã Ba"))

    assert first != second
    assert first.replace("xã Hai", "xã Ba") == second


def test_stamped_page_passes_the_checks_that_the_sample_passed() -> None:
    sample = built_page()

    stamped = CutPage.of(sample).stamped(values("xã Hai"))

    assert sample_problems("sample", sample, SAMPLES) == []
    assert page_problems("page", stamped, SAMPLES) == []
