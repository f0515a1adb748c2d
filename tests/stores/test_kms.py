"""Data keys wrapped by a key of KMS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from functions.core.errors import KeyUnavailableError, StoreUnavailableError
from functions.stores.aws_clients import AwsClients
from functions.stores.kms import KmsKeyWrapper
from tests.aws.engine import Engine
from tests.aws.refusals import refusal

DATA_KEY = bytes(range(32))
CONTEXT = "data_keys:seal:0123"


@pytest.fixture
def kms(engine: Engine) -> Any:
    return engine.clients.kms


@pytest.fixture
def key_id(kms: Any) -> str:
    return make_key(kms)


@pytest.fixture
def wrapper(engine: Engine, key_id: str) -> KmsKeyWrapper:
    return KmsKeyWrapper(engine.clients, key_id)


def make_key(kms: Any) -> str:
    return str(kms.create_key()["KeyMetadata"]["KeyId"])


def test_wrapped_key_opens_again(wrapper: KmsKeyWrapper) -> None:
    wrapped = wrapper.wrap(DATA_KEY, CONTEXT)

    assert DATA_KEY not in wrapped
    assert wrapper.unwrap(wrapped, CONTEXT) == DATA_KEY


def test_another_context_opens_nothing(wrapper: KmsKeyWrapper) -> None:
    wrapped = wrapper.wrap(DATA_KEY, CONTEXT)

    with pytest.raises(KeyUnavailableError):
        wrapper.unwrap(wrapped, "data_keys:mac:receipt:0123")


@pytest.mark.parametrize("wrapped", [b"", b"nonsense", bytes(200)], ids=len)
def test_nonsense_opens_nothing(wrapper: KmsKeyWrapper, wrapped: bytes) -> None:
    with pytest.raises(KeyUnavailableError):
        wrapper.unwrap(wrapped, CONTEXT)


def test_key_that_was_switched_off_opens_nothing(
    kms: Any, key_id: str, wrapper: KmsKeyWrapper
) -> None:
    wrapped = wrapper.wrap(DATA_KEY, CONTEXT)

    kms.disable_key(KeyId=key_id)

    with pytest.raises(KeyUnavailableError):
        wrapper.unwrap(wrapped, CONTEXT)
    with pytest.raises(KeyUnavailableError):
        wrapper.wrap(DATA_KEY, CONTEXT)


def test_unknown_key_wraps_nothing(engine: Engine) -> None:
    wrapper = KmsKeyWrapper(engine.clients, "00000000-0000-4000-8000-000000000000")

    with pytest.raises(KeyUnavailableError):
        wrapper.wrap(DATA_KEY, CONTEXT)


def test_service_out_of_reach_says_nothing_about_the_key(
    wrapper: KmsKeyWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    wrapped = wrapper.wrap(DATA_KEY, CONTEXT)
    nowhere = KmsKeyWrapper(AwsClients("http://127.0.0.1:9"), "key")

    with pytest.raises(StoreUnavailableError):
        nowhere.unwrap(wrapped, CONTEXT)
    with pytest.raises(StoreUnavailableError):
        nowhere.wrap(DATA_KEY, CONTEXT)


@contextmanager
def answering(kms: Any, code: str) -> Iterator[None]:
    """Let the service answer with an error; it then says nothing else."""

    def refuse(**_: Any) -> Any:
        return refusal("kms", code)

    kms.meta.events.register("before-send.kms", refuse)
    try:
        yield
    finally:
        kms.meta.events.unregister("before-send.kms", refuse)


@pytest.mark.parametrize("code", ["ThrottlingException", "KMSInternalException"])
def test_service_in_trouble_says_nothing_about_the_key(
    kms: Any, wrapper: KmsKeyWrapper, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    wrapped = wrapper.wrap(DATA_KEY, CONTEXT)

    with answering(kms, code), pytest.raises(StoreUnavailableError):
        wrapper.unwrap(wrapped, CONTEXT)


@pytest.mark.parametrize("code", ["IncorrectKeyException", "AccessDeniedException"])
def test_key_that_is_another_or_forbidden_opens_nothing(
    kms: Any, wrapper: KmsKeyWrapper, code: str
) -> None:
    # The engine neither asks which key wrapped a value nor who asks.
    wrapped = wrapper.wrap(DATA_KEY, CONTEXT)

    with answering(kms, code), pytest.raises(KeyUnavailableError):
        wrapper.unwrap(wrapped, CONTEXT)
