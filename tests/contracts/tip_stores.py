"""The stores of tips, and of what is done with them, that the suites about tips run on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions.core.ports import CaseStore, TipStore
from functions.stores.dynamodb.cases import DynamoCaseStore
from functions.stores.dynamodb.tips import DynamoTipStore
from functions.stores.sqlite.cases import SqliteCaseStore
from functions.stores.sqlite.tips import SqliteTipStore
from tests.aws.engine import Engine
from tests.fakes.cases import MemoryCaseStore
from tests.fakes.jobs import MemoryJobStore
from tests.fakes.tips import MemoryTipStore
from tests.stores.kit import fixed_sealer, migrated_database

KINDS = ["memory", "sqlite", "aws"]


@dataclass(frozen=True)
class Subject:
    store: TipStore
    cases: CaseStore
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
    jobs = MemoryJobStore()
    tips = MemoryTipStore(jobs.bring)
    return Subject(tips, MemoryCaseStore(tips), lambda: {job.job_id for job in jobs.all()})


def _on_aws(engine: Engine) -> Subject:
    tables = engine.tables()

    def job_ids() -> set[str]:
        return {item["job_id"] for item in tables.jobs.scan() if "job_id" in item}

    sealer = fixed_sealer()
    return Subject(DynamoTipStore(tables, sealer), DynamoCaseStore(tables, sealer), job_ids)


@contextmanager
def _in_sqlite(folder: Path) -> Iterator[Subject]:
    database = migrated_database(folder / "data")

    def job_ids() -> set[str]:
        with database.read() as connection:
            return {row[0] for row in connection.execute("SELECT job_id FROM jobs")}

    sealer = fixed_sealer()
    yield Subject(SqliteTipStore(database, sealer), SqliteCaseStore(database, sealer), job_ids)
    database.close()
