"""Plain values as DynamoDB writes them, and back: each under the letter of its kind.

boto3 can do this for more kinds than we keep, and takes a tenth of a function's start for it;
a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def marshal(value: Any) -> dict[str, Any]:
    """Return the value with its kind: str, int, bool, bytes, None, list or dict.

    Raises TypeError for anything else, so that nothing is kept as what it is not.
    """
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case list() | tuple():
            return {"L": [marshal(one) for one in value]}
        case dict():
            return {"M": {name: marshal(one) for name, one in value.items()}}
        case _:
            raise TypeError(f"no kind for a {type(value).__name__}")


def unmarshal(kept: Mapping[str, Any]) -> Any:
    """Return the plain value. Raises TypeError for a kind that we do not write."""
    ((kind, value),) = kept.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return int(value)
        case "S" | "B" | "BOOL":
            return value
        case "L":
            return [unmarshal(one) for one in value]
        case "M":
            return {name: unmarshal(one) for name, one in value.items()}
        case _:
            raise TypeError(f"a kind that is not ours: {kind}")
