"""Ports for what a test starts."""

from __future__ import annotations

import itertools
import secrets
import socket

# Below those that the system gives to connections, and seldom the same in two runs side by side:
# a port that is only looked up must still be free when a process takes it.
_FIRST, _LAST = 10_000, 32_000
_begin = secrets.randbelow(_LAST - _FIRST)
_ports = (_FIRST + number % (_LAST - _FIRST) for number in itertools.count(_begin))


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on now."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """Return the first of so many ports in a row that nobody listens on now."""
    while True:
        row = [next(_ports) for _ in range(count)]
        if row[-1] - row[0] == count - 1 and all(_is_free(port) for port in row):
            return row[0]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
