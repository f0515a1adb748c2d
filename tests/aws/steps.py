"""Single steps of the real functions in processes of their own, ended at a chosen outside call.

`python -m tests.aws.steps` has everything imported and makes a new process (a fork) for each
line it reads; that process does one step and, if told to, ends without a word at one call to
AWS or Zalo: just before it leaves, or when its answer is here and nobody has looked at it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from werkzeug.test import Client
from werkzeug.wrappers import Response

from functions.bootstrap import Services
from functions.clock import SystemClock
from functions.config import Settings
from functions.core.errors import StoreUnavailableError
from functions.installed import PROJECT
from functions.local.server import create_wsgi_app
from functions.refresh_tokens.handler import refresh
from functions.sweep.handler import run_sweep
from tests.aws.places import Place
from tests.aws.rings import answer_batch
from tests.aws.sessions import load_models, use_known_models
from tests.aws.watching import watch_aws, watch_zalo
from tests.fakes.clock import FrozenClock
from tests.faults.case_forms import Form, send_form
from tests.faults.phones import Submission, send_in_process
from tests.faults.photos import BLUE, RED
from tests.faults.sweeping import Ran
from tests.faults.talking import Post
from tests.faults.tracing import Point

KILLED = 9
"""The exit code of a process that ended at its call."""

BEFORE, AFTER = "before", "after"


def _accept(services: Services, key: str) -> object:
    answer = send_in_process(services, submission(key))
    return [answer.status, answer.receipt_code]


def submission(key: str) -> Submission:
    """Return the act that is sent, and may be sent again; the key begins with its unit."""
    unit_id, _, own = key.partition(" ")
    return Submission(unit_id, photos=(RED, BLUE), key=own)


def _receive(services: Services, argument: str) -> object:
    """Take what Zalo posts to the webhook."""
    post = Post(*json.loads(argument))
    client = Client(create_wsgi_app(services), Response)
    address = {"base_url": services.settings.public_url}
    return client.post(post.path, data=post.body, headers=post.headers, **address).status_code


def _act(services: Services, argument: str) -> object:
    """Take a form of the case page."""
    return send_form(Form(**json.loads(argument)), services)


def _answer_rings(services: Services, messages: str) -> object:
    return len(answer_batch(json.loads(messages), services))


def _answer_rings_with_clean_photos(services: Services, messages: str) -> object:
    """The cleaner, a process that never leaves the machine, takes no time."""

    class InstantCleaner:
        def clean(self, original: bytes) -> bytes:
            return original

    cleaner: Any = InstantCleaner()
    vars(services)["work"] = dataclasses.replace(services.work, cleaner=cleaner)
    return _answer_rings(services, messages)


def _refresh(services: Services, _: str) -> object:
    return refresh(services.refresh)


def _sweep(services: Services, _: str) -> object:
    return run_sweep(services.sweep)


_STEPS: dict[str, Callable[[Services, str], object]] = {
    "accept": _accept,
    "receive": _receive,
    "act": _act,
    "answer-rings": _answer_rings,
    "clean": _answer_rings_with_clean_photos,
    "refresh": _refresh,
    "sweep": _sweep,
}

_WITHOUT_ZALO = frozenset({"accept", "receive", "act"})


class _Counting:
    """Counts calls by name and ends the process at the chosen one."""

    def __init__(self, point: Any, report: Callable[..., None]) -> None:
        self._point = tuple(point) if point else None
        self._report = report
        self._counts: Counter[str] = Counter()
        self.calls: list[tuple[str, int]] = []

    def before(self, call: str) -> None:
        self._count(f"{BEFORE} {call}")

    def after(self, call: str) -> None:
        self._count(f"{AFTER} {call}")

    def _count(self, name: str) -> None:
        self._counts[name] += 1
        here = (name, self._counts[name])
        self.calls.append(here)
        if here == self._point:
            self._report(calls=self.calls, said=None)
            os._exit(KILLED)


def _do(order: Any) -> None:
    """Do the step of the order in this process."""

    def report(**found: object) -> None:
        Path(order["report"]).write_text(json.dumps(found), encoding="utf-8")

    os.environ.clear()
    os.environ.update(order["env"])
    # To wait then takes no time: it moves this clock.
    services = Services(Settings.from_env(), FrozenClock(SystemClock().now()))
    use_known_models(services)
    counting = _Counting(order["point"], report)
    watch_aws(services, counting.before, counting.after)
    if order["step"] not in _WITHOUT_ZALO:
        watch_zalo(services, counting.before, counting.after)
    try:
        said = _STEPS[order["step"]](services, order["argument"])
    except StoreUnavailableError as error:
        said = f"store unavailable: {error}"
    report(calls=counting.calls, said=said)


def main() -> None:
    """Make a process for each line of stdin; say how it ended."""
    load_models("http://127.0.0.1:1")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                _do(json.loads(line))
            except BaseException:  # noqa: BLE001 - a fork must never come back into the loop
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


class Steps:
    """The process that makes processes; one attempt at a time."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._report = folder / "report.json"
        self.said: Any = None
        """What the last step came to, None where it was ended."""

    def run(self, place: Place, point: Point | None, step: str, argument: str = "") -> Ran:
        """Do the step, ended at the point if one is given; return the calls up to there."""
        order = {
            "env": place.env,
            "step": step,
            "argument": argument,
            "point": point and (point.syscall, point.nth),
            "report": str(self._report),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        assert code in (0, KILLED), f"the step ended with {code}, see its error output"
        found = json.loads(self._report.read_text(encoding="utf-8"))
        self.said = found["said"]
        return Ran(code == KILLED, tuple(Point(*call) for call in found["calls"]))


@contextmanager
def steps(folder: Path) -> Iterator[Steps]:
    """Start the process that makes processes; gone on leaving."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.aws.steps"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Steps(process, folder)
        finally:
            process.kill()


if __name__ == "__main__":
    main()
