"""One step of the real program in a process of its own, to be killed at a chosen call.

`python -m tests.faults.step work | work-after-one-card | one-job | refresh | import FILE`,
settings in the environment. Says "ready" once start-up is over, waits for a line, acts, says
"done". All of it happens in the main thread, so that a tracer of that thread sees every call
in order.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from functions.bootstrap import Services
from functions.config import Settings
from functions.core import digests
from functions.core.errors import StoreUnavailableError
from functions.local.commands.administration import import_document, read_json
from functions.refresh_tokens.handler import refresh
from functions.run_jobs.handler import run_due_jobs, run_one

Action = Callable[[], object]


def _work(services: Services, _: list[str]) -> Action:
    ready = services.work
    return lambda: run_due_jobs(ready)


def _work_after_one_card(services: Services, arguments: list[str]) -> Action:
    """A flood begins at the second card, so that a digest needs no twenty sends before it."""
    digests.FLOOD_CARDS = 1
    return _work(services, arguments)


def _one_job(services: Services, _: list[str]) -> Action:
    """Only what is due first: an event goes before what its handling gives to do."""
    ready = services.work
    return lambda: run_one(ready.jobs.due(ready.clock.now(), 1)[0], ready)


def _refresh(services: Services, _: list[str]) -> Action:
    ready = services.refresh
    return lambda: refresh(ready)


def _import(services: Services, arguments: list[str]) -> Action:
    document = read_json(Path(arguments[0]))
    _ = services.connect
    return lambda: import_document(document, services)


_STEPS: dict[str, Callable[[Services, list[str]], Action]] = {
    "work": _work,
    "work-after-one-card": _work_after_one_card,
    "one-job": _one_job,
    "refresh": _refresh,
    "import": _import,
}


def main() -> None:
    name, *arguments = sys.argv[1:]
    act = _STEPS[name](Services(Settings.from_env()), arguments)
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        act()
    except StoreUnavailableError:
        # As the loops of worker and refresher do: say so, and try again later.
        print("store unavailable", flush=True)
        return
    print("done", flush=True)


if __name__ == "__main__":
    main()
