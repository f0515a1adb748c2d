"""What checks at save look words, laws and units up in, read again only when a file has changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from functions.core.units import UnitRegister, parse_units
from publish.catalogue import NAME as CATALOGUE
from publish.catalogue import load_catalogue
from publish.laws import load_hotlines, load_laws
from publish.page_checks import Registers
from publish.wording import NAME as WORDING
from publish.wording import Wording, load_wording

_LAWS, _HOTLINES, _UNITS = "data/laws.yml", "data/hotlines.yml", "data/units.csv"
_FILES = (_LAWS, _HOTLINES, _UNITS, WORDING, CATALOGUE)


@dataclass(frozen=True)
class CheckRegisters:
    cited: Registers
    units: UnitRegister
    wording: Wording
    mark: str
    """The words that mark what nobody has confirmed."""


class KeptRegisters:
    """Gives the registers of a project as its files say now."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._kept: tuple[list[tuple[int, int]], CheckRegisters] | None = None

    def get(self) -> CheckRegisters:
        """Return the registers. Raises LawDataError, UnitDataError, PublishError."""
        found = [(self._project / name).stat() for name in _FILES]
        state = [(file.st_mtime_ns, file.st_size) for file in found]
        if self._kept is None or self._kept[0] != state:
            self._kept = (state, self._read())
        return self._kept[1]

    def _read(self) -> CheckRegisters:
        root = self._project
        units = parse_units((root / _UNITS).read_text(encoding="utf-8"))
        return CheckRegisters(
            Registers(load_laws(root / _LAWS), load_hotlines(root / _HOTLINES)),
            units,
            load_wording(root, units.all()),
            load_catalogue(root)["staff_check"],
        )
