"""Commands against loss: backup and restore."""

from __future__ import annotations

import json
from typing import NoReturn

import click

from functions.bootstrap import Services
from functions.config import Settings
from functions.core.errors import ConflictError, NotFoundError
from functions.local.backup import keeping, marker, restoring, taking
from functions.local.backup.installation import require_local
from functions.local.backup.manifest import backup_ids
from functions.local.backup.places import BackupPlace, open_place
from functions.local.backup.settings import KEEP_DAYS, place_problem
from functions.stores.keys import FileKeyWrapper

BAD_INPUT = 2


@click.command()
@click.option(
    "--to",
    "address",
    envvar="BINHYEN_BACKUP_TO",
    required=True,
    help="A folder, or s3://bucket/prefix, of this installation alone [BINHYEN_BACKUP_TO].",
)
@click.option(
    "--keep-days",
    envvar="BINHYEN_BACKUP_DAYS",
    type=click.IntRange(1),
    default=KEEP_DAYS,
    show_default=True,
    help="How long the last backup of each day is kept [BINHYEN_BACKUP_DAYS].",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def backup(address: str, keep_days: int, as_json: bool) -> None:
    """Back up database and photos, sealed, while everything runs; then clear old ones away."""
    settings = Settings.from_env()
    require_local(settings)
    place = _place(address, settings)
    services = Services(settings)
    taken = taking.take_backup(services, place)
    last = marker.LastBackup(taken.manifest.backup_id, taken.manifest.taken_at, address)
    marker.write_marker(settings.data_dir, last)
    dropped = keeping.clear_away(
        place, services.clock.now(), keep_days, FileKeyWrapper(settings.key_file)
    )
    document = {
        "backup_id": taken.manifest.backup_id,
        "photos": len(taken.manifest.blobs),
        "new_photos": taken.new_blobs,
        "dropped": dropped,
    }
    if as_json:
        click.echo(json.dumps(document))
        return
    click.echo(
        f"{document['backup_id']}: {document['photos']} photos, {document['new_photos']} of them"
        f" new; {len(dropped)} old backups cleared away"
    )


@click.command()
@click.argument("address", metavar="FROM")
@click.option("--backup", "backup_id", help="Which backup; the newest if left out.")
@click.option("--list", "only_list", is_flag=True, help="List the backups and end.")
@click.option("--check", "only_check", is_flag=True, help="Open all of it, restore nothing.")
@click.option(
    "--moved",
    is_flag=True,
    help="The old machine stood still from before the backup on and stays off: keep the token"
    " pairs, look nothing up.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def restore(
    address: str,
    backup_id: str | None,
    only_list: bool,
    only_check: bool,
    moved: bool,
    as_json: bool,
) -> None:
    """Bring a backup back into an empty data folder. Start the service only afterwards."""
    settings = Settings.from_env()
    require_local(settings)
    place = _place(address, settings)
    if only_list:
        known = backup_ids(place)
        if not known:
            _refuse(f"there are no backups in {address}")
        _print_list(known, as_json)
        return
    try:
        chosen = restoring.choose(place, backup_id)
        if only_check:
            _check(settings, place, chosen, as_json)
            return
        restored = restoring.restore(settings, place, chosen, was_moved=moved)
    except (NotFoundError, ConflictError) as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(BAD_INPUT) from error
    _print_restored(restored, as_json)


def _place(address: str, settings: Settings) -> BackupPlace:
    problem = place_problem(address, settings)
    if problem:
        _refuse(problem)
    return open_place(address, settings.aws.endpoint_url)


def _refuse(words: str) -> NoReturn:
    click.echo(words, err=True)
    raise click.exceptions.Exit(BAD_INPUT)


def _print_list(known: list[str], as_json: bool) -> None:
    click.echo(json.dumps(known) if as_json else "\n".join(known))


def _check(settings: Settings, place: BackupPlace, backup_id: str, as_json: bool) -> None:
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with taking.folder_aside(settings.data_dir) as aside:
        tips = restoring.check(settings, place, backup_id, aside)
    if as_json:
        click.echo(json.dumps({"backup_id": backup_id, "tips": tips}))
        return
    click.echo(f"{backup_id}: whole, {tips} tips can be read")


def _print_restored(restored: restoring.Restored, as_json: bool) -> None:
    manifest = restored.manifest
    if as_json:
        document = {
            "backup_id": manifest.backup_id,
            "taken_at": manifest.taken_at.isoformat(),
            "tips": restored.tips,
            "photos": len(manifest.blobs),
            "to_look_up": restored.to_look_up,
            "needs_authorization": restored.to_reauthorize,
        }
        click.echo(json.dumps(document))
        return
    click.echo(f"{manifest.backup_id}: {restored.tips} tips, {len(manifest.blobs)} photos")
    if restored.to_look_up:
        click.echo(f"{restored.to_look_up} messages are looked up before anything is sent again")
    if restored.to_reauthorize:
        click.echo(
            "These OAs send until their access token ends and need a new consent before"
            " (binhyen oa import): " + ", ".join(restored.to_reauthorize)
        )


COMMANDS = (backup, restore)
