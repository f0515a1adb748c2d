"""Compressed files beside those they were made from, so that a server need not compress.

This comes after the switch: the site is public at once and complete without. It takes about as
long as all the rest of a first build, but later only changed files are compressed again.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from pathlib import Path

SUFFIX = ".gz"

_KINDS = (".html", ".css", ".js", ".json", ".svg", ".xml", ".txt")
# A smaller answer fits into the first packet anyway.
_SMALLEST = 1024
# 9 takes twice as long for one hundredth less.
_LEVEL = 6
_GZIP_FORMAT = 31


def compress_files(site: Path, paths: Iterable[str]) -> int:
    """Compress what is worth it of these files below `site`; return how many are compressed.

    Each compressed file appears whole, so a build that is killed leaves none that is broken.
    """
    return sum(_compress(os.path.join(site, path)) for path in paths if path.endswith(_KINDS))


def without_compressed(site: Path, paths: Iterable[str]) -> list[str]:
    """Return those files that have no compressed one beside them."""
    return [path for path in paths if not os.path.exists(os.path.join(site, path + SUFFIX))]


def _compress(file: str) -> bool:
    with open(file, "rb") as source:
        content = source.read()
    if len(content) < _SMALLEST:
        return False
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_FORMAT)
    aside = f"{file}{SUFFIX}.new"
    with open(aside, "wb") as target:
        target.write(packer.compress(content) + packer.flush())
    os.replace(aside, file + SUFFIX)
    return True
