"""One build of the real site for all tests, and a small project that tests may spoil."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from publish.build import BuildReport, build_site

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = Path(__file__).resolve().parent / "sample_unit"
TODAY = date(2026, 11, 21)

_SMALL_REGISTER = """\
unit_id,kind,name,short_name,code,valid_from,valid_to,successors,parent,district,pilot_phase1,oa_id,lat,lon
tinh-dak-lak,tinh,Tỉnh Đắk Lắk,Đắk Lắk,66,,,,,,no,,,
phuong-mot,phuong,Phường Một,Một,24001,2025-07-01,,,tinh-dak-lak,Huyện A,no,1234567890,,
xa-hai,xa,Xã Hai,Hai,24002,2025-07-01,,,tinh-dak-lak,Huyện B,no,,,
xa-ba,xa,Xã Ba,Ba,24003,,2025-07-01,phuong-mot,tinh-dak-lak,Huyện A,no,,,
xa-bon,xa,Xã Bốn,Bốn,24004,,2025-07-01,phuong-mot;xa-hai,tinh-dak-lak,Huyện B,no,,,
xa-hai-huyen-a,xa,Xã Hai,Hai,24005,,2025-07-01,phuong-mot,tinh-dak-lak,Huyện A,no,,,
"""


@dataclass
class Project:
    """A copy of the project with a handful of units."""

    root: Path
    lines: list[str] = field(default_factory=list)

    @property
    def out(self) -> Path:
        return self.root / "build"

    def build(self, on: date = TODAY) -> BuildReport:
        return build_site(self.root, self.out, on, self.lines.append)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace text in a file of the copy; the text must be there."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def page(self, address: str) -> str:
        """Return the public page at an address."""
        return (self.out / "site" / address / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> BuildReport:
    """The real site, built once."""
    return build_site(ROOT, tmp_path_factory.mktemp("build"), TODAY, lambda line: None)


@pytest.fixture(scope="session")
def _small_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    make_small_project(root)
    return root


def make_small_project(root: Path) -> None:
    """Copy the project into an empty folder, with a handful of units."""
    shutil.copy(ROOT / "mkdocs.yml", root)
    shutil.copytree(ROOT / "templates" / "site", root / "templates" / "site")
    shutil.copy(ROOT / "templates" / "catalogue.yml", root / "templates")
    shutil.copytree(ROOT / "site", root / "site", ignore=shutil.ignore_patterns("don-vi"))
    blank = (ROOT / "site" / "don-vi" / "xa-ea-drong" / "index.md").read_text(encoding="utf-8")
    for sample in ("_mau", "_dia-chi-cu"):
        shutil.copytree(ROOT / "site" / "don-vi" / sample, root / "site" / "don-vi" / sample)
    for unit_id in ("tinh-dak-lak", "phuong-mot", "xa-hai"):
        folder = root / "site" / "don-vi" / unit_id
        folder.mkdir(parents=True)
        (folder / "index.md").write_text(blank.replace("xa-ea-drong", unit_id), encoding="utf-8")
    data = root / "data"
    data.mkdir()
    (data / "units.csv").write_text(_SMALL_REGISTER, encoding="utf-8")
    for path in (ROOT / "data").glob("*.yml"):
        shutil.copy(path, data)


@pytest.fixture
def project(_small_project: Path, tmp_path: Path) -> Project:
    """A fresh small project."""
    root = tmp_path / "project"
    shutil.copytree(_small_project, root)
    return Project(root)


@pytest.fixture
def own_project(project: Project) -> Project:
    """A fresh small project in which Phường Một says all that a unit can say of itself."""
    shutil.copytree(SAMPLE, project.root / "site/don-vi/phuong-mot", dirs_exist_ok=True)
    return project
