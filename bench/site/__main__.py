"""Building the whole site, beside Material, Zensical and two ways of using Hugo.

    python -m bench.site              about ten minutes; Material alone takes most of it
    python -m bench.site --quick      a small site, one round: whether it runs at all
    python -m bench.site --json       one JSON document

The contestants take turns, round by round. Needs `make bench-setup` once.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import click

from bench.site.contest import Contest
from bench.site.peers import PEERS
from bench.site.report import report, table

_MEMORY = Path("/dev/shm")


@click.command()
@click.option("--units", default=102, show_default=True)
@click.option("--procedures", default=50, show_default=True)
@click.option("--rounds", default=5, show_default=True, help="Rounds of ours and Hugo.")
@click.option("--slow-rounds", default=1, show_default=True, help="Rounds with the two slow ones.")
@click.option("--grown/--not-grown", default=True, help="Also build 184 units with 60 procedures.")
@click.option("--quick", is_flag=True, help="8 units with 10 procedures, one round of everybody.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=_MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir()),
    help="Where to build; in memory by default, so that the disk does not decide.",
)
def main(
    units: int,
    procedures: int,
    rounds: int,
    slow_rounds: int,
    grown: bool,
    quick: bool,
    as_json: bool,
    folder: Path,
) -> None:
    """Measure, and print a table or JSON."""
    if not PEERS.is_dir():
        raise click.ClickException("the other generators are missing; run `make bench-setup`")
    if quick:
        units, procedures, rounds, slow_rounds, grown = 8, 10, 1, 1, False
    with tempfile.TemporaryDirectory(prefix="bench-site-", dir=folder) as own:
        contest = Contest(Path(own), units, procedures)
        contest.run(rounds, slow_rounds, lambda line: click.echo(line, err=True))
        growth = contest.grow(184, 60) if grown else None
        found = report(contest, growth)
    click.echo(json.dumps(found) if as_json else table(found))


if __name__ == "__main__":
    main()
