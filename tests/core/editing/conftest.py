"""Desks over a repository that is made once and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.core.editing.world import EditingDesk


@pytest.fixture(scope="session")
def first_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first-release")
    EditingDesk(folder)
    return folder


@pytest.fixture
def desk(tmp_path: Path, first_release: Path) -> EditingDesk:
    shutil.copytree(first_release, tmp_path / "desk")
    return EditingDesk(tmp_path / "desk", pages=None)
