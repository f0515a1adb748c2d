"""These tests need engines that only `make test-engines` brings."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    is_ours = collection_path.name.startswith("test_") or collection_path == Path(__file__).parent
    return True if is_ours and config.getoption("--engines") != "several" else None
