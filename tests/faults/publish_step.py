"""Publishing a draft in a process of its own, to be killed at a chosen call.

`python -m tests.faults.publish_step PROJECT FOLDER`; says "ready", waits for a line, acts.
"""

from __future__ import annotations

import sys
from pathlib import Path

from functions.core.editing.publishing import publish
from tests.local.publishing import PAGE, PUBLISHER, Press


def main() -> None:
    project, folder = map(Path, sys.argv[1:])
    press = Press(project, folder)
    page = press.editing.page(PAGE)
    print("ready", flush=True)
    sys.stdin.readline()
    publish(page, PUBLISHER, press.editing)
    print("done", flush=True)


if __name__ == "__main__":
    main()
