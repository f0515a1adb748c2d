"""Whether the site's benchmark builds what it says and counts right; speed is no test's matter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.site.contest import Ours, Turns
from bench.site.corpus import make_corpus
from bench.site.peers import PEERS
from bench.site.report import GOALS, report, table
from bench.site.timing import BuildError, Run, run


class PlayedContest:
    """Turns that were never played, for the arithmetic."""

    units, procedures = 2, 3

    def __init__(self) -> None:
        self.pages = {"ours": 10}
        names = {goal.build for goal in GOALS} | {goal.to for goal in GOALS}
        self.turns = {name: Turns() for name in names}
        for number, slowness in ((0, 1.0), (1, 10.0)):
            for name in names:
                factor = 0.5 if name == "ours" else 1.0
                if name != "material" or number == 1:
                    self.turns[name].add(number, Run(slowness * factor, slowness, 100 * factor))


def test_ratios_compare_within_a_round_and_only_rounds_both_took_part_in() -> None:
    found = report(PlayedContest(), None)  # type: ignore[arg-type]

    by_rival = {row["to"]: row["wall"] for row in found["ratios"] if row["build"] == "from nothing"}
    assert by_rival["hugo_expert"] == {"median": 0.5, "min": 0.5, "max": 0.5}
    assert by_rival["material"] == {"median": 0.5, "min": 0.5, "max": 0.5}
    assert found["memory"]["zensical"]["median"] == 0.5
    assert "from nothing / hugo_expert" in table(found)


def test_same_corpus_is_made_every_time_and_as_large_as_asked() -> None:
    corpus = make_corpus(3, 60)

    assert corpus == make_corpus(3, 60)
    assert len({article.slug for article in corpus.procedures}) == 60
    assert len({article.meta["id"] for article in corpus.procedures}) == 60
    assert [len(unit.posts) for unit in corpus.units] == [11, 11, 11]


def test_our_corpus_builds_with_all_pages_of_every_unit(tmp_path: Path) -> None:
    ours = Ours(tmp_path, 3, 4)

    measured = ours.build_from_nothing()

    assert (ours.out / "site/xa-thu-3/thong-bao/bai-5/index.html").is_file()
    assert ours.pages() > 3 * (4 + 11)
    assert measured.processor > 0
    assert measured.peak_mb > 20


def test_build_that_fails_is_not_taken_for_a_fast_one(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="went wrong"):
        run([sys.executable, "-c", "raise SystemExit('went wrong')"], tmp_path, {})


@pytest.mark.skipif(not PEERS.is_dir(), reason="needs `make bench-setup`")
def test_quick_run_lets_everybody_build(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.site", "--quick", "--folder", str(tmp_path)]
    project = Path(__file__).parents[2]

    ended = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=300)

    assert ended.returncode == 0, ended.stderr
    for name in ("ours", "material", "zensical", "hugo_files", "hugo_expert", "one_page"):
        assert f"\n{name} " in ended.stdout
    assert list(tmp_path.iterdir()) == []
