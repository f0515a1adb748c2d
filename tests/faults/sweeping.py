"""Doing one thing over and over, each time with a fault at another point."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.faults.tracing import Point

SIDE_BY_SIDE = 2
"""Attempts mostly wait for the disk and for processes to start."""


@dataclass(frozen=True)
class Ran:
    """How an attempt went; whether what it left behind was right, it has checked itself."""

    hit: bool
    """Whether the fault came to pass."""
    calls: tuple[Point, ...]


Attempt = Callable[[Point | None], Ran]


def sweep(attempt: Attempt, spread: int | None) -> int:
    """Attempt it with a fault at every point, or at a spread sample; return how many struck.

    The points are those of a first attempt without a fault. A full sweep then goes on past
    the last point of each call until an attempt is over without a fault. All failures are
    collected, so that one run shows them all.
    """
    undisturbed = attempt(None)
    assert not undisturbed.hit
    points = list(dict.fromkeys(undisturbed.calls))
    assert points, "the tracer saw no call"
    chosen = points if spread is None else spread_of(points, spread)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = list(pool.map(lambda point: _try(attempt, point), chosen))
        if spread is None:
            beyond = pool.map(lambda name: list(_beyond(attempt, points, name)), names_of(points))
            results += itertools.chain.from_iterable(beyond)
    failures = [result for result in results if isinstance(result, str)]
    assert not failures, f"{len(failures)} of {len(results)}:\n" + "\n".join(failures)
    return results.count(True)


def spread_of(points: list[Point], size: int) -> list[Point]:
    """Return so many points, evenly spread over the time that the attempt takes."""
    if size >= len(points):
        return points
    step = (len(points) - 1) / (size - 1)
    return [points[round(number * step)] for number in range(size)]


def names_of(points: list[Point]) -> list[str]:
    return sorted({point.syscall for point in points})


def _beyond(attempt: Attempt, points: list[Point], syscall: str) -> Iterator[bool | str]:
    last = max(point.nth for point in points if point.syscall == syscall)
    for nth in itertools.count(last + 1):
        result = _try(attempt, Point(syscall, nth))
        yield result
        if result is not True:
            return


def _try(attempt: Attempt, point: Point) -> bool | str:
    try:
        return attempt(point).hit
    except Exception as error:  # noqa: BLE001 collected; `sweep` raises all of them
        return f"{point}: {type(error).__name__}: {error}"
