"""The lines at the end of a test run that say how many faults came to pass."""

from __future__ import annotations

from collections.abc import Callable

from _pytest.terminal import TerminalReporter

POINTS = "fault points"

Report = Callable[[int], None]


def write_summary(terminalreporter: TerminalReporter) -> None:
    """Be pytest's hook of this name: a line per test and the sum."""
    lines = [
        (int(str(value)), report.nodeid.rpartition("::")[2], report.duration)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, value in report.user_properties
        if name == POINTS
    ]
    if not lines:
        return
    terminalreporter.section(POINTS)
    for count, test, seconds in sorted(lines, key=lambda line: line[1]):
        terminalreporter.write_line(f"{count:>5}  {test} ({seconds:.0f} s)")
    terminalreporter.write_line(f"{sum(line[0] for line in lines):>5}  in all")
