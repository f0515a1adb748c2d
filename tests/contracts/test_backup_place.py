"""What every BackupPlace does."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.core.errors import StoreUnavailableError
from functions.local.backup.places import BackupPlace, FolderPlace
from functions.stores.s3_backups import S3Backups
from tests.aws.buckets import make_bucket
from tests.aws.engine import Engine

LONG = 33 * 1024 * 1024
"""More than two of the parts in which a bucket takes a long stream."""


@pytest.fixture(params=["folder", "aws"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> BackupPlace:
    if request.param == "folder":
        return FolderPlace(tmp_path)
    engine: Engine = request.getfixturevalue("engine")
    return S3Backups(engine.clients, make_bucket(engine), "bac/kups")


class Broken(io.RawIOBase):
    """A stream that ends in a fault."""

    def __init__(self, length: int) -> None:
        self._left = length

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self._left <= 0:
            raise OSError("the disk is gone")
        size = min(self._left, size if size > 0 else self._left)
        self._left -= size
        return bytes(size)


def content(place: BackupPlace, name: str) -> bytes:
    with place.read(name) as stream:
        return b"".join(_pieces(stream))


def _pieces(stream: object) -> Iterator[bytes]:
    while piece := stream.read(1_000_000):  # type: ignore[attr-defined]
        yield piece


@pytest.mark.parametrize("length", [0, 1, 1_000_000, LONG])
def test_stream_that_was_written_comes_back(place: BackupPlace, length: int) -> None:
    written = (b"0123456789" * (length // 10 + 1))[:length]

    place.write("2026/a.sealed", io.BytesIO(written))

    assert place.sizes("") == {"2026/a.sealed": length}
    assert content(place, "2026/a.sealed") == written


def test_only_the_rest_of_a_stream_is_written(place: BackupPlace) -> None:
    stream = io.BytesIO(b"head and body")
    stream.seek(5)

    place.write("a", stream)

    assert content(place, "a") == b"and body"


def test_second_write_replaces_the_first(place: BackupPlace) -> None:
    place.write("a", io.BytesIO(b"first"))

    place.write("a", io.BytesIO(b"the second"))

    assert content(place, "a") == b"the second"
    assert place.sizes("a") == {"a": 10}


def test_names_are_found_by_how_they_begin(place: BackupPlace) -> None:
    for name in ("2026/a", "2026/b", "2027/a", "20"):
        place.write(name, io.BytesIO(b"x"))

    assert place.sizes("2026/") == {"2026/a": 1, "2026/b": 1}
    assert place.sizes("2028/") == {}


def test_removed_file_is_gone_and_removing_it_twice_is_no_error(place: BackupPlace) -> None:
    place.write("2026/a", io.BytesIO(b"x"))

    place.remove("2026/a")
    place.remove("2026/a")

    assert place.sizes("") == {}
    with pytest.raises(StoreUnavailableError):
        content(place, "2026/a")


@pytest.mark.parametrize("length", [1_000, LONG])
def test_stream_that_breaks_off_leaves_no_name(place: BackupPlace, length: int) -> None:
    with pytest.raises(StoreUnavailableError):
        place.write("2026/a", Broken(length))  # type: ignore[arg-type]

    assert place.sizes("") == {}


def test_file_that_is_not_there_cannot_be_read(place: BackupPlace) -> None:
    with pytest.raises(StoreUnavailableError):
        content(place, "2026/a")
