"""A bell between the processes of one machine: "there is work", and nothing more.

It may be lost at any time, for the work itself stands in the store and is looked for again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import select
import socket
from collections.abc import Sequence
from pathlib import Path

LONGEST_SOCKET_PATH = 100
"""A socket's path is limited to 108 bytes on Linux and 104 elsewhere."""


class Doorbell:
    """The port JobQueue over a UNIX datagram socket."""

    def __init__(self, data_dir: Path) -> None:
        self._address = socket_address(data_dir)

    def ring(self, unit_id: str, job_ids: Sequence[str] = ()) -> None:
        # The workers here look at all units. No listener, or so many rings unheard that the
        # socket is full: both do no harm.
        with contextlib.suppress(OSError), _datagram_socket() as bell:
            bell.sendto(b"!", self._address)


class DoorbellListener:
    """Hears the bell of a data folder.

    There is one bell: the newest listener has it, and an older one, in another worker, goes
    on by the time limits of its waits alone. So a worker that restarts never waits for a
    dead one to let go.
    """

    def __init__(self, data_dir: Path) -> None:
        self._address = socket_address(data_dir)
        self._bell = _datagram_socket()
        if not self._address.startswith("\0"):
            # Left by a killed worker, or the bell of an older one.
            Path(self._address).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            # Where no bell can hang, time limits alone must do.
            self._bell.bind(self._address)
        self._poll = select.poll()
        self._poll.register(self._bell, select.POLLIN)

    def wait(self, timeout_seconds: float) -> bool:
        """Wait for a ring; False when none came in time. Rings before the call count."""
        rang = bool(self._poll.poll(timeout_seconds * 1000))
        with contextlib.suppress(BlockingIOError):
            while rang:
                self._bell.recv(16)
        return rang

    def close(self) -> None:
        """Take the bell down."""
        self._bell.close()


def socket_address(data_dir: Path) -> str:
    """Return where the bell of this data folder hangs.

    A path too long for a socket gives way to a name in Linux's abstract space, made from a
    hash of the folder so that two folders never share a bell. Such a name has no file
    permissions: another account could ring it or take it first, which costs at most the
    speed of the bell, never work.
    """
    folder = data_dir.resolve()
    path = str(folder / "doorbell.sock")
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    return f"\0binhyen-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:32]}"


def _datagram_socket() -> socket.socket:
    bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bell.setblocking(False)
    return bell
