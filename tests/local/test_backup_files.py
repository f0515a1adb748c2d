"""Sealed files: of any length, and never open when anything about them was changed."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.core.errors import KeyUnavailableError
from functions.local.backup.sealed_files import PIECE, seal_bytes, unseal_file
from functions.stores.keys import FileKeyWrapper, open_key_file


@pytest.fixture
def wrapper(tmp_path: Path) -> FileKeyWrapper:
    return open_key_file(tmp_path / "key", tmp_path / "data", sealed_data_exists=False)


def unseal(name: str, sealed: bytes, wrapper: FileKeyWrapper) -> bytes:
    return b"".join(unseal_file(name, io.BytesIO(sealed), wrapper))


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_sealed_file_of_any_length_comes_back(wrapper: FileKeyWrapper, length: int) -> None:
    plain = bytes(range(256)) * (length // 256) + b"x" * (length % 256)

    sealed = seal_bytes("a", plain, wrapper)

    assert unseal("a", sealed, wrapper) == plain
    assert plain[:64] not in sealed or length < 8


@pytest.mark.parametrize(
    "damage",
    [
        lambda sealed: sealed[: len(sealed) // 2],
        lambda sealed: sealed[:-5],
        # The last piece cut off at its very beginning.
        lambda sealed: sealed[: 4 + 68 + 4 + PIECE + 37],
        lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]),
        lambda sealed: sealed + b"more",
        lambda sealed: b"\xff" * len(sealed),
        lambda sealed: b"",
    ],
)
def test_a_sealed_file_that_was_changed_or_cut_does_not_open(
    wrapper: FileKeyWrapper, damage: Callable[[bytes], bytes]
) -> None:
    sealed = seal_bytes("a", b"x" * (PIECE + 100), wrapper)

    with pytest.raises(KeyUnavailableError):
        unseal("a", damage(sealed), wrapper)


def test_a_sealed_file_opens_under_its_own_name_only(wrapper: FileKeyWrapper) -> None:
    with pytest.raises(KeyUnavailableError):
        unseal("b", seal_bytes("a", b"x", wrapper), wrapper)
