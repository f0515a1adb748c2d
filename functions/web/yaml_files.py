"""Reading the project's own YAML files, quickly: it happens at every start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

# The C reader is ten times faster; wheels have it, a build from source may not.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping that a file of ours holds."""
    document: dict[str, Any] = yaml.load(path.read_text("utf-8"), _LOADER)  # noqa: S506 - both are safe
    return document
