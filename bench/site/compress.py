"""Compressing a whole site, as `binhyen build` does after its first build: `compress SITE`."""

from __future__ import annotations

import sys
from pathlib import Path

from publish.compression import compress_files

if __name__ == "__main__":
    site = Path(sys.argv[1]).resolve()
    files = [path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()]
    print(compress_files(site, files))
