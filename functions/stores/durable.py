"""Folders and their entries made to survive a power cut.

A new file or folder is safe only when the folder that names it was fsynced too.
"""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make the names in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make the folder, and those above it, for this account only; durable on return."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        # Also when another process made it first: it may not have come to its fsync yet.
        sync_folder(folder.parent)
