"""What a start leaves behind: the collector at work, descriptions that are whole, late keys."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore.loaders
import pytest
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from deploy.aws.models import ALWAYS, SERVICES
from functions.core.errors import StoreUnavailableError
from functions.installed import PROJECT
from functions.stores.late_sealer import LateSealer
from functions.stores.sealing import Sealer

KEY_ID = b"k" * 8


def test_the_collector_rests_during_a_start_only() -> None:
    script = (
        "import gc\nfrom functions import startup\nwhile_starting = gc.isenabled()\n"
        "startup.done()\nprint(while_starting, gc.isenabled(), gc.get_freeze_count() > 0)"
    )

    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=PROJECT
    )

    assert gc.isenabled()
    assert run.stdout.split() == ["False", "True", "True"]


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_trimmed_description_is_whole(service: str, task_root: Path) -> None:
    """Every operation that stayed leads only to shapes that stayed, as in the whole one."""
    trimmed = description(service, task_root / "botocore" / "data")
    whole = description(service)

    for name in trimmed.operation_names:
        for part in ("input_shape", "output_shape"):
            ours = getattr(trimmed.operation_model(name), part)
            theirs = getattr(whole.operation_model(name), part)
            assert outline(ours) == outline(theirs)
    assert ALWAYS.get(service, set()) <= set(trimmed.operation_names)
    assert 0 < len(trimmed.operation_names) < len(whole.operation_names)


def description(service: str, data: Path | None = None) -> ServiceModel:
    loader = botocore.loaders.Loader(
        extra_search_paths=[str(data)] if data else None, include_default_search_paths=not data
    )
    return ServiceModel(loader.load_service_model(service, "service-2"), service)


def outline(shape: Shape | None, above: tuple[str, ...] = ()) -> Any:
    """Return names and kinds of a shape and all below it."""
    if shape is None or shape.name in above:
        return None
    above = (*above, shape.name)
    if isinstance(shape, StructureShape):
        members = {name: outline(member, above) for name, member in shape.members.items()}
        return shape.name, tuple(shape.required_members), members
    if isinstance(shape, ListShape):
        return shape.name, outline(shape.member, above)
    if isinstance(shape, MapShape):
        return shape.name, outline(shape.key, above), outline(shape.value, above)
    return shape.name, shape.type_name


def test_keys_are_fetched_when_first_needed_and_once() -> None:
    loads: list[Sealer] = []

    def load() -> Sealer:
        loads.append(Sealer({KEY_ID: b"s" * 32}, KEY_ID))
        return loads[-1]

    sealer = LateSealer(load)
    before = len(loads)
    sealed = sealer.seal(b"secret", "here")

    assert (before, sealer.unseal(sealed, "here"), len(loads)) == (0, b"secret", 1)


def test_keys_that_could_not_be_fetched_are_asked_for_again() -> None:
    down = [StoreUnavailableError("kms")]

    def load() -> Sealer:
        if down:
            raise down.pop()
        return Sealer({KEY_ID: b"s" * 32}, KEY_ID)

    sealer = LateSealer(load)

    with pytest.raises(StoreUnavailableError):
        sealer.seal(b"secret", "here")

    assert sealer.unseal(sealer.seal(b"secret", "here"), "here") == b"secret"
