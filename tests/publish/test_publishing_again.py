"""Building again after changes: only what changed is made, and the outcome is the same."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from publish.build import build_site
from publish.errors import PublishError
from tests.publish.conftest import ROOT, TODAY, Project

NOTICE = "site/don-vi/xa-hai/thong-bao/cat-dien.md"
NOTICE_TEXT = "---\ntitle: Cắt điện\nposted_on: 2026-11-20\n---\nMai xã không nhận hồ sơ.\n"
MERGED = "2025-07-01,2026-01-01,phuong-mot,tinh-dak-lak,Huyện B"
GENERATOR_RUNS = "running the generator once"


def write(project: Project, name: str, text: str) -> None:
    path = project.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def add_notice(project: Project) -> None:
    write(project, NOTICE, NOTICE_TEXT)


def change_phone(project: Project) -> None:
    project.edit("site/don-vi/xa-hai/index.md", "duty_phone:", 'duty_phone: "0262 3 851 234"')


def change_procedure(project: Project) -> None:
    project.edit("site/thu-tuc/sang-ten.md", "result: Chứng nhận", "result: Giấy chứng nhận")


def add_procedure(project: Project) -> None:
    text = (project.root / "site/thu-tuc/sang-ten.md").read_text(encoding="utf-8")
    write(project, "site/thu-tuc/them.md", text.replace("id: xe-sang-ten", "id: xe-them"))


def merge_unit(project: Project) -> None:
    project.edit("data/units.csv", "2025-07-01,,,tinh-dak-lak,Huyện B", MERGED)


def change_template(project: Project) -> None:
    project.edit("templates/site/stamped/contact.html", "<dt>", "<dt >")


CHANGES: list[Callable[[Project], None]] = [
    change_phone,
    add_notice,
    change_procedure,
    add_procedure,
    change_template,
    merge_unit,
]


def files_of(out: Path) -> dict[str, bytes]:
    """Return all files of the current release, what functions read among them."""
    release = (out / "site").resolve().parent
    found = {path.relative_to(release).as_posix(): path for path in release.rglob("*")}
    return {name: path.read_bytes() for name, path in found.items() if path.is_file()}


def fresh_files(project: Project, out: Path, on: date = TODAY) -> dict[str, bytes]:
    """Return what a build into an empty folder makes."""
    build_site(project.root, out, on, lambda line: None)
    return files_of(out)


def test_site_after_each_of_many_changes_equals_one_built_from_nothing(
    project: Project, tmp_path: Path
) -> None:
    project.build()
    for change in CHANGES:
        change(project)

        project.build()

        assert files_of(project.out) == fresh_files(project, tmp_path / change.__name__)


def test_site_of_another_day_equals_one_built_from_nothing(
    project: Project, tmp_path: Path
) -> None:
    project.build(on=date(2026, 11, 21))
    project.build(on=date(2026, 11, 21))

    project.build(on=date(2027, 1, 1))

    assert files_of(project.out) == fresh_files(project, tmp_path / "new", date(2027, 1, 1))


def test_change_of_one_unit_starts_no_generator_and_leaves_the_files_of_others(
    project: Project,
) -> None:
    project.build()
    project.build()
    spare = project.out / "releases" / "1"
    others = {
        path.stat().st_ino for path in (spare / "site" / "phuong-mot").rglob("*") if path.is_file()
    }
    project.lines.clear()
    change_phone(project)
    add_notice(project)

    project.build()

    assert GENERATOR_RUNS not in project.lines
    assert "0262 3 851 234" in project.page("xa-hai")
    assert "Mai xã không nhận hồ sơ." in project.page("xa-hai/thong-bao/cat-dien")
    site = (project.out / "site").resolve()
    now = {path.stat().st_ino for path in (site / "phuong-mot").rglob("*") if path.is_file()}
    assert now == others


def test_notice_that_was_taken_back_is_gone_with_its_compressed_file_and_folder(
    project: Project,
) -> None:
    add_notice(project)
    project.build()
    project.build()
    (project.root / NOTICE).unlink()

    project.build()

    assert not (project.out / "site/xa-hai/thong-bao").exists()


def test_mistake_in_one_unit_touches_neither_the_site_nor_what_was_kept(project: Project) -> None:
    project.build()
    project.build()
    before = files_of(project.out)
    write(project, NOTICE, NOTICE_TEXT.replace("posted_on: 2026-11-20", "posted_on: hôm qua"))

    with pytest.raises(PublishError, match="posted_on must be a date"):
        project.build()

    assert files_of(project.out) == before
    assert sorted(path.name for path in (project.out / "releases").iterdir()) == ["1", "2"]


def test_every_file_worth_it_has_its_content_compressed_beside_it(project: Project) -> None:
    project.build()
    project.build()
    change_phone(project)

    project.build()

    site = (project.out / "site").resolve()
    pages = [path for path in site.rglob("*.html") if path.stat().st_size >= 1024]
    assert len(pages) > 100
    for path in pages:
        compressed = path.with_name(path.name + ".gz").read_bytes()
        assert gzip.decompress(compressed) == path.read_bytes()


@pytest.mark.parametrize(
    "last_words",
    [
        pytest.param("reading units, laws and pages", marks=pytest.mark.long),
        GENERATOR_RUNS,
        pytest.param("checking the pages it made", marks=pytest.mark.long),
        "stamped 3 of 3 units",
        pytest.param("switching to the new release", marks=pytest.mark.long),
    ],
)
def test_killed_build_leaves_the_last_good_site_and_the_next_build_works(
    project: Project, tmp_path: Path, last_words: str
) -> None:
    project.build()
    project.build()
    before = files_of(project.out)
    change_phone(project)
    change_procedure(project)

    killed = build_until(project, last_words)
    after_kill = files_of(project.out)
    project.build()

    assert killed == -signal.SIGKILL
    assert after_kill == before
    assert files_of(project.out) == fresh_files(project, tmp_path / "new")
    assert not list((project.out / "releases").glob("*.unfinished"))


def test_build_killed_while_compressing_is_public_and_the_next_one_compresses_the_rest(
    project: Project, tmp_path: Path
) -> None:
    project.build()

    killed = build_until(project, "compressing what changed")
    public = project.page("xa-hai")
    project.build()
    project.build()

    assert killed == -signal.SIGKILL
    assert "Công an xã Hai" in public
    assert files_of(project.out) == fresh_files(project, tmp_path / "new")


def build_until(project: Project, last_words: str) -> int:
    """Build in a process that kills itself when it says so; return how it ended."""
    program = (
        "import os, signal, sys\n"
        "from datetime import date\n"
        "from pathlib import Path\n"
        "from publish.build import build_site\n"
        "def say(line):\n"
        "    if line.startswith(sys.argv[3]):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "build_site(Path(sys.argv[1]), Path(sys.argv[2]), date.fromisoformat(sys.argv[4]), say)\n"
    )
    arguments = [str(project.root), str(project.out), last_words, TODAY.isoformat()]
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=ROOT, env=dict(os.environ), check=False).returncode
