"""Reading the project's own YAML files, quickly: it happens at every start."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping that a file of ours holds; its keys may be numbers or their texts.

    The package for AWS has a JSON copy beside each file, which takes no YAML reader.
    """
    copy = path.with_suffix(".json")
    document: dict[str, Any]
    if copy.is_file():
        document = json.loads(copy.read_text("utf-8"))
        return document
    import yaml

    # The C reader is ten times faster; wheels have it, a build from source may not.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load(path.read_text("utf-8"), loader)  # noqa: S506 - both are safe
    return document
