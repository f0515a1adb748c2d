"""What is measured: tips at three loads, queries over few and many tips, and a hot unit."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.scale.counting import Counts, Meter
from bench.scale.stored import PAGE, Past
from functions.clock import SystemClock
from functions.core.digests import FLOOD_CARDS
from functions.core.tips import submit_tip
from functions.refresh_tokens.handler import refresh
from functions.run_jobs.handler import run_one
from functions.stores.dynamodb.table import Tables
from functions.sweep.handler import ring
from tests.aws.engine import CREDENTIALS, ministack
from tests.aws.places import Cloud, Place
from tests.fakes.clock import FrozenClock
from tests.faults.photos import RED
from tests.faults.sandbox import Sandbox

TIPS_A_MONTH = 2_000
WARDS = 102
MONTH = timedelta(days=30)
UNITS = 3
"""Units that get the counted tips; each gets as many as one of 102 does at that load."""

OTHERS = [f"past-{number:03d}" for number in range(WARDS)]
"""Units that tips of the past belong to, beside those that get the counted ones."""

AT_ONCE = 20
"""As many due jobs as the function asks for."""

DRAINED = 20

HOT = "past-hot"
LISTED = "past-listed"


@dataclass(frozen=True)
class Sizes:
    """How large a run is."""

    loads: tuple[int, ...] = (1, 10, 100)
    stored_at_1: int = 1_000
    """Tips stored at load 1, half a month's; at load 100 a hundred times as many."""
    tips: int = 12
    rounds: int = 20
    hot_jobs: int = 1_000
    drained: tuple[int, int] = (100, 1_000)
    """Due jobs of the unit whose first ones are run; the fewer must outlast those."""


QUICK = Sizes(loads=(1, 10), stored_at_1=50, tips=1, rounds=2, hot_jobs=30, drained=(80, 200))


class Installation:
    """One installation whose calls are counted, with some units in the sandbox."""

    def __init__(self, cloud: Cloud, sandbox: Sandbox, units: list[str]) -> None:
        self.clock = FrozenClock(SystemClock().now())
        self.place = Place(cloud, sandbox, units[0])
        self.units = units
        self.services = self.place.services(self.clock)
        uncounted = cloud.engine.clients.dynamodb
        self.meter = Meter(self.services, uncounted)
        self._let_photos_be_clean_at_once()
        self.place.connect(self.services, *units[1:])
        self.place.answer_rings(self.services)
        tables = Tables.named(uncounted, self.place.names["BINHYEN_AWS_TABLES"])
        sealer: Any = self.services.stores._sealer  # type: ignore[attr-defined]
        before = self.clock.now() - timedelta(days=1)
        self.past = Past(tables, sealer, [LISTED, *units, *OTHERS], before)
        # The very first one makes keys.
        self.tip(units[0], photos=1)

    def _let_photos_be_clean_at_once(self) -> None:
        """The cleaner is a process of its own that calls nobody."""

        class InstantCleaner:
            def clean(self, original: bytes) -> bytes:
                return original

        cleaner: Any = InstantCleaner()
        vars(self.services)["work"] = dataclasses.replace(self.services.work, cleaner=cleaner)

    def tip(self, unit_id: str, photos: int) -> tuple[Counts, Counts]:
        """Take one tip and let its bell be answered; return what each of both called."""
        draft = dataclasses.replace(self.place.draft(*[RED] * photos), unit_id=unit_id)
        with self.meter.counting() as accepted:
            submit_tip(draft, (), self.services.submit)
        with self.meter.counting() as forwarded:
            answered = self.place.answer_rings(self.services)
        assert answered == 1
        return accepted, forwarded

    def counted(self, act: Callable[[], object]) -> Counts:
        with self.meter.counting() as counts:
            act()
        return counts


@contextmanager
def ground(folder: Path) -> Iterator[Callable[[int], Installation]]:
    """Run the engine and the sandbox; give what makes an installation with so many units."""
    with ExitStack() as running:
        for name in ("aws", "zalo"):
            (folder / name).mkdir()
        os.environ.update(CREDENTIALS)
        cloud = Cloud(running.enter_context(ministack(folder / "aws")))
        sandbox = Sandbox(folder / "zalo")
        sandbox.start()
        running.callback(sandbox.stop)

        def make(units: int) -> Installation:
            lent = [running.enter_context(sandbox.unit()) for _ in range(units)]
            return Installation(cloud, sandbox, lent)

        yield make


def tips_at(load: int, sizes: Sizes, installation: Installation) -> dict[str, Any]:
    """Take tips as often as at that load; return calls and units per tip, by photos."""
    apart = MONTH * WARDS / (TIPS_A_MONTH * load)
    kinds = {}
    for photos in (0, 1):
        accepted, forwarded = [], []
        for _ in range(sizes.tips):
            for unit_id in installation.units:
                counts = installation.tip(unit_id, photos)
                accepted.append(counts[0])
                forwarded.append(counts[1])
            installation.clock.advance(apart)
        kinds[photos] = {"accept": of_tips(accepted), "forward": of_tips(forwarded)}
    return {"load": load, "stored": sizes.stored_at_1 * load, "photos": kinds}


def of_tips(tips: list[Counts]) -> dict[str, Any]:
    """Return calls and units of a tip on average, and those of the tip that took most."""
    return {
        **each(sum(tips, Counts()), len(tips)),
        "most_calls": max(sum(tip.calls.values()) for tip in tips),
        "most_units": max(tip.read_units + tip.write_units for tip in tips),
    }


def each(counts: Counts, number: int) -> dict[str, Any]:
    return {
        "calls": {name: round(count / number, 3) for name, count in sorted(counts.calls.items())},
        "read_units": round(counts.read_units / number, 2),
        "write_units": round(counts.write_units / number, 2),
    }


