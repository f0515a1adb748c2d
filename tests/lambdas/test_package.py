"""The zip: the same bytes from the same input, small, whole, and quick to load."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.aws.package import LIMIT, PackageError, Target, build, main, this_machine
from tests.conftest import WHEELS
from tests.lambdas.running import lambda_env

HANDLERS = ("tips", "search", "staff", "zalo_webhook", "run_jobs", "sweep", "refresh_tokens")
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "ap-southeast-1",
    "AWS_DEFAULT_REGION": "ap-southeast-1",
    "BINHYEN_BACKEND": "aws",
    "BINHYEN_PUBLIC_URL": "https://binh-yen.example",
    "BINHYEN_AWS_TABLES": "binhyen",
    "BINHYEN_AWS_PHOTOS_BUCKET": "photos",
    "BINHYEN_AWS_UPLOADS_BUCKET": "uploads",
    "BINHYEN_AWS_SITE_BUCKET": "site",
    "BINHYEN_AWS_QUEUE_URL": "https://sqs.ap-southeast-1.amazonaws.com/0/rings.fifo",
    "BINHYEN_AWS_KMS_KEY": "key",
}

# The libraries that a function may load, by the names of their outermost packages.
AWS_SDK = {"botocore", "dateutil", "jmespath", "six", "urllib3"}
SEALING = {"cryptography", "_cffi_backend"}
FLASK = {"blinker", "click", "flask", "itsdangerous", "jinja2", "markupsafe", "werkzeug"}
MAY_LOAD = {
    "tips": FLASK | AWS_SDK | SEALING,
    "staff": FLASK | AWS_SDK | SEALING,
    "search": FLASK | AWS_SDK,
    "zalo_webhook": FLASK | AWS_SDK | SEALING,
    "run_jobs": {"jinja2", "markupsafe"} | AWS_SDK | SEALING,
    "sweep": {"jinja2", "markupsafe"} | AWS_SDK | SEALING,
    "refresh_tokens": AWS_SDK | SEALING,
}


def test_the_same_input_gives_the_same_bytes(
    lambda_zip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another folder and another umask: neither may show."""
    elsewhere = tmp_path / "another-place"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    again = elsewhere / "again.zip"

    umask = os.umask(0o077)
    try:
        build(this_machine(), WHEELS, again)
    finally:
        os.umask(umask)

    assert again.read_bytes() == lambda_zip.read_bytes()


def test_lambda_takes_it_unpacked(lambda_zip: Path) -> None:
    with zipfile.ZipFile(lambda_zip) as packed:
        size = sum(entry.file_size for entry in packed.infolist())

    print(f"packed {lambda_zip.stat().st_size}, unpacked {size}")
    assert lambda_zip.stat().st_size < 50 * 1024 * 1024
    assert size < LIMIT / 2


def test_it_holds_what_runs_and_nothing_else(lambda_zip: Path) -> None:
    with zipfile.ZipFile(lambda_zip) as packed:
        names = set(packed.namelist())

    assert {f"functions/{name}/on_lambda.py" for name in HANDLERS} <= names
    assert {
        "data/clocks.toml",
        "data/units.csv",
        "templates/messages.yml",
        "templates/messages.json",
    } <= names
    assert not {name.split("/")[0] for name in names} & {"tests", "publish", "mkdocs", "waitress"}
    assert not [name for name in names if "functions/local/" in name or ".dist-info/" in name]
    assert not [name for name in names if name.startswith("botocore/data/ec2/")]


def test_every_module_has_byte_code_that_is_believed_unchecked(task_root: Path) -> None:
    """Flag 1 of its head: by hash; without flag 2: the source is not looked at."""
    sources = [path for path in task_root.rglob("*.py") if path.suffix == ".py"]

    wrong = []
    for source in sources:
        cached = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
        if not cached.is_file() or cached.read_bytes()[4:8] != (1).to_bytes(4, "little"):
            wrong.append(source)

    assert sources
    assert wrong == []


@pytest.mark.parametrize("name", HANDLERS)
def test_a_read_only_function_compiles_nothing(name: str, task_root: Path, client: Path) -> None:
    """All that is loaded from the zip comes out of its byte code."""
    code = f"import functions.{name}.on_lambda"

    run = run_python(task_root, client, "-v", "-c", code)

    from_source = [
        line
        for line in run.stderr.splitlines()
        if line.startswith("# code object from '") and ".pyc" not in line
    ]
    from_cache = [line for line in run.stderr.splitlines() if "code object from" in line]
    assert run.returncode == 0, run.stderr[-2000:]
    assert len(from_cache) > 50
    assert from_source == []


@pytest.mark.parametrize("name", HANDLERS)
def test_a_function_loads_only_libraries_that_it_uses(
    name: str, task_root: Path, client: Path
) -> None:
    """Cold start is the import graph; all of it is in the zip."""
    code = (
        f"import sys, functions.{name}.on_lambda\n"
        "for name, module in sys.modules.items():\n"
        "    print(name.split('.')[0], getattr(module, '__file__', None) or '')"
    )

    run = run_python(task_root, client, "-c", code)

    loaded = [line.split(" ", 1) for line in run.stdout.splitlines()]
    libraries = {name for name, file in loaded if file.startswith(str(task_root))} - {"functions"}
    assert run.returncode == 0, run.stderr[-2000:]
    assert libraries == MAY_LOAD[name]


def test_only_who_speaks_to_zalo_loads_its_client(task_root: Path, client: Path) -> None:
    """The webhook reads what Zalo tells, and calls nobody but the store."""
    code = "import sys, functions.zalo_webhook.on_lambda\nprint(*sys.modules)"

    run = run_python(task_root, client, "-c", code)

    loaded = {name for name in run.stdout.split() if name.startswith("functions.zalo.")}
    assert run.returncode == 0, run.stderr[-2000:]
    assert "functions.zalo.webhook" in loaded
    assert not loaded & {f"functions.zalo.{name}" for name in ("client", "media", "transport")}


def test_a_missing_wheel_is_told(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    shutil.copytree(WHEELS, wheels)
    (wheel,) = wheels.glob("flask-*.whl")
    wheel.unlink()

    told = CliRunner().invoke(main, ["build", str(wheels), str(tmp_path / "a.zip")])

    assert told.exit_code == 1
    assert "flask" in told.output
    assert not (tmp_path / "a.zip").exists()


def test_a_changed_wheel_is_refused(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    shutil.copytree(WHEELS, wheels)
    (wheel,) = wheels.glob("six-*.whl")
    wheel.write_bytes(wheel.read_bytes() + b"\0")

    with pytest.raises(PackageError, match=r"(?i)hash"):
        build(this_machine(), wheels, tmp_path / "a.zip")


def test_byte_code_for_a_python_that_is_not_here_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    other = "python3.12" if sys.version_info[:2] != (3, 12) else "python3.13"

    with pytest.raises(PackageError, match=other):
        build(Target(other, "arm64"), WHEELS, tmp_path / "a.zip")


def run_python(task_root: Path, client: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    python = getattr(sys, "_base_executable", sys.executable)
    return subprocess.run(
        [python, "-S", *arguments],
        cwd=task_root,
        env=lambda_env(task_root, client, SETTINGS),
        capture_output=True,
        text=True,
        check=False,
    )
