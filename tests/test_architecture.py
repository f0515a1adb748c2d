"""The house rules about who may know whom, checked on the imports themselves."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
FUNCTIONS = (
    "tips", "search", "staff", "zalo_webhook", "run_jobs", "sweep", "refresh_tokens", "content",
)  # fmt: skip
STANDARD = sys.stdlib_module_names

MAY_IMPORT = {
    "functions/core": {"functions.core"},
    "functions/zalo": {"functions.core", "functions.zalo", "urllib3"},
    "functions/stores": {
        "functions.core", "functions.stores", "cryptography",
        "boto3", "botocore", "mypy_boto3_dynamodb", "mypy_boto3_kms", "mypy_boto3_s3",
        "mypy_boto3_ses", "mypy_boto3_sqs",
    },
    "functions/mail": {
        "functions.core", "functions.mail", "functions.config", "botocore", "mypy_boto3_ses",
    },
    "functions/photos": {"functions.core", "functions.photos", "PIL", "pi_heif"},
    "functions/web": {
        "functions.core", "functions.web", "functions.config", "functions.logs",
        "functions.yaml_files", "flask", "werkzeug", "jinja2",
    },
    "functions/tips": {
        "functions.core", "functions.web", "functions.config", "functions.logs", "functions.tips",
        "functions.photos.sniff", "flask", "werkzeug", "jinja2",
    },
    "functions/staff": {
        "functions.core", "functions.web", "functions.config", "functions.logs", "functions.staff",
        "flask", "werkzeug", "jinja2",
    },
    "functions/search": {
        "functions.core", "functions.web", "functions.config", "functions.logs", "functions.search",
        "flask", "werkzeug", "jinja2",
    },
    # It stands on the machine that builds the site, and draws and checks as the build does.
    "functions/content": {
        "functions.core", "functions.web", "functions.config", "functions.logs",
        "functions.content", "functions.yaml_files", "publish", "flask", "werkzeug", "jinja2",
    },
    "functions/zalo_webhook": {
        "functions.core", "functions.web", "functions.config", "functions.logs",
        "functions.zalo_webhook", "flask", "werkzeug", "jinja2",
    },
    "functions/run_jobs": {"functions.core", "functions.logs", "functions.run_jobs"},
    "functions/sweep": {"functions.core", "functions.logs", "functions.sweep"},
    "functions/refresh_tokens": {"functions.core", "functions.logs", "functions.refresh_tokens"},
    "functions/local/sandbox": {
        "functions.local.sandbox", "flask", "werkzeug", "jinja2", "markupsafe", "waitress",
    },
    "publish": {
        "functions.core.units", "functions.core.vietnamese", "functions.core.errors",
        "functions.core.search", "functions.core.search_text", "functions.core.models.content",
        "functions.core.ports.content", "functions.core.editing.pages",
        "functions.core.editing.typed_values", "publish",
        "yaml", "jinja2", "markupsafe", "markdown", "PIL", "mkdocs",
    },
}  # fmt: skip

AWS = ("dynamodb/", "s3", "sqs", "kms.py", "aws_clients.py")

ONLY_IN = {
    "boto3": tuple(f"functions/stores/{place}" for place in AWS),
    "botocore": ("functions/mail/ses.py", *(f"functions/stores/{place}" for place in AWS)),
    "smtplib": ("functions/mail/smtp.py",),
    "sqlite3": ("functions/stores/sqlite/", "functions/local/sandbox/"),
    "urllib3": ("functions/zalo/transport.py", "functions/zalo/media.py"),
    "cryptography": ("functions/stores/sealing.py", "functions/stores/keys.py"),
    "PIL": ("functions/photos/", "publish/pictures.py"),
    "mkdocs": ("publish/run_generator.py",),
    "pi_heif": ("functions/photos/",),
    "waitress": ("functions/local/",),
    "yaml": ("functions/yaml_files.py", "publish/"),
}

NEVER_LOADED = {
    "functions.run_jobs.handler": ("flask", "PIL", "mkdocs", "boto3", "sqlite3", "urllib3"),
    "functions.refresh_tokens.handler": ("flask", "PIL", "jinja2", "sqlite3", "urllib3"),
    "functions.sweep.handler": ("flask", "PIL", "jinja2", "sqlite3", "urllib3"),
    "functions.tips.handler": ("functions.zalo", "PIL", "pi_heif", "mkdocs", "urllib3", "sqlite3"),
    "functions.search.handler": ("functions.zalo", "PIL", "mkdocs", "urllib3", "sqlite3"),
    "functions.staff.handler": ("functions.zalo", "PIL", "pi_heif", "mkdocs", "urllib3"),
    "functions.zalo_webhook.handler": ("functions.zalo", "PIL", "mkdocs", "urllib3", "sqlite3"),
    "functions.bootstrap": ("flask", "sqlite3", "urllib3", "PIL", "cryptography", "jinja2"),
}


# On Lambda a function puts itself together: what `functions.local` does for all of them.
ON_LAMBDA = {
    "functions.bootstrap", "functions.config", "functions.installed", "functions.logs",
    "functions.startup",
}  # fmt: skip


def may_import(folder: str, file: Path) -> set[str]:
    allowed: set[str] = MAY_IMPORT[folder]
    return allowed | ON_LAMBDA if file.name == "on_lambda.py" else allowed


def python_files(folder: str) -> list[Path]:
    return sorted((PROJECT / folder).rglob("*.py"))


def imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def is_within(name: str, allowed: str) -> bool:
    return name == allowed or name.startswith(allowed + ".")


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_only_what_it_may(folder: str) -> None:
    files = python_files(folder)

    foreign = {
        f"{file.relative_to(PROJECT)}: {name}"
        for file in files
        for name in imported(file)
        if name.split(".")[0] not in STANDARD
        and not any(is_within(name, allowed) for allowed in may_import(folder, file))
    }

    assert files
    assert foreign == set()


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_known_in_one_place_only(library: str) -> None:
    users = {
        str(file.relative_to(PROJECT))
        for folder in ("functions", "publish")
        for file in python_files(folder)
        if any(is_within(name, library) for name in imported(file))
    }

    strangers = {user for user in users if not user.startswith(ONLY_IN[library])}

    assert users
    assert strangers == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_imports_another(function: str) -> None:
    others = [f"functions.{other}" for other in FUNCTIONS if other != function]

    crossed = {
        name
        for file in python_files(f"functions/{function}")
        for name in imported(file)
        if any(is_within(name, other) for other in others)
    }

    assert crossed == set()


@pytest.mark.parametrize("module", NEVER_LOADED)
def test_a_function_loads_nothing_it_does_not_use(module: str) -> None:
    """Cold start is the import graph."""
    script = f"import sys, {module}; print('\\n'.join(sys.modules))"

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    loaded = run.stdout.split()
    assert [
        name for name in loaded if any(is_within(name, banned) for banned in NEVER_LOADED[module])
    ] == []


def test_no_file_is_long_without_a_reason() -> None:
    reasons = {
        "functions/core/ports.py": "all ports side by side are one document",
        "tests/contracts/test_case_store.py": "a port has one suite",
        "tests/contracts/test_deliveries.py": "a port has one suite",
        "tests/contracts/test_jobs.py": "a port has one suite",
        "tests/contracts/test_tokens.py": "a port has one suite",
    }

    long = {
        str(file.relative_to(PROJECT))
        for folder in ("functions", "publish", "tests", "bench")
        for file in python_files(folder)
        if len(file.read_text(encoding="utf-8").splitlines()) > 400
    }

    assert long - reasons.keys() == set()


def test_vietnamese_stands_in_templates_and_data_only() -> None:
    """Code gives codes and values; only comments and docstrings quote the design's words."""
    marked = set("ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹơưđ")
    tables = {
        "functions/core/vietnamese.py",
        "functions/core/search_text.py",
        "functions/core/masking.py",
        "functions/local/sandbox/pages.py",
    }

    offenders = {
        f"{file.relative_to(PROJECT)}: {text}"
        for folder in ("functions", "publish")
        for file in python_files(folder)
        for text in strings_in_code(file)
        if marked & set(text.lower()) and str(file.relative_to(PROJECT)) not in tables
    }

    assert offenders == set()


def strings_in_code(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    remarks = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in remarks
    }
