"""Sealing at rest: AES-256-GCM, each value bound to the place where it belongs.

A sealed value is: version (1 byte) · key id (8) · nonce (12) · ciphertext with its tag.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from functions.core.errors import KeyUnavailableError

VERSION = b"\x01"
KEY_ID_LENGTH = 8
NONCE_LENGTH = 12
HEADER_LENGTH = len(VERSION) + KEY_ID_LENGTH + NONCE_LENGTH


class Sealer:
    """Seals with the newest data key and unseals with whichever key the header names.

    Nonces are random: one key is good for 2^32 values, far beyond a province's tips.
    """

    def __init__(self, keys: Mapping[bytes, bytes], newest: bytes) -> None:
        """`keys` maps key ids to 32-byte data keys; `newest` is the id to seal with."""
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._newest = newest

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """Return the sealed bytes; only the same context opens them again.

        The context names the place, like "tips.content:<tip id>", so that nobody who can
        write the store can pass one person's value off as another's.
        """
        label = VERSION + self._newest
        nonce = os.urandom(NONCE_LENGTH)
        ciphertext = self._ciphers[self._newest].encrypt(
            nonce, plaintext, _bound_data(label, context)
        )
        return label + nonce + ciphertext

    def unseal(self, sealed: bytes, context: str) -> bytes:
        """Return the plaintext.

        Raises KeyUnavailableError when the key is unknown, the context is another one, or
        the bytes were changed: none of these can be told apart safely.
        """
        label = sealed[: len(VERSION) + KEY_ID_LENGTH]
        cipher = self._ciphers.get(label[len(VERSION) :])
        if len(sealed) < HEADER_LENGTH or not label.startswith(VERSION) or cipher is None:
            raise KeyUnavailableError("sealed by an unknown key")
        nonce, ciphertext = sealed[len(label) : HEADER_LENGTH], sealed[HEADER_LENGTH:]
        try:
            return cipher.decrypt(nonce, ciphertext, _bound_data(label, context))
        except InvalidTag as exc:
            raise KeyUnavailableError("sealed elsewhere, or damaged") from exc


def _bound_data(label: bytes, context: str) -> bytes:
    return label + context.encode()
