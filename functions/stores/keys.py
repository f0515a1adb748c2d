"""The master key in its file, and what it wraps: the data keys.

The file holds 32 random bytes and lies outside the data folder, so that a copy of the folder
or of a backup opens nothing.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from functions.core.errors import KeyUnavailableError
from functions.stores.durable import make_folder, sync_folder

KEY_LENGTH = 32
NONCE_LENGTH = 12


class KeyWrapper(Protocol):
    """Wraps data keys by a master key that never lies beside them (a key file, or KMS)."""

    def wrap(self, data_key: bytes, context: str) -> bytes:
        """Return the wrapped key, bound to the context."""
        ...

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Return the data key. Raises KeyUnavailableError under another key or context."""
        ...


class FileKeyWrapper:
    """Wraps by the master key of a key file; see `open_key_file` for making it."""

    def __init__(self, path: Path) -> None:
        """Read the key. Raises KeyUnavailableError unless it is there, whole and private."""
        self._cipher = AESGCM(_read_key(path))

    def wrap(self, data_key: bytes, context: str) -> bytes:
        nonce = os.urandom(NONCE_LENGTH)
        return nonce + self._cipher.encrypt(nonce, data_key, context.encode())

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        nonce, ciphertext = wrapped[:NONCE_LENGTH], wrapped[NONCE_LENGTH:]
        try:
            return self._cipher.decrypt(nonce, ciphertext, context.encode())
        except (InvalidTag, ValueError) as exc:
            raise KeyUnavailableError("the key file holds another key") from exc


def open_key_file(path: Path, data_dir: Path, sealed_data_exists: bool) -> FileKeyWrapper:
    """Return the wrapper of the key file, which is made on first use only.

    Raises KeyUnavailableError when the file lies inside the data folder, is not private,
    or is missing although sealed data exists: a new key would hide the loss of the old one.
    """
    if path.resolve().is_relative_to(data_dir.resolve()):
        raise KeyUnavailableError("the key file must lie outside the data folder")
    if not sealed_data_exists:
        _make_key_file(path)
    return FileKeyWrapper(path)


def _read_key(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            key = file.read(KEY_LENGTH + 1)
    except OSError as exc:
        raise KeyUnavailableError(f"the key file cannot be read: {exc.strerror}") from exc
    if stat.S_IMODE(mode) & 0o077:
        raise KeyUnavailableError("the key file is open to other accounts: chmod 600 it")
    if len(key) != KEY_LENGTH:
        raise KeyUnavailableError(f"the key file must hold exactly {KEY_LENGTH} bytes")
    return key


def _make_key_file(path: Path) -> None:
    """Make the key file unless it is there; a half-written one is never seen."""
    try:
        make_folder(path.parent)
        if not path.exists():
            _write_new_key(path)
        # Another process may have made the file and not have come to this line yet.
        sync_folder(path.parent)
    except OSError as exc:
        raise KeyUnavailableError(f"the key file cannot be made: {exc.strerror}") from exc


def _write_new_key(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(KEY_LENGTH))
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, fails where the name is taken: the first process wins.
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
