from __future__ import annotations

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from functions.core.errors import KeyUnavailableError
from functions.stores.files import FileBlobStore
from functions.stores.keys import FileKeyWrapper, open_key_file
from functions.stores.sqlite.data_keys import holds_sealed_data, open_sealer
from functions.stores.sqlite.database import Database
from functions.stores.sqlite.mac_keys import SqliteMacKeys
from tests.fakes.clock import FrozenClock
from tests.stores.children import child
from tests.stores.kit import fixed_sealer, migrated_database


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "master.key"


def start(data_dir: Path, key_file: Path) -> tuple[Database, FileKeyWrapper]:
    """Do what a start of the server does."""
    database = migrated_database(data_dir)
    return database, open_key_file(key_file, data_dir, holds_sealed_data(database))


def test_first_start_makes_a_private_key_file(data_dir: Path, key_file: Path) -> None:
    start(data_dir, key_file)

    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(key_file.read_bytes()) == 32
    assert os.listdir(key_file.parent) == ["master.key"]


def test_later_start_opens_what_the_first_one_sealed(data_dir: Path, key_file: Path) -> None:
    sealed = open_sealer(*start(data_dir, key_file)).seal(b"secret", "context")
    digest = SqliteMacKeys(*start(data_dir, key_file)).digest("receipt", b"message")

    again = start(data_dir, key_file)

    assert open_sealer(*again).unseal(sealed, "context") == b"secret"
    assert SqliteMacKeys(*again).digest("receipt", b"message") == digest


def test_start_before_anything_was_sealed_keeps_the_key(data_dir: Path, key_file: Path) -> None:
    start(data_dir, key_file)
    key = key_file.read_bytes()

    start(data_dir, key_file)

    assert key_file.read_bytes() == key


def test_sealed_data_without_its_key_gets_no_new_one(data_dir: Path, key_file: Path) -> None:
    open_sealer(*start(data_dir, key_file))
    key_file.unlink()

    with pytest.raises(KeyUnavailableError):
        start(data_dir, key_file)

    assert not key_file.exists()


def test_another_key_opens_nothing(data_dir: Path, key_file: Path) -> None:
    SqliteMacKeys(*start(data_dir, key_file)).digest("receipt", b"message")
    open_sealer(*start(data_dir, key_file))
    key_file.write_bytes(bytes(32))

    with pytest.raises(KeyUnavailableError):
        open_sealer(*start(data_dir, key_file))
    with pytest.raises(KeyUnavailableError):
        SqliteMacKeys(*start(data_dir, key_file)).digest("receipt", b"message")


def test_sealed_files_without_their_database_stop_the_start(data_dir: Path, key_file: Path) -> None:
    database, wrapper = start(data_dir, key_file)
    FileBlobStore(data_dir, open_sealer(database, wrapper), FrozenClock()).put("photo-01", b"x")
    database.close()
    (data_dir / "binhyen.db").unlink()

    emptied = migrated_database(data_dir)

    assert holds_sealed_data(emptied)
    with pytest.raises(KeyUnavailableError):
        open_sealer(emptied, wrapper)


def test_empty_data_folder_holds_nothing_sealed(data_dir: Path) -> None:
    database = migrated_database(data_dir)

    assert not holds_sealed_data(database)


def chmod_for_the_group(path: Path) -> None:
    path.chmod(0o640)


def chmod_for_everybody(path: Path) -> None:
    path.chmod(0o604)


def cut_short(path: Path) -> None:
    path.write_bytes(b"k" * 31)


def make_longer(path: Path) -> None:
    path.write_bytes(b"k" * 33)


def put_a_folder_there(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "spoil",
    [chmod_for_the_group, chmod_for_everybody, cut_short, make_longer, put_a_folder_there],
)
def test_spoilt_key_file_is_refused(
    data_dir: Path, key_file: Path, spoil: Callable[[Path], None]
) -> None:
    start(data_dir, key_file)
    spoil(key_file)

    with pytest.raises(KeyUnavailableError):
        start(data_dir, key_file)


