"""Whether the benchmark runs and counts right; how fast anything is, no test may judge."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.figures import Round, p99, report, table
from bench.runs import Run, run_clients

PROJECT = Path(__file__).parents[2]


def test_quick_run_prints_sane_figures_of_all_three(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.accept", "--quick", "--json", "--folder", str(tmp_path)]

    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60)

    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["figures"].keys() == {"product", "empty_view", "durable_loop"}
    for figures in found["figures"].values():
        assert 0 < figures["median_ms"]["median"] <= figures["p99_ms"]["median"]
        assert figures["tips_per_second"]["min"] > 0
    assert list(tmp_path.iterdir()) == []


def test_ratios_compare_within_a_round() -> None:
    def run(seconds: float) -> Run:
        return Run(seconds, (seconds / 2, seconds / 2))

    slow_minute = Round(run(20), run(10), run(5))
    fast_minute = Round(run(2), run(1), run(0.5))

    found = report([slow_minute, fast_minute], clients=2)

    ratios = found["ratios"]["tips_per_second"]
    assert ratios["empty_view"] == {"median": 0.5, "min": 0.5, "max": 0.5}
    assert ratios["durable_loop"] == {"median": 0.25, "min": 0.25, "max": 0.25}
    assert found["ratios"]["p99"]["durable_loop"]["median"] == 4
    assert "0.25 (0.25–0.25)" in table(found)


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (100, 99), (200, 198), (150, 149)])
def test_p99_is_the_nearest_rank(count: int, expected: int) -> None:
    assert p99(list(range(count, 0, -1))) == expected


def test_failed_act_is_no_fast_act() -> None:
    def fail() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        run_clients(fail, count=10, clients=3)


def test_clients_do_as_many_acts_as_asked_for() -> None:
    done: list[int] = []

    run = run_clients(lambda: done.append(1), count=25, clients=4)

    assert (len(done), len(run.latencies)) == (25, 25)
