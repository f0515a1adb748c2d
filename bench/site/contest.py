"""Who builds what, in turns: everybody from nothing, ours also after small changes."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.site.corpus import PROJECT, make_corpus, write_project
from bench.site.peers import (
    Contestant,
    hugo_expert,
    hugo_files,
    material,
    one_page,
    zensical,
)
from bench.site.timing import Run, run

Say = Callable[[str], None]

_FRAME = "don-vi-mau/trang-rieng/bai/index.html"


@dataclass
class Turns:
    """What one contestant's builds took, in the order of the rounds."""

    runs: list[Run] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)

    def add(self, number: int, measured: Run) -> None:
        self.runs.append(measured)
        self.rounds.append(number)


class Ours:
    """Our build over a project of its own."""

    def __init__(self, folder: Path, units: int, procedures: int) -> None:
        self.root, self.out = folder / "project", folder / "build"
        write_project(make_corpus(units, procedures), self.root)

    def build(self) -> Run:
        """Build as the command does, but without compressing: the others make no such files."""
        command = [sys.executable, "-m", "bench.site.ours", str(self.root), str(self.out)]
        return run(command, self.root, os.environ | {"PYTHONPATH": str(PROJECT)})

    def build_from_nothing(self) -> Run:
        """Build without anything that earlier builds left."""
        shutil.rmtree(self.out, ignore_errors=True)
        return self.build()

    def build_from_caches(self) -> Run:
        """Write every page anew from what earlier builds drew."""
        shutil.rmtree(self.out / "releases")
        (self.out / "site").unlink()
        return self.build()

    def compress(self) -> Run:
        """Compress all of the current site, as the command does after switching to a new one."""
        command = [sys.executable, "-m", "bench.site.compress", str(self.out / "site")]
        return run(command, self.root, os.environ | {"PYTHONPATH": str(PROJECT)})

    def frame(self) -> str:
        """Return the frame of a page, for those who draw it too."""
        return next(self.out.glob(f"shared/*/html/{_FRAME}")).read_text("utf-8")

    def pages(self) -> int:
        return sum(1 for _ in (self.out / "site").resolve().rglob("*.html"))

    def change_phone(self, number: int) -> None:
        """Give one unit another telephone."""
        file = self.root / "site" / "don-vi" / f"xa-thu-{number}" / "index.md"
        text = file.read_text("utf-8")
        file.write_text(
            re.sub(r"duty_phone: .*", f"duty_phone: 0262 {9000 + number}", text), "utf-8"
        )

    def add_notice(self, number: int) -> None:
        """Publish a notice of one unit."""
        file = self.root / "site" / "don-vi" / f"xa-thu-{number}" / "thong-bao" / "bai-moi.md"
        text = (
            "---\ntitle: Bài mới\nposted_on: 2026-11-20\n---\nNgày mai xã làm việc cả buổi tối.\n"
        )
        file.write_text(text, "utf-8")

    def change_procedure(self, number: int) -> None:
        """Add a line to a page that all units share."""
        file = sorted((self.root / "site" / "thu-tuc").glob("*.md"))[number]
        file.write_text(file.read_text("utf-8") + "\nThêm một dòng.\n", "utf-8")


class Contest:
    """All contestants over one corpus."""

    def __init__(self, folder: Path, units: int, procedures: int) -> None:
        self._folder = folder
        self.units, self.procedures = units, procedures
        self.ours = Ours(folder / "ours", units, procedures)
        self.ours.build_from_nothing()
        corpus, frame = make_corpus(units, procedures), self.ours.frame()
        self._fast: list[Contestant] = [
            one_page(folder / "one_page"),
            hugo_files(corpus, folder / "hugo_files", frame),
            hugo_expert(corpus, folder / "hugo_expert", frame),
        ]
        self._slow = [
            material(corpus, folder / "material"),
            zensical(corpus, folder / "zensical"),
        ]
        self.turns: dict[str, Turns] = {}
        self.pages: dict[str, int] = {}

    def run(self, rounds: int, slow_rounds: int, say: Say) -> None:
        """Let everybody take turns; the slow ones only in the first rounds."""
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}")
            self._add(number, "ours", self.ours.build_from_nothing())
            self.pages["ours"] = self.ours.pages()
            for contestant in self._fast:
                self._build(number, contestant)
            self._run_warm(number)
            if number < slow_rounds:
                for contestant in self._slow:
                    say(f"round {number + 1}: {contestant.name}, which takes its time")
                    self._build(number, contestant)

    def grow(self, units: int, procedures: int) -> dict[str, list[Run]]:
        """Build the larger site too, in turns with the usual one."""
        larger = Ours(self._folder / "larger", units, procedures)
        found: dict[str, list[Run]] = {"usual": [], "larger": []}
        for _ in range(3):
            found["usual"].append(self.ours.build_from_nothing())
            found["larger"].append(larger.build_from_nothing())
        return found

    def _run_warm(self, number: int) -> None:
        """Build ours after small changes, with both releases in place as in daily use."""
        ours, unit = self.ours, 1 + number % self.units
        self._add(number, "compress", ours.compress())
        self._add(number, "caches", ours.build_from_caches())
        ours.build()
        self._add(number, "nothing", ours.build())
        ours.change_phone(unit)
        self._add(number, "phone", ours.build())
        ours.add_notice(1 + unit % self.units)
        self._add(number, "notice", ours.build())
        ours.change_procedure(number % self.procedures)
        self._add(number, "procedure", ours.build())

    def _build(self, number: int, contestant: Contestant) -> None:
        contestant.clear()
        measured = run(contestant.command, contestant.folder, contestant.environment)
        self._add(number, contestant.name, measured)
        self.pages[contestant.name] = contestant.pages()

    def _add(self, number: int, name: str, measured: Run) -> None:
        self.turns.setdefault(name, Turns()).add(number, measured)
