from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from functions.core.errors import KeyUnavailableError, NotFoundError, StoreUnavailableError
from functions.stores.files import FileBlobStore
from tests.fakes.clock import FrozenClock
from tests.stores.children import child
from tests.stores.kit import fixed_sealer

KEY = "0f1e2d3c4b5a"
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def store(tmp_path: Path, clock: FrozenClock) -> FileBlobStore:
    return FileBlobStore(tmp_path, fixed_sealer(), clock)


def blob_files(data_dir: Path) -> list[str]:
    folder = data_dir / "blobs"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_blob_lies_sealed_and_private_under_the_start_of_its_key(
    store: FileBlobStore, tmp_path: Path
) -> None:
    store.put(KEY, b"pixels of a face")

    path = tmp_path / "blobs" / "0f" / KEY
    assert blob_files(tmp_path) == [f"0f/{KEY}"]
    assert b"pixels" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_blob_under_another_name_stays_shut(store: FileBlobStore, tmp_path: Path) -> None:
    store.put(KEY, b"photo")
    folder = tmp_path / "blobs" / "0f"
    (folder / KEY).rename(folder / "0f-other-name")

    with pytest.raises(KeyUnavailableError):
        store.get("0f-other-name")


def test_order_of_a_put_survives_a_power_cut(
    store: FileBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No machine loses power here; what the disk is asked for, in order, stands in for it.
    steps: list[str] = []
    real_fsync, real_rename = os.fsync, Path.rename

    def fsync(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        steps.append("fsync file" if name.startswith(".draft-") else f"fsync {name}")
        real_fsync(descriptor)

    def rename(source: Path, target: Path) -> Path:
        steps.append("rename")
        return real_rename(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", rename)

    store.put(KEY, b"photo")

    data_folder = tmp_path.name
    assert steps[-3:] == ["fsync file", "rename", "fsync 0f"]
    assert {f"fsync {data_folder}", "fsync blobs"} <= set(steps[:-3])


def test_full_disk_stores_nothing_and_leaves_nothing(store: FileBlobStore, tmp_path: Path) -> None:
    store.put(KEY, b"earlier")

    with child("put-on-a-full-disk", tmp_path) as full:
        full.go()
        answer = full.answer()

    assert answer == "StoreUnavailableError"
    assert blob_files(tmp_path) == [f"0f/{KEY}"]
    assert store.get(KEY) == b"earlier"


def test_folder_that_cannot_be_made_is_told(store: FileBlobStore, tmp_path: Path) -> None:
    (tmp_path / "blobs").write_bytes(b"")

    with pytest.raises(StoreUnavailableError):
        store.put(KEY, b"photo")
    with pytest.raises(StoreUnavailableError):
        store.get(KEY)


def test_drafts_left_by_a_crash_are_swept_once_old(
    store: FileBlobStore, tmp_path: Path, clock: FrozenClock
) -> None:
    store.put(KEY, b"photo")
    draft = tmp_path / "blobs" / "0f" / ".draft-0123456789abcdef"
    draft.write_bytes(b"half a pho")
    moment = clock.now().timestamp()
    os.utime(draft, (moment, moment))

    store.keys_older_than(clock.now())
    while_young = draft.exists()
    clock.advance(HOUR)
    keys = store.keys_older_than(clock.now())

    assert (while_young, draft.exists()) == (True, False)
    assert keys == [KEY]


def test_eight_threads_storing_at_once_all_find_their_bytes(store: FileBlobStore) -> None:
    keys = [f"{number % 2}0-blob-{number}" for number in range(16)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.put(key, key.encode()), keys))

    assert [store.get(key) for key in keys] == [key.encode() for key in keys]


def test_damaged_blob_is_not_passed_off_as_a_photo(store: FileBlobStore, tmp_path: Path) -> None:
    store.put(KEY, b"photo")
    path = tmp_path / "blobs" / "0f" / KEY
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(KeyUnavailableError):
        store.get(KEY)


def test_wiped_blob_leaves_no_file(store: FileBlobStore, tmp_path: Path) -> None:
    store.put(KEY, b"photo")

    store.wipe(KEY)

    assert blob_files(tmp_path) == []
    with pytest.raises(NotFoundError):
        store.get(KEY)


def test_empty_data_folder_has_no_keys(store: FileBlobStore, clock: FrozenClock) -> None:
    assert store.keys_older_than(clock.now()) == []
