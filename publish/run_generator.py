"""The generator's process: MkDocs' own command, as `python -m mkdocs build --strict` runs it.

A file of its own only to begin early: importing MkDocs takes as long as reading the content it is
to build. The configuration's path comes as one line; no line, no build. A `-` before it takes
--strict away: a preview of one page has links to pages that are not there. It ends with the process
whose id it is given, also where that is killed: nobody would take up what it makes.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

import mkdocs.commands.build  # noqa: F401 - what the command would import only then
from mkdocs.__main__ import cli

_PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)
    configuration = sys.stdin.readline().strip()
    if configuration:
        strict = [] if configuration.startswith("-") else ["--strict"]
        # Never with -q: that hides strict failures.
        cli(["build", *strict, "-f", configuration.removeprefix("-")], prog_name="mkdocs")
