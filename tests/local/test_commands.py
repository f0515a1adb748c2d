"""The command line without a server: settings, imports, links, exports, exit codes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.system import BINHYEN, System

UNIT = "phuong-tan-an"


@pytest.fixture
def installed(tmp_path: Path) -> System:
    """An installation that is not running."""
    return System(tmp_path)


def import_file(folder: Path, **unit: object) -> Path:
    path = folder / "import.json"
    app = {"app_id": "1", "secret_key": "s", "oa_secret_key": "o"}
    path.write_text(json.dumps({"app": app, "units": [{"unit_id": UNIT} | unit]}))
    return path


def officer(user_id: str, name: str = "Trần Văn Trực") -> dict[str, str]:
    return {"user_id": user_id, "name": name, "role": "officer"}


def test_bad_settings_are_all_named_and_exit_2() -> None:
    environment = {"PATH": "/usr/bin:/bin", "BINHYEN_PORT": "x", "BINHYEN_PUBLIC_URL": "ftp://a"}

    run = subprocess.run(
        [BINHYEN, "status"], env=environment, capture_output=True, text=True, check=False
    )

    assert run.returncode == 2
    assert run.stdout == ""
    for name in ("DATA_DIR", "KEY_FILE", "PUBLIC_URL", "PORT"):
        assert f"BINHYEN_{name}" in run.stderr


@pytest.mark.parametrize("command", ["work", "sweep", "refresh-tokens"])
def test_once_on_an_empty_installation_is_done_at_once(installed: System, command: str) -> None:
    assert installed.run(command, "--once").returncode == 0


def test_the_key_is_made_once_for_this_account_only_and_never_again(installed: System) -> None:
    installed.run("sweep", "--once")
    key = installed.folder / "key"
    mode = key.stat().st_mode & 0o777
    key.unlink()

    run = installed.run("status", "--json")

    assert mode == 0o600
    assert run.returncode == 2
    assert "BINHYEN_KEY_FILE" in run.stderr
    assert not key.exists()


def test_a_row_without_oa_just_enrols_officers(installed: System) -> None:
    file = import_file(installed.folder, officers=[officer("11")])

    first = installed.run("oa", "import", str(file))
    second = installed.run("oa", "import", str(file))
    link = installed.run("officers", "link", "--unit", UNIT)

    assert (first.returncode, second.returncode) == (0, 0)
    assert link.returncode == 0
    assert link.stdout.startswith(f"{installed.url}/can-bo/vao/")


def test_a_link_for_one_of_several_officers_lists_them(installed: System) -> None:
    file = import_file(installed.folder, officers=[officer("11"), officer("12", "Lê Thị Hai")])
    installed.run("oa", "import", str(file))

    run = installed.run("officers", "link", "--unit", UNIT)
    chosen = installed.run("officers", "link", "--unit", UNIT, "--officer", "12")

    assert run.returncode == 2
    assert run.stdout == ""
    assert "Trần Văn Trực" in run.stderr
    assert "Lê Thị Hai" in run.stderr
    assert chosen.returncode == 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "not readable as JSON"),
        ('{"units": [{"unit_id": "khong-co"}]}', "no unit 'khong-co'"),
        ('{"units": [{"unit_id": "phuong-tan-hoa"}]}', "now: phuong-tan-lap"),
        ('{"units": [{}]}', "units[0].unit_id is missing"),
        ('{"units": [{"unit_id": "phuong-tan-an", "access_token": "a"}]}', "go together"),
    ],
)
def test_a_bad_import_file_exits_2_and_says_where(
    installed: System, content: str, complaint: str
) -> None:
    file = installed.folder / "bad.json"
    file.write_text(content)

    run = installed.run("oa", "import", str(file))

    assert run.returncode == 2
    assert complaint in run.stderr


def test_a_known_pair_is_skipped_with_a_message(installed: System) -> None:
    pair = {
        "oa_id": "1", "group_id": "g", "access_token": "a", "refresh_token": "r",
        "expires_at": "2036-01-01T00:00:00+07:00",
    }  # fmt: skip
    file = import_file(installed.folder, **pair)

    first = installed.run("oa", "import", str(file))
    second = installed.run("oa", "import", str(file))

    assert "connected" in first.stdout
    assert second.returncode == 0
    assert "skipped" in second.stdout


def test_retrying_an_unknown_job_exits_2(installed: System) -> None:
    assert installed.run("jobs", "retry", "nope").returncode == 2
    assert installed.run("jobs", "retry").stdout == "0 re-armed\n"


def test_units_list_is_one_document_with_every_unit_ever(installed: System) -> None:
    rows = json.loads(installed.run("units", "list", "--all", "--json").stdout)
    living = json.loads(installed.run("units", "list", "--json").stdout)

    assert set(rows[0]) == {
        "unit_id", "kind", "name", "code", "valid_from", "valid_to", "successors",
    }  # fmt: skip
    communes = [row for row in living if row["kind"] in ("phuong", "xa")]
    assert len(communes) == 102
    assert len(living) == 102 + 1 + 6
    assert len(rows) == 389 + 6


def test_an_export_of_nothing_is_an_empty_private_file(installed: System) -> None:
    run = installed.run("export", str(installed.folder / "out"))

    file = installed.folder / "out" / "tips.jsonl"
    assert run.returncode == 0
    assert file.read_text() == ""
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_sandbox_beside_a_public_address_is_refused(installed: System) -> None:
    environment = installed.environment | {"BINHYEN_PUBLIC_URL": "https://binhyen.example.vn"}

    run = subprocess.run(
        [BINHYEN, "serve"], env=environment, capture_output=True, text=True, check=False
    )

    assert run.returncode == 2
    assert "BINHYEN_ZALO_SANDBOX" in run.stderr
