"""Building the whole site: what changed is drawn, checked, written aside, and switched to.

Nothing public changes before the last step, so a failing build leaves the last good site. What a
build reads comes first; from its digests follows what an earlier build has made already:

- the shared pages, made by one run of the generator (shared.py);
- the pages of each unit, stamped from the samples among them (drawing.py);
- both as files of the release that takes over (releases.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from publish.generator import Generator
from publish.inputs import Inputs, read_inputs
from publish.releases import Release, check_place, exclusive, spare_trees
from publish.shared import Shared, find_shared, keep_shared

if TYPE_CHECKING:
    from publish.drawing import Stamper

Progress = Callable[[str], None]

_UNITS_PER_LINE = 25
# Names of the files that belong to no unit; no unit id begins with a slash.
_SHARED, _OLD_ADDRESSES = "/shared", "/old"
SEARCH = "search/"


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


def build_site(
    root: Path,
    out: Path,
    on: date,
    progress: Progress,
    *,
    compress: bool = True,
    upload_url: str = "",
) -> BuildReport:
    """Build the site of the project at `root` as of the day `on` into the folder `out`.

    With an `upload_url` the tip form puts photos there before the tip, and only there.
    `<out>/site` is switched at the very end; only compressing comes after it. Raises
    PublishError, whose problems name file, line and remedy; the site that was there stays.
    """
    root, out = root.resolve(), out.resolve()
    with exclusive(out):
        check_place(out)
        progress("reading units, laws and pages")
        inputs = read_inputs(root, on, upload_url)
        shared, stamper = _draw(root, out, on, inputs, progress)
        release = Release(out)
        _write(release, inputs, shared, stamper, progress)
        progress("switching to the new release")
        _write_side_files(release, shared)
        finished = release.finish()
        if compress:
            progress("compressing what changed")
            release.compress(finished)
        files = [path for tree in release.trees.values() for path in tree.files]
        return BuildReport(
            site=finished / "site",
            facts=finished / "facts.json",
            units=len(shared.about.live),
            pages=sum(path.endswith(".html") for path in files),
            old_addresses=len(shared.about.old),
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


def _write_side_files(release: Release, shared: Shared) -> None:
    """Write what the functions read of a release."""
    facts = {
        "script_hashes": shared.script_hashes,
        "style_hashes": shared.style_hashes,
        "upload_url": shared.about.upload_url,
        "units": {unit_id: release.trees[unit_id].note for unit_id in shared.about.live},
    }
    own = {
        unit_id: next(path for path in release.trees[unit_id].files if path.startswith(SEARCH))
        for unit_id in shared.about.live
    }
    search = {**shared.about.search, "own": own}
    side_files = {"facts": facts, "redirects": shared.about.forwarding, "search": search}
    for name, content in side_files.items():
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (release.folder / f"{name}.json").write_text(text, encoding="utf-8")
