"""The sandbox as a process: provisioning, restart after kill -9, signals, bad input."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from functions.local.sandbox.provisioning import write_provision_file
from tests.sandbox.client import CONVERSATION, Caller
from tests.sandbox.receiver import Receiver, wait_until

OLD_STATE = Path(__file__).parent / "data" / "state_before_webhooks.sql"
UNITS = [
    {"unit_id": "phuong-tuy-hoa", "name": "Phường Tuy Hòa"},
    {"unit_id": "xa-ea-kar", "name": "Xã Ea Kar"},
]


class Launcher:
    """Starts sandboxes over one state folder and ends them all with the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: list[tuple[subprocess.Popen[str], Caller]] = []

    def units_file(self, units: object) -> str:
        path = self.folder / "units.json"
        path.write_text(json.dumps(units), encoding="utf-8")
        return str(path)

    def command(self, *more: str, port: int = 0) -> list[str]:
        state = str(self.folder / "state")
        program = [sys.executable, "-m", "functions.local.sandbox"]
        return [*program, "--port", str(port), "--state", state, *more]

    def start(self, *more: str) -> tuple[subprocess.Popen[str], Caller]:
        process = subprocess.Popen(self.command(*more), stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        caller = Caller(process.stdout.readline().strip().rstrip("/"))
        self._running.append((process, caller))
        return process, caller

    def refused(self, *more: str, port: int = 0) -> subprocess.CompletedProcess[str]:
        command = self.command(*more, port=port)
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    def end(self) -> None:
        for process, caller in self._running:
            caller.close()
            if process.poll() is None:
                process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    launcher = Launcher(tmp_path)
    yield launcher
    launcher.end()


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_kill_9_loses_neither_tokens_nor_messages_nor_faults(launcher: Launcher) -> None:
    process, first = launcher.start("--units", launcher.units_file(UNITS))
    fresh = first.refresh(first.unit()["refresh_token"]).json
    unit = {**first.unit(), **fresh}
    sent = [first.say(unit, f"tin {n}").json["data"]["message_id"] for n in range(3)]
    first.control("faults", kind="error", code=-237, unit_id="xa-ea-kar")
    first.control("clock", offset_seconds=3_600)
    provisioned = first.provision()

    process.kill()
    process.wait()
    _, second = launcher.start("--units", launcher.units_file(UNITS))

    asked = {"group_id": unit["group_id"]}
    history = second.get(CONVERSATION, fresh["access_token"], **asked).json["data"]
    assert second.provision() == provisioned
    assert [item["message_id"] for item in history] == sent[::-1]
    assert second.say(second.unit("xa-ea-kar"), "a").error == -237
    assert second.get("/control/clock").json["offset_seconds"] == 3_600
    assert second.refresh(fresh["refresh_token"]).json["expires_in"] == "90000"


def test_provision_file_is_what_the_import_takes(launcher: Launcher) -> None:
    target = launcher.folder / "provision.json"

    _, caller = launcher.start(
        "--units", launcher.units_file(UNITS), "--write-provision", str(target)
    )

    document = json.loads(target.read_text(encoding="utf-8"))
    assert document == caller.provision()
    assert mode_of(target) == 0o600
    assert set(document) == {"app", "units"}
    assert set(document["app"]) == {"app_id", "secret_key", "oa_secret_key"}
    assert [unit["unit_id"] for unit in document["units"]] == ["phuong-tuy-hoa", "xa-ea-kar"]
    for unit in document["units"]:
        assert_unit_looks_like_zalos(unit)


def assert_unit_looks_like_zalos(unit: dict[str, Any]) -> None:
    assert set(unit) == {
        "unit_id",
        "oa_id",
        "access_token",
        "refresh_token",
        "expires_at",
        "group_id",
        "officers",
    }
    assert re.fullmatch(r"[1-9]\d{17,18}", unit["oa_id"])
    assert re.fullmatch(r"[0-9a-f]{20}", unit["group_id"])
    assert datetime.fromisoformat(unit["expires_at"]).utcoffset() is not None
    assert [officer["role"] for officer in unit["officers"]] == ["officer", "commander"]
    for officer in unit["officers"]:
        assert set(officer) == {"user_id", "name", "role"}
        assert re.fullmatch(r"[1-9]\d{17,18}", officer["user_id"])
        assert len(officer["name"].split()) == 3


def test_later_start_adds_the_missing_units_only(launcher: Launcher) -> None:
    process, first = launcher.start("--units", launcher.units_file(UNITS))
    before = first.provision()
    process.terminate()
    process.wait()

    more = [{"unit_id": "tinh-dak-lak", "name": "Tỉnh Đắk Lắk"}, *UNITS]
    _, second = launcher.start("--units", launcher.units_file(more))

    after = second.provision()
    assert after["app"] == before["app"]
    assert after["units"][:2] == before["units"]
    assert [unit["unit_id"] for unit in after["units"][2:]] == ["tinh-dak-lak"]


def test_tokens_are_readable_by_their_owner_only(launcher: Launcher) -> None:
    launcher.start("--units", launcher.units_file(UNITS))

    assert mode_of(launcher.folder / "state") == 0o700
    assert mode_of(launcher.folder / "state" / "sandbox.sqlite") == 0o600


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_long_before_a_delay_does(launcher: Launcher, signal_number: int) -> None:
    process, caller = launcher.start("--units", launcher.units_file(UNITS))
    caller.control("faults", kind="delay", seconds=60)
    with pytest.raises(Exception, match="Read timed out"):
        caller.say(caller.unit(), "một", timeout=0.2)

    process.send_signal(signal_number)

    assert process.wait(timeout=5) == 0


def test_second_sandbox_on_the_same_folder_is_refused(launcher: Launcher) -> None:
    launcher.start()

    second = launcher.refused()

    assert second.returncode == 1
    assert "another sandbox" in second.stderr


def test_taken_port_is_refused(launcher: Launcher, tmp_path: Path) -> None:
    _, caller = launcher.start()
    port = int(caller.base_url.rsplit(":", 1)[1])
    launcher.folder = tmp_path / "other"

    second = launcher.refused(port=port)

    assert second.returncode == 1
    assert "Address already in use" in second.stderr


@pytest.mark.parametrize(
    "units",
    [
        {"unit_id": "a"},
        [{"unit_id": "a"}],
        [{"unit_id": "A b", "name": "x"}],
        [{"unit_id": "a", "name": " "}],
        [{"unit_id": "a", "name": "x"}, {"unit_id": "a", "name": "y"}],
        [{"unit_id": 5, "name": "x"}],
    ],
)
def test_bad_list_of_units_is_refused_before_anything_is_made(
    launcher: Launcher, units: object
) -> None:
    refused = launcher.refused("--units", launcher.units_file(units))

    assert refused.returncode == 2
    assert refused.stderr.startswith("sandbox: ")
    assert not (launcher.folder / "state").exists()


def test_public_url_is_what_it_announces(launcher: Launcher) -> None:
    units = launcher.units_file(UNITS)
    process = subprocess.Popen(
        launcher.command("--units", units, "--public-url", "http://localhost:9/"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None

    announced = process.stdout.readline()
    process.terminate()
    process.communicate(timeout=30)

    assert announced == "http://localhost:9/\n"


def test_it_ends_when_its_parent_is_killed(launcher: Launcher) -> None:
    inner = launcher.command("--exit-with-parent")
    script = f"import subprocess; subprocess.run({inner!r})"
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    parent.stdout.readline()

    parent.kill()
    parent.wait()

    # The pipe ends when the last process that holds it, the sandbox, is gone.
    assert parent.stdout.read() == ""
    parent.stdout.close()


def test_provision_file_replaces_an_older_one_whole(tmp_path: Path) -> None:
    target = tmp_path / "provision.json"
    target.write_text("old", encoding="utf-8")
    os.chmod(target, 0o644)

    write_provision_file(target, {"app": {}, "units": []})

    assert json.loads(target.read_text(encoding="utf-8")) == {"app": {}, "units": []}
    assert mode_of(target) == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_kill_9_amid_the_outbox_loses_no_event(launcher: Launcher, receiver: Receiver) -> None:
    """W5: what was under way comes again, to the byte; what was held is still held."""
    units = launcher.units_file(UNITS)
    process, first = launcher.start("--units", units, "--webhook-url", receiver.url)
    receiver.release.clear()
    resident = first.resident()
    for number in range(5):
        first.hear(resident, str(number))
    first.control("webhook", mode="hold")
    first.hear(resident, "giữ lại")
    (under_way,) = receiver.wait_for(1)

    process.kill()
    process.wait()
    receiver.release.set()
    _, second = launcher.start("--units", units)

    came = receiver.wait_for(6)
    assert came[1].body == under_way.body
    assert [one.event["message"]["text"] for one in came[1:]] == ["0", "1", "2", "3", "4"]
    second.control("webhook/release")
    assert receiver.wait_for(7)[6].event["message"]["text"] == "giữ lại"
    assert len(second.chat(resident)) == 6


def test_signal_ends_it_at_once_although_nobody_answers_a_post(
    launcher: Launcher, receiver: Receiver
) -> None:
    units = launcher.units_file(UNITS)
    process, caller = launcher.start("--units", units, "--webhook-url", receiver.url)
    caller.control("webhook", timeout_seconds=60)
    receiver.release.clear()
    caller.hear(caller.resident(), "a")
    receiver.wait_for(1)

    process.terminate()

    assert process.wait(timeout=5) == 0


def test_start_says_where_events_go_and_without_a_word_it_stays(
    launcher: Launcher, receiver: Receiver
) -> None:
    process, first = launcher.start("--webhook-url", receiver.url)
    asked = [first.get("/control/webhook").json["url"]]
    process.terminate()
    process.wait()

    for more in ([], ["--webhook-url", ""], []):
        process, caller = launcher.start(*more)
        asked.append(caller.get("/control/webhook").json["url"])
        process.terminate()
        process.wait()

    assert asked == [receiver.url, receiver.url, "", ""]


def test_start_switches_a_webhook_that_was_given_up_on_again(
    launcher: Launcher, receiver: Receiver
) -> None:
    units = launcher.units_file(UNITS)
    process, first = launcher.start("--units", units, "--webhook-url", receiver.url)
    receiver.answer = 500
    first.control("webhook", retry_seconds=[])
    resident = first.resident()
    first.hear(resident, "mất")
    wait_until(lambda: first.get("/control/webhook").json["is_off"])
    process.terminate()
    process.wait()
    receiver.answer = 200

    _, second = launcher.start("--units", units, "--webhook-url", receiver.url)
    second.hear(resident, "tới")

    assert receiver.wait_for(2)[-1].event["message"]["text"] == "tới"


def test_state_of_the_version_before_webhooks_still_opens(
    launcher: Launcher, receiver: Receiver
) -> None:
    folder = launcher.folder / "state"
    folder.mkdir()
    db = sqlite3.connect(folder / "sandbox.sqlite")
    db.executescript(OLD_STATE.read_text(encoding="utf-8"))
    db.close()

    _, caller = launcher.start("--webhook-url", receiver.url)

    (unit,) = caller.provision()["units"]
    (officer,) = unit["officers"]
    caller.hear_in_group(officer["user_id"], "#nhan", quoted_id="81d74a9cd71d6f473608")
    event = receiver.wait_for_event("user_send_group_text")
    card, photo, answer = caller.standing()
    assert (card["text"], card["attachments"]) == ("[TB-7K3Q2M] Gây rối", [])
    assert (photo["media_id"], answer["quote_id"]) == ("old-photo", card["message_id"])
    assert event["message"]["quote_msg_id"] == card["message_id"]
    assert caller.get("/control/switches").json["too_long_code"] == -201
    assert '<img src="/control/media/old-photo"' in caller.get("/nhom/phuong-tuy-hoa").text