@pytest.mark.parametrize("name", ["key", "deeper/key", "../data/key"])
def test_key_file_inside_the_data_folder_is_refused(data_dir: Path, name: str) -> None:
    with pytest.raises(KeyUnavailableError):
        start(data_dir, data_dir / name)

    assert not (data_dir / name).exists()


def test_link_into_the_data_folder_is_refused(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").symlink_to(data_dir)

    with pytest.raises(KeyUnavailableError):
        start(data_dir, tmp_path / "outside" / "key")


def test_key_file_that_cannot_be_made_is_told(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(KeyUnavailableError):
        start(data_dir, tmp_path / "file" / "key")


def test_wrapped_key_opens_for_its_own_purpose_only(data_dir: Path, key_file: Path) -> None:
    _, wrapper = start(data_dir, key_file)
    wrapped = wrapper.wrap(b"d" * 32, "seal")

    assert wrapper.unwrap(wrapped, "seal") == b"d" * 32
    with pytest.raises(KeyUnavailableError):
        wrapper.unwrap(wrapped, "mac")
    with pytest.raises(KeyUnavailableError):
        wrapper.unwrap(b"", "seal")


def test_two_processes_starting_on_an_empty_folder_share_one_set_of_keys(
    data_dir: Path, key_file: Path
) -> None:
    with (
        child("start", data_dir, str(key_file)) as one,
        child("start", data_dir, str(key_file)) as two,
    ):
        one.go()
        two.go()
        answers = [one.answer().split(), two.answer().split()]

    database, wrapper = start(data_dir, key_file)
    sealer = open_sealer(database, wrapper)
    assert {digest for _, digest in answers} == {
        SqliteMacKeys(database, wrapper).digest("receipt", b"message").hex()
    }
    for sealed, _ in answers:
        assert sealer.unseal(bytes.fromhex(sealed), "context") == b"secret"
    with database.read() as connection:
        purposes = connection.execute("SELECT purpose FROM data_keys").fetchall()
    assert sorted(row["purpose"] for row in purposes) == ["mac:receipt", "seal"]


def test_key_made_by_another_process_in_between_stands(
    data_dir: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first = start(data_dir, key_file)
    wrapped = first.wrap(b"d" * 32, "seal")
    # This process looked for the file before the other one had made it.
    monkeypatch.setattr(Path, "exists", lambda path: False)

    _, second = start(data_dir, key_file)

    assert second.unwrap(wrapped, "seal") == b"d" * 32
    assert os.listdir(key_file.parent) == ["master.key"]


def test_data_key_made_by_another_process_in_between_stands(data_dir: Path, key_file: Path) -> None:
    database, wrapper = start(data_dir, key_file)

    class SlowWrapper(FileKeyWrapper):
        """Takes so long to wrap that another process starts and seals meanwhile."""

        sealed_meanwhile = b""

        def wrap(self, data_key: bytes, context: str) -> bytes:
            self.sealed_meanwhile = open_sealer(database, wrapper).seal(b"secret", "context")
            return super().wrap(data_key, context)

    slow = SlowWrapper(key_file)

    sealer = open_sealer(database, slow)

    assert sealer.unseal(slow.sealed_meanwhile, "context") == b"secret"
    with database.read() as connection:
        assert connection.execute("SELECT count(*) FROM data_keys").fetchone()[0] == 1


def test_threads_asking_at_once_get_the_same_digest(data_dir: Path, key_file: Path) -> None:
    keys = SqliteMacKeys(*start(data_dir, key_file))

    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: keys.digest("receipt", b"message"), range(16)))

    assert len(digests) == 1


def test_sealer_of_another_folder_opens_nothing(data_dir: Path, key_file: Path) -> None:
    sealed = open_sealer(*start(data_dir, key_file)).seal(b"secret", "context")

    with pytest.raises(KeyUnavailableError):
        fixed_sealer().unseal(sealed, "context")
