"""Whether the count of calls runs and counts right, and what must not grow does not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.scale.capacity import item_size, read_units, write_units
from bench.scale.verdicts import table, verdicts

PROJECT = Path(__file__).parents[2]

NOT_OF_THE_CLOCK = [
    "due jobs and lists, most stored tips to fewest",
    "calls to drain a job, of many due to of few",
    "units to drain a job, of many due to of few",
    "calls beside a hot unit to calls without",
    "units beside a hot unit to units without",
]
"""Claims that a busy machine cannot disturb, nor the chance which of two jobs comes first."""


@pytest.mark.long
def test_quick_run_counts_all_services_and_nothing_grows_with_what_is_stored() -> None:
    command = [sys.executable, "-m", "bench.scale", "--quick", "--json"]

    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120)

    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert {name: found["verdicts"][name]["holds"] for name in NOT_OF_THE_CLOCK} == dict.fromkeys(
        NOT_OF_THE_CLOCK, True
    )
    plain = [load["photos"]["0"] for load in found["loads"]]
    assert plain[0] == plain[-1]
    assert plain[0]["accept"]["calls"] == {
        "dynamodb.GetItem": 1,
        "dynamodb.TransactWriteItems": 1,
        "sqs.SendMessage": 1,
    }
    assert plain[0]["forward"]["calls"]["zalo.message"] == 1
    with_photo = found["loads"][0]["photos"]["1"]
    assert with_photo["accept"]["calls"]["s3.PutObject"] == 1
    assert with_photo["forward"]["calls"]["zalo.image"] == 1
    assert "holds  due jobs and lists" in table(found)


def item(size: int) -> dict[str, Any]:
    """Return an item of that size: a name of one letter and a text."""
    return {"t": {"S": "x" * (size - 1)}}


@pytest.mark.parametrize(
    ("size", "is_consistent", "units"),
    [(4096, True, 1.0), (4097, True, 2.0), (4096, False, 0.5), (9000, False, 1.5)],
)
def test_read_is_counted_by_begun_four_kib(size: int, is_consistent: bool, units: float) -> None:
    asked = {"ConsistentRead": is_consistent}

    assert read_units(None, "GetItem", asked, {"Item": item(size)}) == units


def test_read_of_nothing_costs_a_unit_for_each_item_asked_for() -> None:
    asked = {"RequestItems": {"tips": {"Keys": [{}, {}, {}], "ConsistentRead": True}}}

    assert read_units(None, "GetItem", {"ConsistentRead": True}, {}) == 1
    assert read_units(None, "BatchGetItem", asked, {"Responses": {"tips": [item(5000)]}}) == 4


def test_query_is_counted_by_all_that_it_looked_at() -> None:
    class Client:
        def query(self, **asked: Any) -> Any:
            assert asked == {
                "KeyConditionExpression": "pk = :pk",
                "ExpressionAttributeValues": {":pk": {"S": "OPEN"}},
            }
            return {"Items": [item(3000)] * 5}

    asked = {
        "KeyConditionExpression": "pk = :pk",
        "FilterExpression": "lane = :lane",
        "ExpressionAttributeValues": {":pk": {"S": "OPEN"}, ":lane": {"S": "none"}},
        "ReturnConsumedCapacity": "INDEXES",
    }

    assert read_units(Client(), "Query", asked, {"Items": []}) == 4 * 0.5


def test_refused_transaction_costs_what_it_would_have_written() -> None:
    assert write_units("TransactWriteItems", {"TransactItems": [{}, {}]}, {"Error": {}}) == 4
    assert write_units("PutItem", {}, {"ConsumedCapacity": {"CapacityUnits": 3.0}}) == 3


def test_item_is_as_large_as_its_names_and_values() -> None:
    whole = {
        "name": {"S": "Đắk"},
        "at": {"N": "1795298811427201"},
        "raw": {"B": b"1234"},
        "yes": {"BOOL": True},
        "list": {"L": [{"S": "a"}]},
        "map": {"M": {"k": {"NULL": True}}},
    }

    sizes = [4 + 6, 2 + 9, 3 + 4, 3 + 1, 4 + 3 + 1 + 1, 3 + 3 + 1 + 1 + 1]
    assert item_size(whole) == sum(sizes)


def test_verdict_fails_where_calls_grow_with_the_load() -> None:
    def load(calls: int) -> Any:
        step = {"most_calls": calls, "most_units": 2.0}
        return {"load": 1, "photos": {"0": {"accept": step}}}

    query = {"stored": 1, "due, 10 jobs": 10.0, "due, 100 jobs": 100.0}
    one = {"seconds": 1.0, "calls": 1.0, "read_units": 1.0, "write_units": 1.0}
    found = {
        "loads": [load(10), load(11)],
        "queries": [query, query],
        "hot": {"calm": [one], "hot": [one]},
        "draining": [{"most_calls": 9, "most_units": 20.0}, {"most_calls": 9, "most_units": 42.0}],
    }

    judged = verdicts(found)

    assert judged["calls of a tip, largest load to smallest"] == {
        "ratio": 1.1,
        "most": 1.0,
        "holds": False,
    }
    assert judged["units of a tip, largest load to smallest"]["holds"]
    assert judged["calls to drain a job, of many due to of few"]["holds"]
    assert not judged["units to drain a job, of many due to of few"]["holds"]
