"""The words for the codes of functions/core: `templates/catalogue.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from functions.core.units import Unit
from publish import fast_yaml
from publish.errors import PublishError

NAME = "templates/catalogue.yml"


def load_catalogue(root: Path) -> Mapping[str, Any]:
    """Read the catalogue. Raises PublishError where it cannot be used."""
    try:
        catalogue = fast_yaml.load((root / NAME).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as exc:
        raise PublishError([f"{NAME}:1: cannot be read; restore it"]) from exc
    if not isinstance(catalogue, dict):
        raise PublishError([f"{NAME}:1: must hold lists of words by code"])
    return catalogue


def office_name(catalogue: Mapping[str, Any], unit: Unit) -> str:
    """Return how the police of a unit is called in a sentence."""
    pattern: str = catalogue["unit_kinds"][unit.kind.value]["office"]
    return pattern.format(name=unit.name[0].lower() + unit.name[1:], Name=unit.name)
