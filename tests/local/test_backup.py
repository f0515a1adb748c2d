"""`binhyen backup`: whole, sealed, consistent while everything runs, and kept for a while."""

from __future__ import annotations

import contextlib
import io
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from functions.bootstrap import Services
from functions.core.errors import KeyUnavailableError, NotFoundError, StoreUnavailableError
from functions.local.alive import counted_as_alive
from functions.local.backup import keeping, marker, places, restoring, taking
from functions.local.backup.manifest import backup_ids, blob_name, read_manifest
from functions.local.backup.places import FolderPlace, open_place
from functions.stores.keys import FileKeyWrapper
from tests.aws.engine import Engine, client_of
from tests.faults.photos import RED, noise
from tests.faults.places import Place, clean_at_once
from tests.faults.sandbox import Sandbox
from tests.local.test_commands import installed as installed  # noqa: PLC0414 - a fixture
from tests.system import System

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WORDS = "Hẻm bí mật 99"


@pytest.fixture
def place(tmp_path: Path, zalo: Sandbox) -> Iterator[Place]:
    with zalo.unit() as unit_id:
        yield Place(tmp_path, zalo, unit_id)


@pytest.fixture(params=["folder", "s3-aws"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> places.BackupPlace:
    """A place for backups: a folder, or a bucket of a real engine."""
    if request.param == "folder":
        return FolderPlace(tmp_path / "kept")
    engine: Engine = request.getfixturevalue("engine")
    bucket = f"kept-{tmp_path.name.replace('_', '-').lower()[:40]}"
    client_of(engine, "s3").create_bucket(  # type: ignore[attr-defined]
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "ap-southeast-1"}
    )
    return open_place(f"s3://{bucket}/binhyen/one/", engine.url_of("s3"))


def test_a_backup_comes_back_with_every_tip_and_photo(
    place: Place, kept: places.BackupPlace
) -> None:
    with place.services() as services:
        receipt = place.submit(services, RED, text=WORDS)
        taken = taking.take_backup(services, kept)
        settings = replace(services.settings, data_dir=place.folder / "other")
    restored = restoring.restore(settings, kept, taken.manifest.backup_id)

    assert (restored.tips, taken.new_blobs) == (1, 1)
    other = Services(settings)
    with contextlib.closing(other.stores.database):  # type: ignore[attr-defined]
        [tip_id] = other.stores.tips.all_ids()
        tip = other.stores.tips.get(tip_id)
        assert tip.content.text == WORDS
        assert other.stores.blobs.get(tip.attachments[0].blob_key) == RED
    assert receipt


def test_a_second_backup_brings_only_new_photos(place: Place, kept: places.BackupPlace) -> None:
    with place.services() as services:
        place.submit(services, noise(1, 40))
        first = taking.take_backup(services, kept)
        place.submit(services, noise(2, 40))
        second = taking.take_backup(services, kept)

    assert (first.new_blobs, second.new_blobs) == (1, 1)
    assert len(second.manifest.blobs) == 2
    assert second.manifest.blobs.items() >= first.manifest.blobs.items()
    assert backup_ids(kept) == [first.manifest.backup_id, second.manifest.backup_id]


def test_a_copied_backup_shows_nothing_and_holds_no_key(place: Place) -> None:
    kept = FolderPlace(place.folder / "kept")
    with place.services() as services:
        place.submit(services, RED, text=WORDS, contact_name="Nguyễn Thị Kín")
        taking.take_backup(services, kept)

    files = [path for path in (place.folder / "kept").rglob("*") if path.is_file()]
    raw = b"".join(path.read_bytes() for path in files)
    key = (place.folder / "key").read_bytes()
    for secret in (WORDS.encode(), "Nguyễn Thị Kín".encode(), key, b"SQLite format", b"gay-roi"):
        assert secret not in raw
    assert place.unit_id.encode() not in raw
    assert {path.stat().st_mode & 0o077 for path in files} == {0}


class BreakingPlace:
    """A place that fails at the n-th write, as a full disk or a cut line would."""

    def __init__(self, within: places.BackupPlace, works: int) -> None:
        self._within = within
        self._left = works
        self.sizes, self.read = within.sizes, within.read
        self.remove, self.alone = within.remove, within.alone

    def write(self, name: str, source: BinaryIO) -> None:
        if not self._left:
            raise StoreUnavailableError("full")
        self._left -= 1
        self._within.write(name, source)


@pytest.mark.parametrize("works", [0, 1, 2])
def test_a_backup_that_breaks_off_is_never_taken_for_a_whole_one(place: Place, works: int) -> None:
    kept = FolderPlace(place.folder / "kept")
    with place.services() as services:
        place.submit(services, RED)
        with pytest.raises(StoreUnavailableError):
            taking.take_backup(services, BreakingPlace(kept, works))

        assert backup_ids(kept) == []
        with pytest.raises(NotFoundError):
            restoring.choose(kept, None)
        assert not list(place.data_dir.glob(f"{taking.ASIDE}*"))
        # The next one is whole all the same.
        assert taking.take_backup(services, kept).new_blobs == 1


class GarblingPlace(BreakingPlace):
    """A place that stores something else than it was given."""

    def write(self, name: str, source: BinaryIO) -> None:
        data = source.read()
        self._within.write(name, io.BytesIO(data[:-1] + bytes([data[-1] ^ 1])))


def test_what_reads_back_differently_is_no_backup(place: Place) -> None:
    kept = FolderPlace(place.folder / "kept")
    with place.services() as services:
        place.submit(services, RED)
        with pytest.raises(taking.DamagedBackupError):
            taking.take_backup(services, GarblingPlace(kept, 9))

    assert backup_ids(kept) == []


def test_every_photo_that_the_copy_names_is_there_while_photos_are_replaced(place: Place) -> None:
    kept = FolderPlace(place.folder / "kept")
    stopped = threading.Event()
    with place.services() as services:

        def keep_replacing() -> int:
            rounds = 0
            while not stopped.is_set() or rounds < 5:
                place.submit(services, noise(rounds, 24), noise(rounds + 1, 24))
                clean_at_once(services, RED)
                rounds += 1
            return rounds

        with ThreadPoolExecutor(1) as worker:
            rounds = worker.submit(keep_replacing)
            with place.services() as other:
                taken = [taking.take_backup(other, kept).manifest for _ in range(6)]
            stopped.set()
            assert rounds.result() >= 5
        settings = services.settings
    checked = []
    for number, manifest in enumerate(taken):
        folder = place.folder / f"check-{number}"
        folder.mkdir()
        checked.append(restoring.check(settings, kept, manifest.backup_id, folder))

    assert checked == sorted(checked)
    assert checked[-1] > 0


class BusyPlace(BreakingPlace):
    """A place at whose first write the originals are cleaned and wiped."""

    def __init__(self, within: places.BackupPlace, services: Services) -> None:
        super().__init__(within, 99)
        self._services = services

    def write(self, name: str, source: BinaryIO) -> None:
        clean_at_once(self._services, RED)
        super().write(name, source)


def test_originals_wiped_while_the_backup_is_written_are_in_it_all_the_same(place: Place) -> None:
    kept = FolderPlace(place.folder / "kept")
    with place.services() as services:
        place.submit(services, noise(1, 40), noise(2, 40))
        originals = place.blobs_on_disk()
        taken = taking.take_backup(services, BusyPlace(kept, services)).manifest
        settings = replace(services.settings, data_dir=place.folder / "other")

    assert place.blobs_on_disk().isdisjoint(originals)
    assert taken.blobs.keys() == originals
    assert restoring.restore(settings, kept, taken.backup_id).tips == 1


def test_a_named_photo_that_is_missing_is_told(place: Place) -> None:
    with place.services() as services:
        place.submit(services, RED)
        [path] = place.data_dir.glob("blobs/*/*")
        path.unlink()

        with pytest.raises(taking.DamagedBackupError, match="1 photos are named"):
            taking.take_backup(services, FolderPlace(place.folder / "kept"))


def test_a_place_of_another_installation_is_refused_and_left_alone(
    place: Place, tmp_path: Path
) -> None:
    kept = FolderPlace(place.folder / "kept")
    with place.services() as services:
        first = taking.take_backup(services, kept).manifest.backup_id
        settings = replace(services.settings, data_dir=tmp_path / "d2", key_file=tmp_path / "key2")
    other = Services(settings)

    with pytest.raises(KeyUnavailableError, match="belong to another key"):
        taking.take_backup(other, kept)
    other.stores.database.close()  # type: ignore[attr-defined]

    assert backup_ids(kept) == [first]


def test_two_backups_at_once_do_not_mix(place: Place) -> None:
    kept = FolderPlace(place.folder / "kept")
    with place.services() as services, kept.alone(), pytest.raises(StoreUnavailableError):
        taking.take_backup(services, kept)


def test_what_a_killed_backup_left_behind_goes_with_the_next(place: Place) -> None:
    with place.services() as services:
        place.submit(services)
        left = place.data_dir / f"{taking.ASIDE}0000" / "blobs"
        left.mkdir(parents=True)

        taking.take_backup(services, FolderPlace(place.folder / "kept"))

    assert not left.exists()


def test_the_manifest_tells_whether_a_worker_was_running(place: Place) -> None:
    kept = FolderPlace(place.folder / "kept")
    with place.services() as services:
        stood_still = taking.take_backup(services, kept)
        with counted_as_alive(services):
            running = taking.take_backup(services, kept)

    assert (stood_still.manifest.was_running, running.manifest.was_running) == (False, True)


def ids(*ages: timedelta) -> list[str]:
    return [f"{NOW - age:%Y%m%dT%H%M%S.%fZ}-0000000{number}" for number, age in enumerate(ages)]


def test_all_of_two_days_are_kept_then_the_last_of_each_day_then_none() -> None:
    hours = [timedelta(hours=hour) for hour in range(0, 24 * 20, 6)]
    backups = ids(*hours)

    kept = keeping.to_keep(backups, NOW, keep_days=14)

    ages = sorted(age for age, backup in zip(hours, backups, strict=True) if backup in kept)
    assert [age for age in ages if age <= timedelta(days=2)] == hours[:9]
    later = [age for age in ages if age > timedelta(days=2)]
    assert len(later) == 12
    assert max(later) <= timedelta(days=14)


def test_the_newest_is_kept_however_old_it_is() -> None:
    backups = ids(timedelta(days=400), timedelta(days=300))

    assert keeping.to_keep(backups, NOW, keep_days=14) == {backups[1]}


def test_clearing_away_leaves_what_kept_backups_name(
    place: Place, kept: places.BackupPlace
) -> None:
    with place.services() as services:
        place.submit(services, noise(1, 40))
        old = taking.take_backup(services, kept).manifest
        clean_at_once(services, RED)
        new = taking.take_backup(services, kept).manifest
        key = FileKeyWrapper(services.settings.key_file)
    much_later = new.taken_at + timedelta(days=30)

    dropped = keeping.clear_away(kept, much_later, 14, key)

    assert dropped == [old.backup_id]
    assert backup_ids(kept) == [new.backup_id]
    assert set(kept.sizes("blobs/")) == {blob_name(blob) for blob in new.blobs}
    assert old.blobs.keys().isdisjoint(new.blobs)
    assert len(kept.sizes("backups/")) == 2


def test_nothing_is_cleared_away_where_a_kept_manifest_does_not_open(place: Place) -> None:
    kept = FolderPlace(place.folder / "kept")
    with place.services() as services:
        place.submit(services, RED)
        taken = taking.take_backup(services, kept).manifest
        key = FileKeyWrapper(services.settings.key_file)
    name = f"backups/{taken.backup_id}/manifest"
    (place.folder / "kept" / name).write_bytes(b"\0" * 100)

    with pytest.raises(KeyUnavailableError):
        keeping.clear_away(kept, NOW, 14, key)

    assert len(kept.sizes("blobs/")) == 1


def test_a_bucket_that_does_not_exist_is_told(engine: Engine, place: Place) -> None:
    with place.services() as services, pytest.raises(StoreUnavailableError, match="NoSuchBucket"):
        taking.take_backup(services, open_place("s3://no-such-bucket/a", engine.url_of("s3")))


def test_a_large_database_goes_to_a_bucket_in_parts(engine: Engine) -> None:
    client_of(engine, "s3").create_bucket(  # type: ignore[attr-defined]
        Bucket="in-parts", CreateBucketConfiguration={"LocationConstraint": "ap-southeast-1"}
    )
    place = open_place("s3://in-parts/a", engine.url_of("s3"))
    data = noise(1, 64) + bytes(20 * 1024 * 1024)

    place.write("backups/x/database", io.BytesIO(data))

    with place.read("backups/x/database") as file:
        assert file.read() == data
    assert place.sizes("backups/") == {"backups/x/database": len(data)}


@pytest.mark.parametrize("address", ["s3://", "s3://bucket", "s3://bucket/", "s3:///prefix"])
def test_a_bucket_without_a_prefix_of_its_own_is_refused(installed: System, address: str) -> None:
    run = installed.run("backup", "--to", address)

    assert run.returncode == 2
    assert "name bucket and prefix" in run.stderr


def test_the_command_says_what_it_did_and_remembers_it(installed: System) -> None:
    installed.run("sweep", "--once")
    to = installed.folder / "kept"

    run = installed.run("backup", "--to", str(to), "--json")
    listed = installed.run("restore", str(to), "--list", "--json")
    checked = installed.run("restore", str(to), "--check")

    document = json.loads(run.stdout)
    assert document == {
        "backup_id": document["backup_id"], "photos": 0, "new_photos": 0, "dropped": [],
    }  # fmt: skip
    last = marker.read_marker(installed.folder / "data")
    assert last is not None
    assert (last.backup_id, last.place) == (document["backup_id"], str(to))
    assert json.loads(listed.stdout) == [document["backup_id"]]
    assert "whole, 0 tips" in checked.stdout


def test_a_folder_inside_the_data_folder_is_refused(installed: System) -> None:
    run = installed.run("backup", "--to", str(installed.folder / "data" / "kept"))

    assert run.returncode == 2
    assert "both would be lost together" in run.stderr


def test_a_backup_without_the_key_exits_2(installed: System) -> None:
    installed.run("sweep", "--once")
    (installed.folder / "key").unlink()

    run = installed.run("backup", "--to", str(installed.folder / "kept"))

    assert run.returncode == 2
    assert "BINHYEN_KEY_FILE" in run.stderr


def test_a_manifest_under_another_backups_name_is_refused(place: Place) -> None:
    kept = FolderPlace(place.folder / "kept")
    with place.services() as services:
        one = taking.take_backup(services, kept).manifest.backup_id
        two = taking.take_backup(services, kept).manifest.backup_id
        key = FileKeyWrapper(services.settings.key_file)
    backups = place.folder / "kept" / "backups"
    (backups / two / "manifest").write_bytes((backups / one / "manifest").read_bytes())

    with pytest.raises(KeyUnavailableError):
        read_manifest(kept, two, key)
