"""Files sealed in pieces under a key of their own, so that size does not matter.

A sealed file is: the wrapped key, then the sealed pieces, each behind its length. Each piece
is bound to the file's name, its number and whether it is the last: pieces cannot be left
out, put in another order or into another file.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO

from functions.core.errors import KeyUnavailableError
from functions.stores.keys import KEY_LENGTH, KeyWrapper
from functions.stores.sealing import KEY_ID_LENGTH, Sealer

PIECE = 1024 * 1024
_LENGTH = struct.Struct(">I")
_LONGEST = PIECE + 1024


def seal_file(name: str, source: BinaryIO, target: BinaryIO, wrapper: KeyWrapper) -> None:
    """Write the rest of `source`, sealed, to `target`."""
    key_id, key = os.urandom(KEY_ID_LENGTH), os.urandom(KEY_LENGTH)
    _write_piece(target, key_id + wrapper.wrap(key, _key_context(name, key_id)))
    sealer = Sealer({key_id: key}, newest=key_id)
    number, piece = 0, source.read(PIECE)
    while True:
        following = source.read(PIECE)
        _write_piece(target, sealer.seal(piece, _context(name, number, not following)))
        if not following:
            return
        number, piece = number + 1, following


def unseal_file(name: str, source: BinaryIO, wrapper: KeyWrapper) -> Iterator[bytes]:
    """Yield the pieces of a sealed file.

    Raises KeyUnavailableError where key, name or bytes are not those it was sealed with,
    also at the end of a file that was cut off.
    """
    read = _pieces(source)
    head = read()
    key_id, wrapped = head[:KEY_ID_LENGTH], head[KEY_ID_LENGTH:]
    sealer = Sealer({key_id: wrapper.unwrap(wrapped, _key_context(name, key_id))}, newest=key_id)
    number, piece = 0, read()
    while True:
        following = read()
        yield sealer.unseal(piece, _context(name, number, not following))
        if not following:
            return
        number, piece = number + 1, following


def seal_bytes(name: str, data: bytes, wrapper: KeyWrapper) -> bytes:
    """Return the bytes as a sealed file."""
    target = io.BytesIO()
    seal_file(name, io.BytesIO(data), target, wrapper)
    return target.getvalue()


def _write_piece(target: BinaryIO, piece: bytes) -> None:
    target.write(_LENGTH.pack(len(piece)) + piece)


def _pieces(source: BinaryIO) -> Callable[[], bytes]:
    """Return what reads one piece after the other, b"" at the end."""

    def read() -> bytes:
        head = source.read(_LENGTH.size)
        if not head:
            return b""
        length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else _LONGEST + 1
        piece = source.read(length) if length <= _LONGEST else b""
        if not piece or len(piece) != length:
            raise KeyUnavailableError("a sealed file is cut off or damaged")
        return piece

    return read


def _context(name: str, number: int, is_last: bool) -> str:
    return f"backup:{name}:{number}:{'last' if is_last else 'more'}"


def _key_context(name: str, key_id: bytes) -> str:
    return f"backup-key:{name}:{key_id.hex()}"
