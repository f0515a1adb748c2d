"""The command that builds the site: build."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import click

from functions.bootstrap import Services
from functions.clock import SystemClock
from functions.config import BuildSettings, Settings
from functions.core.editing.shipping import Shipped, version_ahead
from functions.core.errors import PublishFailedError
from functions.core.viet_nam import day_of
from functions.installed import BUILD, PROJECT


@click.command()
@click.option(
    "--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="Build as of this day (YYYY-MM-DD)."
)
@click.option("--report", "wants_report", is_flag=True, help="List what staff must look at.")
@click.option(
    "--ahead",
    is_flag=True,
    help="Build what this release will publish once it runs; what is published stays.",
)
def build(on: object, wants_report: bool, ahead: bool) -> None:
    """Build the site into build/site; the last good site stays when this fails.

    Where staff edit on this machine (BINHYEN_DATA_DIR), what they published is built.
    """
    from functions.local.editing import has_content
    from publish.errors import PublishError

    settings = BuildSettings.from_env()
    named = on.date() if isinstance(on, datetime) else None
    day = named or _today()
    try:
        if has_content(settings.data_dir):
            root = _build_published(named, ahead)
        else:
            root = _build_project(day, settings)
        if wants_report:
            _report(root, day)
    except PublishError as error:
        raise click.ClickException(str(error)) from error
    except PublishFailedError as error:
        raise click.ClickException(error.report) from error


def tell_kept(shipped: Shipped) -> None:
    """Say where staff's pages were kept although the release has others."""
    for path in shipped.kept:
        say(f"{path}: kept as staff wrote it, where this release changed the same lines")


def say(text: str) -> None:
    click.echo(text, err=True)


def _build_project(day: date, settings: BuildSettings) -> Path:
    from publish.build import build_site

    out = settings.build_dir or BUILD
    before = _built_for(out)
    if before > day.isoformat():
        say(f"the last build was as of {before}: is the clock right?")
    built = build_site(PROJECT, out, day, say, upload_url=settings.upload_url)
    say(f"built {built.pages} pages of {built.units} units and {built.old_addresses} old addresses")
    return PROJECT


def _build_published(day: date | None, ahead: bool) -> Path:
    """Build the published pages of staff as of a day, else of today; return their folder."""
    from functions.local.editing import bring_up_to_date, make_editing

    editing = make_editing(Services(Settings.from_env()), on=day, say=say, is_ahead=ahead)
    if ahead:
        store, now = editing.services.store, editing.services.clock.now()
        version = version_ahead(PROJECT / "site", store, now)
        editing.publisher.publish(version, lambda: None)
    else:
        tell_kept(bring_up_to_date(editing, again=True))
    return editing.publisher.root


def _report(root: Path, day: date) -> None:
    from publish.report import report, summary

    findings = report(root, day)
    for finding in findings:
        click.echo(str(finding))
    say(summary(findings))


def _built_for(out: Path) -> str:
    """Return the day of the last build; empty where it is not known."""
    try:
        facts = json.loads((out / "site").resolve().with_name("facts.json").read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    return str(facts.get("built_for", ""))


def _today() -> date:
    """Today in Viet Nam."""
    return day_of(SystemClock().now())


COMMANDS = (build,)
