"""One build of ours, as `binhyen build` does it, over any project: `ours ROOT OUT`.

The command line is imported too, since the command does so.
"""

from __future__ import annotations

import sys
from pathlib import Path

import functions.local.cli  # noqa: F401 - what the command costs is part of the figure
from bench.site.day import DAY
from publish.build import build_site

if __name__ == "__main__":
    print(build_site(Path(sys.argv[1]), Path(sys.argv[2]), DAY, print, compress=False))
