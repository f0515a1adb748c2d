"""Cold starts, as ratios to a Flask hello function that is packaged alike.

Each turn starts a new process of AWS's runtime client on the unpacked zip and lets it answer
one event: `accept` stores a tip in the engine of the tests and rings its queue, `forward`
posts a card to the Zalo sandbox. The contestants take turns, so that a slow minute of the
machine slows all of them; what counts is the ratio within a round; shown are the median over
the rounds and the range.

    python -m bench.cold_start            about two minutes
    python -m bench.cold_start --quick    whether it runs at all
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import click

from bench.cold_start.adapter import adapter_ratios
from bench.cold_start.contest import Contest, Turn
from deploy.aws.package import PROJECT

GOALS = {"accept": 2.2, "forward": 2.5}
GOAL_OF_ADAPTER = 1.1
GOAL_OF_READ_ONLY = 1.1


@click.command()
@click.option("--rounds", default=15, show_default=True, help="How often all take turns.")
@click.option("--quick", is_flag=True, help="2 rounds: shows that it runs, no more.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--wheels",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=PROJECT / ".venv" / "lambda-wheels",
    help="The libraries of the zip. Default: where make puts them.",
)
def main(rounds: int, quick: bool, as_json: bool, wheels: Path) -> None:
    """Measure, and print a table or JSON."""
    rounds = 2 if quick else rounds
    with (
        tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder,
        Contest(Path(folder), wheels) as contest,
    ):
        contestants = contest.contestants()
        for each in contestants:
            contest.run(each)
        measured = [{each.name: contest.run(each) for each in contestants} for _ in range(rounds)]
        packed = contest.roots.packed_bytes
    found = report(measured, adapter_ratios(2 if quick else 40), packed)
    click.echo(json.dumps(found) if as_json else table(found))


def report(rounds: list[dict[str, Turn]], adapter: list[float], packed: int) -> dict[str, Any]:
    """Return all figures as one document."""
    names = list(rounds[0])
    return {
        "rounds": len(rounds),
        "zip_bytes": packed,
        "to_hello": {
            name: {
                part: _spread(
                    [getattr(turns[name], part) / getattr(turns["hello"], part) for turns in rounds]
                )
                for part in ("init", "answer", "processor")
            }
            for name in names
        },
        "milliseconds": {
            name: {
                part: round(1000 * median(getattr(turns[name], part) for turns in rounds))
                for part in ("init", "answer", "processor")
            }
            for name in names
        },
        "read_only_to_warm_cache": _spread(
            [turns["accept"].answer / turns["accept, warm cache"].answer for turns in rounds]
        ),
        "adapter_to_direct_call": _spread(adapter),
        "goals": {**GOALS, "read_only": GOAL_OF_READ_ONLY, "adapter": GOAL_OF_ADAPTER},
    }


def table(found: dict[str, Any]) -> str:
    """Return the report as a short table."""
    lines = [
        f"{found['rounds']} rounds; ratios to a Flask hello, medians (min–max); "
        f"zip {found['zip_bytes'] / 1024 / 1024:.1f} MiB",
        f"{'':20}{'to the first answer':>22}{'to ready':>22}{'processor':>22}{'ms':>7}  goal",
    ]
    for name, ratios in found["to_hello"].items():
        shown = "".join(f"{_show(ratios[part]):>22}" for part in ("answer", "init", "processor"))
        goal = f"  ≤ {GOALS[name]}" if name in GOALS else ""
        lines.append(f"{name:20}{shown}{found['milliseconds'][name]['answer']:>7}{goal}")
    return "\n".join(
        [
            *lines,
            "",
            f"read-only unpack to a warm cache  {_show(found['read_only_to_warm_cache'])}"
            f"   goal ≤ {GOAL_OF_READ_ONLY}",
            f"adapter to a direct WSGI call     {_show(found['adapter_to_direct_call'])}"
            f"   goal ≤ {GOAL_OF_ADAPTER}",
        ]
    )


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(median(values), 3),
        "min": round(min(values), 3),
        "max": round(max(values), 3),
    }


def _show(spread: dict[str, float]) -> str:
    return f"{spread['median']:.2f} ({spread['min']:.2f}–{spread['max']:.2f})"


if __name__ == "__main__":
    main()
