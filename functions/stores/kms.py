"""The master key in KMS: it never leaves there, and wraps the data keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from functions.core.errors import KeyUnavailableError, StoreUnavailableError

if TYPE_CHECKING:
    from functions.stores.aws_clients import AwsClients

# Waiting mends none of these: another key, another context, a key that was switched off,
# or no right to use it. All else counts as a service that is down.
_REFUSALS = frozenset(
    {
        "AccessDeniedException",
        "DisabledException",
        "IncorrectKeyException",
        "InvalidCiphertextException",
        "InvalidKeyUsageException",
        "KMSInvalidStateException",
        "NotFoundException",
        "ValidationException",
    }
)


class KmsKeyWrapper:
    """The port KeyWrapper; the context goes into KMS's own log, so it names no person."""

    def __init__(self, clients: AwsClients, key_id: str) -> None:
        """`key_id` is the key's id or ARN."""
        self._clients = clients
        self._key_id = key_id

    def wrap(self, data_key: bytes, context: str) -> bytes:
        """Return the wrapped key. Raises KeyUnavailableError and StoreUnavailableError."""
        with _errors_translated():
            answer = self._clients.kms.encrypt(
                KeyId=self._key_id, Plaintext=data_key, EncryptionContext=_purpose(context)
            )
        return answer["CiphertextBlob"]

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Return the data key. Raises KeyUnavailableError and StoreUnavailableError."""
        with _errors_translated():
            answer = self._clients.kms.decrypt(
                KeyId=self._key_id, CiphertextBlob=wrapped, EncryptionContext=_purpose(context)
            )
        return answer["Plaintext"]


def _purpose(context: str) -> dict[str, str]:
    return {"purpose": context}


@contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except ClientError as exc:
        code = exc.response.get("Error", {}).get("Code", "ClientError")
        if code in _REFUSALS:
            raise KeyUnavailableError(f"the key service answered {code}", code) from exc
        raise StoreUnavailableError(f"the key service answered {code}", code) from exc
    except BotoCoreError as exc:
        raise StoreUnavailableError(f"the key service: {type(exc).__name__}") from exc
