"""What a bell carries between machines: a unit and ids, and nothing that anybody could read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

_LONGEST_ID = 200


@dataclass(frozen=True)
class Ring:
    """There is work in this unit: these jobs, or whatever is due where none is named."""

    unit_id: str
    job_ids: tuple[str, ...] = ()

    def to_json(self) -> str:
        return json.dumps(
            {"unit_id": self.unit_id, "job_ids": list(self.job_ids)}, separators=(",", ":")
        )


def read_ring(body: str) -> Ring:
    """Return the ring that `to_json` wrote. Raises ValueError for anything else."""
    try:
        found: Any = json.loads(body)
    except RecursionError as exc:
        raise ValueError("a ring is not nested") from exc
    if not isinstance(found, dict) or found.keys() != {"unit_id", "job_ids"}:
        raise ValueError("a ring has unit_id and job_ids")
    unit_id, job_ids = found["unit_id"], found["job_ids"]
    if not _is_id(unit_id) or not isinstance(job_ids, list) or not all(map(_is_id, job_ids)):
        raise ValueError("a ring names one unit and a list of jobs")
    return Ring(unit_id, tuple(job_ids))


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_ID
