"""From runs to figures: medians over the rounds of ratios within a round, with their range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.runs import Run

GOAL_OF_DURABLE = 0.5
GOAL_P99_TO_MEDIAN = 3.0


@dataclass(frozen=True)
class Round:
    """One turn of each."""

    product: Run
    empty_view: Run
    durable_loop: Run


def report(rounds: Sequence[Round], clients: int) -> dict[str, Any]:
    """Return all figures as one JSON document; times in milliseconds."""
    runs = {
        "product": [each.product for each in rounds],
        "empty_view": [each.empty_view for each in rounds],
        "durable_loop": [each.durable_loop for each in rounds],
    }
    return {
        "clients": clients,
        "rounds": len(rounds),
        "tips_per_round": len(rounds[0].product.latencies),
        "figures": {
            name: {
                "tips_per_second": _spread([run.per_second for run in those]),
                "median_ms": _spread([1000 * median(run.latencies) for run in those]),
                "p99_ms": _spread([1000 * p99(run.latencies) for run in those]),
                "p99_to_median": _spread([_p99_to_median(run.latencies) for run in those]),
                "p99_to_median_of_all_rounds": round(
                    _p99_to_median([each for run in those for each in run.latencies]), 3
                ),
            }
            for name, those in runs.items()
        },
        "ratios": {
            "tips_per_second": {
                floor: _spread(
                    [
                        ours.per_second / other.per_second
                        for ours, other in zip(runs["product"], runs[floor], strict=True)
                    ]
                )
                for floor in ("empty_view", "durable_loop")
            },
            "p99": {
                floor: _spread(
                    [
                        p99(ours.latencies) / p99(other.latencies)
                        for ours, other in zip(runs["product"], runs[floor], strict=True)
                    ]
                )
                for floor in ("empty_view", "durable_loop")
            },
        },
        "goals": {"of_durable_loop": GOAL_OF_DURABLE, "p99_to_median": GOAL_P99_TO_MEDIAN},
    }


def p99(latencies: Sequence[float]) -> float:
    """Return the latency that 99 of 100 stay within (nearest rank)."""
    return sorted(latencies)[math.ceil(0.99 * len(latencies)) - 1]


def table(found: dict[str, Any]) -> str:
    """Return the report as a short table of medians (min–max over the rounds)."""
    lines = [
        f"{found['clients']} clients, {found['rounds']} rounds of {found['tips_per_round']} tips;"
        " medians over the rounds (min–max)",
        f"{'':14}{'tips/s':>22}{'median ms':>22}{'p99 ms':>22}{'p99 / median':>22}",
    ]
    for name, figures in found["figures"].items():
        cells = (figures[key] for key in ("tips_per_second", "median_ms", "p99_ms"))
        shown = "".join(f"{_show(cell, 1):>22}" for cell in cells)
        lines.append(f"{name:14}{shown}{_show(figures['p99_to_median'], 2):>22}")
    of_all = found["figures"]["product"]["p99_to_median_of_all_rounds"]
    per_second, worst = found["ratios"]["tips_per_second"], found["ratios"]["p99"]
    lines += [
        "",
        f"tips/s to the durable loop   {_show(per_second['durable_loop'], 2)}"
        f"   goal ≥ {GOAL_OF_DURABLE}",
        f"tips/s to the empty view     {_show(per_second['empty_view'], 2)}",
        f"p99 to the durable loop      {_show(worst['durable_loop'], 2)}",
        f"p99 to the empty view        {_show(worst['empty_view'], 2)}",
        f"p99 / median of all our tips {of_all:.2f}   goal ≤ {GOAL_P99_TO_MEDIAN}",
    ]
    return "\n".join(lines)


def _p99_to_median(latencies: Sequence[float]) -> float:
    return p99(latencies) / median(latencies)


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(median(values), 3),
        "min": round(min(values), 3),
        "max": round(max(values), 3),
    }


def _show(spread: dict[str, float], digits: int) -> str:
    return f"{spread['median']:.{digits}f} ({spread['min']:.{digits}f}–{spread['max']:.{digits}f})"
