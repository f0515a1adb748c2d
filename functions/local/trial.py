"""`make run`: the whole thing on one machine with a sandbox in place of Zalo."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import click

from functions.bootstrap import Services
from functions.config import Settings
from functions.core.viet_nam import day_of
from functions.local.commands.administration import import_document, read_json
from functions.local.supervisor import Part, end_all, run_until, wait_for_file

READY_SECONDS = 30.0


def run_with_sandbox(stopped: threading.Event, parts: list[Part], services: Services) -> None:
    """Start the sandbox, connect its OAs, then run all parts until told to stop."""
    settings = services.settings
    folder = sandbox_folder(settings)
    provision = folder / "provision.json"
    provision.unlink(missing_ok=True)
    sandbox = _sandbox_part(folder, provision, services)
    sandbox.start()
    try:
        if not wait_for_file(provision, READY_SECONDS, stopped):
            if stopped.is_set():
                return
            raise click.ClickException("the Zalo sandbox did not start")
        notes = import_document(read_json(provision), services)
        connected = sum(note.code == "connected" for note in notes)
        click.echo(f"Zalo sandbox: {connected} OAs newly connected", err=True)
    except BaseException:
        end_all([sandbox])
        raise
    _tell_addresses(settings, any(part.name == "editor" for part in parts))
    run_until(stopped, [sandbox, *parts])


def sandbox_folder(settings: Settings) -> Path:
    """Beside the data folder: the sandbox plays a foreign system that holds card texts."""
    return settings.data_dir.parent / "zalo-sandbox"


def _sandbox_part(folder: Path, provision: Path, services: Services) -> Part:
    folder.mkdir(parents=True, exist_ok=True)
    units = folder / "units.json"
    today = day_of(services.clock.now())
    rows = [{"unit_id": unit.unit_id, "name": unit.name} for unit in services.units.live(today)]
    units.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-m", "functions.local.sandbox"]
    command += ["--port", str(services.settings.sandbox_port), "--state", str(folder)]
    command += ["--units", str(units), "--write-provision", str(provision)]
    command += ["--webhook-url", f"http://127.0.0.1:{services.settings.port}/api/zalo/webhook"]
    command += ["--exit-with-parent"]
    return Part("sandbox", command)


def _tell_addresses(settings: Settings, has_editor: bool) -> None:
    unit = "phuong-tan-an"
    sandbox = f"http://127.0.0.1:{settings.sandbox_port}"
    click.echo(
        "\n".join(
            [
                "",
                f"  Site                 {settings.public_url}/",
                f"  Tip form             {settings.public_url}/{unit}/to-giac/",
                f"  Follow a tip         {settings.public_url}/theo-doi/",
                f"  Zalo group (trial)   {sandbox}/nhom/{unit}",
                f"  Zalo chat (trial)    {sandbox}/nhan-tin/{unit}",
                f"  Officer sign-in      make officer-link UNIT={unit}   (in another terminal)",
                *([f"  Editor               make editor-link UNIT={unit}"] if has_editor else []),
                "",
                "  Ctrl-C stops everything.",
                "",
            ]
        ),
        err=True,
    )
