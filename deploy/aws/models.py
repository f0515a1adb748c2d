"""Cuts botocore's descriptions of AWS down to what our functions call.

botocore reads the whole description of a service whenever it makes a client, and those of
all services' addresses with the first: half of what a start takes beyond the imports. What
our sources do not mention can go.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any

from botocore import xform_name

SERVICES = frozenset({"dynamodb", "kms", "s3", "ses", "sqs"})

# As the list of addresses calls them: mail has another name there.
_ADDRESSES = SERVICES - {"ses"} | {"email"}

# What botocore calls by itself.
# CreateBucket: to sign the form of an upload it takes the addresses from there.
ALWAYS = {
    "dynamodb": {"DescribeEndpoints"},
    "s3": {"CreateBucket", "CreateSession", "HeadBucket"},
}
DESCRIPTION = "service-2.json"
FILES = frozenset(
    {
        DESCRIPTION,
        "service-2.sdk-extras.json",  # what botocore changes in the description
        "endpoint-rule-set-1.json",
        "paginators-1.json",
    }
)

_PROSE = frozenset({"documentation", "documentationUrl"})


def trim_models(data: Path, sources: Path) -> None:
    """Cut the descriptions in `data` down to the operations that a file below `sources`
    mentions in any way; a word too many costs nothing but its place."""
    mentioned: set[str] = set()
    for source in sources.rglob("*.py"):
        mentioned |= set(re.findall(r"\w+", source.read_text("utf-8")))
    for folder in [path for path in data.iterdir() if path.is_dir()]:
        if folder.name in SERVICES:
            _trim_service(folder, mentioned)
        else:
            shutil.rmtree(folder)
    _trim_addresses(data / "endpoints.json")


def _trim_service(folder: Path, mentioned: set[str]) -> None:
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        name = file.name.removesuffix(".gz")
        if name in FILES:
            packed = file.read_bytes()
            document = json.loads(gzip.decompress(packed) if file.suffix == ".gz" else packed)
            if name == DESCRIPTION:
                document = _trim_description(document, mentioned, ALWAYS.get(folder.name, set()))
            _write(file.with_name(name), document)
        if name not in FILES or name != file.name:
            file.unlink()


def _trim_description(document: Any, mentioned: set[str], always: set[str]) -> Any:
    operations = {
        name: operation
        for name, operation in document["operations"].items()
        if name in always or xform_name(name) in mentioned
    }
    kept: set[str] = set()
    _collect_shapes(operations, document["shapes"], kept)
    shapes = {name: shape for name, shape in document["shapes"].items() if name in kept}
    trimmed: Any = _without_prose({**document, "operations": operations, "shapes": shapes})
    # Of these botocore wants the prose as well.
    if "clientContextParams" in document:
        trimmed["clientContextParams"] = document["clientContextParams"]
    return trimmed


def _collect_shapes(part: Any, shapes: dict[str, Any], kept: set[str]) -> None:
    """Add to `kept` the names of all shapes that the part leads to."""
    if isinstance(part, list):
        for one in part:
            _collect_shapes(one, shapes, kept)
    elif isinstance(part, dict):
        name = part.get("shape")
        if isinstance(name, str) and name in shapes and name not in kept:
            kept.add(name)
            _collect_shapes(shapes[name], shapes, kept)
        for one in part.values():
            _collect_shapes(one, shapes, kept)


def _without_prose(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_prose(one) for one in part]
    if isinstance(part, dict):
        # Empty, not gone: some of it is read.
        return {
            name: "" if name in _PROSE and isinstance(one, str) else _without_prose(one)
            for name, one in part.items()
        }
    return part


def _trim_addresses(file: Path) -> None:
    document = json.loads(file.read_bytes())
    for partition in document["partitions"]:
        partition["services"] = {
            name: service for name, service in partition["services"].items() if name in _ADDRESSES
        }
    _write(file, document)


def _write(file: Path, document: Any) -> None:
    file.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), "utf-8")
