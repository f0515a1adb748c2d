"""A sealer whose keys are fetched when the first value needs them.

So a function starts without calling anybody, and a key service that is down meets a request,
which has an answer for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from functions.stores.sealing import Sealer


class LateSealer(Sealer):
    """Seals and unseals as the sealer that `load` returns; a load that failed is tried again."""

    def __init__(self, load: Callable[[], Sealer]) -> None:
        """`load` may raise StoreUnavailableError and KeyUnavailableError: at first use."""
        self._load = load

    @cached_property
    def _loaded(self) -> Sealer:
        return self._load()

    def seal(self, plaintext: bytes, context: str) -> bytes:
        return self._loaded.seal(plaintext, context)

    def unseal(self, sealed: bytes, context: str) -> bytes:
        return self._loaded.unseal(sealed, context)
