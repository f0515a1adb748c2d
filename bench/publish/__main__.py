"""From an approver's click to the public page, beside `binhyen build` of the same change.

    python -m bench.publish              about two minutes
    python -m bench.publish --quick      one round: whether it runs at all
    python -m bench.publish --json       one JSON document

Both work over copies of the project's own pages, in turns, change by change.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click

from bench.publish.contest import Contest
from bench.publish.report import report, table
from functions.installed import PROJECT

_MEMORY = Path("/dev/shm")


@click.command()
@click.option("--rounds", default=5, show_default=True)
@click.option("--quick", is_flag=True, help="One round.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=_MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir()),
    help="Where to build; in memory by default, so that the disk does not decide.",
)
def main(rounds: int, quick: bool, as_json: bool, folder: Path) -> None:
    """Measure, and print a table or JSON."""
    with tempfile.TemporaryDirectory(prefix="bench-publish-", dir=folder) as own:
        contest = Contest(PROJECT, Path(own))
        contest.run(1 if quick else rounds, lambda line: click.echo(line, err=True))
        found = report(contest.rounds)
    click.echo(json.dumps(found) if as_json else table(found))


if __name__ == "__main__":
    main()
