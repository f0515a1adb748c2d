"""A repository with one publication."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.stores.git import GitContentStore
from tests.stores.git.kit import publish


@pytest.fixture
def store(tmp_path: Path) -> GitContentStore:
    return GitContentStore(tmp_path / "content.git")


@pytest.fixture
def first(store: GitContentStore) -> str:
    """Publish two pages; return the version."""
    return publish(store, {"site/a.md": b"a\n", "site/b/c.md": b"c\n"})
