from __future__ import annotations

import json

import pytest

from functions.core.rings import Ring, read_ring

NONSENSE = [
    "",
    "ring",
    "null",
    "[]",
    '"xa-ea-kly"',
    "{}",
    '{"unit_id": "xa-ea-kly"}',
    '{"job_ids": []}',
    '{"unit_id": "", "job_ids": []}',
    '{"unit_id": 7, "job_ids": []}',
    '{"unit_id": "xa-ea-kly", "job_ids": "job-1"}',
    '{"unit_id": "xa-ea-kly", "job_ids": {"job-1": 1}}',
    '{"unit_id": "xa-ea-kly", "job_ids": [""]}',
    '{"unit_id": "xa-ea-kly", "job_ids": [1]}',
    '{"unit_id": "xa-ea-kly", "job_ids": [null]}',
    '{"unit_id": "xa-ea-kly", "job_ids": [], "text": "x"}',
    json.dumps({"unit_id": "x" * 201, "job_ids": []}),
    "[" * 100_000,
    "\ud800",
]


@pytest.mark.parametrize("ring", [Ring("xa-ea-kly"), Ring("xa-ea-kly", ("job-1", "job-2"))])
def test_ring_is_read_as_it_was_written(ring: Ring) -> None:
    assert read_ring(ring.to_json()) == ring


def test_ring_holds_a_unit_and_ids_and_nothing_else() -> None:
    body = Ring("xa-ea-kly", ("job-1",)).to_json()

    assert json.loads(body) == {"unit_id": "xa-ea-kly", "job_ids": ["job-1"]}


@pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_no_ring(body: str) -> None:
    with pytest.raises(ValueError):
        read_ring(body)
