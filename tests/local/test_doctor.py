"""`binhyen doctor`: each fault is named in words, with what to do about it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.bootstrap import Services
from functions.config import Settings
from functions.local.alive import counted_as_alive
from functions.local.backup.marker import LastBackup, write_marker
from functions.local.doctor import machine, pages, service
from functions.local.doctor.asking import ask_date, examine
from functions.local.doctor.findings import Finding, Level
from functions.stores.sqlite.snapshot import damages
from tests.faults.places import Place
from tests.faults.sandbox import Sandbox
from tests.local.test_commands import installed as installed  # noqa: PLC0414 - a fixture
from tests.mail.server import MailServer
from tests.ports import free_port
from tests.system import BINHYEN, System

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GIB = 1024**3
COUNTS = {"ok": 1, "expiring": 0, "needs_authorization": 0}


def last(age: timedelta) -> LastBackup:
    return LastBackup("x", NOW - age, "/var/backups/binhyen")


def trial_settings(**changes: str) -> Settings:
    env = {
        "BINHYEN_DATA_DIR": "/d", "BINHYEN_KEY_FILE": "/k", "BINHYEN_PORT": "9000",
        "BINHYEN_PUBLIC_URL": "https://binhyen.example.vn",
    }  # fmt: skip
    return Settings.from_env(env | changes)


WELL: dict[str, Callable[[], Finding]] = {
    "disk": lambda: machine.check_disk(50 * GIB, 100 * GIB, 900, 1000, "/d"),
    "disk without inodes": lambda: machine.check_disk(50 * GIB, 100 * GIB, 0, 0, "/d"),
    "sqlite": lambda: machine.check_sqlite((3, 40, 1)),
    "database": lambda: machine.check_database([]),
    "schema": lambda: machine.check_schema(2, 2),
    "clock": lambda: machine.check_clock(NOW, None, NOW + timedelta(seconds=3)),
    "worker": lambda: service.check_worker(True),
    "due": lambda: service.check_due(NOW - timedelta(minutes=1), NOW),
    "nothing due": lambda: service.check_due(None, NOW),
    "failed": lambda: service.check_failed({"failed": 0}),
    "tokens": lambda: service.check_tokens(COUNTS, []),
    "alarms": lambda: service.check_alarms([]),
    "units": lambda: service.check_units([], 102),
    "site": lambda: service.check_site(True),
    "backup": lambda: service.check_backup(last(timedelta(hours=1)), NOW),
    "zalo": lambda: service.check_trial(trial_settings()),
    "backup settings": lambda: service.check_backup_settings("/b", "30", trial_settings()),
    "backup days left out": lambda: service.check_backup_settings("s3://b/p", "", trial_settings()),
    "reachable": lambda: service.check_reachable("Zalo API", "https://a", True),
    "mail": lambda: service.check_mail(True, ""),
    "mailboxes": lambda: service.check_mailboxes([], "a@example.vn"),
    "git": lambda: pages.check_git("", True),
    "pages": lambda: pages.check_repository(""),
    "public": lambda: pages.check_public("a1", "a1", "2026-11-21", "2026-11-21"),
}

ILL: dict[str, tuple[Callable[[], Finding], str]] = {
    "disk full": (lambda: machine.check_disk(GIB, 100 * GIB, 9, 9, "/d"), "only 1.0 GiB free"),
    "disk nearly full": (
        lambda: machine.check_disk(4 * GIB, 100 * GIB, 9, 9, "/d"), "only 4.0 GiB free"
    ),
    "no inodes": (lambda: machine.check_disk(50 * GIB, 100 * GIB, 4, 1000, "/d"), "only 4 files"),
    "old sqlite": (lambda: machine.check_sqlite((3, 36, 0)), "3.36.0 is too old"),
    "damaged": (lambda: machine.check_database(["page 3 is never used"]), "page 3"),
    "old tables": (lambda: machine.check_schema(1, 2), "needs 2"),
    "clock off": (
        lambda: machine.check_clock(NOW, None, NOW + timedelta(minutes=20)), "by 1200 s"
    ),
    "clock behind its files": (
        lambda: machine.check_clock(NOW, NOW + timedelta(minutes=20), None), "1200 s behind"
    ),
    "no worker": (lambda: service.check_worker(False), "none is running"),
    "late": (lambda: service.check_due(NOW - timedelta(hours=1), NOW), "60 minutes"),
    "failed": (lambda: service.check_failed({"failed": 3}), "3: Zalo refused"),
    "consent": (lambda: service.check_tokens(COUNTS | {"needs_authorization": 2}, []), "2 OAs"),
    "not renewable": (lambda: service.check_tokens(COUNTS, ["xa-mot"]), "xa-mot"),
    "expiring": (lambda: service.check_tokens(COUNTS | {"expiring": 1}, []), "1 end within"),
    "alarm": (lambda: service.check_alarms([("no-zalo-app", "xa-mot")]), "no-zalo-app xa-mot"),
    "no site": (lambda: service.check_site(False), "not built"),
    "no backup": (lambda: service.check_backup(None, NOW), "none was ever taken"),
    "old backup": (lambda: service.check_backup(last(timedelta(hours=40)), NOW), "40 hours old"),
    "backup days": (
        lambda: service.check_backup_settings("/b", "x", trial_settings()), "BINHYEN_BACKUP_DAYS"
    ),
    "backup of no day": (
        lambda: service.check_backup_settings("/b", "0", trial_settings()), "a number from 1"
    ),
    "backup beside its data": (
        lambda: service.check_backup_settings("/d/kept", "", trial_settings()), "in the data folder"
    ),
    "backup to no prefix": (
        lambda: service.check_backup_settings("s3://b", "", trial_settings()), "bucket and prefix"
    ),
    "backup beside its photos": (
        lambda: service.check_backup_settings(
            "s3://b/p", "", trial_settings(BINHYEN_AWS_PHOTOS_BUCKET="b")
        ),
        "in the bucket of the photos",
    ),
    "unreachable": (
        lambda: service.check_reachable("Zalo API", "https://a", False), "does not answer"
    ),
    "mail shut": (lambda: service.check_mail(True, "mail-account"), "(mail-account)"),
    "no git": (lambda: pages.check_git("git is not installed", True), "no backup is taken"),
    "damaged pages": (lambda: pages.check_repository("missing blob 1f"), "missing blob 1f"),
    "not public": (
        lambda: pages.check_public("a1", "a2", "2026-11-21", "2026-11-21"), "not what was published"
    ),
    "of yesterday": (
        lambda: pages.check_public("a1", "a1", "2026-11-20", "2026-11-21"), "of 2026-11-20"
    ),
}  # fmt: skip

NOTED: dict[str, tuple[Callable[[], Finding], str]] = {
    "no mail": (lambda: service.check_mail(False, ""), "no account"),
    "no mailbox": (
        lambda: service.check_mailboxes(["tinh-dak-lak"], "a@example.vn"),
        "goes to a@example.vn",
    ),
    "newer tables": (lambda: machine.check_schema(3, 2), "it is older, which is allowed"),
    "no network": (lambda: machine.check_clock(NOW, NOW, None), "could not be compared"),
    "units": (lambda: service.check_units(["a"] * 12, 102), "12 of 102 have no OA yet"),
    "backup to nowhere": (
        lambda: service.check_backup_settings("", "", trial_settings()),
        "names no place",
    ),
    "sandbox": (
        lambda: service.check_trial(
            trial_settings(BINHYEN_PUBLIC_URL="http://127.0.0.1:9000", BINHYEN_ZALO_SANDBOX="1")
        ),
        "no real group",
    ),
}


@pytest.mark.parametrize("check", WELL)
def test_what_is_well_needs_no_remedy(check: str) -> None:
    finding = WELL[check]()

    assert (finding.level, finding.remedy) == (Level.OK, "")


@pytest.mark.parametrize("check", ILL)
def test_what_is_wrong_is_named_with_a_remedy(check: str) -> None:
    make, words = ILL[check]

    finding = make()

    assert finding.level is Level.WRONG
    assert words in finding.words
    assert finding.remedy


@pytest.mark.parametrize("check", NOTED)
def test_what_is_worth_knowing_raises_no_alarm(check: str) -> None:
    make, words = NOTED[check]

    finding = make()

    assert finding.level is Level.NOTE
    assert words in finding.words


def test_many_names_are_cut_short() -> None:
    words = service.check_units([f"xa-{number}" for number in range(30)], 102).words

    assert words.endswith("xa-9 and 20 more")


@pytest.mark.parametrize("what", ["missing", "open", "foreign"])
def test_a_data_folder_that_is_missing_open_or_anothers_is_told(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "data"
    if what != "missing":
        folder.mkdir(mode=0o755 if what == "open" else 0o700)
    account = os.geteuid() + (what == "foreign")

    finding = machine.check_data_folder(folder, account)

    assert finding.level is Level.WRONG
    assert str(folder) in finding.words


@pytest.mark.parametrize("what", ["missing", "open", "short"])
def test_a_key_file_that_is_missing_open_or_cut_is_told(tmp_path: Path, what: str) -> None:
    key = tmp_path / "key"
    if what != "missing":
        key.write_bytes(b"\xaa" * (32 if what == "open" else 31))
        key.chmod(0o644 if what == "open" else 0o600)

    finding = machine.check_key_file(key, is_anything_sealed=True)

    assert finding.level is Level.WRONG
    assert "never make a new one" in finding.remedy


@pytest.mark.parametrize("what", ["open", "short"])
def test_a_bad_key_file_is_wrong_before_the_first_start_too(tmp_path: Path, what: str) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"\xaa" * (32 if what == "open" else 31))
    key.chmod(0o644 if what == "open" else 0o600)

    assert machine.check_key_file(key, is_anything_sealed=False).level is Level.WRONG


def test_a_database_with_overwritten_pages_is_found_damaged(installed: System) -> None:
    installed.run("sweep", "--once")
    file = installed.folder / "data" / "binhyen.db"
    sound = damages(file)
    with file.open("r+b") as database:
        database.seek(4096 * 3)
        database.write(b"\xff" * 4096 * 2)

    assert sound == []
    assert damages(file)


def test_a_server_that_answers_tells_the_time_and_one_that_does_not_is_none(
    zalo: Sandbox,
) -> None:
    date = ask_date(zalo.url)

    assert date is not None
    assert abs(datetime.now(UTC) - date) < timedelta(minutes=1)
    assert ask_date(f"http://127.0.0.1:{free_port()}") is None


def by_check(services: Services) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine(services)}


def test_a_machine_that_does_well_is_told_so(tmp_path: Path, zalo: Sandbox) -> None:
    with zalo.unit() as unit_id:
        place = Place(tmp_path, zalo, unit_id)
        with place.services() as services:
            place.connect(services)
            with counted_as_alive(services):
                write_marker(place.data_dir, LastBackup("x", services.clock.now(), "/kept"))

                found = by_check(services)

    wrong = {name for name, finding in found.items() if finding.level is Level.WRONG}
    # Whether site and disk are there is a matter of the machine that runs this test.
    assert wrong - {"site", "disk space"} == set()
    assert found["tokens"].words == "1 living"
    assert unit_id not in found["units"].words


def test_troubles_of_a_real_installation_are_all_told_at_once(
    tmp_path: Path, zalo: Sandbox
) -> None:
    with zalo.unit() as unit_id:
        place = Place(tmp_path, zalo, unit_id)
        with place.services() as services:
            place.connect(services)
            token_set = services.stores.tokens.get(unit_id)
            assert token_set is not None
            services.stores.tokens.give_up(unit_id, token_set.generation)
            services.stores.alerts.alarm("needs-authorization", unit_id)
            place.data_dir.chmod(0o755)

            found = by_check(services)

    wrong = {name for name, finding in found.items() if finding.level is Level.WRONG}
    assert wrong >= {"data folder", "worker", "tokens", "alarms", "backup"}
    assert found["alarms"].words == f"needs-authorization {unit_id}"


def test_another_key_is_told_and_its_bytes_are_not(installed: System) -> None:
    installed.run("sweep", "--once")
    (installed.folder / "key").write_bytes(b"K" * 32)

    run = installed.run("doctor", "--json")

    document = json.loads(run.stdout)
    by_name = {finding["check"]: finding for finding in document["findings"]}
    assert (run.returncode, document["well"]) == (1, False)
    assert by_name["key"]["words"] == "the key file holds another key"
    assert "KKKK" not in run.stdout + run.stderr


def test_nothing_is_made_where_nothing_is_installed(installed: System) -> None:
    run = installed.run("doctor")

    assert run.returncode == 1
    assert "data folder: " in run.stdout
    assert "none yet" in run.stdout
    assert "→ " in run.stdout
    assert not (installed.folder / "data").exists()
    assert not (installed.folder / "key").exists()


def findings_of(run: subprocess.CompletedProcess[str]) -> dict[str, dict[str, str]]:
    return {finding["check"]: finding for finding in json.loads(run.stdout)["findings"]}


def test_a_machine_that_never_started_is_told_when_its_key_is_made(installed: System) -> None:
    key = findings_of(installed.run("doctor", "--json"))["key file"]

    assert key["level"] == "note"
    assert "made at the first start" in key["words"]


@pytest.mark.parametrize("left", ["binhyen.db", "blobs/ab/abcdefgh"])
def test_a_key_that_is_missing_beside_data_is_not_to_be_made_anew(
    installed: System, left: str
) -> None:
    file = installed.folder / "data" / left
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")

    key = findings_of(installed.run("doctor", "--json"))["key file"]

    assert key["level"] == "wrong"
    assert "never make a new one" in key["remedy"]


def test_backup_settings_are_read_from_the_environment(
    installed: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = installed.environment | {"BINHYEN_BACKUP_TO": "/b", "BINHYEN_BACKUP_DAYS": "x"}
    monkeypatch.setattr(System, "environment", told)

    found = findings_of(installed.run("doctor", "--json"))["backup settings"]

    assert found["level"] == "wrong"
    assert "BINHYEN_BACKUP_DAYS must be a number" in found["words"]


def test_older_tables_are_left_as_they_are(installed: System) -> None:
    installed.run("sweep", "--once")
    with closing(sqlite3.connect(installed.folder / "data" / "binhyen.db")) as connection:
        connection.execute("PRAGMA user_version = 1")

    run = installed.run("doctor")

    assert "start the service once" in run.stdout
    with closing(sqlite3.connect(installed.folder / "data" / "binhyen.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 1


def test_bad_settings_exit_2(installed: System) -> None:
    installed.port = 99999

    run = installed.run("doctor")

    assert run.returncode == 2
    assert "BINHYEN_PORT" in run.stderr


def test_on_aws_it_points_to_status_and_the_alarms() -> None:
    environment = {
        "PATH": os.defpath, "BINHYEN_BACKEND": "aws", "BINHYEN_PUBLIC_URL": "https://b.example",
        "BINHYEN_AWS_TABLES": "binhyen", "BINHYEN_AWS_KMS_KEY": "alias/binhyen",
        "BINHYEN_AWS_PHOTOS_BUCKET": "photos", "BINHYEN_AWS_UPLOADS_BUCKET": "uploads",
        "BINHYEN_AWS_SITE_BUCKET": "site",
        "BINHYEN_AWS_QUEUE_URL": "https://sqs.ap-southeast-1.amazonaws.com/1/binhyen.fifo",
    }  # fmt: skip

    run = subprocess.run(
        [BINHYEN, "doctor"], env=environment, capture_output=True, text=True, check=False
    )

    assert (run.returncode, run.stdout) == (2, "")
    for words in ("`binhyen status` and the alarms", "deploy/aws/README.md"):
        assert words in run.stderr


def test_the_mail_server_is_asked_and_gets_no_message(
    installed: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed.run("sweep", "--once")
    with MailServer() as server:
        url = f"smtp://127.0.0.1:{server.port}?from=a@example.vn"
        told = installed.environment | {"BINHYEN_SMTP_URL": url}
        monkeypatch.setattr(System, "environment", told)
        up = findings_of(installed.run("doctor", "--json"))
    down = findings_of(installed.run("doctor", "--json"))

    assert (up["mail"]["level"], down["mail"]["level"]) == ("ok", "wrong")
    assert "mail-connect" in down["mail"]["words"]
    assert up["mailboxes"]["level"] == "note"
    assert server.taken == []
