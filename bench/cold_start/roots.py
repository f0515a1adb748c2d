"""What each contestant runs from: unpacked zips, read-only but for one."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from deploy.aws.package import PROJECT, build, this_machine
from tests.lambdas.running import unpack

FLASK = ("blinker", "click", "flask", "itsdangerous", "jinja2", "markupsafe", "werkzeug")
HERE = Path(__file__).resolve().parent
SDK = ("botocore", "dateutil", "jmespath", "six", "urllib3")
BOTO3 = ("boto3", "s3transfer", *SDK)


class Roots:
    """Makes them below a folder, from the zip of this checkout."""

    def __init__(self, folder: Path, wheels: Path) -> None:
        archive = folder / "functions.zip"
        build(this_machine(), wheels, archive)
        self.packed_bytes = archive.stat().st_size
        self.product = unpack(archive, folder / "product")
        self.warm = _with_a_cache_of_its_own(archive, folder / "warm")
        self.hello = self._alike(folder / "hello", "hello.py", FLASK)
        self.trimmed = self._alike(folder / "trimmed", "with_botocore.py", SDK)
        self.botocore = _whole(folder / "botocore", "with_botocore.py", SDK)
        self.boto3 = _whole(folder / "boto3", "with_boto3.py", BOTO3)

    def _alike(self, root: Path, module: str, libraries: Iterable[str]) -> Path:
        """Package a function as ours is, with libraries out of our own zip."""
        for name in (*libraries, "functions/__init__.py", "functions/web"):
            _copy(_of(self.product, name), root, self.product)
        shutil.copyfile(HERE / module, root / module)
        return _compiled(root)


def _whole(root: Path, module: str, libraries: Iterable[str]) -> Path:
    """Package a function with libraries as they are installed."""
    for name in libraries:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        found = origin.parent if origin.name == "__init__.py" else origin
        _copy(found, root, found.parent)
    shutil.copyfile(HERE / module, root / module)
    return _compiled(root)


def _with_a_cache_of_its_own(archive: Path, root: Path) -> Path:
    """Unpack without our byte code, writable: Python writes its own at the first run."""
    unpack(archive, root)
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for cache in list(root.rglob("__pycache__")):
        shutil.rmtree(cache)
    return root


def _of(root: Path, name: str) -> Path:
    return root / name if (root / name).exists() else root / f"{name}.py"


def _copy(source: Path, root: Path, base: Path) -> None:
    target = root / source.relative_to(base)
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, copy_function=shutil.copyfile)
        for path in (target, *target.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    else:
        shutil.copyfile(source, target)


def _compiled(root: Path) -> Path:
    python: str = getattr(sys, "_base_executable", sys.executable)
    command = [python, "-P", "-m", "compileall", "-q", "-f", "--invalidation-mode"]
    subprocess.run([*command, "unchecked-hash", root], check=True, cwd=PROJECT)
    for path in (*root.rglob("*"), root):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return root
