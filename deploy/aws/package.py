"""Builds the one zip that all functions on AWS run; each has its own handler in it.

    python -m deploy.aws.package fetch --runtime python3.12 --architecture arm64 WHEELS
    python -m deploy.aws.package build --runtime python3.12 --architecture arm64 WHEELS ZIP

`fetch` asks the package index for the wheels of requirements/lambda.txt, by their hashes;
`build` needs no network. Same input, same bytes: order, times and permissions are fixed, and
the byte code knows nothing of the folder it was compiled in.

The byte code is what makes a start quick. Python throws away byte code whose source has
another time than it remembers, and unpacking changes times: so it is compiled to be believed
unchecked. Each Python has its own, so the building machine needs the Python of the runtime.

The newest wheels for photos need a C library that Amazon Linux has from python3.12 on.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import click

from deploy.aws.models import trim_models
from functions.yaml_files import read_yaml

PROJECT = Path(__file__).resolve().parents[2]
REQUIREMENTS = PROJECT / "requirements" / "lambda.txt"
TASK_ROOT = "/var/task"
"""Where Lambda unpacks the zip; the places in stack traces begin so."""

LIMIT = 250 * 1024 * 1024
"""Lambda takes no more, unpacked."""

RUNTIMES = ("python3.11", "python3.12", "python3.13")
PLATFORMS = {
    "x86_64": ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64"),
    "arm64": ("manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64"),
}

# What of the project runs on Lambda; `content`, the server and its stores do not.
OWN = {
    "functions": (".py", ".yml"),
    "templates": (".j2", ".html", ".yml", ".css", ".js", ".svg", ".json"),
}
OWN_FILES = ("data/clocks.toml", "data/units.csv")
NOT_OWN = (
    "functions/content",
    "functions/local",
    "functions/local_stores.py",
    "functions/photos/pages.py",
    "functions/stores/doorbell.py",
    "functions/stores/git",
    "functions/stores/migrations",
    "functions/stores/s3_backups.py",
    "functions/stores/s3_releases.py",
    "functions/stores/s3_site_place.py",
    "functions/stores/s3_site_sync.py",
    "functions/stores/sqlite",
    "templates/editor",
    "templates/pages/editor",
    "templates/sandbox",
)

# Of the libraries: what is never loaded.
NOT_NEEDED = ("bin", "pycparser", "*.dist-info")
NOT_NEEDED_KINDS = ("*.pyi", "*.pxd", "*.pyx", "*.c", "*.h", "*.typed", "*.rst")

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


class PackageError(click.ClickException):
    """The zip cannot be built; the message says why."""


@dataclass(frozen=True)
class Target:
    """What the zip is to run on."""

    runtime: str
    architecture: str

    @property
    def version(self) -> str:
        return self.runtime.removeprefix("python")


def this_machine() -> Target:
    """Return the target that is this machine with this Python: what the tests run."""
    machine = os.uname().machine
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return Target(runtime, "arm64" if machine == "aarch64" else machine)


def fetch_wheels(target: Target, wheels: Path) -> None:
    """Download the wheels of the target, checked by their hashes. Raises PackageError."""
    platforms = [f"--platform={platform}" for platform in PLATFORMS[target.architecture]]
    wheels.mkdir(parents=True, exist_ok=True)
    _run(
        *_PIP, "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes",
        *platforms, "--implementation=cp", f"--python-version={target.version}",
        f"--requirement={REQUIREMENTS}", f"--dest={wheels}",
    )  # fmt: skip


def build(target: Target, wheels: Path, archive: Path) -> int:
    """Write the zip and return how many bytes it is unpacked. Raises PackageError."""
    python = _interpreter(target)
    with tempfile.TemporaryDirectory(prefix="binhyen-package-") as folder:
        stage = Path(folder) / "stage"
        _install(target, wheels, stage)
        _trim(stage)
        _copy_own(stage)
        trim_models(stage / "botocore" / "data", stage / "functions")
        _compile(python, stage)
        size = sum(path.stat().st_size for path in stage.rglob("*") if path.is_file())
        if size > LIMIT:
            raise PackageError(f"unpacked it has {size} bytes; Lambda takes {LIMIT}")
        _zip(stage, archive)
    return size


_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")


def _interpreter(target: Target) -> str:
    if target == this_machine() or target.runtime == this_machine().runtime:
        return sys.executable
    found = shutil.which(target.runtime)
    if found is None:
        raise PackageError(
            f"{target.runtime} is not installed here; its byte code only it can compile"
        )
    return found


def _install(target: Target, wheels: Path, stage: Path) -> None:
    platforms = [f"--platform={platform}" for platform in PLATFORMS[target.architecture]]
    _run(
        *_PIP, "install", "--quiet", "--no-deps", "--no-compile", "--no-index",
        f"--find-links={wheels}", "--only-binary=:all:", "--require-hashes", *platforms,
        "--implementation=cp", f"--python-version={target.version}",
        f"--requirement={REQUIREMENTS}", f"--target={stage}",
    )  # fmt: skip


def _trim(stage: Path) -> None:
    """Take out what no function loads."""
    unused: list[Path] = []
    for pattern in NOT_NEEDED:
        unused += stage.glob(pattern)
    for kind in NOT_NEEDED_KINDS:
        unused += stage.rglob(kind)
    for path in unused:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)  # its folder may be gone already


def _copy_own(stage: Path) -> None:
    files = [PROJECT / name for name in OWN_FILES]
    for folder, kinds in OWN.items():
        files += [path for path in (PROJECT / folder).rglob("*") if path.suffix in kinds]
    for path in files:
        name = path.relative_to(PROJECT)
        if any(name.is_relative_to(left_out) for left_out in NOT_OWN):
            continue
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, stage / name)
        if path.suffix == ".yml":
            # Beside it, for `read_yaml`: read at every start, JSON takes a tenth of the time.
            document = json.dumps(read_yaml(path), ensure_ascii=False)
            (stage / name).with_suffix(".json").write_text(document, "utf-8")


def _compile(python: str, stage: Path) -> None:
    # Else the order of a set in the byte code were another one at each run.
    env = {"PYTHONHASHSEED": "0"}
    command = [python, "-P", "-m", "compileall", "-q", "-j1", "-s", stage, "-p", TASK_ROOT]
    _run(*command, "--invalidation-mode", "unchecked-hash", stage, env=env)


def _zip(stage: Path, archive: Path) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    files = sorted(path for path in stage.rglob("*") if path.is_file())
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(stage).as_posix(), _FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            packed.writestr(entry, path.read_bytes(), compresslevel=9)


def _run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise PackageError(done.stdout.decode(errors="replace").strip())


def _target(runtime: str, architecture: str) -> Target:
    own = this_machine()
    return Target(runtime or own.runtime, architecture or own.architecture)


@click.group()
def main() -> None:
    """Build the zip that all functions on AWS run."""


_runtime = click.option("--runtime", type=click.Choice(RUNTIMES), help="Default: this Python.")
_architecture = click.option(
    "--architecture", type=click.Choice(sorted(PLATFORMS)), help="Default: this machine."
)
_wheels = click.argument("wheels", type=click.Path(file_okay=False, path_type=Path))


@main.command("fetch")
@_runtime
@_architecture
@_wheels
def fetch_command(runtime: str, architecture: str, wheels: Path) -> None:
    """Download the libraries into the folder WHEELS."""
    fetch_wheels(_target(runtime, architecture), wheels)


@main.command("build")
@_runtime
@_architecture
@_wheels
@click.argument("archive", type=click.Path(dir_okay=False, path_type=Path))
def build_command(runtime: str, architecture: str, wheels: Path, archive: Path) -> None:
    """Write the zip from WHEELS to ARCHIVE, and say how large it is."""
    size = build(_target(runtime, architecture), wheels, archive)
    click.echo(f"{archive}: {_mib(archive.stat().st_size)}, unpacked {_mib(size)}")


def _mib(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MiB"


if __name__ == "__main__":
    main()
