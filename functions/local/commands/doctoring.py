"""The command that tells what is wrong: doctor."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from functions.bootstrap import Services
from functions.config import Backend, Settings, SettingsError
from functions.local.doctor.asking import BackupTexts, examine
from functions.local.doctor.findings import Level


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--backup-to", envvar="BINHYEN_BACKUP_TO", default="", hidden=True)
@click.option("--backup-days", envvar="BINHYEN_BACKUP_DAYS", default="", hidden=True)
def doctor(as_json: bool, backup_to: str, backup_days: str) -> None:
    """Tell in words what is wrong on this machine and what to do; exit 1 if anything is."""
    settings = _settings_of_a_machine()
    findings = list(examine(Services(settings), BackupTexts(backup_to, backup_days.strip())))
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


def _settings_of_a_machine() -> Settings:
    """Return the settings, if there is a machine to look at. Raises SettingsError."""
    settings = Settings.from_env()
    if settings.backend is Backend.AWS:
        problem = (
            "BINHYEN_BACKEND=aws: doctor looks at one machine with a data folder; on AWS"
            " `binhyen status` and the alarms tell what is wrong, see deploy/aws/README.md"
        )
        raise SettingsError([problem])
    return settings


COMMANDS = (doctor,)
"""What `binhyen` gets from this module."""
