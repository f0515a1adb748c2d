"""The order in which a backup holds photos and copies the database, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from functions.local.backup import restoring, taking
from functions.local.backup.places import FolderPlace
from functions.stores.sqlite.database import Database
from functions.stores.sqlite.snapshot import snapshot
from tests.faults.photos import RED, noise
from tests.faults.places import Place, clean_at_once
from tests.faults.sandbox import Sandbox


@pytest.fixture
def place(tmp_path: Path, zalo: Sandbox) -> Iterator[Place]:
    with zalo.unit() as unit_id:
        yield Place(tmp_path, zalo, unit_id)


def test_photo_that_came_just_before_the_copy_and_was_wiped_just_after_it_is_in_the_backup(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = FolderPlace(place.folder / "kept")
    with place.services() as services:
        place.submit(services, noise(1, 40))

        @contextmanager
        def between_two_tips(database: Database, file: Path) -> Iterator[set[str]]:
            """Nobody can commit inside; at once before and after it others do."""
            place.submit(services, noise(2, 40))
            with snapshot(database, file) as named:
                yield named
            clean_at_once(services, RED)

        monkeypatch.setattr(taking, "snapshot", between_two_tips)

        taken = taking.take_backup(services, kept).manifest
        settings = replace(services.settings, data_dir=place.folder / "other")

    assert len(taken.blobs) == 2
    assert place.blobs_on_disk().isdisjoint(taken.blobs)
    assert restoring.restore(settings, kept, taken.backup_id).tips == 2


def test_photo_that_was_wiped_just_before_the_copy_is_in_it_as_its_clean_one(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = FolderPlace(place.folder / "kept")
    with place.services() as services:
        place.submit(services, noise(1, 40))
        originals = place.blobs_on_disk()

        @contextmanager
        def after_cleaning(database: Database, file: Path) -> Iterator[set[str]]:
            clean_at_once(services, RED)
            with snapshot(database, file) as named:
                yield named

        monkeypatch.setattr(taking, "snapshot", after_cleaning)

        taken = taking.take_backup(services, kept).manifest

    assert taken.blobs.keys() == place.blobs_on_disk()
    assert originals.isdisjoint(taken.blobs)
