"""Running one thing many times by clients that wait for each other's turn only."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """How long all of it took, and each single one, in seconds."""

    seconds: float
    latencies: tuple[float, ...]

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds


def run_clients(act: Callable[[], None], count: int, clients: int) -> Run:
    """Do `count` acts by so many clients at once, each beginning its next when one is done.

    Raises the first error of any client: a failed act must not pass for a fast one.
    """
    turns = itertools.count()
    latencies: list[float] = []
    errors: list[BaseException] = []
    start = threading.Barrier(clients + 1)

    def client() -> None:
        start.wait()
        try:
            while not errors and next(turns) < count:
                begun = time.perf_counter()
                act()
                latencies.append(time.perf_counter() - begun)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits for us
            errors.append(error)

    threads = [threading.Thread(target=client, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    if errors:
        raise errors[0]
    return Run(seconds, tuple(latencies))
