"""A worker that is killed in the middle of a send costs a unit seconds, not its lease."""

from __future__ import annotations

import os
import signal
import subprocess

from tests.system import System, get_json

UNIT = "phuong-tan-an"


def worker_pid(system: System) -> int:
    assert system.process is not None
    listing = subprocess.run(
        ["pgrep", "-P", str(system.process.pid), "-f", "cli work"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(listing.stdout)


def test_a_tip_whose_worker_died_while_sending_arrives_soon_and_once(system: System) -> None:
    fault = {"kind": "delay", "route": "*/group/message", "seconds": 30, "times": 1}
    system.control("faults", fault)
    system.submit(UNIT, category="khac", text="Đang gửi thì chết")
    system.wait_for(lambda: is_being_sent(system))

    os.kill(worker_pid(system), signal.SIGKILL)

    system.wait_for(lambda: nothing_is_left_to_do(system))
    assert [item["text"].count("Đang gửi thì chết") for item in system.group(UNIT)] == [1]


def nothing_is_left_to_do(system: System) -> bool:
    """No job waits, be it one or two: Zalo's echo of a lost answer is an event of its own."""
    jobs = system.status()["jobs"]
    return bool(jobs["pending"] + jobs["unknown"] == 0)


def is_being_sent(system: System) -> bool:
    """The sandbox has taken the call and is holding its answer up."""
    standing = get_json(f"{system.sandbox_url}/control/faults")["faults"]
    return not any(fault["remaining"] for fault in standing)
