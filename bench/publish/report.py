"""From seconds to figures: medians over the rounds of what compares within a round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from bench.publish.contest import Round

ROOM = 2.0
"""Seconds beyond what a build may take (issue 2), for checks, repository and switch."""

SHARES = {"phone": 0.3, "notice": 0.3, "procedure": 1.2, "title": 1.2}
"""What a build of the change may take of `one_page`."""


def report(rounds: Sequence[Round]) -> dict[str, Any]:
    """Return all figures as one JSON document."""
    return {
        "rounds": len(rounds),
        "seconds": {name: _spread([each[name] for each in rounds]) for name in rounds[0]},
        "changes": {
            name: {
                "to_build": _spread([each[_p(name)] / each[_b(name)] for each in rounds]),
                "beyond_build_seconds": _spread(
                    [each[_p(name)] - each[_b(name)] for each in rounds]
                ),
                "of_allowed": _spread([each[_p(name)] / _may(each, name) for each in rounds]),
            }
            for name in SHARES
        },
        "goals": {"beyond_build_seconds": ROOM, "of_allowed": 1.0},
    }


def table(found: Mapping[str, Any]) -> str:
    """Return the report as a short table."""
    heads = ("publish s", "build s", "to build", "beyond build s", "of allowed")
    lines = [
        f"{found['rounds']} rounds; medians (min–max)",
        "",
        f"{'':10}" + "".join(f"{head:>22}" for head in heads),
    ]
    seconds = found["seconds"]
    for name, ratios in found["changes"].items():
        cells = (seconds[_p(name)], seconds[_b(name)], *ratios.values())
        lines.append(f"{name:10}" + "".join(f"{_show(cell):>22}" for cell in cells))
    goals = found["goals"]
    allowed = (f"≤ {goals['beyond_build_seconds']}", f"≤ {goals['of_allowed']}")
    lines += [f"{'goal':10}{'':66}" + "".join(f"{goal:>22}" for goal in allowed), ""]
    lines.append(f"one_page s {_show(seconds['one_page'])}")
    return "\n".join(lines)


def _may(each: Round, name: str) -> float:
    """Return how long the change may take to be public."""
    return SHARES[name] * each["one_page"] + ROOM


def _p(name: str) -> str:
    return f"publish {name}"


def _b(name: str) -> str:
    return f"build {name}"


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(median(values), 3),
        "min": round(min(values), 3),
        "max": round(max(values), 3),
    }


def _show(spread: Mapping[str, float]) -> str:
    return f"{spread['median']:.2f} ({spread['min']:.2f}–{spread['max']:.2f})"
