"""Commands that run something: serve, edit, work, sweep, refresh-tokens."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import click

from functions import logs
from functions.bootstrap import Services
from functions.config import Backend, Settings, SettingsError
from functions.core.errors import StoreUnavailableError
from functions.installed import PROJECT
from functions.local.commands.building import say
from functions.local.processes import follow_parent, stop_event
from functions.stores.git.program import git_problem

SWEEP_SECONDS = 60.0
REFRESH_SECONDS = 1.0
"""A cheap question to the store; a sender that was refused waits for the answer."""

CHILD = click.option("--child-of", type=int, hidden=True)
ONCE = click.option("--once", is_flag=True, help="Do what is due now, then end.")


@click.command()
@click.option("--without-editor", is_flag=True, help="Leave the editor to another process.")
def serve(without_editor: bool) -> None:
    """Run site, functions, editor, worker and schedules; build the site if it is missing."""
    from functions.local import trial
    from functions.local.supervisor import binhyen_part, run_until, taken_ports

    services = Services(_settings_of_a_machine())
    settings = services.settings
    stopped = stop_event()
    has_editor = not without_editor and _can_edit(settings)
    taken = taken_ports(settings, has_editor)
    if taken:
        ports = ", ".join(map(str, taken))
        raise click.ClickException(f"port {ports} is in use; choose another with PORT=")
    services.stores.jobs.counts()
    if not (services.site / "index.html").is_file():
        _build_aside(stopped)
    parts = [
        binhyen_part("web", "web"),
        binhyen_part("worker", "work"),
        binhyen_part("refresher", "refresh-tokens"),
        binhyen_part("sweeper", "sweep"),
    ]
    if has_editor:
        parts.append(binhyen_part("editor", "edit"))
    if stopped.is_set():
        return
    if settings.sandbox:
        trial.run_with_sandbox(stopped, parts, services)
    else:
        click.echo(f"Bình Yên: {settings.public_url}/", err=True)
        run_until(stopped, parts)


@click.command(hidden=True)
@CHILD
def web(child_of: int | None) -> None:
    """Run the web part alone."""
    from functions.local.server import serve_until

    serve_until(_stopping(child_of), Services(_settings_of_a_machine()))


@click.command()
@CHILD
def edit(child_of: int | None) -> None:
    """Run the editor alone: here staff write pages, and publish them."""
    from functions.local.editor import edit_until

    settings, problem = _settings_of_an_editor(), git_problem()
    if problem:
        raise click.ClickException(problem)
    edit_until(_stopping(child_of), Services(settings))


@click.command()
@ONCE
@CHILD
def work(once: bool, child_of: int | None) -> None:
    """Deliver tips and clean photos. With --once: exit 1 while a job has failed for good."""
    from functions.local.alive import counted_as_alive
    from functions.local.worker import work_until
    from functions.run_jobs.handler import run_due_jobs

    stopped = _stopping(child_of)
    services = Services(_settings_of_a_machine())
    # The data folder is made with the stores.
    _ = services.stores
    with counted_as_alive(services):
        if not once:
            work_until(stopped, services)
            return
        run_due_jobs(services.work)
    if services.stores.jobs.counts()["failed"]:
        raise click.exceptions.Exit(1)


@click.command()
@ONCE
@CHILD
def sweep(once: bool, child_of: int | None) -> None:
    """Tidy up after crashes, ring for due jobs, and watch over what did not come through."""
    from functions.core.late import call_ladder
    from functions.sweep.handler import WatchServices, run_sweep, watch

    stopped = _stopping(child_of)
    services = Services(Settings.from_env())
    ladder, watched = services.ladder, WatchServices(services.tell, services.read_back)

    def step() -> None:
        run_sweep(services.sweep)
        call_ladder(ladder)

    if once:
        step()
        watch(watched)
        return
    # Beside the sweep: a mail server or Zalo that is slow must hold up no ringing, and no end.
    _run_beside(stopped, SWEEP_SECONDS, lambda: watch(watched))
    _run(stopped, once, SWEEP_SECONDS, step)


@click.command("refresh-tokens")
@ONCE
@CHILD
def refresh_tokens(once: bool, child_of: int | None) -> None:
    """Renew the OAs' tokens that are due. With --once: exit 1 when an OA needs consent."""
    from functions.core.tokens import EXPIRING
    from functions.refresh_tokens.handler import refresh

    stopped = _stopping(child_of)
    services = Services(Settings.from_env())
    _run(stopped, once, REFRESH_SECONDS, lambda: refresh(services.refresh))
    if once:
        counts = services.stores.tokens.counts(services.clock.now() + EXPIRING)
        if counts["needs_authorization"]:
            raise click.exceptions.Exit(1)


def _settings_of_a_machine() -> Settings:
    """Return the settings for what needs a data folder. Raises SettingsError."""
    settings = Settings.from_env()
    if settings.backend is Backend.AWS:
        problem = (
            "BINHYEN_BACKEND=aws: serve, web and work run one machine with a data folder;"
            " on AWS the functions of deploy/aws do their work"
        )
        raise SettingsError([problem])
    return settings


def _can_edit(settings: Settings) -> bool:
    """Tell whether the editor can run; say why not."""
    problem = git_problem()
    if not settings.editor_url:
        problem = "BINHYEN_EDITOR_URL is not set"
    if problem:
        say(f"{problem}: pages cannot be edited here, all else works")
    return not problem


def _settings_of_an_editor() -> Settings:
    """Return the settings, also of the one small machine on AWS. Raises SettingsError."""
    settings = Settings.from_env()
    needed = {"BINHYEN_EDITOR_URL": settings.editor_url}
    if settings.backend is Backend.AWS:
        needed |= {
            "BINHYEN_DATA_DIR": str(settings.data_dir) if settings.has_data_dir else "",
            "BINHYEN_PORT": str(settings.port or ""),
            "BINHYEN_AWS_RELEASES_BUCKET": settings.aws.releases_bucket,
        }
    missing = [f"{name} is missing: the editor needs it" for name in needed if not needed[name]]
    if missing:
        raise SettingsError(missing)
    return settings


def _stopping(child_of: int | None) -> threading.Event:
    stopped = stop_event()
    if child_of:
        follow_parent(child_of)
    return stopped


def _run(stopped: threading.Event, once: bool, seconds: float, step: Callable[[], object]) -> None:
    """Do the step once, or again and again; a store that cannot write ends no loop."""
    if once:
        step()
        return
    while not stopped.is_set():
        try:
            step()
        except StoreUnavailableError as error:
            logs.crash("store-unavailable", error)
        stopped.wait(seconds)


def _run_beside(stopped: threading.Event, seconds: float, step: Callable[[], object]) -> None:
    """Do the step again and again in a thread that ends with the process, wherever it is.

    What nobody foresaw ends the process, so that it is started anew."""

    def run() -> None:
        try:
            _run(stopped, False, seconds, step)
        except Exception as error:  # noqa: BLE001 a thread that died unseen would be worse
            logs.crash("watch-crashed", error)
            stopped.set()

    threading.Thread(target=run, name="watch", daemon=True).start()


def _build_aside(stopped: threading.Event) -> None:
    """Build in a process of its own: the generator is no part of a server's memory."""
    say("The site is not built yet: building it now, this takes some seconds.")
    command = [sys.executable, "-m", "functions.local.cli", "build"]
    if subprocess.run(command, cwd=Path(PROJECT), check=False).returncode and not stopped.is_set():
        raise click.ClickException("the site could not be built")


COMMANDS = (serve, web, edit, work, sweep, refresh_tokens)
