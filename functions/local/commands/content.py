"""Commands about the pages that staff write: content publications, drafts, publish, back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from functions.bootstrap import Services
from functions.config import Settings
from functions.core.errors import NotFoundError, PublishFailedError
from functions.core.viet_nam import VIET_NAM
from functions.local.commands.building import say, tell_kept
from functions.local.commands.reports import JSON

if TYPE_CHECKING:
    from functions.core.models.content import Draft, Version
    from functions.local.editing import Editing

BAD_INPUT = 2

_MOST_PAGES = 3


@click.group()
def content() -> None:
    """Pages that staff write: publications, drafts, and the way back."""


@content.command()
@JSON
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many.")
def publications(as_json: bool, limit: int) -> None:
    """List what was published, the newest first: number, when, by which role, which pages."""
    versions = _editing().services.store.versions(limit=limit)
    if as_json:
        click.echo(json.dumps([_row(version) for version in versions], ensure_ascii=False))
        return
    for version in versions:
        at = version.made_at.astimezone(VIET_NAM)
        click.echo(
            f"{version.number:>5}  {at:%Y-%m-%d %H:%M}  {_who(version)}  {version.note.kind.value}"
            f"  {_pages(version.files)}"
        )


@content.command()
@JSON
def drafts(as_json: bool) -> None:
    """List what is written and not published, the newest first."""
    found = _editing().services.store.drafts()
    if as_json:
        click.echo(json.dumps([_draft_row(draft) for draft in found], ensure_ascii=False))
        return
    for draft in found:
        at = draft.changed_at.astimezone(VIET_NAM)
        click.echo(f"{at:%Y-%m-%d %H:%M}  {draft.status.value:<9}  {draft.page}")


@content.command()
def publish() -> None:
    """Bring the public site to what is published, after a kill or where a build failed."""
    from functions.local.editing import bring_up_to_date

    try:
        tell_kept(bring_up_to_date(_editing()))
    except PublishFailedError as error:
        raise click.ClickException(error.report) from error


@content.command()
@click.argument("number", type=click.IntRange(1))
def back(number: int) -> None:
    """Publish all pages again as they were in an earlier publication; drafts stay."""
    from functions.core.editing.publishing import go_back
    from functions.core.editing.shipping import SOFTWARE

    editing = _editing()
    try:
        version = go_back(number, SOFTWARE, editing.services)
    except NotFoundError as error:
        click.echo(f"{number}: no such publication", err=True)
        raise click.exceptions.Exit(BAD_INPUT) from error
    except PublishFailedError as error:
        raise click.ClickException(error.report) from error
    click.echo(f"publication {version.number} is public: all pages as in {number}")


def _editing() -> Editing:
    """Return what edits, over a repository that must be there already."""
    from functions.local.editing import has_content, make_editing

    settings = Settings.from_env()
    if not settings.has_data_dir or not has_content(settings.data_dir):
        click.echo("no pages of staff are kept here (BINHYEN_DATA_DIR): start the editor", err=True)
        raise click.exceptions.Exit(BAD_INPUT)
    return make_editing(Services(settings), say=say)


def _row(version: Version) -> dict[str, object]:
    by = version.note.by
    return {
        "number": version.number,
        "version": version.version,
        "published_at": version.made_at.astimezone(VIET_NAM).isoformat(),
        "unit_id": by.unit_id,
        "role": by.role.value,
        "change": version.note.kind.value,
        "pages": list(version.files),
    }


def _draft_row(draft: Draft) -> dict[str, object]:
    return {
        "page": draft.page,
        "status": draft.status.value,
        "changed_at": draft.changed_at.astimezone(VIET_NAM).isoformat(),
        "unit_id": draft.by.unit_id,
        "role": draft.by.role.value,
        "files": list(draft.files),
    }


def _who(version: Version) -> str:
    by = version.note.by
    return f"{by.role.value} {by.unit_id}".strip()


def _pages(files: tuple[str, ...]) -> str:
    more = len(files) - _MOST_PAGES
    shown = " ".join(files[:_MOST_PAGES])
    return f"{shown} and {more} more" if more > 0 else shown


COMMANDS = (content,)
