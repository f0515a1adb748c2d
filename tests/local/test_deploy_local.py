"""`deploy/local`: what is put on a machine, as far as a machine without systemd can show it."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from functions.config import Settings
from functions.local.cli import cli
from tests.system import PROJECT

LOCAL = PROJECT / "deploy" / "local"
UNITS = sorted((LOCAL / "systemd").glob("binhyen*.*"))
SCRIPTS = [LOCAL / "install", LOCAL / "upgrade"]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder that stands for a machine's root, with everything put into it."""
    assert put_on(tmp_path).returncode == 0
    return tmp_path


def put_on(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    options = options or (
        "--host", "binhyen.example.vn", "--certificate", "/c.pem", "--certificate-key", "/k.pem",
    )  # fmt: skip
    return subprocess.run(
        [LOCAL / "install", *options], env={**os.environ, "DESTDIR": str(root)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def settings_of(machine: Path) -> dict[str, str]:
    lines = (machine / "etc/binhyen/binhyen.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_can_be_run_and_read_by_bash(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_units_are_sound_to_systemd(tmp_path: Path) -> None:
    shutil.copytree(LOCAL / "systemd", tmp_path / "units")
    units = sorted((tmp_path / "units").glob("binhyen*.*"))
    for unit in units:
        if unit.suffix == ".service":
            # The program is not installed on this machine.
            unit.write_text(re.sub(r"/opt/\S+/binhyen", "/bin/true", unit.read_text()))

    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *[u for u in units if u.is_file()]],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path / 'units'}:"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.parametrize(
    "unit", [unit for unit in UNITS if unit.suffix == ".service" and unit.is_file()],
    ids=lambda unit: unit.name,
)  # fmt: skip
def test_each_service_runs_a_command_that_exists(unit: Path) -> None:
    [line] = [line for line in unit.read_text().splitlines() if line.startswith("ExecStart=")]
    program, name, *options = line.removeprefix("ExecStart=").split()

    command = cli.commands[name]

    assert program == "/opt/binhyen/current/.venv/bin/binhyen"
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(options) <= known


def test_the_target_starts_every_service_or_its_timer() -> None:
    wants = (LOCAL / "systemd" / "binhyen.target").read_text()

    for unit in UNITS:
        if unit.name == "binhyen-editor.service":
            # Only where there is a host for it: then `install` enables it.
            assert "WantedBy=binhyen.target" in unit.read_text()
        elif unit.suffix == ".service" and unit.is_file():
            timer = unit.with_suffix(".timer")
            assert (timer if timer.exists() else unit).name in wants


def test_settings_that_are_put_there_are_settings_the_program_takes(machine: Path) -> None:
    settings = Settings.from_env(settings_of(machine))

    assert settings.public_url == "https://binhyen.example.vn"
    assert not settings.key_file.is_relative_to(settings.data_dir)


def test_an_editors_host_becomes_a_setting_and_a_site_of_nginx(tmp_path: Path) -> None:
    options = ("--host", "binhyen.example.vn", "--certificate", "/c.pem", "--certificate-key")
    put_on(tmp_path, *options, "/k.pem", "--editor-host", "bien-tap.binhyen.example.vn")

    settings = Settings.from_env(settings_of(tmp_path))

    site = (tmp_path / "etc/nginx/sites-enabled/binhyen-editor").read_text()
    assert settings.editor_url == "https://bien-tap.binhyen.example.vn"
    assert f"server 127.0.0.1:{settings.editor_port};" in site
    assert "server_name bien-tap.binhyen.example.vn;" in site
    assert "@" not in re.sub(r"#.*", "", site)


def test_where_settings_stand_already_the_missing_one_is_told(machine: Path) -> None:
    options = ("--host", "binhyen.example.vn", "--certificate", "/c.pem", "--certificate-key")

    again = put_on(machine, *options, "/k.pem", "--editor-host", "bien-tap.binhyen.example.vn")

    assert "add BINHYEN_EDITOR_URL=https://bien-tap.binhyen.example.vn" in again.stderr
    assert "BINHYEN_EDITOR_URL" not in settings_of(machine)


def test_a_machine_of_the_editor_alone_gets_no_key_and_no_site(tmp_path: Path) -> None:
    options = ("--editor-host", "bien-tap.example.vn", "--certificate", "/c.pem")

    done = put_on(tmp_path, *options, "--certificate-key", "/k.pem")

    assert done.returncode == 0, done.stderr
    assert settings_of(tmp_path).keys() == {
        "BINHYEN_DATA_DIR", "BINHYEN_PORT", "BINHYEN_EDITOR_URL",
    }  # fmt: skip
    assert not (tmp_path / "etc/binhyen/key").exists()
    enabled = {path.name for path in (tmp_path / "etc/nginx/sites-enabled").iterdir()}
    assert enabled == {"00-binhyen-common", "binhyen-editor"}


def test_every_setting_that_is_put_there_or_offered_is_in_the_runbook(machine: Path) -> None:
    text = (machine / "etc/binhyen/binhyen.env").read_text()
    offered = set(re.findall(r"^#?([A-Z_]+)=", text, flags=re.MULTILINE))
    runbook = (PROJECT / "deploy/runbook.md").read_text()

    assert {"BINHYEN_AWS_PHOTOS_BUCKET", "BINHYEN_AWS_ENDPOINT_URL"} <= offered
    assert [name for name in sorted(offered) if f"`{name}`" not in runbook] == []


def test_secrets_and_data_are_closed_to_other_accounts(machine: Path) -> None:
    assert mode(machine / "var/lib/binhyen/data") == 0o700
    assert mode(machine / "etc/binhyen/key") == 0o600
    assert len((machine / "etc/binhyen/key").read_bytes()) == 32
    assert mode(machine / "etc/binhyen/binhyen.env") == 0o640
    assert mode(machine / "var/backups/binhyen") == 0o700


def test_a_second_run_changes_neither_settings_nor_key(machine: Path) -> None:
    (machine / "etc/binhyen/binhyen.env").write_text("BINHYEN_PORT=9\n")
    key = (machine / "etc/binhyen/key").read_bytes()

    again = put_on(machine)

    assert again.returncode == 0
    assert settings_of(machine) == {"BINHYEN_PORT": "9"}
    assert (machine / "etc/binhyen/key").read_bytes() == key


@pytest.mark.parametrize("left", ["var/lib/binhyen/data/binhyen.db", "var/backups/binhyen/x"])
def test_no_new_key_is_made_beside_old_data_or_backups(machine: Path, left: str) -> None:
    (machine / "etc/binhyen/key").unlink()
    (machine / left).write_bytes(b"x")

    again = put_on(machine)

    assert "bring the key file back" in again.stderr
    assert not (machine / "etc/binhyen/key").exists()


@pytest.mark.parametrize(
    "options",
    [(), ("--host",), ("--host", "a b"), ("--host", "a.vn"), ("--nope", "1")],
)
def test_bad_options_are_refused_before_anything_is_made(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    refused = put_on(tmp_path, *options) if options else put_on(tmp_path, "--host", "")

    assert refused.returncode == 2
    assert refused.stderr.startswith("install: ")
    assert list(tmp_path.iterdir()) == []


def test_log_rotation_is_sound(machine: Path) -> None:
    logrotate = shutil.which("logrotate") or "/usr/sbin/logrotate"
    rules = (machine / "etc/logrotate.d/binhyen").read_text()
    here = machine / "rotate.conf"
    own = rules.replace("/var/log/binhyen", str(machine / "var/log/binhyen"))
    here.write_text(own.replace("create 0640 root adm", "create 0640"))
    log = machine / "var/log/binhyen/access.log"
    log.write_text("{}\n")
    (machine / "var/log/binhyen").chmod(0o700)

    run = subprocess.run(
        [logrotate, "--force", "--state", str(machine / "state"), str(here)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (run.returncode, run.stderr) == (0, "")
    assert (machine / "var/log/binhyen/access.log.1").read_text() == "{}\n"
