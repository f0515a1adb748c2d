"""How long a call that met others, or a throttled table, is tried again: about a second.

A form or a job waits for the answer; longer back-off is the job's own due time.
"""

from __future__ import annotations

import random
import time

TRIES = 8
_FIRST_WAIT = 0.02
"""Seconds; doubled for each further try."""


def wait_before_next(attempt: int) -> None:
    """Wait after so many failures before this one, with jitter: two that met once must not
    meet again."""
    time.sleep(_FIRST_WAIT * 2**attempt * random.random())  # noqa: S311 - not a secret
