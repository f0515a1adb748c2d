"""Checking samples and values says as much as checking every stamped page."""

from __future__ import annotations

import pytest

from publish.checks import page_problems, sample_problems, value_problems
from publish.stamp import CutPage, token

SAMPLES = ("don-vi-mau",)


@pytest.mark.parametrize(
    "sample",
    [
        f'<img src="{token("picture")}">',
        f'<form action="//{token("host")}/x">',
        f'<script src="https:{token("path")}"></script>',
        f'<link rel="icon" href="/{token("path")}">',
        f'<p style="background: url({token("picture")})">',
        f"<style>@import '{token('style')}';</style>",
    ],
)
def test_value_may_not_decide_which_host_a_page_loads_from(sample: str) -> None:
    assert "a value decides" in " ".join(sample_problems("a", sample, SAMPLES))


@pytest.mark.parametrize(
    "sample",
    [
        f'<form action="/api/units/{token("id")}/tips" method="post">',
        f'<div data-index="../../search/{token("search_own")}"></div>',
        f'<link rel="preload" href="../../search/{token("search_own")}">',
        f'<a href="{token("website")}">{token("name")}</a>',
    ],
)
def test_value_may_stand_in_links_and_behind_a_path_of_ours(sample: str) -> None:
    assert sample_problems("a", sample, SAMPLES) == []


def test_inline_script_with_a_value_is_refused_since_each_unit_would_need_its_own_hash() -> None:
    problems = sample_problems("a", f"<script>const unit = '{token('id')}'</script>", SAMPLES)

    assert problems == ["a: an inline script or style holds a value; put it in an attribute"]


@pytest.mark.parametrize(
    "value",
    [
        '<img src="//example.org/a.png" alt="">',
        "\ue000name",
        '<a href="x" title="',
        "<script>alert(1)</script>",
        "<STYLE>p{}</STYLE>",
        '<a href="/don-vi-mau/">x</a>',
    ],
)
def test_value_that_would_spoil_a_page_is_told(value: str) -> None:
    problems = value_problems("xa-hai: body", value, SAMPLES)

    assert problems
    assert all(problem.startswith("xa-hai: body:") for problem in problems)


def test_sample_and_values_without_problems_make_pages_without_problems() -> None:
    sample = (
        f'<title>{token("name")}</title><form action="/api/{token("id")}/x"></form>'
        f'<p title="{token("name")}">{token("body")}</p>'
    )
    values = {"name": "A &lt;b&gt;", "id": "xa-hai", "body": '<p><img src="/a.png" alt="b"></p>'}

    stamped = CutPage.of(sample).stamped(values)

    assert sample_problems("a", sample, SAMPLES) == []
    assert [value_problems(key, value, SAMPLES) for key, value in values.items()] == [[], [], []]
    assert page_problems("a", stamped, SAMPLES) == []
