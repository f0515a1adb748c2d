from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.errors import KeyUnavailableError
from functions.stores.sealing import HEADER_LENGTH, Sealer
from tests.stores.kit import fixed_sealer

OLD, NEW = b"key-old.", b"key-new."


@given(plaintext=st.binary(max_size=2000), context=st.text(max_size=60))
def test_sealed_value_opens_in_its_own_context(plaintext: bytes, context: str) -> None:
    sealer = fixed_sealer()

    sealed = sealer.seal(plaintext, context)

    assert sealer.unseal(sealed, context) == plaintext


@given(plaintext=st.binary(max_size=200), contexts=st.tuples(st.text(), st.text()))
def test_sealed_value_stays_shut_in_any_other_context(
    plaintext: bytes, contexts: tuple[str, str]
) -> None:
    own, other = contexts
    if own == other:
        other += "x"
    sealed = fixed_sealer().seal(plaintext, own)

    with pytest.raises(KeyUnavailableError):
        fixed_sealer().unseal(sealed, other)


@given(plaintext=st.binary(max_size=50), data=st.data())
def test_value_with_one_changed_bit_stays_shut(plaintext: bytes, data: st.DataObject) -> None:
    sealed = bytearray(fixed_sealer().seal(plaintext, "context"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(KeyUnavailableError):
        fixed_sealer().unseal(bytes(sealed), "context")


@given(length=st.integers(0, HEADER_LENGTH + 15))
def test_cut_value_stays_shut(length: int) -> None:
    sealed = fixed_sealer().seal(b"", "context")[:length]

    with pytest.raises(KeyUnavailableError):
        fixed_sealer().unseal(sealed, "context")


def test_same_value_never_looks_the_same() -> None:
    sealer = fixed_sealer()

    assert sealer.seal(b"secret", "context") != sealer.seal(b"secret", "context")


def test_value_of_an_older_key_opens_beside_a_newer_one() -> None:
    sealed = Sealer({OLD: b"o" * 32}, newest=OLD).seal(b"secret", "context")
    both = Sealer({OLD: b"o" * 32, NEW: b"n" * 32}, newest=NEW)

    assert both.unseal(sealed, "context") == b"secret"
    with pytest.raises(KeyUnavailableError):
        Sealer({OLD: b"o" * 32}, newest=OLD).unseal(both.seal(b"x", "context"), "context")
