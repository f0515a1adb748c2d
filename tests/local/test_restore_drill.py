"""The drill: a machine is lost under way, and an empty one takes its place from the backup."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from functions.core.models import AttachmentState
from functions.core.receipts import find_tip
from functions.installed import PROJECT
from functions.local.commands.administration import import_document
from functions.stores.git import GitContentStore
from tests.faults.phones import Submission, send
from tests.faults.photos import RED
from tests.faults.places import Place, carry_on, open_jobs
from tests.faults.sandbox import Sandbox
from tests.faults.test_everything_killed import serving
from tests.faults.test_killed_while_refreshing import used_refresh_tokens
from tests.local.test_backup_pages import leave_a_draft
from tests.system import get_json

BEFORE, AFTER = 12, 4


class Town:
    """Two units: one whose Zalo works, one whose Zalo is down while the backup is taken."""

    def __init__(self, folder: Path, zalo: Sandbox, works: str, is_down: str) -> None:
        self.place = Place(folder, zalo, works)
        self.zalo = zalo
        self.works = works
        self.is_down = is_down
        self.seen = {unit_id: zalo.last_message(unit_id) for unit_id in (works, is_down)}
        self.exchanged = {unit_id: len(zalo.exchanges(unit_id)) for unit_id in self.seen}
        with self.place.services() as services:
            for unit_id in self.seen:
                import_document(zalo.import_file(unit_id), services)

    def binhyen(self, *arguments: str) -> Any:
        """Run a command that prints JSON."""
        run = subprocess.run(
            [sys.executable, "-m", "functions.local.cli", *arguments, "--json"],
            cwd=PROJECT, env=self.place.env, capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    def send(self, name: str, number: int) -> str:
        """Send a tip to one of the units, every fourth with a photo; return its receipt code."""
        unit_id = (self.works, self.is_down)[number % 2]
        photos = (RED,) if number % 4 == 0 else ()
        answer = send(self.place.url, Submission(unit_id, f"Tin {name} số {number}.", photos))
        assert answer is not None
        assert answer.status == 201
        return answer.receipt_code

    def texts(self) -> list[str]:
        return [
            message["text"]
            for unit_id, seen in self.seen.items()
            for message in self.zalo.messages(unit_id, after=seen)
        ]


@pytest.fixture
def town(tmp_path: Path, zalo: Sandbox) -> Iterator[Town]:
    with ExitStack() as stack:
        units = [stack.enter_context(zalo.unit()) for _ in range(2)]
        yield Town(tmp_path, zalo, *units)


def lose_the_machine_after_a_backup(town: Town) -> list[str]:
    """Back up under load, go on for a while, then lose the data folder; return the receipts
    that were shown before the backup."""
    town.zalo.control("faults", kind="outage", mode="503", route="/openapi/*", unit_id=town.is_down)
    with serving(town.place) as process, ThreadPoolExecutor(4) as phones:
        first = list(phones.map(lambda number: town.send("trước", number), range(BEFORE)))
        during = [phones.submit(town.send, "giữa", number) for number in range(AFTER)]
        taken = town.binhyen("backup", "--to", str(town.place.folder / "kept"))
        assert taken["photos"] >= BEFORE // 4
        assert all(sent.result() for sent in during)
        # What waited goes out now, after the backup, and both pairs are renewed.
        town.zalo._clear_faults_of(town.is_down)
        for unit_id in town.seen:
            town.zalo.control("expire", unit_id=unit_id)
        assert all(phones.map(lambda number: town.send("sau", number), range(AFTER)))
        with town.place.services() as services:
            wait_until(60, lambda: open_jobs(services) == 0)
        os.killpg(process.pid, signal.SIGKILL)
    shutil.rmtree(town.place.data_dir)
    return first


def wait_until(seconds: float, condition: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


def spent_twice(town: Town) -> list[str]:
    return [
        token
        for unit_id, before in town.exchanged.items()
        for token, count in Counter(
            used_refresh_tokens(town.zalo.exchanges(unit_id)[before:])
        ).items()
        if count > 1
    ]


def test_an_empty_machine_takes_over_from_the_backup(town: Town) -> None:
    draft = leave_a_draft(town.place)
    first = lose_the_machine_after_a_backup(town)
    cards = Counter(line for text in town.texts() for line in text.split("\n") if "Tin " in line)

    restored = town.binhyen("restore", str(town.place.folder / "kept"))
    with serving(town.place) as process:
        health = get_json(f"{town.place.url}/api/health")
        # It finds its tokens refused, and does not use the refresh token that was spent since.
        wait_until(20, lambda: town.binhyen("status")["tokens"]["needs_authorization"] > 0)
        process.terminate()
        assert process.wait(10) == 0
    for unit_id in town.seen:
        town.zalo.control("consent", unit_id=unit_id)
        with town.place.services() as services:
            [note] = import_document(town.zalo.import_file(unit_id), services)
            assert note.code == "connected"
    carry_on(town.place)

    assert health == {"status": "ok"}
    assert restored["needs_authorization"] == sorted(town.seen)
    assert restored["to_look_up"] > 0
    assert len(cards) == BEFORE + 2 * AFTER
    after = Counter(line for text in town.texts() for line in text.split("\n") if "Tin " in line)
    assert after == cards
    assert not [text for text in town.texts() if "trùng" in text]
    assert spent_twice(town) == []
    assert_all_stands(town, first)
    assert GitContentStore(town.place.data_dir / "content.git").drafts() == [draft]


def assert_all_stands(town: Town, receipts: list[str]) -> None:
    """Each tip of before the backup is there, and every photo can be looked at."""
    with town.place.services() as services:
        for receipt in receipts:
            assert find_tip(receipt, services.receipts).received_at is not None
        photos = [
            photo
            for tip_id in services.stores.tips.all_ids()
            for photo in services.stores.tips.get(tip_id).attachments
        ]
        assert len(photos) >= BEFORE // 4
        assert {photo.state for photo in photos} == {AttachmentState.CLEAN}
        assert all(services.stores.blobs.get(photo.blob_key)[:2] == b"\xff\xd8" for photo in photos)
