"""From builds to figures: medians over the rounds of ratios within a round, with their range."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.site.contest import Contest, Turns
from bench.site.timing import Run

PEERS = ("hugo_expert", "hugo_files", "material", "zensical")


@dataclass(frozen=True)
class Goal:
    """A ratio of one of our builds to a build of somebody else."""

    build: str
    to: str
    at_most: float
    stretch: float | None
    words: str


GOALS = (
    Goal("ours", "hugo_expert", 0.9, 0.5, "from nothing"),
    Goal("ours", "hugo_files", 0.25, 0.15, "from nothing"),
    Goal("ours", "material", 0.04, 0.03, "from nothing"),
    Goal("ours", "zensical", 0.04, 0.03, "from nothing"),
    Goal("caches", "hugo_expert", 0.2, None, "every page again, from caches"),
    Goal("nothing", "hugo_expert", 0.2, None, "publish, nothing changed"),
    Goal("phone", "hugo_expert", 0.2, None, "publish, one unit's phone"),
    Goal("phone", "one_page", 0.3, None, "publish, one unit's phone"),
    Goal("notice", "one_page", 0.3, None, "publish, one unit's notice"),
    Goal("procedure", "one_page", 1.2, 0.5, "publish, a shared procedure"),
)
GOAL_MEMORY, GOAL_GROWTH = 0.2, 2.0


def report(contest: Contest, growth: Mapping[str, Sequence[Run]] | None) -> dict[str, Any]:
    """Return all figures as one JSON document."""
    turns = contest.turns
    found: dict[str, Any] = {
        "units": contest.units,
        "procedures": contest.procedures,
        "pages": contest.pages,
        "seconds": {
            name: {
                "wall": _spread([each.wall for each in those.runs]),
                "processor": _spread([each.processor for each in those.runs]),
                "peak_mb": _spread([each.peak_mb for each in those.runs]),
                "rounds": len(those.runs),
            }
            for name, those in turns.items()
        },
        "ratios": [
            {
                "build": goal.words,
                "to": goal.to,
                "wall": _ratios(turns[goal.build], turns[goal.to], _wall),
                "processor": _ratios(turns[goal.build], turns[goal.to], _processor),
                "goal": goal.at_most,
                "stretch": goal.stretch,
            }
            for goal in GOALS
        ],
        "memory": {peer: _ratios(turns["ours"], turns[peer], _memory) for peer in PEERS},
        "memory_goal": GOAL_MEMORY,
    }
    if growth is not None:
        pairs = list(zip(growth["larger"], growth["usual"], strict=True))
        found["growth"] = {
            "wall": _spread([larger.wall / usual.wall for larger, usual in pairs]),
            "processor": _spread([larger.processor / usual.processor for larger, usual in pairs]),
            "goal": GOAL_GROWTH,
        }
    return found


def table(found: Mapping[str, Any]) -> str:
    """Return the report as short tables."""
    lines = [
        f"{found['units']} units × {found['procedures']} procedures; medians (min–max)",
        "",
        f"{'':14}{'rounds':>7}{'pages':>7}{'wall s':>22}{'user + system s':>22}{'peak MB':>22}",
    ]
    for name, those in found["seconds"].items():
        cells = "".join(f"{_show(those[key]):>22}" for key in ("wall", "processor", "peak_mb"))
        lines.append(f"{name:14}{those['rounds']:>7}{found['pages'].get(name, ''):>7}{cells}")
    lines += ["", f"{'ours / theirs':46}{'wall':>22}{'user + system':>22}   goal (stretch)"]
    for row in found["ratios"]:
        stretch = f" ({row['stretch']})" if row["stretch"] else ""
        cells = "".join(f"{_show(row[key]):>22}" for key in ("wall", "processor"))
        lines.append(f"{row['build'] + ' / ' + row['to']:46}{cells}   ≤ {row['goal']}{stretch}")
    for peer, ratio in found["memory"].items():
        lines.append(f"{'memory / ' + peer:46}{_show(ratio):>22}{'':22}   ≤ {found['memory_goal']}")
    if "growth" in found:
        growth = found["growth"]
        cells = "".join(f"{_show(growth[key]):>22}" for key in ("wall", "processor"))
        lines.append(f"{'184 × 60 / 102 × 50':46}{cells}   ≤ {growth['goal']}")
    return "\n".join(lines)


def _ratios(ours: Turns, theirs: Turns, of: Callable[[Run], float]) -> dict[str, float]:
    """Return our share of what they needed, over the rounds in which both took part."""
    mine = dict(zip(ours.rounds, ours.runs, strict=True))
    pairs = [(mine[number], run) for number, run in zip(theirs.rounds, theirs.runs, strict=True)]
    return _spread([of(one) / of(other) for one, other in pairs])


def _wall(run: Run) -> float:
    return run.wall


def _processor(run: Run) -> float:
    return run.processor


def _memory(run: Run) -> float:
    return run.peak_mb


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(median(values), 3),
        "min": round(min(values), 3),
        "max": round(max(values), 3),
    }


def _show(spread: Mapping[str, float]) -> str:
    return f"{spread['median']:.2f} ({spread['min']:.2f}–{spread['max']:.2f})"
