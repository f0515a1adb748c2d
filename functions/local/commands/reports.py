"""Commands that only tell: units list, status, export."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from functions.bootstrap import Services
from functions.config import Settings
from functions.core.exporting import export_tips
from functions.core.status import read_status
from functions.core.units import Unit
from functions.installed import load_units

JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def units() -> None:
    """All units there are or were."""


@units.command("list")
@click.option("--all", "with_former", is_flag=True, help="Former units too.")
@JSON
def list_units(with_former: bool, as_json: bool) -> None:
    """List the units."""
    rows = [_row(unit) for unit in load_units().all() if with_former or unit.valid_to is None]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['unit_id']}  {row['name']}")


def _row(unit: Unit) -> dict[str, object]:
    return {
        "unit_id": unit.unit_id,
        "kind": unit.kind,
        "name": unit.name,
        "code": unit.code,
        "valid_from": unit.valid_from.isoformat() if unit.valid_from else None,
        "valid_to": unit.valid_to.isoformat() if unit.valid_to else None,
        "successors": list(unit.successors),
    }


@click.command()
@JSON
def status(as_json: bool) -> None:
    """Tell how many tips, jobs and tokens stand where."""
    report = read_status(Services(Settings.from_env()).status)
    if as_json:
        click.echo(json.dumps(report))
        return
    for name, value in report.items():
        click.echo(f"{name}: {value}")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write tips.jsonl: what stands where, without a word of what was written."""
    services = Services(Settings.from_env())
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "tips.jsonl"
    aside = folder / ".tips.jsonl.part"
    with open(aside, "w", encoding="utf-8", opener=_private) as lines:
        for row in export_tips(services.export):
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    aside.replace(file)
    click.echo(str(file))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


COMMANDS = (units, status, export)
