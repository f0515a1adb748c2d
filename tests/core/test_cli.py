"""The command `binhyen`: its documents, messages and exit codes (design 4.1)."""

from __future__ import annotations

import json
import logging
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from functions.bootstrap import Services
from functions.config import Settings
from functions.core.errors import NotFoundError
from functions.core.models import JobState
from functions.core.signin import open_session, spend_link
from functions.core.tips import submit_tip
from functions.local.cli import main
from tests.core.test_config import AWS
from tests.core.world import draft

WARD = "phuong-tan-an"
PAIR = {
    "oa_id": "4318657068771012646",
    "access_token": "access",
    "refresh_token": "refresh",
    "expires_at": "2099-11-21T09:30:00+07:00",
}
OFFICERS = [{"user_id": "u1", "name": "Trần Văn Bình"}, {"user_id": "u2", "name": "Lê Thị Hoa"}]


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Settings of an own machine whose Zalo is a closed port."""
    values = {
        "BINHYEN_DATA_DIR": str(tmp_path / "data"),
        "BINHYEN_KEY_FILE": str(tmp_path / "key"),
        "BINHYEN_PUBLIC_URL": "http://127.0.0.1:8000",
        "BINHYEN_PORT": "8000",
        "BINHYEN_ZALO_API_URL": "http://127.0.0.1:9",
        "BINHYEN_ZALO_OAUTH_URL": "http://127.0.0.1:9",
        "BINHYEN_ZALO_SANDBOX": "0",
        "BINHYEN_BACKEND": "local",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture
def _logging() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    root.handlers[:], level = before
    root.setLevel(level)


@pytest.fixture
def binhyen(
    env: dict[str, str],
    _logging: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    def run(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["binhyen", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        captured = capsys.readouterr()
        return Answer(int(caught.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def import_file(tmp_path: Path) -> Callable[..., str]:
    def write(*rows: object) -> str:
        file = tmp_path / "oa.json"
        file.write_text(json.dumps({"units": rows}), encoding="utf-8")
        return str(file)

    return write


def services(env: dict[str, str]) -> Services:
    return Services(Settings.from_env(env))


def test_units_are_listed_as_one_document(binhyen: Run) -> None:
    live = json.loads(binhyen("units", "list", "--json").out)
    every = json.loads(binhyen("units", "list", "--all", "--json").out)

    assert set(every[0]) == {
        "unit_id",
        "kind",
        "name",
        "code",
        "valid_from",
        "valid_to",
        "successors",
    }
    assert len([unit for unit in live if unit["kind"] in ("phuong", "xa")]) == 102
    assert all(unit["valid_to"] is None for unit in live)
    former = [unit for unit in every if unit["valid_to"]]
    assert len(former) == len(every) - len(live) > 0
    assert all(unit["successors"] for unit in former)


def test_units_are_listed_for_people(binhyen: Run) -> None:
    answer = binhyen("units", "list")

    assert "phuong-tan-an  Phường Tân An" in answer.out.splitlines()


def test_status_of_a_fresh_folder_is_one_document(binhyen: Run) -> None:
    answer = binhyen("status", "--json")

    assert answer.code == 0
    assert json.loads(answer.out) == {
        "tips": {"stored": 0, "set_aside": 0, "erased": 0},
        "jobs": {"pending": 0, "done": 0, "failed": 0, "unknown": 0},
        "oldest_due_seconds": 0,
        "tokens": {"ok": 0, "expiring": 0, "needs_authorization": 0},
        "webhook_unverified": 0,
    }
    assert "webhook_unverified: 0" in binhyen("status").out


def test_bad_settings_list_all_problems_and_exit_2(
    binhyen: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BINHYEN_DATA_DIR")
    monkeypatch.setenv("BINHYEN_PORT", "x")

    answer = binhyen("status", "--json")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.splitlines() == [
        "BINHYEN_DATA_DIR is missing",
        "BINHYEN_PORT must be a number from 1 to 65533",
    ]


def test_editor_without_an_address_does_not_start(
    binhyen: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BINHYEN_PUBLIC_URL", "https://binhyen.example")

    answers = [binhyen("edit"), binhyen("officers", "link", "--editor", "--unit", WARD)]

    assert [answer.code for answer in answers] == [2, 2]
    assert answers[0].err.splitlines() == ["BINHYEN_EDITOR_URL is missing: the editor needs it"]
    assert "BINHYEN_EDITOR_URL is missing" in answers[1].err


def test_editor_of_an_installation_on_aws_names_all_it_needs(
    binhyen: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BINHYEN_DATA_DIR", "BINHYEN_PORT"):
        monkeypatch.delenv(name)
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)

    answer = binhyen("edit")

    assert answer.code == 2
    needed = ("EDITOR_URL", "DATA_DIR", "PORT", "AWS_RELEASES_BUCKET")
    assert answer.err.splitlines() == [
        f"BINHYEN_{name} is missing: the editor needs it" for name in needed
    ]


def test_sealed_data_without_its_key_exits_2_and_makes_no_new_key(
    binhyen: Run, env: dict[str, str], import_file: Callable[..., str]
) -> None:
    assert binhyen("oa", "import", import_file({"unit_id": WARD, "officers": OFFICERS})).code == 0
    Path(env["BINHYEN_KEY_FILE"]).unlink()

    answer = binhyen("status", "--json")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("BINHYEN_KEY_FILE: ")
    assert not Path(env["BINHYEN_KEY_FILE"]).exists()


@pytest.mark.parametrize("arguments", [["no-such"], ["officers", "link"], ["units", "list", "-x"]])
def test_wrong_use_exits_2(binhyen: Run, arguments: list[str]) -> None:
    assert binhyen(*arguments).code == 2


def test_import_connects_and_repeats_without_harm(
    binhyen: Run, env: dict[str, str], import_file: Callable[..., str]
) -> None:
    file = import_file({"unit_id": WARD, "group_id": "g", "officers": OFFICERS, **PAIR})

    first, second = binhyen("oa", "import", file), binhyen("oa", "import", file)

    assert (first.code, first.out.splitlines()) == (0, ["phuong-tan-an: connected", "done"])
    assert second.code == 0
    assert "skipped the token pair" in second.out
    stores = services(env).stores
    channel = stores.channels.channel(WARD)
    assert channel is not None
    assert channel.group_id == "g"
    assert [officer.user_id for officer in stores.officers.officers(WARD)] == ["u1", "u2"]


def test_import_with_problems_lists_them_stores_nothing_and_exits_2(
    binhyen: Run, env: dict[str, str], import_file: Callable[..., str]
) -> None:
    file = import_file({"unit_id": WARD, "officers": OFFICERS}, {"unit_id": "xa-khong-co"}, 7)

    answer = binhyen("oa", "import", file)

    assert answer.code == 2
    assert answer.err.splitlines() == [
        "units[1].unit_id: no unit 'xa-khong-co' in data/units.csv",
        "units[2] must be an object",
    ]
    assert services(env).stores.officers.officers(WARD) == []


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b""])
def test_import_of_what_is_no_json_exits_2(binhyen: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.json"
    file.write_bytes(content)

    answer = binhyen("oa", "import", str(file))

    assert answer.code == 2
    assert "not readable as JSON" in answer.err


def test_import_of_a_missing_file_exits_2(binhyen: Run, tmp_path: Path) -> None:
    assert binhyen("oa", "import", str(tmp_path / "none.json")).code == 2


def test_link_is_printed_for_the_officer_named(
    binhyen: Run, import_file: Callable[..., str]
) -> None:
    binhyen("oa", "import", import_file({"unit_id": WARD, "officers": OFFICERS}))

    answer = binhyen("officers", "link", "--unit", WARD, "--officer", "u2")

    assert answer.code == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/can-bo/vao/[\w-]{43}\n", answer.out)


def test_removed_officer_is_off_the_roll_and_every_session_ends(
    binhyen: Run, import_file: Callable[..., str], env: dict[str, str]
) -> None:
    binhyen("oa", "import", import_file({"unit_id": WARD, "officers": OFFICERS}))
    link = binhyen("officers", "link", "--unit", WARD, "--officer", "u2").out.strip()
    running = services(env)
    session = spend_link(link.rpartition("/")[2], running.sign_in)

    first = binhyen("officers", "remove", "--unit", WARD, "--officer", "u2")
    second = binhyen("officers", "remove", "--unit", WARD, "--officer", "u2")

    assert (first.code, first.out) == (0, "removed\n")
    assert second.code == 2
    assert "no such officer" in second.err
    assert "u1" in second.err
    assert [one.user_id for one in services(env).stores.officers.officers(WARD)] == ["u1"]
    with pytest.raises(NotFoundError):
        open_session(session.session_id, running.sign_in)


def test_only_officer_of_a_unit_need_not_be_named(
    binhyen: Run, import_file: Callable[..., str]
) -> None:
    binhyen("oa", "import", import_file({"unit_id": WARD, "officers": OFFICERS[:1]}))

    assert binhyen("officers", "link", "--unit", WARD).code == 0


def test_several_officers_are_listed_and_exit_2(
    binhyen: Run, import_file: Callable[..., str]
) -> None:
    binhyen("oa", "import", import_file({"unit_id": WARD, "officers": OFFICERS}))

    answer = binhyen("officers", "link", "--unit", WARD)

    assert (answer.code, answer.out) == (2, "")
    assert "u1  officer  Trần Văn Bình" in answer.err
    assert "u2  officer  Lê Thị Hoa" in answer.err


def test_unit_without_officers_exits_2(binhyen: Run) -> None:
    answer = binhyen("officers", "link", "--unit", WARD)

    assert answer.code == 2
    assert "no officer is enrolled" in answer.err


def test_failed_jobs_are_re_armed(binhyen: Run, env: dict[str, str]) -> None:
    own = services(env)
    submit_tip(replace(draft(), unit_id=WARD), (), own.submit)
    stores = own.stores
    now = own.clock.now()
    (job_id,) = stores.jobs.due(now, 1)
    claim = stores.jobs.claim(job_id, now, now)
    assert claim is not None
    stores.jobs.fail(claim, "refused")

    assert binhyen("jobs", "retry", job_id).out == "1 re-armed\n"
    assert binhyen("jobs", "retry").out == "0 re-armed\n"
    assert stores.jobs.counts()[JobState.FAILED] == 0


def test_unknown_job_exits_2(binhyen: Run) -> None:
    answer = binhyen("jobs", "retry", "no-such-job")

    assert answer.code == 2
    assert answer.err == "no-such-job: no such job\n"


def test_export_writes_a_private_file_without_a_word_of_the_tip(
    binhyen: Run, env: dict[str, str], tmp_path: Path
) -> None:
    submit_tip(replace(draft("Lời kể"), unit_id=WARD), (), services(env).submit)
    folder = tmp_path / "new" / "export"

    answer = binhyen("export", str(folder))

    assert answer.code == 0
    assert [file.name for file in folder.iterdir()] == ["tips.jsonl"]
    file = folder / "tips.jsonl"
    (row,) = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert row["unit_id"] == WARD
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert "Lời kể" not in file.read_text(encoding="utf-8")


def run_once(env: dict[str, str], command: str) -> subprocess.CompletedProcess[str]:
    """Run a part once in a process of its own: it sets signal handlers."""
    return subprocess.run(
        [sys.executable, "-m", "functions.local.cli", command, "--once"],
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_parts_run_once_exit_0_when_there_is_nothing_wrong(env: dict[str, str]) -> None:
    for command in ("work", "sweep", "refresh-tokens"):
        done = run_once(env, command)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_refresher_run_once_exits_1_when_an_oa_needs_consent(
    binhyen: Run, env: dict[str, str], import_file: Callable[..., str]
) -> None:
    binhyen("oa", "import", import_file({"unit_id": WARD, **PAIR}))
    services(env).stores.tokens.give_up(WARD, 1)

    assert run_once(env, "refresh-tokens").returncode == 1


def test_worker_run_once_exits_1_when_a_job_has_failed(env: dict[str, str]) -> None:
    own = services(env)
    submit_tip(replace(draft(), unit_id=WARD), (), own.submit)
    now = own.clock.now()
    claim = own.stores.jobs.claim(own.stores.jobs.due(now, 1)[0], now, now)
    assert claim is not None
    own.stores.jobs.fail(claim, "refused")

    assert run_once(env, "work").returncode == 1


def test_bad_settings_exit_2_for_parts_too(env: dict[str, str]) -> None:
    done = run_once(env | {"BINHYEN_PORT": "x"}, "work")

    assert done.returncode == 2
    assert "BINHYEN_PORT" in done.stderr
