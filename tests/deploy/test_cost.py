"""The page of cost says what its own calculation says, for the template as it is."""

from __future__ import annotations

from itertools import pairwise

from deploy.aws.cost import (
    ALARMS,
    LOADS,
    METRICS,
    READS_OF_A_PHOTO,
    READS_OF_A_TIP,
    WRITES_OF_A_PHOTO,
    WRITES_OF_A_TIP,
    Load,
    monthly,
    table,
)
from deploy.aws.template import read_template
from functions.installed import PROJECT

PAGE = (PROJECT / "deploy" / "aws" / "cost.md").read_text("utf-8")
SCALE = (PROJECT / "deploy" / "README.md").read_text("utf-8")


def together(load: Load) -> float:
    return sum(monthly(load).values())


def measured(row: str) -> tuple[int, int]:
    """Return the read and write units that the page of scale has for a tip."""
    line = next(line for line in SCALE.splitlines() if line.startswith(f"| {row}"))
    reads, writes = (sum(map(int, cell.split("+"))) for cell in line.split("|")[3:5])
    return reads, writes


def test_the_table_of_the_page_is_the_calculated_one() -> None:
    assert table(LOADS) in PAGE
    assert [load.tips for load in LOADS if load.tips in (2_000, 200_000)] == [2_000, 200_000]


def test_the_formula_of_the_page_is_within_a_tenth() -> None:
    assert "13.6 + 1.13 × t" in PAGE
    for load in LOADS:
        assert abs(13.6 + 1.13 * load.tips / 1000 - together(load)) < together(load) / 10


def test_units_of_a_tip_are_the_measured_ones() -> None:
    with_photo = (READS_OF_A_TIP + READS_OF_A_PHOTO, WRITES_OF_A_TIP + WRITES_OF_A_PHOTO)

    assert measured("text alone") == (READS_OF_A_TIP, WRITES_OF_A_TIP)
    assert measured("with one photo") == with_photo


def test_alarms_and_metrics_are_those_of_the_template() -> None:
    resources = read_template()["Resources"].values()
    alarms = [one for one in resources if one["Type"] == "AWS::CloudWatch::Alarm"]
    metrics = {
        one["Properties"]["MetricTransformations"][0]["MetricName"]
        for one in resources
        if one["Type"] == "AWS::Logs::MetricFilter"
    }

    assert (len(alarms), len(metrics)) == (ALARMS, METRICS)


def test_ten_times_the_tips_cost_no_more_than_ten_times_as_much() -> None:
    for few, many in pairwise(LOADS):
        assert together(few) < together(many) <= 10 * together(few)
