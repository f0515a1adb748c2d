"""The site that everybody builds: so many units, so many procedures, 11 own pages each.

The procedures are those of the project, over and over until there are enough, with their links
taken out, since a page that is left out would break them. The units are invented.
"""

from __future__ import annotations

import itertools
import random
import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bench.site.day import DAY
from publish.fast_yaml import load

PROJECT = Path(__file__).resolve().parent.parent.parent

OWN_KINDS = {"thong-bao": 5, "tin-tuc": 3, "ket-qua": 3}

_PLACES = ("thu-tuc", "phap-luat", "canh-bao", "")
_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\.md[^)]*\)")
_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)---\n(.*)\Z", re.DOTALL)
_TEXT = (
    "công an xã thông báo bà con nhân dân từ ngày đến hết giờ làm việc tiếp nhận hồ sơ cấp "
    "căn cước lưu động tại nhà văn hóa thôn buôn mang theo giấy tờ cũ trẻ em đi cùng cha mẹ "
    "đề nghị không đốt pháo phòng cháy rừng mùa khô khóa xe cẩn thận khi đi chợ cảnh giác "
    "cuộc gọi lạ"
)
_WORDS = _TEXT.split()


@dataclass(frozen=True)
class Article:
    """A page of facts: its address, and its text with and without our front matter."""

    folder: str
    slug: str
    meta: dict[str, Any]
    body: str


@dataclass(frozen=True)
class Post:
    """A unit's own page."""

    kind: str
    slug: str
    title: str
    text: str


@dataclass(frozen=True)
class Unit:
    """An invented unit."""

    unit_id: str
    name: str
    phone: str
    address: str
    posts: tuple[Post, ...]


@dataclass(frozen=True)
class Corpus:
    """All there is to publish."""

    units: tuple[Unit, ...]
    procedures: tuple[Article, ...]
    others: tuple[Article, ...]

    @property
    def pages(self) -> int:
        """Pages that everybody makes: each unit's home, procedures and own pages; shared ones."""
        own = sum(OWN_KINDS.values())
        of_units = len(self.units) * (1 + len(self.procedures) + own)
        return of_units + len(self.procedures) + len(self.others) + 1


def make_corpus(units: int, procedures: int) -> Corpus:
    """Make the same corpus at every run."""
    found = {folder: list(_articles(folder)) for folder in _PLACES}
    enough = itertools.islice(_over_and_over(found["thu-tuc"]), procedures)
    others = [article for folder in _PLACES[1:] for article in found[folder]]
    chance = random.Random(1)
    return Corpus(
        tuple(_unit(number, chance) for number in range(1, units + 1)),
        tuple(enough),
        tuple(others),
    )


def write_project(corpus: Corpus, root: Path) -> None:
    """Write the corpus as a project of ours, with the settings and templates as they are."""
    for name in ("mkdocs.yml", "templates/catalogue.yml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, root / name)
    shutil.copytree(PROJECT / "templates" / "site", root / "templates" / "site")
    (root / "data").mkdir()
    for file in (PROJECT / "data").glob("*.yml"):
        shutil.copy(file, root / "data")
    site, theirs = root / "site", PROJECT / "site"
    shutil.copytree(theirs, site, ignore=shutil.ignore_patterns("don-vi"))
    for path in site.rglob("*.md"):
        path.write_text(_without_links(path.read_text("utf-8")), "utf-8")
    for path in (site / "thu-tuc").glob("*.md"):
        if path.stem != "index":
            path.unlink()
    for article in corpus.procedures:
        _write_page(site / "thu-tuc" / f"{article.slug}.md", article.meta, article.body)
    for sample in ("_mau", "_dia-chi-cu"):
        shutil.copytree(theirs / "don-vi" / sample, site / "don-vi" / sample)
    _write_units(corpus, root)


def _write_units(corpus: Corpus, root: Path) -> None:
    header = (PROJECT / "data" / "units.csv").read_text("utf-8").splitlines()[0]
    province = next(
        line
        for line in (PROJECT / "data" / "units.csv").read_text("utf-8").splitlines()
        if line.startswith("tinh-dak-lak,")
    )
    rows = [
        f"{unit.unit_id},xa,{unit.name},{unit.name.removeprefix('Xã ')},{30000 + number},"
        "2025-07-01,,,tinh-dak-lak,Huyện Thử,no,,,"
        for number, unit in enumerate(corpus.units)
    ]
    (root / "data" / "units.csv").write_text("\n".join([header, province, *rows, ""]), "utf-8")
    folder = root / "site" / "don-vi"
    _write_page(folder / "tinh-dak-lak" / "index.md", {"unit_id": "tinh-dak-lak"}, "")
    for unit in corpus.units:
        facts = {"address": unit.address, "duty_phone": unit.phone, "checked_on": DAY}
        _write_page(folder / unit.unit_id / "index.md", {"unit_id": unit.unit_id, **facts}, "")
        for post in unit.posts:
            meta = {"title": post.title, "posted_on": date(2026, 11, 1)}
            _write_page(folder / unit.unit_id / post.kind / f"{post.slug}.md", meta, post.text)


def _articles(folder: str) -> list[Article]:
    found = []
    for path in sorted((PROJECT / "site" / folder).glob("*.md")):
        match = _FRONT_MATTER.match(path.read_text("utf-8"))
        if match is None or path.stem == "index":
            continue
        meta = load(match[1])
        if meta.get("id"):
            found.append(Article(folder, path.stem, meta, _without_links(match[2])))
    return found


def _over_and_over(articles: list[Article]) -> Any:
    yield from articles
    for turn in itertools.count(2):
        for article in articles:
            again = {
                "id": f"{article.meta['id']}-{turn}",
                "title": f"{article.meta['title']} {turn}",
            }
            meta = {**article.meta, **again}
            yield Article(article.folder, f"{article.slug}-{turn}", meta, article.body)


def _unit(number: int, chance: random.Random) -> Unit:
    posts = tuple(
        Post(kind, f"bai-{index}", f"Bài {kind} số {index}", _text(chance))
        for kind, count in OWN_KINDS.items()
        for index in range(1, count + 1)
    )
    phone = f"0262 3 {100000 + number}"
    return Unit(f"xa-thu-{number}", f"Xã Thử {number}", phone, f"Thôn {number}", posts)


def _text(chance: random.Random) -> str:
    """Return a notice of some hundred words, as they are written."""
    paragraphs = [" ".join(chance.choices(_WORDS, k=30)).capitalize() + "." for _ in range(2)]
    items = "\n".join(f"- {' '.join(chance.choices(_WORDS, k=8))}" for _ in range(3))
    return "\n\n".join([paragraphs[0], "## Cần mang theo", items, paragraphs[1]]) + "\n"


def _without_links(text: str) -> str:
    return _LINK.sub(r"\1", text)


def _write_page(path: Path, meta: dict[str, Any], body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    front_matter = yaml.dump(meta, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
    path.write_text(f"---\n{front_matter}---\n{body}", encoding="utf-8")
