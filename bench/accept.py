"""Accepting tips: tips per second and p99 with a 300 KB photo, as ratios to two floors.

The floors are (a) an empty Flask view that parses the same body under the same server, and
(b) a bare loop of the same durable writes; see `empty_view` and `durable_loop`. The three
take turns, round by round, so that a slow minute of the machine slows all of them. What counts
is the ratio within a round; shown are the median over the rounds and the range.

    python -m bench.accept            about a minute
    python -m bench.accept --quick    some seconds: whether it runs at all
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click

from bench.contestants import PROJECT, durable_loop, empty_view, product
from bench.figures import Round, report, table

WARM_UP = 40


@click.command()
@click.option("--rounds", default=10, show_default=True, help="How often the three take turns.")
@click.option("--tips", default=300, show_default=True, help="Tips in each turn.")
@click.option("--clients", default=20, show_default=True, help="Clients at once.")
@click.option("--quick", is_flag=True, help="2 rounds of 40 tips: shows that it runs, no more.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=PROJECT / "var",
    help="Where to write; must lie on a real disk. Emptied afterwards. Default: var/",
)
def main(rounds: int, tips: int, clients: int, quick: bool, as_json: bool, folder: Path) -> None:
    """Measure, and print a table or JSON."""
    if quick:
        rounds, tips = 2, 40
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=folder) as own:
        measured = measure(Path(own), rounds, tips, clients)
    found = report(measured, clients)
    click.echo(json.dumps(found) if as_json else table(found))


def measure(folder: Path, rounds: int, tips: int, clients: int) -> list[Round]:
    """Let the three take turns, after a warm-up that counts for nothing."""
    with (
        product(folder) as ours,
        empty_view(folder) as empty,
        durable_loop(folder) as durable,
    ):
        for contestant in (ours, empty, durable):
            contestant.run(WARM_UP, clients)
        return [
            Round(
                ours.run(tips, clients),
                empty.run(tips, clients),
                durable.run(tips, clients),
            )
            for _ in range(rounds)
        ]


if __name__ == "__main__":
    main()
