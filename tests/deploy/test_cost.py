"""The page of cost says what its own calculation says, for the template as it is."""

from __future__ import annotations

from itertools import pairwise

from deploy.aws.cost import ALARMS, LOADS, METRICS, Load, monthly, table
from deploy.aws.template import read_template
from functions.bootstrap import PROJECT

PAGE = (PROJECT / "deploy" / "aws" / "cost.md").read_text("utf-8")


def together(load: Load) -> float:
    return sum(monthly(load).values())


def test_the_table_of_the_page_is_the_calculated_one() -> None:
    assert table(LOADS) in PAGE
    assert [load.tips for load in LOADS if load.tips in (2_000, 200_000)] == [2_000, 200_000]


def test_the_formula_of_the_page_is_within_a_tenth() -> None:
    assert "4.7 + 1.1 × t" in PAGE
    for load in LOADS:
        assert abs(4.7 + 1.1 * load.tips / 1000 - together(load)) < together(load) / 10


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