def queries_over(stored: int, installation: Installation) -> dict[str, Any]:
    """Ask for due jobs and for a list, with answers of some lengths; return the read units."""
    stores, now = installation.services.stores, installation.clock.now()
    found: dict[str, Any] = {"stored": stored}
    for answer in (0, 10, 100):
        with installation.past.waiting(OTHERS[:answer], 1):
            due = installation.counted(lambda: stores.jobs.due(now, PAGE))
            units = installation.counted(lambda: stores.jobs.due_units(now))
            one = installation.counted(lambda: stores.jobs.due(now, PAGE, OTHERS[0]))
        found[f"due, {answer} jobs"] = due.read_units
        found[f"due units, {answer} jobs"] = units.read_units
        found[f"due of one unit, {answer} jobs"] = one.read_units
    for rows in (10, PAGE):
        listed = installation.counted(lambda rows=rows: stores.tips.list_for_unit(LISTED, rows))
        found[f"list, {rows} rows"] = listed.read_units
    assert len(stores.tips.list_for_unit(LISTED, PAGE)) == PAGE
    return found


def schedules(installation: Installation) -> dict[str, Any]:
    """What the schedules call: to renew a pair, and each time while there is nothing to do."""
    services, units = installation.services, len(installation.units)
    installation.clock.advance(timedelta(hours=13))
    renewed = installation.counted(lambda: refresh(services.refresh))
    assert renewed.of("zalo") == units
    return {
        "renew a pair": each(renewed, units),
        "refresh, nothing due": each(installation.counted(lambda: refresh(services.refresh)), 1),
        "ring for due, nothing due": each(installation.counted(lambda: ring(services.sweep)), 1),
    }


def cold_start(installation: Installation) -> dict[str, Any]:
    """What a function that was just started calls beside what it does for its first tip."""
    fresh = installation.place.services(installation.clock)
    meter = Meter(fresh, installation.meter.uncounted)
    with meter.counting() as first:
        submit_tip(installation.place.draft(), (), fresh.submit)
    warm = installation.counted(
        lambda: submit_tip(installation.place.draft(), (), installation.services.submit)
    )
    installation.place.answer_rings(installation.services)
    more = first.calls.copy()
    more.subtract(warm.calls)
    return {name: count for name, count in sorted(more.items()) if count}


def beside_a_hot_unit(
    calm: Installation, hot: Installation, sizes: Sizes
) -> dict[str, list[dict[str, float]]]:
    """Send tips in turns to two installations, in one of which another unit has a backlog."""
    measured: dict[str, list[dict[str, float]]] = {"calm": [], "hot": []}
    with hot.past.waiting([HOT], sizes.hot_jobs):
        for number in range(sizes.rounds + 1):
            for name, installation in (("calm", calm), ("hot", hot)):
                taken = _ring_to_posted(installation)
                if number:  # the first one of each warms up
                    measured[name].append(taken)
    return measured


def _ring_to_posted(installation: Installation) -> dict[str, float]:
    draft = installation.place.draft()
    submit_tip(draft, (), installation.services.submit)
    begun = time.perf_counter()
    with installation.meter.counting() as counts:
        installation.place.answer_rings(installation.services)
    seconds = time.perf_counter() - begun
    installation.clock.advance(timedelta(minutes=5))
    return {
        "seconds": seconds,
        "calls": float(sum(counts.calls.values())),
        "read_units": counts.read_units,
        "write_units": counts.write_units,
    }


def backlog(hot: Installation, sizes: Sizes) -> dict[str, float]:
    """What the backlog costs whoever asks for it: its own unit, and the sweep."""
    stores, now = hot.services.stores, hot.clock.now()
    with hot.past.waiting([HOT], sizes.hot_jobs):
        own = hot.counted(lambda: stores.jobs.due(now, PAGE, HOT))
        all_units = hot.counted(lambda: stores.jobs.due_units(now))
    return {
        "jobs": float(sizes.hot_jobs),
        "due of the unit": own.read_units,
        "due units": all_units.read_units,
    }


def draining(installation: Installation, sizes: Sizes) -> list[dict[str, Any]]:
    """Run some jobs of a unit that has few or many due; return calls and units of each.

    The first ones become cards and are not counted, the others join a digest.
    """
    work, unit_id = installation.services.work, installation.units[0]

    def run_next() -> None:
        job_id = work.jobs.due(work.clock.now(), AT_ONCE, unit_id)[0]
        assert run_one(job_id, work)

    found = []
    for jobs in sizes.drained:
        with installation.past.waiting([unit_id], jobs):
            for _ in range(FLOOD_CARDS + 1):
                run_next()
            counts = [installation.counted(run_next) for _ in range(DRAINED)]
        found.append({"jobs": jobs, **of_tips(counts)})
    return found


def measure(folder: Path, sizes: Sizes, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measure everything; `tell` hears what is going on."""
    begun: datetime = SystemClock().now()
    with ground(folder) as make:
        installation = make(UNITS)
        loads, queries = [], []
        for load in sizes.loads:
            stored = sizes.stored_at_1 * load
            tell(f"load {load}: {stored} stored tips")
            installation.past.grow_to(stored)
            queries.append(queries_over(stored, installation))
            loads.append(tips_at(load, sizes, installation))
        tell(f"a hot unit with {sizes.hot_jobs} due jobs")
        calm, hot = make(1), make(1)
        return {
            "loads": loads,
            "queries": queries,
            "cold_start": cold_start(installation),
            "schedules": schedules(installation),
            "hot": beside_a_hot_unit(calm, hot, sizes),
            "backlog": backlog(hot, sizes),
            "draining": draining(hot, sizes),
            "seconds": round((SystemClock().now() - begun).total_seconds()),
        }
