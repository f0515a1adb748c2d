"""Commands that change something: oa import, officers link and remove, jobs retry."""

from __future__ import annotations

import json
from pathlib import Path

import click

from functions.bootstrap import Services
from functions.config import Settings, SettingsError
from functions.core.connecting import ImportNote, apply_import, read_import
from functions.core.errors import NotFoundError
from functions.core.signin import find_officer, issue_link
from functions.core.viet_nam import day_of

BAD_INPUT = 2

_NOTES = {
    "connected": "connected",
    "pair-known": "skipped the token pair: its refresh token is in use or was used before",
    "other-public-oa": "warning: oa_id differs from the public OA in data/units.csv",
}


@click.group()
def oa() -> None:
    """Official Accounts of the units."""


@oa.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(file: Path) -> None:
    """Connect units and enrol officers from a JSON file; safe to repeat."""
    services = Services(Settings.from_env())
    notes = import_document(read_json(file), services)
    for note in notes:
        click.echo(f"{note.unit_id}: {_NOTES[note.code]}")
    click.echo("done")


def read_json(file: Path) -> object:
    """Return the parsed file; what cannot be parsed is bad input."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        click.echo(f"{file}: not readable as JSON: {error}", err=True)
        raise click.exceptions.Exit(BAD_INPUT) from error


def import_document(document: object, services: Services) -> list[ImportNote]:
    """Check the whole document, then apply it. Raises ImportFileError."""
    now = services.clock.now()
    return apply_import(read_import(document, services.units, now), services.connect)


@click.group()
def officers() -> None:
    """Officers of the units."""


@officers.command()
@click.option("--unit", "unit_id", required=True, help="The unit's id.")
@click.option("--officer", "user_id", help="The officer's Zalo user id.")
@click.option("--editor", is_flag=True, help="To the editor of the unit's pages, not to its tips.")
def link(unit_id: str, user_id: str | None, editor: bool) -> None:
    """Print a one-time sign-in link, good for ten minutes."""
    services = Services(Settings.from_env())
    if editor:
        _require_editor(unit_id, services)
    try:
        officer = find_officer(unit_id, user_id, services.sign_in)
    except NotFoundError as error:
        _list_officers(unit_id, services)
        raise click.exceptions.Exit(BAD_INPUT) from error
    if editor:
        secret = issue_link(officer, services.editor_sign_in)
        click.echo(f"{services.settings.editor_url}/vao/{secret}")
        return
    secret = issue_link(officer, services.sign_in)
    click.echo(f"{services.settings.public_url}/can-bo/vao/{secret}")


@officers.command()
@click.option("--unit", "unit_id", required=True, help="The unit's id.")
@click.option("--officer", "user_id", required=True, help="The officer's Zalo user id.")
def remove(unit_id: str, user_id: str) -> None:
    """Take an officer off the roll; links and sessions end at once."""
    services = Services(Settings.from_env())
    if not services.stores.officers.dismiss(unit_id, user_id, services.clock.now()):
        click.echo(f"{unit_id}: no such officer", err=True)
        _list_officers(unit_id, services)
        raise click.exceptions.Exit(BAD_INPUT)
    click.echo("removed")


def _require_editor(unit_id: str, services: Services) -> None:
    """Refuse a link that would open nothing. Raises SettingsError."""
    if not services.settings.editor_url:
        raise SettingsError(["BINHYEN_EDITOR_URL is missing: nobody can edit pages"])
    today = day_of(services.clock.now())
    if unit_id not in {unit.unit_id for unit in services.units.with_pages(today)}:
        click.echo(f"{unit_id}: no unit with pages", err=True)
        raise click.exceptions.Exit(BAD_INPUT)


def _list_officers(unit_id: str, services: Services) -> None:
    enrolled = services.stores.officers.officers(unit_id)
    if not enrolled:
        click.echo(f"{unit_id}: no officer is enrolled (binhyen oa import)", err=True)
        return
    click.echo("name one with --officer:", err=True)
    for officer in enrolled:
        click.echo(f"  {officer.user_id}  {officer.role}  {officer.name}", err=True)


@click.group()
def jobs() -> None:
    """Jobs of the outbox."""


@jobs.command()
@click.argument("job_id", required=False)
def retry(job_id: str | None) -> None:
    """Re-arm one failed job, or all of them."""
    services = Services(Settings.from_env())
    try:
        now = services.clock.now()
        count = services.stores.jobs.retry(job_id, now)
    except NotFoundError as error:
        click.echo(f"{job_id}: no such job", err=True)
        raise click.exceptions.Exit(BAD_INPUT) from error
    for unit_id in services.stores.jobs.due_units(now):
        services.queue.ring(unit_id)
    click.echo(f"{count} re-armed")


COMMANDS = (oa, officers, jobs)
