"""data/build_units.py: the same file from the same sources, and nobody's work lost."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the script needs, to be changed at will."""
    shutil.copytree(ROOT / "data" / "sources", tmp_path / "data" / "sources")
    for name in ("units.csv", "build_units.py"):
        shutil.copy(ROOT / "data" / name, tmp_path / "data" / name)
    shutil.copytree(
        ROOT / "functions" / "core",
        tmp_path / "functions" / "core",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copy(ROOT / "functions" / "__init__.py", tmp_path / "functions")
    return tmp_path


def build(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = str(project / "data" / "build_units.py")
    return subprocess.run(
        [sys.executable, "-I", script, *arguments], capture_output=True, text=True, check=False
    )


def test_committed_register_is_what_the_script_makes() -> None:
    result = build(ROOT, "--check")

    assert (result.returncode, result.stderr) == (0, "")


def test_register_is_made_from_the_sources_alone(project: Path) -> None:
    committed = (project / "data" / "units.csv").read_bytes()
    (project / "data" / "units.csv").unlink()

    result = build(project)

    assert result.returncode == 0
    assert (project / "data" / "units.csv").read_bytes() == committed


def test_check_fails_and_changes_nothing_when_a_name_was_altered(project: Path) -> None:
    units = project / "data" / "units.csv"
    altered = units.read_text(encoding="utf-8").replace("Phường Tân Lập", "Phường Tân Lạp", 1)
    units.write_text(altered, encoding="utf-8", newline="\n")

    result = build(project, "--check")

    assert result.returncode == 1
    assert "run: python data/build_units.py" in result.stderr
    assert units.read_text(encoding="utf-8") == altered


def test_added_rows_oa_ids_and_later_mergers_are_kept(project: Path) -> None:
    units = project / "data" / "units.csv"
    lines = units.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith("phuong-tan-lap,"):
            lines[number] = line.replace(",no,,", ",no,2500000000000000001,")
        if line.startswith("xa-yang-mao,"):
            lines[number] = line.replace("2025-07-01,,,", "2025-07-01,2027-01-01,xa-cu-pui,")
    lines.append("doi-hinh-su,doi,Đội Hình sự,Hình sự,,2026-12-01,,,tinh-dak-lak,,no,,,")
    edited = "\n".join(lines) + "\n"
    units.write_text(edited, encoding="utf-8", newline="\n")

    result = build(project)

    assert result.returncode == 0
    assert units.read_text(encoding="utf-8") == edited
    assert edited.count("2500000000000000001") == 1
    assert edited.count("2027-01-01,xa-cu-pui") == 1


def test_register_with_a_mistake_is_told_and_not_overwritten(project: Path) -> None:
    units = project / "data" / "units.csv"
    broken = units.read_text(encoding="utf-8") + "xa-moi,xa,Xã Mới,Mới,,,,,tinh-khong-co,,no,,,\n"
    units.write_text(broken, encoding="utf-8", newline="\n")

    result = build(project)

    assert result.returncode == 2
    assert "xa-moi: parent 'tinh-khong-co' is no unit" in result.stderr
    assert units.read_text(encoding="utf-8") == broken
