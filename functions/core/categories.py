"""What a tip can be about: codes only, the words are in the templates' catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Category:
    code: str
    sealed: bool = False
    """Always a notice in Zalo (design 4.3, marked °)."""
    to_province: bool = False
    """About officers or corruption: goes to the province, not to the ward (design D3)."""


CATEGORIES: dict[str, Category] = {
    category.code: category
    for category in (
        Category("ma-tuy"),
        Category("trom-cap"),
        Category("gay-roi"),
        Category("lua-dao"),
        Category("tin-gia"),
        Category("tai-nan"),
        Category("chay-no"),
        Category("do-thi"),
        Category("bao-luc-gia-dinh", sealed=True),
        Category("tre-em", sealed=True),
        Category("xam-hai", sealed=True),
        Category("can-bo", sealed=True, to_province=True),
        Category("tham-nhung", sealed=True, to_province=True),
        Category("khac"),
    )
}
