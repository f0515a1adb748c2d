"""Data keys in DynamoDB: every function agrees on them, and none hides a loss."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from functions.core.errors import KeyUnavailableError
from functions.stores.dynamodb.data_keys import DataKeys
from functions.stores.dynamodb.mac_keys import DynamoMacKeys
from functions.stores.dynamodb.table import Tables
from functions.stores.keys import FileKeyWrapper, open_key_file
from tests.aws.engine import Engine
from tests.contracts.sqlite_parts import race


@pytest.fixture
def tables(engine: Engine) -> Tables:
    return engine.tables()


@pytest.fixture
def wrapper(tmp_path: Path) -> FileKeyWrapper:
    return open_key_file(tmp_path / "key", tmp_path / "data", sealed_data_exists=False)


def test_functions_that_start_at_once_agree_on_the_first_key(
    tables: Tables, wrapper: FileKeyWrapper
) -> None:
    starting = [DataKeys(tables.system, wrapper) for _ in range(6)]

    keys = race([lambda one=one: one.load_or_make("seal") for one in starting])

    assert keys == [keys[0]] * 6
    assert isinstance(keys[0], list)
    assert len(keys[0]) == 1
    assert len(list(tables.system.scan())) == 1


def test_what_one_function_sealed_another_opens(tables: Tables, wrapper: FileKeyWrapper) -> None:
    sealed = DataKeys(tables.system, wrapper).sealer().seal(b"text", "place")

    assert DataKeys(tables.system, wrapper).sealer().unseal(sealed, "place") == b"text"


def test_newest_key_seals_and_the_older_one_still_opens(
    tables: Tables, wrapper: FileKeyWrapper
) -> None:
    older = DataKeys(tables.system, wrapper).sealer().seal(b"text", "place")
    key_id = b"newerkey"
    wrapped = wrapper.wrap(os.urandom(32), f"data_keys:seal:{key_id.hex()}")
    tables.system.put({"pk": "KEY#seal", "sk": "000002", "key_id": key_id, "wrapped": wrapped})

    sealer = DataKeys(tables.system, wrapper).sealer()

    assert sealer.seal(b"text", "place")[1:9] == key_id
    assert sealer.unseal(older, "place") == b"text"


def test_functions_that_start_at_once_agree_on_the_keys_of_digests(
    tables: Tables, wrapper: FileKeyWrapper
) -> None:
    DataKeys(tables.system, wrapper).sealer()
    starting = [DynamoMacKeys(DataKeys(tables.system, wrapper)) for _ in range(6)]

    digests = race([lambda one=one: one.digest("receipt", b"message") for one in starting])

    assert digests == [digests[0]] * 6
    assert isinstance(digests[0], bytes)


def test_digests_stay_the_same_when_a_newer_key_seals(
    tables: Tables, wrapper: FileKeyWrapper
) -> None:
    before = DynamoMacKeys(DataKeys(tables.system, wrapper)).digest("receipt", b"message")
    key_id = b"newerkey"
    wrapped = wrapper.wrap(os.urandom(32), f"data_keys:seal:{key_id.hex()}")
    tables.system.put({"pk": "KEY#seal", "sk": "000002", "key_id": key_id, "wrapped": wrapped})

    after = DynamoMacKeys(DataKeys(tables.system, wrapper)).digest("receipt", b"message")

    assert after == before


def test_the_master_key_is_asked_for_once_whatever_is_hashed(
    tables: Tables, wrapper: FileKeyWrapper
) -> None:
    """A function that starts pays for each question with some of its first answer's time."""
    purposes = ("receipt", "content", "submission")
    deployed = DynamoMacKeys(DataKeys(tables.system, wrapper))
    for purpose in purposes:
        deployed.digest(purpose, b"")
    counting = CountingWrapper(wrapper)
    keys = DataKeys(tables.system, counting)

    digests = {DynamoMacKeys(keys).digest(purpose, b"message") for purpose in purposes}
    keys.sealer().seal(b"text", "place")

    assert (len(digests), counting.unwrapped) == (3, 1)


class CountingWrapper:
    def __init__(self, below: FileKeyWrapper) -> None:
        self._below = below
        self.unwrapped = 0

    def wrap(self, data_key: bytes, context: str) -> bytes:
        return self._below.wrap(data_key, context)

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        self.unwrapped += 1
        return self._below.unwrap(wrapped, context)


def test_keys_under_another_master_key_are_refused(
    tables: Tables, wrapper: FileKeyWrapper, tmp_path: Path
) -> None:
    DataKeys(tables.system, wrapper).sealer()
    other = open_key_file(tmp_path / "other", tmp_path / "data", sealed_data_exists=False)

    with pytest.raises(KeyUnavailableError):
        DataKeys(tables.system, other).sealer()


def test_no_key_lies_open_in_its_item(tables: Tables, wrapper: FileKeyWrapper) -> None:
    ((_, key),) = DataKeys(tables.system, wrapper).load_or_make("seal")

    (item,) = tables.system.scan()

    assert set(item) == {"pk", "sk", "key_id", "wrapped"}
    assert key not in item["wrapped"]


def test_lost_table_of_keys_is_not_hidden_by_a_new_key(
    tables: Tables, wrapper: FileKeyWrapper
) -> None:
    tables.channels.put({"pk": "TOKEN", "sk": "sealed under the lost key"})
    keys = DataKeys(tables.system, wrapper, (tables.tips, tables.channels))

    with pytest.raises(KeyUnavailableError):
        keys.sealer()

    assert list(tables.system.scan()) == []


def test_first_start_makes_the_key_and_later_starts_use_it(
    tables: Tables, wrapper: FileKeyWrapper
) -> None:
    keys = DataKeys(tables.system, wrapper, (tables.tips, tables.channels))
    sealed = keys.sealer().seal(b"text", "place")
    tables.tips.put({"pk": "TIP", "sk": "TIP"})

    assert keys.sealer().unseal(sealed, "place") == b"text"
