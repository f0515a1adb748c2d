"""One unit: a ward, commune, town, district, province, team or committee."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from functions.core.vietnamese import CollationKey, collation_key, slug_of


class UnitKind(StrEnum):
    """What kind of body a unit is."""

    PHUONG = "phuong"
    XA = "xa"
    THI_TRAN = "thi_tran"
    HUYEN = "huyen"
    TINH = "tinh"
    DOI = "doi"
    UBND = "ubnd"


PROVINCE_KIND = UnitKind.TINH
COMMUNE_KINDS = frozenset({UnitKind.PHUONG, UnitKind.XA, UnitKind.THI_TRAN})


@dataclass(frozen=True)
class Unit:
    """One body with its own page and, where it has one, its own Zalo OA.

    It lives from `valid_from` (none: since before anyone noted) up to, but not on, `valid_to`,
    the first day it no longer exists. `code` alone is no identity: the statistics office hands
    the code of an abolished unit to another one. `district` is text to show, the former district.
    """

    unit_id: str
    kind: UnitKind
    name: str
    short_name: str
    code: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    parent: str = ""
    district: str = ""
    pilot_phase1: bool = False
    oa_id: str = ""
    latitude: float | None = None
    longitude: float | None = None

    @property
    def plain_slug(self) -> str:
        """The address the name alone gives; several units may have borne it."""
        return slug_of(self.name)

    @property
    def sort_key(self) -> tuple[CollationKey, CollationKey, str]:
        """The place in an alphabetical list; the kind decides between equal names."""
        return collation_key(self.short_name), collation_key(self.name), self.unit_id

    def is_live(self, on: date) -> bool:
        """Tell whether the unit exists on that day."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and not self.has_ended(on)

    def has_ended(self, on: date) -> bool:
        """Tell whether the unit is a former one on that day."""
        return self.valid_to is not None and self.valid_to <= on
