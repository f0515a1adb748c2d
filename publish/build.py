"""Building the whole site: what changed is drawn, checked, written aside, and switched to.

Nothing public changes before the last step, so a failing build leaves the last good site. What a
build reads comes first; from its digests follows what an earlier build has made already:

- the shared pages, made by one run of the generator (shared.py);
- the pages of each unit, stamped from the samples among them (drawing.py);
- both as files of the release that takes over (releases.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from publish.generator import Generator
from publish.inputs import Inputs, read_inputs
from publish.releases import (
    Release,
    Tree,
    check_place,
    compress_rest,
    exclusive,
    public_trees,
    spare_trees,
)
from publish.shared import About, Shared, find_shared, keep_shared

if TYPE_CHECKING:
    from publish.drawing import Stamper

Progress = Callable[[str], None]

_UNITS_PER_LINE = 25
# Names of the files that belong to no unit; no unit id begins with a slash.
_SHARED, _OLD_ADDRESSES = "/shared", "/old"
SEARCH = "search/"
_FACTS = "facts.json"


@dataclass(frozen=True)
class BuildReport:
    """What a build made."""

    site: Path
    """The public folder of this release; `<out>/site` leads to it."""
    facts: Path
    """What functions read: script hashes and each unit's phone and address."""
    units: int
    pages: int
    """HTML pages in the public folder."""
    old_addresses: int


def _agreed() -> None:
    """Object to nothing."""


def build_site(
    root: Path,
    out: Path,
    on: date,
    progress: Progress,
    *,
    compress: bool = True,
    upload_url: str = "",
    content_version: str = "",
    confirm: Callable[[], None] = _agreed,
) -> BuildReport:
    """Build the site of the project at `root` as of the day `on` into the folder `out`.

    With an `upload_url` the tip form puts photos there before the tip, and only there.
    `<out>/site` is switched at the very end; only compressing comes after it. Just before it
    `confirm` is called; what that raises comes through. Raises PublishError, whose problems
    name file, line and remedy. In both cases the site that was there stays. `facts.json` of the
    release tells the day and the `content_version`. Without `compress` the copies that servers
    send to most browsers are left to `compress_site`.
    """
    root, out = root.resolve(), out.resolve()
    with exclusive(out):
        check_place(out)
        progress("reading units, laws and pages")
        inputs = read_inputs(root, on, upload_url)
        made_of = {"content": content_version, "built_for": on.isoformat()}
        if content_version:
            found = _already_public(out, inputs, made_of, confirm, progress)
            if found is not None:
                if compress:
                    compress_rest(found.site.parent, public_trees(out))
                return found
        shared, stamper = _draw(root, out, on, inputs, progress)
        release = Release(out)
        _write(release, inputs, shared, stamper, progress)
        progress("switching to the new release")
        _write_side_files(release, shared, made_of)
        finished = release.finish(confirm)
        if compress:
            progress("compressing what changed")
            release.compress(finished)
        return _report(finished, release.trees, shared.about)


def compress_site(out: Path) -> int:
    """Compress what is not yet compressed of the public site; return how many files were."""
    out = out.resolve()
    with exclusive(out):
        trees = public_trees(out)
        return compress_rest((out / "site").resolve().parent, trees) if trees else 0


def _already_public(
    out: Path,
    inputs: Inputs,
    made_of: Mapping[str, str],
    confirm: Callable[[], None],
    progress: Progress,
) -> BuildReport | None:
    """Let the public release be of this content version, if its pages are the same."""
    shared, public = find_shared(out, inputs.shared), public_trees(out)
    if shared is None:
        return None
    wanted = {unit_id: inputs.of_unit(unit_id) for unit_id in shared.about.live}
    wanted |= dict.fromkeys((_SHARED, _OLD_ADDRESSES), inputs.shared)
    if {name: tree.key for name, tree in public.items()} != wanted:
        return None
    progress("the same pages are public already")
    confirm()
    release = (out / "site").resolve().parent
    facts = json.loads((release / _FACTS).read_text(encoding="utf-8"))
    _write_json(release, _FACTS, facts | made_of)
    return _report(release, public, shared.about)


