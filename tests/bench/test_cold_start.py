"""Whether the benchmark of cold starts runs and counts right; how fast, no test may judge."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cold_start.__main__ import report, table
from bench.cold_start.adapter import adapter_ratios
from bench.cold_start.contest import Turn

PROJECT = Path(__file__).parents[2]
NAMES = (
    "hello", "accept", "forward", "accept, warm cache", "boto3", "botocore", "botocore, trimmed",
)  # fmt: skip


def turns(hello: float, accept: float) -> dict[str, Turn]:
    return {name: Turn(hello, hello, hello) for name in NAMES} | {
        "accept": Turn(accept, 2 * accept, accept)
    }


def test_ratios_compare_within_a_round() -> None:
    """A slow minute slows both, and changes no ratio."""
    slow, fast = turns(10, 20), turns(1, 2)

    found = report([slow, fast], [1.0, 1.1, 1.2], 1024 * 1024)

    assert found["to_hello"]["accept"]["answer"] == {"median": 4.0, "min": 4.0, "max": 4.0}
    assert found["to_hello"]["accept"]["init"]["median"] == 2
    assert found["to_hello"]["hello"]["processor"]["median"] == 1
    assert found["read_only_to_warm_cache"]["median"] == 4
    assert "4.00 (4.00–4.00)" in table(found)
    assert "1.10 (1.00–1.20)" in table(found)


def test_the_adapter_and_the_direct_call_do_the_same_work() -> None:
    """Each asserts what it got, so that a round is none where one of them does not."""
    assert len(adapter_ratios(2)) == 2


@pytest.mark.long
def test_quick_run_prints_sane_figures_of_all(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.cold_start", "--quick", "--json"]

    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=600)

    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["to_hello"].keys() == set(NAMES)
    for ratios in found["to_hello"].values():
        assert 0 < ratios["answer"]["min"] <= ratios["answer"]["max"]
