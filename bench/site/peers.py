"""The generators that could have been taken instead, each with the corpus written its way.

Each gets what is kindest to it: no minifier, no navigation of thousands of pages in every page.
Material and Zensical make their search index, as ours does; Hugo has none. It draws the frame of
our own pages, so that it writes about as much.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.site.corpus import PROJECT, Corpus
from bench.site.markdown_of import article_text, contact_text
from publish.stamp import CutPage

PEERS = PROJECT / ".venv-bench"
_LAYOUTS = Path(__file__).resolve().parent / "layouts"
_CONTENT = (
    "<h1>{{ .Title }}</h1>{{ .Content }}{{ with .Pages }}<ul>{{ range . }}"
    '<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul>{{ end }}'
)


_QUIET = {"NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1"}


@dataclass(frozen=True)
class Contestant:
    """How to build one's site, from nothing."""

    name: str
    folder: Path
    command: Sequence[str]
    outputs: Sequence[str]
    """Folders that are removed before each build."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ | _QUIET)

    def clear(self) -> None:
        """Forget earlier builds, caches too."""
        for name in self.outputs:
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def pages(self) -> int:
        """Return how many pages the last build made."""
        return sum(1 for _ in (self.folder / self.outputs[0]).rglob("*.html"))


def material(corpus: Corpus, folder: Path) -> Contestant:
    """Plain Material: one big site, explicit navigation, everything else outside it."""
    _write_mkdocs(corpus, folder)
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", "mkdocs.yml"]
    return Contestant("material", folder, command, ["html"])


def zensical(corpus: Corpus, folder: Path) -> Contestant:
    """Zensical over the same files."""
    _write_mkdocs(corpus, folder)
    command = [str(PEERS / "bin" / "zensical"), "build", "-f", "mkdocs.yml"]
    return Contestant("zensical", folder, command, ["html", ".cache"])


def hugo_files(corpus: Corpus, folder: Path, frame: str) -> Contestant:
    """Hugo as most would use it: a file for each page of each unit."""
    _write_hugo(folder, dict.fromkeys(("home", "section", "page"), _in_hugo(frame, _CONTENT)))
    names = {unit.unit_id: unit.name for unit in corpus.units}
    for path, title, text in _all_pages(corpus):
        unit_id = path.partition("/")[0]
        unit = {"unit": {"id": unit_id, "name": names[unit_id]}} if unit_id in names else {}
        is_index = path == "index.md" or path.endswith("/index.md")
        name = path.removesuffix("index.md") + "_index.md" if is_index else path
        _write_content(folder / "content" / name, {"title": title, "params": unit}, text)
    return Contestant("hugo_files", folder, [_hugo(), "--quiet"], ["public", "resources"])


def hugo_expert(corpus: Corpus, folder: Path, frame: str) -> Contestant:
    """Hugo by somebody who knows it: units as data, a content adapter, each body rendered once."""
    of_unit = _in_hugo(frame, (_LAYOUTS / "of_unit.html").read_text("utf-8"))
    plain = _in_hugo(frame, _CONTENT)
    _write_hugo(folder, {"home": plain, "section": of_unit, "page": of_unit})
    for name in ("contact", "procedure", "list"):
        text = (_LAYOUTS / f"{name}.html").read_text("utf-8")
        _write(folder / "layouts" / "_partials" / f"{name}.html", text)
    content = folder / "content"
    _write(content / "_content.gotmpl", (_LAYOUTS / "adapter.gotmpl").read_text("utf-8"))
    hidden = {"build": {"render": "never"}, "cascade": {"build": {"render": "never"}}}
    _write_content(content / "nguon" / "_index.md", {"title": "Nguồn", **hidden}, "")
    for article in corpus.procedures:
        source = content / "nguon" / f"{article.slug}.md"
        _write_content(source, {"title": article.meta["title"]}, article_text(article))
    for path, title, text in _shared_pages(corpus):
        _write_content(content / path.replace("index.md", "_index.md"), {"title": title}, text)
    units = [
        {
            "id": unit.unit_id,
            "name": unit.name,
            "phone": unit.phone,
            "dial": unit.phone.replace(" ", ""),
            "address": unit.address,
            "posts": [vars(post) for post in unit.posts],
        }
        for unit in corpus.units
    ]
    procedures = [{"slug": each.slug, "title": each.meta["title"]} for each in corpus.procedures]
    _write(folder / "data" / "units.json", json.dumps(units, ensure_ascii=False))
    _write(folder / "data" / "procedures.json", json.dumps(procedures, ensure_ascii=False))
    return Contestant("hugo_expert", folder, [_hugo(), "--quiet"], ["public", "resources"])


def one_page(folder: Path) -> Contestant:
    """The floor of the generator itself: MkDocs with Material and a single page."""
    _write(folder / "docs" / "index.md", "# Một trang\n\nChỉ một trang.\n")
    _write(folder / "mkdocs.yml", json.dumps({"site_name": "x", "theme": {"name": "material"}}))
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", "mkdocs.yml"]
    return Contestant("one_page", folder, command, ["site"])


def _all_pages(corpus: Corpus) -> Sequence[tuple[str, str, str]]:
    """Return path, title and Markdown of every page, as generators without units need them."""
    pages = list(_shared_pages(corpus))
    texts = {article.slug: article_text(article) for article in corpus.procedures}
    titles = {article.slug: str(article.meta["title"]) for article in corpus.procedures}
    for unit in corpus.units:
        contact = contact_text(unit)
        links = "".join(f"- [{titles[slug]}](thu-tuc/{slug}.md)\n" for slug in texts)
        pages.append((f"{unit.unit_id}/index.md", unit.name, f"{contact}\n{links}"))
        for slug, text in texts.items():
            pages.append((f"{unit.unit_id}/thu-tuc/{slug}.md", titles[slug], contact + text))
        for post in unit.posts:
            pages.append((f"{unit.unit_id}/{post.kind}/{post.slug}.md", post.title, post.text))
    return pages


def _shared_pages(corpus: Corpus) -> Sequence[tuple[str, str, str]]:
    units = "".join(f"- {unit.name}\n" for unit in corpus.units)
    pages = [("index.md", "Bình Yên Đắk Lắk", f"Chọn xã, phường của bạn:\n\n{units}")]
    for article in (*corpus.procedures, *corpus.others):
        path = f"{article.folder}/{article.slug}.md".lstrip("/")
        pages.append((path, str(article.meta["title"]), article_text(article)))
    return pages


def _write_mkdocs(corpus: Corpus, folder: Path) -> None:
    for path, title, text in _all_pages(corpus):
        _write(folder / "docs" / path, f"# {title}\n\n{text}")
    settings = {
        "site_name": "Bình Yên Đắk Lắk",
        "site_dir": "html",
        "theme": {"name": "material", "language": "vi", "font": False},
        "markdown_extensions": ["admonition", "attr_list", "def_list", "tables"],
        "nav": [{"Trang chủ": "index.md"}],
        "not_in_nav": "/*/**\n/*.md\n",
    }
    _write(folder / "mkdocs.yml", json.dumps(settings, ensure_ascii=False))


def _in_hugo(frame: str, body: str) -> str:
    """Return our frame as a Hugo layout: its tokens become what Hugo knows."""
    known = {
        "own_title": "{{ .Title }}",
        "own_description": "{{ .Title }}",
        "own_body": body,
        "office": "{{ with .Params.unit }}Công an {{ .name }}{{ end }}",
        "id": "{{ with .Params.unit }}{{ .id }}{{ end }}",
    }
    cut = CutPage.of(frame)
    return cut.stamped({key: known.get(key, "") for key in cut.keys})


def _write_hugo(folder: Path, layouts: Mapping[str, str]) -> None:
    settings = {
        "baseURL": "https://example.vn/",
        "languageCode": "vi",
        "title": "Bình Yên Đắk Lắk",
        "disableKinds": ["taxonomy", "term", "RSS", "sitemap", "404"],
        "markup": {"goldmark": {"renderer": {"unsafe": False}}},
    }
    _write(folder / "hugo.json", json.dumps(settings, ensure_ascii=False))
    for kind, layout in layouts.items():
        _write(folder / "layouts" / f"{kind}.html", layout)


def _hugo() -> str:
    """Return the program itself: the command beside it starts Python first."""
    return str(next(PEERS.glob("lib/python3*/site-packages/hugo/binaries/hugo")))


def _write_content(path: Path, meta: Mapping[str, Any], text: str) -> None:
    _write(path, f"{json.dumps(meta, ensure_ascii=False)}\n\n{text}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