def _report(release: Path, trees: Mapping[str, Tree], about: About) -> BuildReport:
    files = [path for tree in trees.values() for path in tree.files]
    return BuildReport(
        site=release / "site",
        facts=release / _FACTS,
        units=len(about.live),
        pages=sum(path.endswith(".html") for path in files),
        old_addresses=len(about.old),
    )


def _draw(
    root: Path, out: Path, on: date, inputs: Inputs, progress: Progress
) -> tuple[Shared, Stamper | None]:
    """Draw and check what no earlier build has made; None where the release needs nothing new."""
    made = spare_trees(out)
    shared = find_shared(out, inputs.shared)
    if shared is not None:
        wanted = {
            unit_id
            for unit_id in shared.about.live
            if unit_id not in made or made[unit_id].key != inputs.of_unit(unit_id)
        }
        old = made.get(_OLD_ADDRESSES)
        if not wanted and old is not None and old.key == inputs.shared:
            return shared, None
        from publish.drawing import Drawing, Stamper
        from publish.sources import read_registry

        registry = read_registry(root, out, on)
        return shared, Stamper(Drawing(registry, out, shared.about, wanted), shared)
    with Generator(out / "generator.log") as generator:
        # Only now: template engine and Markdown take longer to import than all of the above, and
        # the generator meanwhile imports its own.
        from publish.drawing import Drawing, Stamper, begin_shared
        from publish.sources import read_registry

        registry = read_registry(root, out, on)
        about = begin_shared(registry, out, generator, inputs.upload_url)
        progress("running the generator once")
        drawing = Drawing(registry, out, about, set(about.live))
        progress("checking the pages it made")
        shared = keep_shared(out, inputs.shared, generator.finish(), about)
    return shared, Stamper(drawing, shared)


def _write(
    release: Release, inputs: Inputs, shared: Shared, stamper: Stamper | None, progress: Progress
) -> None:
    live, old = shared.about.live, shared.about.old
    if not release.keep(_SHARED, inputs.shared):
        release.write(_SHARED, inputs.shared, shared.files())
    for count, unit_id in enumerate(live, start=1):
        key = inputs.of_unit(unit_id)
        if stamper is not None and unit_id in stamper.units:
            note = stamper.units[unit_id].contact
            release.write(unit_id, key, stamper.of_unit(unit_id), note)
        else:
            release.keep(unit_id, key)
        if count % _UNITS_PER_LINE == 0 or count == len(live):
            progress(f"stamped {count} of {len(live)} units")
    if not release.keep(_OLD_ADDRESSES, inputs.shared) and stamper is not None:
        release.write(_OLD_ADDRESSES, inputs.shared, stamper.of_old_addresses(old))
    progress(f"stamped {len(old)} old addresses")


def _write_side_files(release: Release, shared: Shared, made_of: Mapping[str, str]) -> None:
    """Write what the functions read of a release."""
    facts = {
        "script_hashes": shared.script_hashes,
        "style_hashes": shared.style_hashes,
        "upload_url": shared.about.upload_url,
        "units": {unit_id: release.trees[unit_id].note for unit_id in shared.about.live},
        **made_of,
    }
    own = {
        unit_id: next(path for path in release.trees[unit_id].files if path.startswith(SEARCH))
        for unit_id in shared.about.live
    }
    search = {**shared.about.search, "own": own}
    side_files = {_FACTS: facts, "redirects.json": shared.about.forwarding, "search.json": search}
    for name, content in side_files.items():
        _write_json(release.folder, name, content)


def _write_json(folder: Path, name: str, content: object) -> None:
    """Write a file in one step: it may be read at any time."""
    aside = folder / f".{name}.new"
    aside.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    aside.replace(folder / name)
