"""The secret by which the API knows CloudFront: made here and kept by the stack alone.

The stack has two of them, and its functions know both. CloudFront names one; to renew it, the
other is replaced and then named. So what CloudFront's edges still name meanwhile is known too,
and nobody has to read the old one, which CloudFormation never shows again.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

_IN_USE = "OriginSecretInUse"
_OTHER = {"A": "B", "B": "A"}
_BYTES = 32


def parameters(known: Mapping[str, str], is_renewed: bool = False) -> list[dict[str, Any]]:
    """Return the parameters of the next change of a stack that has the `known` ones."""
    in_use = known.get(_IN_USE, "A")
    if is_renewed:
        in_use = _OTHER[in_use]
    found: list[dict[str, Any]] = [{"ParameterKey": _IN_USE, "ParameterValue": in_use}]
    for slot in _OTHER:
        name = f"OriginSecret{slot}"
        if name in known and not (is_renewed and slot == in_use):
            found.append({"ParameterKey": name, "UsePreviousValue": True})
        else:
            found.append({"ParameterKey": name, "ParameterValue": secrets.token_urlsafe(_BYTES)})
    return found
