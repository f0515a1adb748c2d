"""One installation for one attempt: data folder, key, a unit with its OA, and looks inside."""

from __future__ import annotations

import dataclasses
import itertools
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from functions.bootstrap import Services
from functions.clock import SystemClock
from functions.config import Settings
from functions.core.models import TipDraft
from functions.core.ports import Clock
from functions.core.submissions import read_draft
from functions.core.sweeping import ORPHAN_AGE
from functions.core.tips import submit_tip
from functions.local.commands.administration import import_document
from functions.local_stores import LocalStores
from functions.refresh_tokens.handler import refresh
from functions.run_jobs.handler import run_due_jobs
from functions.sweep.handler import run_sweep
from tests.fakes.clock import FrozenClock
from tests.faults.sandbox import Sandbox
from tests.ports import free_port

AFTER_A_LEASE = timedelta(seconds=121)
MOST_ROUNDS = 40


class Place:
    """A data folder of its own, connected to a unit's OA in the sandbox."""

    def __init__(self, folder: Path, sandbox: Sandbox, unit_id: str) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.unit_id = unit_id
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = folder / "data"
        self.env = {
            **os.environ,
            "BINHYEN_DATA_DIR": str(self.data_dir),
            "BINHYEN_KEY_FILE": str(folder / "key"),
            "BINHYEN_PUBLIC_URL": self.url,
            "BINHYEN_PORT": str(self.port),
            "BINHYEN_ZALO_SANDBOX": "0",
            "BINHYEN_ZALO_API_URL": f"{sandbox.url}/openapi",
            "BINHYEN_ZALO_OAUTH_URL": f"{sandbox.url}/oauth",
            "BINHYEN_ZALO_MEDIA_HOSTS": f"127.0.0.1:{sandbox.port}",
        }
        self.seen = sandbox.last_message(unit_id)

    @contextmanager
    def services(self, clock: Clock | None = None) -> Iterator[Services]:
        """Open the installation as another process would; the clock is the machine's own
        unless told otherwise."""
        services = Services(Settings.from_env(self.env), clock)
        try:
            yield services
        finally:
            stores = services.stores
            assert isinstance(stores, LocalStores)
            stores.database.close()

    def connect(self, services: Services, *more_units: str) -> list[str]:
        """Import the OA of the unit, and of more, with the pair it has in the sandbox; return
        the notes' codes."""
        notes = []
        for unit_id in (self.unit_id, *more_units):
            notes += import_document(self.sandbox.import_file(unit_id), services)
        return [note.code for note in notes]

    def submit(self, services: Services, *photos: bytes, **fields: str) -> str:
        """Store a tip and return its receipt code."""
        return submit_tip(self.draft(*photos, **fields), (), services.submit).receipt_code

    def draft(self, *photos: bytes, **fields: str) -> TipDraft:
        typed = {
            "category": "gay-roi",
            "text": "Có người gây rối trước chợ.",
            "submission_key": secrets.token_urlsafe(24),
        }
        return read_draft(self.unit_id, {**typed, **fields}, photos)

    def blobs_on_disk(self) -> set[str]:
        return {path.name for path in self.data_dir.glob("blobs/*/*")}

    def posted(self) -> list[Mapping[str, str]]:
        """Return what came to stand in the unit's group since this place was made."""
        return self.sandbox.messages(self.unit_id, after=self.seen)


class Ground:
    """Where attempts take place, one folder and one unit each."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self._folder = folder
        self._sandbox = sandbox
        self._numbers = itertools.count()

    @contextmanager
    def place(self) -> Iterator[Place]:
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        with self._sandbox.unit() as unit_id:
            yield Place(folder, self._sandbox, unit_id)
        # Not after a failure: what it left behind is then the evidence.
        shutil.rmtree(folder)


def carry_on(place: Place, within: timedelta = AFTER_A_LEASE) -> None:
    """Work as a restarted machine would, stepping the clock, until no job waits."""
    place.sandbox.settle()
    clock = FrozenClock(SystemClock().now())
    with place.services(clock) as services:
        for _ in range(MOST_ROUNDS):
            refresh(services.refresh)
            run_due_jobs(services.work)
            if not open_jobs(services):
                return
            clock.advance(within)
        raise AssertionError(f"jobs still wait: {services.stores.jobs.counts()}")


def open_jobs(services: Services) -> int:
    counts = services.stores.jobs.counts()
    return counts["pending"] + counts["unknown"]


def clean_at_once(services: Services, clean: bytes) -> None:
    """Run what is due with a cleaner that takes no time and always gives this picture."""

    class InstantCleaner:
        def clean(self, original: bytes) -> bytes:
            return clean

    run_due_jobs(dataclasses.replace(services.work, cleaner=InstantCleaner()))


def assert_no_orphans_a_day_later(place: Place) -> None:
    """Check that after a sweep the files are just those that the tips name."""
    later = FrozenClock(SystemClock().now() + ORPHAN_AGE + timedelta(hours=1))
    with place.services(later) as services:
        run_sweep(services.sweep)
        named = services.stores.tips.blob_keys()
    assert place.blobs_on_disk() == named
