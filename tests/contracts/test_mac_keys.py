"""What every MacKeys does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.core.ports import MacKeys
from functions.stores.dynamodb.data_keys import DataKeys
from functions.stores.dynamodb.mac_keys import DynamoMacKeys
from functions.stores.keys import open_key_file
from functions.stores.sqlite.mac_keys import SqliteMacKeys
from tests.fakes.mac_keys import MemoryMacKeys
from tests.stores.kit import migrated_database


@pytest.fixture(params=["memory", "sqlite", "aws"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MacKeys]:
    if request.param == "memory":
        yield MemoryMacKeys()
        return
    wrapper = open_key_file(tmp_path / "key", tmp_path / "data", sealed_data_exists=False)
    if request.param == "aws":
        system = request.getfixturevalue("engine").tables().system
        yield DynamoMacKeys(DataKeys(system, wrapper))
        return
    database = migrated_database(tmp_path / "data")
    yield SqliteMacKeys(database, wrapper)
    database.close()


def test_same_message_gives_the_same_32_bytes(keys: MacKeys) -> None:
    first = keys.digest("receipt", b"message")

    assert len(first) == 32
    assert keys.digest("receipt", b"message") == first


def test_other_message_or_purpose_gives_another_digest(keys: MacKeys) -> None:
    digests = {
        keys.digest("receipt", b"message"),
        keys.digest("receipt", b"other"),
        keys.digest("content", b"message"),
    }

    assert len(digests) == 3
