"""From counts to verdicts, and both as a table."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

NO_SLOWER_THAN = 1.2
"""Time from ring to posted beside a hot unit; the machine has other things to do, too."""

SERVICES = ("dynamodb", "s3", "sqs", "kms", "zalo")
_HEAD = "{:26}" + "".join(f"{name:>10}" for name in (*SERVICES, "RU", "WU"))


def verdicts(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return for each claim the figure it stands on and whether it holds."""
    growth = _growth(found["loads"])
    queries = _query_growth(found["queries"])
    hot = _hot_ratios(found["hot"])
    per_due = _units_per_answer(found["queries"][-1])
    drain = _drain_growth(found["draining"])
    return {
        "calls of a tip, largest load to smallest": _verdict(growth["calls"], 1.0),
        "units of a tip, largest load to smallest": _verdict(growth["units"], 1.0),
        "due jobs and lists, most stored tips to fewest": _verdict(queries, 1.0),
        "read units for each due job of another unit": _verdict(per_due, 1.1),
        "calls to drain a job, of many due to of few": _verdict(drain["calls"], 1.0),
        "units to drain a job, of many due to of few": _verdict(drain["units"], 1.0),
        "calls beside a hot unit to calls without": _verdict(hot["calls"], 1.0),
        "units beside a hot unit to units without": _verdict(hot["units"], 1.0),
        "time beside a hot unit to time without": _verdict(hot["seconds"], NO_SLOWER_THAN),
    }


def _verdict(ratio: float, most: float) -> dict[str, Any]:
    return {"ratio": round(ratio, 3), "most": most, "holds": ratio <= most}


def _growth(loads: list[Any]) -> dict[str, float]:
    """Compare the last load to the first by the tip that took most, for each kind of tip.

    The average is a matter of chance: where a card is tried before its photo is clean, it is
    tried again a second later.
    """

    def worst(of: str) -> float:
        first, last = (dict(_steps(load)) for load in (loads[0], loads[-1]))
        return max(float(last[name][of]) / first[name][of] for name in first)

    return {of: worst(f"most_{of}") for of in ("calls", "units")}


def _query_growth(queries: list[Any]) -> float:
    """Return the worst ratio of any query; the answers are as long over few and many tips."""
    first, last = queries[0], queries[-1]
    return max(last[name] / first[name] for name in first if name != "stored")


def _drain_growth(draining: list[Any]) -> dict[str, float]:
    few, many = draining
    return {of: float(many[f"most_{of}"]) / few[f"most_{of}"] for of in ("calls", "units")}


def _units_per_answer(query: Any) -> float:
    """Return what each further job of an answer costs; a lane is looked up for each."""
    return float(query["due, 100 jobs"] - query["due, 10 jobs"]) / 90


def _hot_ratios(hot: Any) -> dict[str, float]:
    def typical(name: str, *what: str) -> float:
        return median(sum(one[each] for each in what) for one in hot[name])

    return {
        "calls": typical("hot", "calls") / typical("calm", "calls"),
        "units": typical("hot", "read_units", "write_units")
        / typical("calm", "read_units", "write_units"),
        # Of neighbours in time: a slow minute of the machine slows both.
        "seconds": median(
            hot_one["seconds"] / calm_one["seconds"]
            for calm_one, hot_one in zip(hot["calm"], hot["hot"], strict=True)
        ),
    }


def table(found: dict[str, Any]) -> str:
    """Return everything as lines to read."""
    lines = [
        _HEAD.format("calls and units per tip"),
        *_per_tip_lines(found["loads"]),
        "",
        "by operation, at the largest load",
        *_operation_lines(found["loads"][-1]),
        "",
        f"{'read units; stored tips:':36}" + _columns(found["queries"], "stored"),
    ]
    names = [name for name in found["queries"][0] if name != "stored"]
    lines += [f"{name:36}" + _columns(found["queries"], name) for name in names]
    lines += ["", _HEAD.format("schedules, each time")]
    lines += [f"{name:26}" + _cells(each) for name, each in found["schedules"].items()]
    started = ", ".join(f"{name} {number}" for name, number in found["cold_start"].items())
    lines.append(f"a function just started, once: {started}")
    backlog = found["backlog"]
    lines.append(
        f"a unit with {backlog['jobs']:g} due jobs: {backlog['due of the unit']:g} read units each"
        f" time it asks, {backlog['due units']:g} when the sweep does"
    )
    lines += [
        f"a job of {drained['jobs']} due of one unit: at most {drained['most_calls']} calls and"
        f" {drained['most_units']:g} units"
        for drained in found["draining"]
    ]
    return "\n".join([*lines, "", *_verdict_lines(found["verdicts"])])


def _steps(load: Any) -> Iterator[tuple[str, Any]]:
    for photos, kind in load["photos"].items():
        for step, counted in kind.items():
            yield f"{photos} photo, {step}", counted


def _per_tip_lines(loads: list[Any]) -> list[str]:
    return [
        f"{load['load']:>4}x {name:20}" + _cells(counted)
        for load in loads
        for name, counted in _steps(load)
    ]


def _operation_lines(load: Any) -> list[str]:
    return [
        f"  {name}: " + ", ".join(f"{call} {times:g}" for call, times in counted["calls"].items())
        for name, counted in _steps(load)
    ]


def _cells(counted: Any) -> str:
    by_service = [
        sum(number for name, number in counted["calls"].items() if name.startswith(f"{service}."))
        for service in SERVICES
    ]
    figures = [*by_service, counted["read_units"], counted["write_units"]]
    return "".join(f"{figure:>10.4g}" for figure in figures)


def _columns(queries: list[Any], name: str) -> str:
    return "".join(f"{query[name]:>10g}" for query in queries)


def _verdict_lines(found: dict[str, Any]) -> list[str]:
    return [
        f"{'holds' if one['holds'] else 'FAILS'}  {name}: {one['ratio']:g}, at most {one['most']:g}"
        for name, one in found.items()
    ]
