"""Cutting, hashing and checking of built pages."""

from __future__ import annotations

import pytest

from publish.checks import foreign_addresses, foreign_in_css, page_problems
from publish.csp import script_hashes, style_hashes
from publish.stamp import CutPage, escaped, squeezed, token


def test_cut_page_is_joined_with_the_values_of_each_unit() -> None:
    page = CutPage.of(f'<a title="{token("name")}">{token("name")}</a> {token("body")}')

    first = page.stamped({"name": escaped('A "&" <B>'), "body": "<p>1</p>"})
    second = page.stamped({"name": "C", "body": ""})

    assert first == (
        '<a title="A &quot;&amp;&quot; &lt;B&gt;">A &quot;&amp;&quot; &lt;B&gt;</a> <p>1</p>'
    )
    assert second == '<a title="C">C</a> '


def test_value_that_looks_like_a_token_is_not_replaced_again() -> None:
    page = CutPage.of(token("name"))

    assert page.stamped({"name": token("body"), "body": "never"}) == token("body")


def test_page_that_asks_for_an_unknown_value_is_refused() -> None:
    with pytest.raises(KeyError, match="phone"):
        CutPage.of(token("phone")).stamped({"name": "A"})


def test_blank_lines_are_squeezed_but_not_inside_preformatted_text() -> None:
    assert squeezed("<p>\n\n  \n</p>") == "<p>\n</p>"
    assert squeezed("<pre>a\n\nb</pre>") == "<pre>a\n\nb</pre>"


def test_only_scripts_that_run_in_the_page_are_hashed() -> None:
    page = (
        '<script src="a.js"></script><script type="application/json">{}</script>'
        "<script>alert(1)</script><style>p{}</style>"
    )

    assert script_hashes(page) == {"'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"}
    assert len(style_hashes(page)) == 1


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<img alt='' src=//example.org/a.png>",
        '<link rel="stylesheet" href="HTTP://example.org/a.css">',
        '<form method="post" action="https://example.org/">',
        '<p style="background: url(//example.org/a.png)">',
        '<style>@import "https://example.org/a.css";</style>',
    ],
)
def test_what_loads_from_another_host_is_found(page: str) -> None:
    assert len(foreign_addresses(page)) == 1


def test_links_of_our_own_and_plain_links_elsewhere_are_fine() -> None:
    page = (
        '<a href="https://vanban.chinhphu.vn/">x</a><link href="../assets/site.css">'
        '<img src="/a.png" alt=""><svg xmlns="http://www.w3.org/2000/svg"></svg>'
    )

    assert foreign_addresses(page) == []
    assert foreign_in_css("a{background:url('data:image/svg+xml;charset=utf-8,<svg/>')}") == []


def test_broken_token_and_name_of_a_sample_are_told() -> None:
    problems = page_problems("a/index.html", "\ue000name don-vi-mau", ("don-vi-mau",))

    assert len(problems) == 2
    assert problems[0].startswith("a/index.html:1: holds a broken token")
    assert problems[1].startswith("a/index.html: names")
