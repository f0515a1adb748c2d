"""`binhyen serve`: one process group that starts, forwards, ends and starts again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.request
from pathlib import Path

from tests.system import BINHYEN, System, get_json

UNIT = "phuong-tan-an"


def children(system: System) -> list[int]:
    assert system.process is not None
    listing = subprocess.run(
        ["pgrep", "-P", str(system.process.pid)], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in listing.stdout.split()]


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_a_tip_stands_in_its_units_group_soon_after_the_receipt(system: System) -> None:
    status, receipt = system.submit(UNIT, category="ma-tuy", text="Có người lạ ở hẻm 12")

    card = system.wait_for(lambda: system.group(UNIT), 10)[0]

    assert status == 201
    assert receipt["unit_id"] == UNIT
    assert "│ Có người lạ ở hẻm 12" in card["text"]
    assert system.group("phuong-ea-kao") == []


def test_sigterm_ends_all_processes_in_time(system: System) -> None:
    parts = children(system)

    seconds = system.stop()

    assert len(parts) == 5
    assert seconds < 5
    assert not any(is_running(pid) for pid in parts)


def test_children_end_when_the_parent_is_killed(system: System) -> None:
    parts = children(system)

    assert system.process is not None
    os.kill(system.process.pid, signal.SIGKILL)
    system.process.wait()

    system.wait_for(lambda: not any(is_running(pid) for pid in parts))


def test_a_killed_part_is_started_again(system: System) -> None:
    before = set(children(system))
    victim = sorted(before)[1]

    os.kill(victim, signal.SIGKILL)

    system.wait_for(lambda: len(set(children(system)) - before) == 1)
    system.wait_for(system.is_healthy)


def test_a_second_start_knows_what_the_first_one_stored(system: System) -> None:
    _, receipt = system.submit(UNIT, category="khac", text="một", submission_key="k" * 22)
    system.wait_for(lambda: system.group(UNIT))
    system.kill()

    system.start()
    status, again = system.submit(UNIT, category="khac", text="một", submission_key="k" * 22)

    assert (status, again["receipt_code"]) == (200, receipt["receipt_code"])
    assert system.status()["tips"]["stored"] == 1
    assert len(system.group(UNIT)) == 1


def test_a_port_in_use_is_said_and_nothing_started(system: System) -> None:
    second = subprocess.run(
        [BINHYEN, "serve"], env=system.environment, capture_output=True, text=True, timeout=30,
        check=False,
    )  # fmt: skip

    assert second.returncode == 1
    assert f"port {system.port}" in second.stderr
    assert system.is_healthy()


def test_nothing_that_people_wrote_stands_in_the_data_folder_or_the_log(system: System) -> None:
    words = ["Hẻm bí mật 99", "Nguyễn Thị Kín", "0905777888"]
    system.submit(
        UNIT, category="khac", text=words[0], contact_name=words[1], contact_phone=words[2]
    )
    system.wait_for(lambda: system.group(UNIT))

    files = [path for path in (system.folder / "data").rglob("*") if path.is_file()]
    raw = b"".join(path.read_bytes() for path in files) + system.log.read_bytes()

    assert files
    assert [word for word in words if word.encode() in raw] == []


def test_status_prints_one_json_document_and_nothing_else(system: System) -> None:
    system.submit(UNIT, category="khac", text="một")
    system.wait_for(lambda: system.group(UNIT))
    system.wait_for(lambda: system.status()["jobs"]["pending"] == 0)

    report = json.loads(system.run("status", "--json").stdout)

    # Zalo's echo of the card is an event of its own if it comes before the send is on record.
    assert report["jobs"].pop("done") in (1, 2)
    assert report == {
        "tips": {"stored": 1, "set_aside": 0, "erased": 0},
        "jobs": {"pending": 0, "failed": 0, "unknown": 0},
        "oldest_due_seconds": 0,
        "tokens": {"ok": 109, "expiring": 0, "needs_authorization": 0},
        "webhook_unverified": 0,
    }


def test_the_site_and_the_functions_answer_at_one_address(system: System) -> None:
    assert get_json(f"{system.url}/api/openapi.json")["openapi"].startswith("3.1")
    with urllib.request.urlopen(f"{system.url}/tim?q=mat+cccd&don-vi=phuong-tan-an") as page:
        assert 'href="/phuong-tan-an/thu-tuc/cap-doi-lai/"' in page.read().decode()
    status, answer = system.submit("khong-co", category="khac", text="một")
    assert (status, answer["errors"][0]["code"]) == (404, "unknown")
