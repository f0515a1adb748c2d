"""Backup and restore of a machine whose photos lie in a bucket."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from functions.bootstrap import Services
from functions.config import Settings
from functions.core.errors import ConflictError, StoreUnavailableError
from functions.local.backup import photos, restoring, taking
from functions.local.backup.manifest import backup_ids, blob_name
from functions.local.backup.places import BackupPlace, FolderPlace
from functions.local.doctor.asking import examine
from functions.local.doctor.findings import Level
from functions.stores.s3 import SealedPhotos
from functions.stores.sqlite.database import Database
from functions.stores.sqlite.snapshot import snapshot
from tests.aws.buckets import make_bucket, names_in
from tests.aws.engine import Engine
from tests.faults.photos import BLUE, RED, noise
from tests.faults.places import Place, carry_on, clean_at_once
from tests.faults.sandbox import Sandbox
from tests.system import BINHYEN


class Home(Place):
    """A machine that keeps photos in a bucket, and its backups in a folder."""

    def __init__(self, folder: Path, zalo: Sandbox, unit_id: str, engine: Engine) -> None:
        super().__init__(folder, zalo, unit_id)
        self.engine = engine
        self.use(make_bucket(engine))

    def use(self, bucket: str) -> None:
        self.bucket = bucket
        # Of the bucket only: with an engine of several addresses each service has its own.
        self.env |= {
            **self.engine.env,
            "BINHYEN_AWS_ENDPOINT_URL": self.engine.url_of("s3"),
            "BINHYEN_AWS_PHOTOS_BUCKET": bucket,
        }

    @property
    def kept(self) -> FolderPlace:
        return FolderPlace(self.folder / "kept")

    @property
    def settings(self) -> Settings:
        return Settings.from_env(self.env)

    @property
    def sealed(self) -> SealedPhotos:
        return SealedPhotos(self.engine.clients, self.bucket)

    def photos(self) -> set[str]:
        return {name.rsplit("/", 1)[-1] for name in names_in(self.engine, self.bucket)}

    def back_up(self, place: BackupPlace | None = None) -> taking.Taken:
        with self.services() as services:
            return taking.take_backup(services, place or self.kept)

    def restore(self, settings: Settings | None = None) -> restoring.Restored:
        chosen = restoring.choose(self.kept, None)
        return restoring.restore(settings or self.settings, self.kept, chosen)

    def lose_machine(self) -> None:
        shutil.rmtree(self.data_dir)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BINHYEN, *arguments], env=self.env, capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip

    def opened(self) -> list[bytes]:
        """Return every photo that a tip names, opened."""
        with self.services() as services:
            return [
                services.stores.blobs.get(photo.blob_key)
                for tip_id in services.stores.tips.all_ids()
                for photo in services.stores.tips.get(tip_id).attachments
            ]


@pytest.fixture
def home(tmp_path: Path, zalo: Sandbox, engine: Engine) -> Iterator[Home]:
    with zalo.unit() as unit_id:
        yield Home(tmp_path, zalo, unit_id, engine)


class ActingPlace:
    """A place at whose n-th write something happens to the installation first."""

    def __init__(self, within: BackupPlace, acts: dict[int, Callable[[], object]]) -> None:
        self._within = within
        self._acts = acts
        self._writes = 0
        self.sizes, self.read = within.sizes, within.read
        self.remove, self.alone = within.remove, within.alone

    def write(self, name: str, source: BinaryIO) -> None:
        act = self._acts.get(self._writes)
        self._writes += 1
        if act:
            act()
        self._within.write(name, source)


def test_photos_of_a_bucket_come_back_into_another_one(home: Home) -> None:
    with home.services() as services:
        home.submit(services, RED, BLUE)
    sealed = {key: home.sealed.read(key) for key in home.photos()}
    taken = home.back_up()
    home.lose_machine()
    home.use(make_bucket(home.engine))

    restored = home.restore()

    assert (restored.tips, taken.new_blobs) == (1, 2)
    assert {key: home.sealed.read(key) for key in home.photos()} == sealed
    assert home.opened() == [RED, BLUE]
    assert home.blobs_on_disk() == set()


def test_photos_come_back_as_files_where_no_bucket_is_set(home: Home) -> None:
    with home.services() as services:
        home.submit(services, RED, BLUE)
    taken = home.back_up()
    home.lose_machine()
    home.env["BINHYEN_AWS_PHOTOS_BUCKET"] = ""

    home.restore()

    assert home.blobs_on_disk() == set(taken.manifest.blobs)
    assert home.opened() == [RED, BLUE]


def test_photos_of_a_folder_come_back_into_a_bucket(home: Home) -> None:
    bucket = home.bucket
    home.env["BINHYEN_AWS_PHOTOS_BUCKET"] = ""
    with home.services() as services:
        home.submit(services, RED, BLUE)
    taken = home.back_up()
    home.lose_machine()
    home.use(bucket)

    home.restore()

    assert home.photos() == set(taken.manifest.blobs)
    assert home.opened() == [RED, BLUE]


def test_bucket_that_outlived_its_machine_keeps_what_it_has(home: Home) -> None:
    with home.services() as services:
        home.submit(services, RED, BLUE)
        taken = home.back_up()
        home.submit(services, noise(1, 40))
    lost, damaged = sorted(taken.manifest.blobs)
    home.engine.clients.s3.delete_object(Bucket=home.bucket, Key=f"photos/{lost[:2]}/{lost}")
    home.sealed.write(damaged, b"garbled")
    later = home.photos() - taken.manifest.blobs.keys()
    home.lose_machine()

    restored = home.restore()

    assert restored.tips == 1
    assert sorted(home.opened()) == sorted([RED, BLUE])
    # Came in after the backup: named by nothing, and swept a day later like any orphan.
    assert home.photos() == taken.manifest.blobs.keys() | later
    assert len(later) == 1


def test_bucket_of_another_installation_is_left_alone(
    home: Home, tmp_path: Path, zalo: Sandbox
) -> None:
    with home.services() as services:
        home.submit(services, RED)
    home.back_up()
    home.lose_machine()
    (tmp_path / "other").mkdir()
    other = Home(tmp_path / "other", zalo, home.unit_id, home.engine)
    with other.services() as services:
        other.submit(services, BLUE)
    before = other.photos()
    home.use(other.bucket)

    with pytest.raises(ConflictError, match="do not open"):
        home.restore()

    assert other.photos() == before
    assert not (home.data_dir / "binhyen.db").exists()


def test_second_backup_reads_only_new_photos_out_of_the_bucket(home: Home) -> None:
    with home.services() as services:
        home.submit(services, noise(1, 40))
        home.back_up()
        home.submit(services, noise(2, 40))

    second = home.back_up()

    assert (second.new_blobs, len(second.manifest.blobs)) == (1, 2)


def test_original_wiped_before_the_database_is_copied_is_not_missed(home: Home) -> None:
    with home.services() as services:
        home.submit(services, noise(1, 40), noise(2, 40))
        originals = home.photos()
        # While the first of both is written, both are cleaned and wiped.
        place = ActingPlace(home.kept, {0: lambda: clean_at_once(services, RED)})

        taken = home.back_up(place)

    assert taken.manifest.blobs.keys() == home.photos()
    assert originals.isdisjoint(taken.manifest.blobs)
    home.lose_machine()
    home.use(make_bucket(home.engine))
    assert home.restore().tips == 1
    assert home.opened() == [RED, RED]


def test_original_wiped_after_the_database_was_copied_is_in_the_backup(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with home.services() as services:
        home.submit(services, noise(1, 40))

        @contextmanager
        def between_two_tips(database: Database, file: Path) -> Iterator[set[str]]:
            """A tip comes in just before the copy, and is cleaned as soon as it is taken."""
            home.submit(services, noise(2, 40))
            with snapshot(database, file) as named:
                yield named
            clean_at_once(services, RED)

        monkeypatch.setattr(taking, "snapshot", between_two_tips)

        taken = home.back_up()

    assert len(taken.manifest.blobs) == 2
    assert home.photos().isdisjoint(taken.manifest.blobs)
    home.lose_machine()
    home.use(make_bucket(home.engine))
    assert home.restore().tips == 2
    assert sorted(home.opened()) == sorted([noise(1, 40), noise(2, 40)])


def test_named_photo_that_is_nowhere_is_told(home: Home) -> None:
    with home.services() as services:
        home.submit(services, RED)
    [name] = names_in(home.engine, home.bucket)
    home.engine.clients.s3.delete_object(Bucket=home.bucket, Key=name)

    with pytest.raises(taking.DamagedBackupError, match="1 photos are named"):
        home.back_up()

    assert backup_ids(home.kept) == []


def test_writers_are_not_kept_waiting_for_a_slow_bucket(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "MOST_SECONDS_ALONE", -1.0)
    with home.services() as services:
        home.submit(services, RED)
        place = ActingPlace(home.kept, {0: lambda: home.submit(services, BLUE)})

        with pytest.raises(StoreUnavailableError, match="more photos come in"):
            home.back_up(place)

        # Writers go on at once.
        assert home.submit(services, BLUE)
    assert backup_ids(home.kept) == []


def test_photos_are_gathered_until_few_can_be_missing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "FEW", 0)
    monkeypatch.setattr(photos, "MOST_SECONDS_ALONE", -1.0)
    with home.services() as services:
        home.submit(services, RED)
        place = ActingPlace(home.kept, {0: lambda: home.submit(services, BLUE)})

        taken = home.back_up(place)

    assert taken.new_blobs == 2


def test_checking_a_backup_leaves_the_bucket_alone(home: Home, tmp_path: Path) -> None:
    with home.services() as services:
        home.submit(services, RED, BLUE)
    backup_id = home.back_up().manifest.backup_id
    home.use(make_bucket(home.engine))
    folder = tmp_path / "check"
    folder.mkdir()

    tips = restoring.check(home.settings, home.kept, backup_id, folder)

    assert tips == 1
    assert home.photos() == set()
    assert not [path for path in folder.glob("blobs/*/*")]


def test_damaged_photo_of_a_backup_never_reaches_the_bucket(home: Home) -> None:
    with home.services() as services:
        home.submit(services, RED)
    [key] = home.back_up().manifest.blobs
    (home.folder / "kept" / blob_name(key)).write_bytes(b"garbled")
    home.lose_machine()
    home.use(make_bucket(home.engine))

    with pytest.raises(taking.DamagedBackupError):
        home.restore()

    assert home.photos() == set()
    assert not (home.data_dir / "binhyen.db").exists()


def test_drill_with_a_bucket_sends_nothing_twice(home: Home) -> None:
    with home.services() as services:
        home.connect(services)
        home.submit(services, RED, text="Tin trước.")
    home.back_up()
    carry_on(home)
    before = [message["text"] for message in home.posted()]
    home.lose_machine()

    home.restore()
    carry_on(home)

    assert len(before) == 2
    assert [message["text"] for message in home.posted()] == before
    [photo] = home.opened()
    assert photo[:2] == b"\xff\xd8"


def test_backup_into_the_bucket_of_the_photos_is_refused(home: Home) -> None:
    run = home.run("backup", "--to", f"s3://{home.bucket}/backups")

    assert run.returncode == 2
    assert "both would be lost together" in run.stderr


def test_commands_back_up_check_and_restore_with_a_bucket(home: Home) -> None:
    with home.services() as services:
        home.submit(services, RED)
    kept = str(home.folder / "kept")

    taken = home.run("backup", "--to", kept, "--json")
    checked = home.run("restore", kept, "--check")
    home.lose_machine()
    restored = home.run("restore", kept, "--json")

    assert [run.returncode for run in (taken, checked, restored)] == [0, 0, 0]
    assert json.loads(taken.stdout)["new_photos"] == 1
    assert "whole, 1 tips" in checked.stdout
    assert json.loads(restored.stdout)["photos"] == 1


@pytest.mark.parametrize(("there", "level"), [(True, Level.OK), (False, Level.WRONG)])
def test_doctor_asks_the_bucket_of_the_photos(home: Home, there: bool, level: Level) -> None:
    with home.services() as services:
        services.stores  # noqa: B018 - makes the database
    if not there:
        home.use("no-such-bucket-here")

    services = Services(home.settings)
    found = {finding.check: finding for finding in examine(services)}

    assert found["photos bucket"].level is level
    assert bool(found["photos bucket"].remedy) is not there


@pytest.mark.parametrize(("has_photos", "level"), [(True, Level.WRONG), (False, Level.NOTE)])
def test_doctor_calls_for_a_missing_key_where_only_the_bucket_holds_photos(
    home: Home, has_photos: bool, level: Level
) -> None:
    if has_photos:
        home.sealed.write("abcdefgh-1", b"sealed by a key of before")

    found = {finding.check: finding for finding in examine(Services(home.settings))}

    assert not home.settings.key_file.exists()
    assert found["key file"].level is level
