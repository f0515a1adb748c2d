"""Backups hold the pages that staff write: published, all versions, and drafts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from functions.core.editing.drafting import save
from functions.core.errors import StoreUnavailableError
from functions.core.models.content import Draft, Edit
from functions.installed import PROJECT
from functions.local.backup import keeping, restoring, taking
from functions.local.backup.manifest import Manifest, content_name
from functions.local.backup.places import FolderPlace
from functions.local.doctor.asking import examine
from functions.local.doctor.findings import Level
from functions.stores.git import GitContentStore
from functions.stores.keys import FileKeyWrapper
from tests.content.world import EDITOR, EditingWorld
from tests.faults.places import Place
from tests.faults.sandbox import Sandbox

PAGE = "site/don-vi/phuong-tan-an/index.md"
WORDS = "Chỉ mới là bản nháp"


def leave_a_draft(place: Place) -> Draft:
    """Let staff of the place have published once, and a draft besides."""
    pages = place.folder / "pages"
    (pages / "don-vi" / "phuong-tan-an").mkdir(parents=True, exist_ok=True)
    shutil.copy(PROJECT / PAGE, pages / "don-vi" / "phuong-tan-an")
    world = EditingWorld(place.data_dir, pages)
    text = world.published_text(PAGE) + f"\n{WORDS}.\n"
    return save(Edit(world.page(PAGE), text), world.editor(EDITOR), world.editing).draft


class Newsroom(Place):
    """A place where staff have published once, and left a draft."""

    @property
    def kept(self) -> FolderPlace:
        return FolderPlace(self.folder / "kept")

    def write(self) -> Draft:
        return leave_a_draft(self)

    def back_up(self) -> Manifest:
        with self.services() as services:
            return taking.take_backup(services, self.kept).manifest


@pytest.fixture
def place(tmp_path: Path, zalo: Sandbox) -> Iterator[Newsroom]:
    with zalo.unit() as unit_id:
        yield Newsroom(tmp_path, zalo, unit_id)


def test_pages_versions_and_drafts_come_back(place: Newsroom) -> None:
    draft = place.write()
    store = GitContentStore(place.data_dir / "content.git")
    versions = store.versions()
    manifest = place.back_up()
    with place.services() as services:
        settings = replace(services.settings, data_dir=place.folder / "other")

    restoring.restore(settings, place.kept, manifest.backup_id)

    other = GitContentStore(settings.data_dir / "content.git")
    assert other.versions() == versions
    assert other.drafts() == [draft]
    assert WORDS in (other.read(draft.version, PAGE) or b"").decode()
    assert other.shipped() == store.shipped()


def test_a_copied_backup_shows_no_draft(place: Newsroom) -> None:
    place.write()

    place.back_up()

    files = [path for path in (place.folder / "kept").rglob("*") if path.is_file()]
    raw = b"".join(path.read_bytes() for path in files)
    assert WORDS.encode() not in raw
    assert b"refs/drafts" not in raw


def test_a_place_without_pages_is_backed_up_and_restored_as_before(place: Newsroom) -> None:
    manifest = place.back_up()
    with place.services() as services:
        settings = replace(services.settings, data_dir=place.folder / "other")

    restoring.restore(settings, place.kept, manifest.backup_id)

    assert manifest.content is None
    assert not (settings.data_dir / "content.git").exists()


def test_a_check_finds_a_damaged_copy_of_the_pages(place: Newsroom, tmp_path: Path) -> None:
    place.write()
    manifest = place.back_up()
    copy = place.folder / "kept" / content_name(manifest.backup_id)
    copy.write_bytes(copy.read_bytes()[:-20])
    aside = tmp_path / "aside"
    aside.mkdir()

    with place.services() as services, pytest.raises(Exception, match="damaged"):
        restoring.check(services.settings, place.kept, manifest.backup_id, aside)


def test_what_is_cleared_away_takes_its_pages_with_it(place: Newsroom) -> None:
    place.write()
    old = place.back_up()
    new = place.back_up()
    with place.services() as services:
        key = FileKeyWrapper(services.settings.key_file)

    keeping.clear_away(place.kept, new.taken_at.replace(year=new.taken_at.year + 1), 14, key)

    assert content_name(old.backup_id) not in place.kept.sizes("backups/")
    assert content_name(new.backup_id) in place.kept.sizes("backups/")


def test_a_damaged_repository_is_told_by_backup_and_doctor(place: Newsroom) -> None:
    place.write()
    repository = place.data_dir / "content.git"
    store = GitContentStore(repository)
    blob = store.blob_id(store.published(), PAGE)
    (repository / "objects" / blob[:2] / blob[2:]).unlink()

    with place.services() as services:
        found = {finding.check: finding for finding in examine(services)}
        with pytest.raises(StoreUnavailableError, match="pages of staff are damaged"):
            taking.take_backup(services, place.kept)

    assert found["pages"].level is Level.WRONG
    assert found["git"].level is Level.OK
    assert "public site" not in found
