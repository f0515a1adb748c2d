"""The command that tells what is wrong: doctor."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from functions.bootstrap import Services
from functions.config import Settings
from functions.local.backup.installation import require_local
from functions.local.doctor.asking import examine
from functions.local.doctor.findings import Level


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def doctor(as_json: bool) -> None:
    """Tell in words what is wrong on this machine and what to do; exit 1 if anything is."""
    settings = Settings.from_env()
    require_local(settings)
    findings = list(examine(Services(settings)))
    is_well = all(finding.level is not Level.WRONG for finding in findings)
    if as_json:
        document = {"well": is_well, "findings": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(document))
    else:
        for finding in findings:
            click.echo(str(finding))
        click.echo("all well" if is_well else "something is wrong: see above")
    if not is_well:
        raise click.exceptions.Exit(1)


COMMANDS = (doctor,)
"""What `binhyen` gets from this module."""
