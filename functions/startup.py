"""Keeps Python's garbage collector out of a start: imported first of all, ended by `done`.

While modules load, hardly anything becomes garbage, and looking for it takes a fifth of the
time. What was loaded then stays for good: it is never looked at again either.
"""

from __future__ import annotations

import gc

gc.disable()


def done() -> None:
    """Let the collector do its work from now on, on what comes from now on."""
    gc.freeze()
    gc.enable()
