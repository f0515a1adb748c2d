"""`binhyen restore`: never over anything, all checked first, and afterwards nothing twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from functions.bootstrap import Services
from functions.clock import SystemClock
from functions.config import Settings
from functions.core.errors import BinhyenError, ConflictError, KeyUnavailableError
from functions.core.models import TokenState
from functions.core.signin import find_officer, issue_link
from functions.local.alive import counted_as_alive
from functions.local.backup import restoring, taking
from functions.local.backup.places import FolderPlace
from functions.local.commands.administration import import_document
from functions.refresh_tokens.handler import refresh
from functions.run_jobs.handler import run_due_jobs
from functions.stores.sqlite.restored import not_renewable
from tests.fakes.clock import FrozenClock
from tests.faults.photos import RED
from tests.faults.places import Place, carry_on
from tests.faults.sandbox import Sandbox
from tests.local.test_commands import installed as installed  # noqa: PLC0414 - a fixture
from tests.system import System


class Moving(Place):
    """A place that can be lost and restored."""

    @property
    def kept(self) -> FolderPlace:
        return FolderPlace(self.folder / "kept")

    def back_up(self) -> str:
        with self.services() as services:
            return taking.take_backup(services, self.kept).manifest.backup_id

    def lose_and_restore(self, *, was_moved: bool = False) -> restoring.Restored:
        self.data_dir.rename(self.folder / "lost")
        settings = Settings.from_env(self.env)
        chosen = restoring.choose(self.kept, None)
        return restoring.restore(settings, self.kept, chosen, was_moved=was_moved)

    def exchanges(self) -> int:
        return len(self.sandbox.exchanges(self.unit_id))


@pytest.fixture
def place(tmp_path: Path, zalo: Sandbox) -> Iterator[Moving]:
    with zalo.unit() as unit_id:
        place = Moving(tmp_path, zalo, unit_id)
        with place.services() as services:
            place.connect(services)
        yield place


def texts(place: Place) -> list[str]:
    return [message["text"] for message in place.posted()]


def alarms(services: Services) -> set[tuple[str, str]]:
    found = services.stores.alerts.open_alarms()
    return {(alarm.code, alarm.unit_id) for alarm in found}


def test_a_tip_that_went_out_after_the_backup_is_not_sent_again(place: Moving) -> None:
    with place.services() as services:
        place.submit(services, RED)
    place.back_up()
    carry_on(place)
    before = texts(place)

    restored = place.lose_and_restore()
    carry_on(place)

    assert len(before) == 2
    assert restored.to_look_up == 2
    assert texts(place) == before


def test_a_tip_that_had_not_gone_out_is_sent_once_and_without_a_mark(place: Moving) -> None:
    with place.services() as services:
        place.submit(services, RED)
    place.back_up()

    place.lose_and_restore()
    carry_on(place)

    first, photo = texts(place)
    assert first.startswith("TIN MỚI")
    assert "ảnh 1/1" in photo


def test_tips_that_went_out_in_another_order_are_all_found(place: Moving) -> None:
    with place.services() as services:
        for number in range(3):
            place.submit(services, text=f"Tin số {number}.")
    place.back_up()
    with place.services() as services:
        place.submit(services, text="Đến sau, khẩn.", urgency="now")
    carry_on(place)
    with place.services() as services:
        place.submit(services, text="Đến sau nữa.")
    carry_on(place)
    before = texts(place)

    place.lose_and_restore()
    carry_on(place)

    assert len(before) == 5
    assert texts(place) == before


def test_tips_that_became_lines_of_a_digest_are_not_sent_as_cards(place: Moving) -> None:
    with place.services() as services:
        for number in range(24):
            place.submit(services, text=f"Tin số {number}.")
    place.back_up()
    carry_on(place, within=timedelta(minutes=11))
    before = texts(place)

    place.lose_and_restore()
    carry_on(place, within=timedelta(minutes=11))

    assert any(text.startswith("TIN DỒN") for text in before)
    assert texts(place) == before


def test_a_digest_that_grew_after_the_backup_is_not_sent_again(place: Moving) -> None:
    clock = FrozenClock(SystemClock().now())
    with place.services(clock) as services:
        for number in range(22):
            place.submit(services, text=f"Tin số {number}.")
        run_due_jobs(services.work)
        for _ in range(30):
            run_due_jobs(services.work)
    place.back_up()
    with place.services() as services:
        place.submit(services, text="Tin thêm vào.")
    carry_on(place, within=timedelta(minutes=2))
    before = texts(place)

    place.lose_and_restore()
    carry_on(place, within=timedelta(minutes=2))

    assert sum(text.startswith("TIN DỒN") for text in before) >= 1
    assert texts(place) == before


def test_no_refresh_token_of_the_backup_is_used_and_access_serves_until_it_ends(
    place: Moving,
) -> None:
    place.back_up()
    before = place.exchanges()

    restored = place.lose_and_restore()
    with place.services() as services:
        place.submit(services, text="Sau khi khôi phục.")
        assert alarms(services) == {("needs-authorization", place.unit_id)}
        assert not_renewable(services.stores.database) == [place.unit_id]  # type: ignore[attr-defined]
    carry_on(place)
    much_later = FrozenClock(SystemClock().now() + timedelta(hours=26))
    with place.services(much_later) as services:
        refresh(services.refresh)
        token_set = services.stores.tokens.get(place.unit_id)

    assert restored.to_reauthorize == [place.unit_id]
    assert len(place.posted()) == 1
    assert token_set is not None
    assert token_set.state is TokenState.NEEDS_AUTHORIZATION
    assert place.exchanges() == before


def test_a_fresh_pair_reconnects_and_the_old_one_is_never_taken_back(place: Moving) -> None:
    old = place.sandbox.import_file(place.unit_id)
    place.back_up()
    place.lose_and_restore()
    place.sandbox.control("consent", unit_id=place.unit_id)

    with place.services() as services:
        again = [note.code for note in import_document(old, services)]
        fresh = place.connect(services)
        later = [note.code for note in import_document(old, services)]

        assert (again, fresh, later) == (["pair-known"], ["connected"], ["pair-known"])
        assert alarms(services) == set()
        assert not_renewable(services.stores.database) == []  # type: ignore[attr-defined]


def test_sessions_and_sign_in_links_of_before_are_gone(place: Moving) -> None:
    with place.services() as services:
        officer = {"user_id": "11", "name": "Trần Văn Trực", "role": "officer"}
        rows = {"units": [{"unit_id": place.unit_id, "officers": [officer]}]}
        import_document(rows, services)
        issue_link(find_officer(place.unit_id, "11", services.sign_in), services.sign_in)
    place.back_up()

    place.lose_and_restore()

    with place.services() as services:
        assert [row.name for row in services.stores.officers.officers(place.unit_id)][-1:]
        database = services.stores.database  # type: ignore[attr-defined]
        with database.read() as connection:
            for table in ("sign_in_links", "officer_sessions", "repeats", "lane_pauses"):
                assert connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] == 0


def test_a_machine_that_stood_still_moves_with_its_token_pairs(place: Moving) -> None:
    with place.services() as services:
        place.submit(services)
    place.back_up()

    restored = place.lose_and_restore(was_moved=True)
    carry_on(place)

    assert (restored.to_look_up, restored.to_reauthorize) == (0, [])
    assert len(place.posted()) == 1
    with place.services() as services:
        assert alarms(services) == set()


def test_a_backup_of_a_running_machine_is_never_a_move(place: Moving) -> None:
    with place.services() as services, counted_as_alive(services):
        taking.take_backup(services, place.kept)

    with pytest.raises(ConflictError, match="not --moved"):
        place.lose_and_restore(was_moved=True)

    assert not (place.data_dir / "binhyen.db").exists()


def test_a_folder_with_anything_in_it_is_left_alone(place: Moving) -> None:
    with place.services() as services:
        place.submit(services, RED)
    chosen = place.back_up()
    before = sorted(path.name for path in place.data_dir.rglob("*"))

    with pytest.raises(ConflictError, match="never overwrites"):
        restoring.restore(Settings.from_env(place.env), place.kept, chosen)

    assert sorted(path.name for path in place.data_dir.rglob("*")) == before


@pytest.mark.parametrize("name", ["database", "manifest", "blob", "missing-blob"])
def test_a_damaged_backup_is_refused_before_anything_stands(place: Moving, name: str) -> None:
    with place.services() as services:
        place.submit(services, RED)
    chosen = place.back_up()
    folder = place.folder / "kept"
    [blob] = folder.glob("blobs/*/*")
    target = blob if "blob" in name else folder / "backups" / chosen / name
    if name == "missing-blob":
        target.unlink()
    else:
        data = target.read_bytes()
        target.write_bytes(data[:-20] + bytes(20))

    with pytest.raises(BinhyenError):
        place.lose_and_restore()

    assert not (place.data_dir / "binhyen.db").exists()
    assert not (place.data_dir / "blobs").exists()


def test_another_key_file_opens_no_backup(place: Moving, tmp_path: Path) -> None:
    chosen = place.back_up()
    key = tmp_path / "other-key"
    key.write_bytes(bytes(32))
    key.chmod(0o600)
    settings = replace(Settings.from_env(place.env), key_file=key, data_dir=tmp_path / "new")

    with pytest.raises(KeyUnavailableError):
        restoring.restore(settings, place.kept, chosen)


def test_a_restore_that_was_killed_under_way_is_simply_run_again(place: Moving) -> None:
    with place.services() as services:
        place.submit(services, RED)
    place.back_up()
    place.data_dir.rename(place.folder / "lost")
    for left in (restoring.STAGING, "blobs/ab"):
        (place.data_dir / left).mkdir(parents=True)
        (place.data_dir / left / "half").write_bytes(b"x")
    chosen = restoring.choose(place.kept, None)

    restored = restoring.restore(Settings.from_env(place.env), place.kept, chosen)

    assert restored.tips == 1
    assert {path.name for path in place.data_dir.iterdir()} == {"binhyen.db", "blobs"}
    assert place.blobs_on_disk() == set(restored.manifest.blobs)


def test_a_service_started_too_early_is_not_overwritten(place: Moving) -> None:
    staging = place.folder / "new" / restoring.STAGING
    staging.mkdir(parents=True)
    (staging / "binhyen.db").write_bytes(b"restored")
    (place.folder / "new" / "binhyen.db").write_bytes(b"made by a service")

    with pytest.raises(ConflictError, match="started meanwhile"):
        restoring._switch_in(staging, place.folder / "new")

    assert (place.folder / "new" / "binhyen.db").read_bytes() == b"made by a service"


def test_a_unit_without_an_oa_keeps_its_tips_waiting(tmp_path: Path, zalo: Sandbox) -> None:
    with zalo.unit() as unit_id:
        place = Moving(tmp_path, zalo, unit_id)
        with place.services() as services:
            place.submit(services)
        place.back_up()

        restored = place.lose_and_restore()
        with place.services() as services:
            place.connect(services)
        carry_on(place)

        assert restored.to_look_up == 0
        assert len(place.posted()) == 1


def test_commands_say_what_cannot_be_restored(installed: System) -> None:
    installed.run("sweep", "--once")
    kept = str(installed.folder / "kept")

    none_yet = installed.run("restore", kept)
    installed.run("backup", "--to", kept)
    unknown = installed.run("restore", kept, "--backup", "nope")
    not_empty = installed.run("restore", kept)

    assert [run.returncode for run in (none_yet, unknown, not_empty)] == [2, 2, 2]
    assert "no whole backup" in none_yet.stderr
    assert "there are: 20" in unknown.stderr
    assert "not empty" in not_empty.stderr


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_list_of_no_backups_is_told_and_not_left_empty(
    installed: System, options: tuple[str, ...]
) -> None:
    nowhere = str(installed.folder / "nowhere")

    run = installed.run("restore", nowhere, "--list", *options)

    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.strip() == f"there are no backups in {nowhere}"
    assert not Path(nowhere).exists()


def test_restoring_tells_what_is_left_to_do_in_json(installed: System) -> None:
    installed.run("sweep", "--once")
    kept = str(installed.folder / "kept")
    installed.run("backup", "--to", kept)
    (installed.folder / "data").rename(installed.folder / "lost")

    run = installed.run("restore", kept, "--json")
    status = installed.run("status", "--json")

    document = json.loads(run.stdout)
    assert (document["tips"], document["to_look_up"], document["needs_authorization"]) == (0, 0, [])
    assert json.loads(status.stdout)["tips"]["stored"] == 0
