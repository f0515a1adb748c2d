"""Small helps for the processes of one machine: when to stop, and to go with the parent."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
from types import FrameType

_PR_SET_PDEATHSIG = 1


def stop_event() -> threading.Event:
    """Return an event that SIGTERM sets, and SIGINT where nobody else takes care of it."""
    event = threading.Event()

    def stop(signal_number: int, frame: FrameType | None) -> None:
        event.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return event


def follow_parent(parent_pid: int) -> None:
    """Have the kernel end this process when its parent is gone, however that came about."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    # Ctrl-C reaches the whole group; the parent decides and sends SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.getppid() != parent_pid:
        raise SystemExit(1)
