"""Values of DynamoDB: what boto3 makes of them is the measure."""

from __future__ import annotations

from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from functions.stores.dynamodb.values import marshal, unmarshal

WHOLE = st.integers(-(10**37), 10**37)
PLAIN = st.one_of(st.none(), st.booleans(), WHOLE, st.text(), st.binary())
VALUES = st.recursive(
    PLAIN,
    lambda below: st.one_of(
        st.lists(below, max_size=4), st.dictionaries(st.text(min_size=1), below, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_is_written_as_boto3_writes_it(value: Any) -> None:
    assert marshal(value) == TypeSerializer().serialize(value)


@given(VALUES)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    back = unmarshal(marshal(value))

    assert (back, type(back)) == (value, type(value))


@pytest.mark.parametrize("value", [1.5, {1, 2}, object()])
def test_what_we_never_keep_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        marshal(value)


@pytest.mark.parametrize("kept", [{"SS": ["a"]}, {"N": "1.5"}])
def test_what_we_never_wrote_is_not_guessed_at(kept: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        unmarshal(kept)
