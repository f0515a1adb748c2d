"""How one page would look: drawn as a build draws it, for one page alone, and never published.

A unit's own page is put into the shell that the last build kept. A shared page needs the
generator, which then reads little more than that page.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from publish.documents import is_day, read_document
from publish.drawing import Drawing, Stamper
from publish.errors import PublishError
from publish.generator import Generator
from publish.inputs import UNIT_FOLDER
from publish.shared import last_shared
from publish.sources import home_lists, read_content, read_registry
from publish.work_tree import write_work_tree

_LINK = re.compile(r'(<a href=")(?![a-z]+:|/)([^"#]*)\.md(?=["#])')


@dataclass(frozen=True)
class Preview:
    """A page that nobody else sees."""

    html: str
    address: str
    """Where it would be, below the site."""


def preview(root: Path, out: Path, path: str, on: date) -> Preview:
    """Draw the file `path` of the project at `root` as of a day; `out` is the build folder.

    Raises PublishError with what is wrong with the page, as a build would.
    """
    parts = Path(path).relative_to("site").parts
    if parts[0] == UNIT_FOLDER:
        return _of_unit(root, out, parts[1], Path(*parts[2:]), on)
    return _shared(root, out, Path(*parts), on)


def _of_unit(root: Path, out: Path, unit_id: str, inside: Path, on: date) -> Preview:
    registry = read_registry(root, out, _day_of(root, unit_id, inside, on))
    with last_shared(out) as shared:
        if shared is None:
            raise PublishError(["build:1: the site has never been built; build it first"])
        stamper = Stamper(Drawing(registry, out, shared.about, {unit_id}), shared)
    address = f"{unit_id}/{_address(inside)}"
    for made in stamper.of_unit(unit_id):
        if made.path == f"{address}index.html":
            return Preview(made.content().decode("utf-8"), address)
    raise PublishError([f"site/{UNIT_FOLDER}/{unit_id}/{inside}:1: makes no page"])


def _day_of(root: Path, unit_id: str, inside: Path, on: date) -> date:
    """Return the day on which the page is there: what begins later is shown as of then."""
    meta = read_document(root, root / "site" / UNIT_FOLDER / unit_id / inside).meta
    days: list[date] = [on]
    for key in ("valid_from", "posted_on"):
        day = meta.get(key)
        if is_day(day):
            days.append(day)
    return max(days)


def _shared(root: Path, out: Path, inside: Path, on: date) -> Preview:
    with (
        tempfile.TemporaryDirectory(prefix="binhyen-preview-") as folder,
        Generator(Path(folder) / "generator.log") as generator,
    ):
        registry = read_registry(root, out, on)
        content = read_content(root, on)
        values = registry.values({})
        home = {**home_lists(registry, content, values), "search": {}, "upload_url": ""}
        work = Path(folder) / "work"
        configuration = write_work_tree(root, work, content, registry.catalogue, home)
        _leave_only(work / "docs", inside)
        generator.build(configuration, strict=False)
        address = _address(inside)
        page = generator.finish() / address / "index.html"
        return Preview(_LINK.sub(_as_address, page.read_text(encoding="utf-8")), address)


def _as_address(link: re.Match[str]) -> str:
    """Turn a link to a file, which the generator did not find, into one to its page.

    The page lies one folder deeper than its file.
    """
    return f"{link[1]}../{re.sub(r'(?:^|(?<=/))index$', '', link[2])}/".replace("//", "/")


def _leave_only(docs: Path, wanted: Path) -> None:
    """Take away every page but one, and the folders that hold units' samples."""
    for entry in docs.iterdir():
        if entry.is_dir() and entry.name != wanted.parts[0] and entry.name != "assets":
            shutil.rmtree(entry)
    for page in docs.rglob("*.md"):
        if page.relative_to(docs) != wanted:
            page.unlink()


def _address(inside: Path) -> str:
    """Return the address that a Markdown file gives, below the folder it is counted from."""
    below = inside.with_suffix("").as_posix()
    return "" if below == "index" else f"{below.removesuffix('/index')}/"
