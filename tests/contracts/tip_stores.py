"""The tip stores that the suites about tips run on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions.core.models import Job
from functions.core.ports import TipStore
from functions.stores.dynamodb.tips import DynamoTipStore
from functions.stores.sqlite.tips import SqliteTipStore
from tests.aws.engine import Engine
from tests.fakes.tips import MemoryTipStore
from tests.stores.kit import fixed_sealer, migrated_database

KINDS = ["memory", "sqlite", "aws"]


@dataclass(frozen=True)
class Subject:
    store: TipStore
    job_ids: Callable[[], set[str]]


@contextmanager
def open_subject(request: pytest.FixtureRequest, folder: Path) -> Iterator[Subject]:
    """Open an empty store of the kind that the fixture was asked for."""
    if request.param == "memory":
        yield _in_memory()
    elif request.param == "aws":
        yield _on_aws(request.getfixturevalue("engine"))
    else:
        with _in_sqlite(folder) as subject:
            yield subject


def _in_memory() -> Subject:
    jobs: list[Job] = []
    return Subject(MemoryTipStore(jobs.append), lambda: {job.job_id for job in jobs})


def _on_aws(engine: Engine) -> Subject:
    tables = engine.tables()

    def job_ids() -> set[str]:
        return {item["job_id"] for item in tables.jobs.scan() if "job_id" in item}

    return Subject(DynamoTipStore(tables, fixed_sealer()), job_ids)


@contextmanager
def _in_sqlite(folder: Path) -> Iterator[Subject]:
    database = migrated_database(folder / "data")

    def job_ids() -> set[str]:
        with database.read() as connection:
            return {row[0] for row in connection.execute("SELECT job_id FROM jobs")}

    yield Subject(SqliteTipStore(database, fixed_sealer()), job_ids)
    database.close()
