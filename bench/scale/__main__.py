"""Counts what a tip calls on AWS at three loads, and whether anything grows that must not.

python -m bench.scale            five to seven minutes: up to 100,000 stored tips
python -m bench.scale --quick    some ten seconds: whether it runs at all
"""

from __future__ import annotations

import dataclasses
import json
import sys
import tempfile
from pathlib import Path

import click

from bench.scale.measure import QUICK, Sizes, measure
from bench.scale.verdicts import table, verdicts


@click.command()
@click.option("--stored", default=1_000, show_default=True, help="Stored tips at load 1.")
@click.option("--quick", is_flag=True, help="Few tips: shows that it runs, no more.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def main(stored: int, quick: bool, as_json: bool) -> None:
    """Measure on an engine of this machine, and print a table or JSON."""
    sizes = QUICK if quick else dataclasses.replace(Sizes(), stored_at_1=stored)
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as folder:
        found = measure(Path(folder), sizes, lambda text: click.echo(text, err=True))
    found["verdicts"] = verdicts(found)
    click.echo(json.dumps(found) if as_json else table(found))
    if not all(one["holds"] for one in found["verdicts"].values()) and not quick:
        sys.exit(1)


if __name__ == "__main__":
    main()
