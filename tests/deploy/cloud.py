"""An installation deployed by `deploy/aws/deploy` onto an engine that enforces every policy."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from functions.bootstrap import Services
from functions.config import Settings
from functions.installed import PROJECT
from tests.aws.engine import REGION, Engine, client_of
from tests.faults.sandbox import Sandbox
from tests.system import BINHYEN

ACCOUNT = "000000000000"
NAME = "by-thu"
MAIL_FROM = "binh-yen@example.vn"
DEPLOY = PROJECT / "deploy" / "aws" / "deploy"

# Enough of the site to show everything that deploying does with it, and quick to bring up.
_PAGES_OF_A_UNIT = ("index.html", "to-giac/index.html", "thu-tuc/index.html")
_SHARED = ("index.html", "404.html", "theo-doi/index.html", "thu-tuc/index.html")
FORMER_OF_TWO = "phuong-9"
HEIRS_OF_TWO = ("phuong-binh-kien", "phuong-tuy-hoa")


def part_of_site(release: Path, folder: Path, units: list[str]) -> Path:
    """Copy what the tests need of a built release, in the same shape."""
    for name in ("facts.json", "redirects.json", "search.json"):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(release / name, folder / name)
    pages = [*_SHARED, f"{FORMER_OF_TWO}/index.html"]
    pages += [f"{unit}/{page}" for unit in (*units, *HEIRS_OF_TWO) for page in _PAGES_OF_A_UNIT]
    for page in dict.fromkeys(pages):
        (folder / "site" / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(release / "site" / page, folder / "site" / page)
    for part in ("assets", "search"):
        shutil.copytree(release / "site" / part, folder / "site" / part)
    return folder


@dataclass
class Deployed:
    """What runs, and the operator's commands."""

    engine: Engine
    sandbox: Sandbox
    folder: Path
    url: str
    """Where people find it."""
    package: Path
    release: Path

    @property
    def upload_url(self) -> str:
        return f"{self.engine.url}/{NAME}-uploads-{ACCOUNT}"

    @property
    def settings(self) -> Path:
        return self.folder / "settings.toml"

    def write_settings(self, runtime: str, architecture: str, **more: object) -> None:
        chosen = {
            "name": NAME,
            "region": REGION,
            "public_url": self.url,
            "runtime": runtime,
            "architecture": architecture,
            "endpoint_url": self.engine.url,
            "zalo_api_url": f"{self.sandbox.url}/openapi",
            "zalo_oauth_url": f"{self.sandbox.url}/oauth",
            "zalo_media_hosts": self.sandbox.url.removeprefix("http://"),
            "mail_from": MAIL_FROM,
            # More than an account new to the engine has, and no test may wait for it.
            "requests_per_second": 1000,
            "requests_at_once": 1000,
            **more,
        }
        lines = [f"{key} = {json.dumps(value)}" for key, value in chosen.items()]
        self.settings.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def deploy(
        self, *arguments: str, release: Path | None = None, package: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the command as an operator does."""
        command = [DEPLOY, "--settings", self.settings]
        if not arguments:
            command += ["--release", release or self.release]
            command += ["--package", package or self.package]
        return subprocess.run(
            [*command, *arguments], env=self._env({}), capture_output=True, text=True,
            check=False, timeout=180,
        )  # fmt: skip

    @cached_property
    def operator_env(self) -> dict[str, str]:
        """Return what `deploy env` tells the operator's shell."""
        told = self.deploy("env")
        assert told.returncode == 0, told.stderr
        return dict(re.findall(r"^export (\w+)='?([^'\n]*)'?$", told.stdout, re.MULTILINE))

    def binhyen(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of `binhyen` on the installation."""
        return subprocess.run(
            [BINHYEN, *arguments], env=self._env(self.operator_env), capture_output=True,
            text=True, check=False, timeout=60,
        )  # fmt: skip

    def connect(self, unit_id: str) -> None:
        """Import the unit's OA as it stands in the sandbox."""
        file = self.folder / "import.json"
        file.write_text(json.dumps(self.sandbox.import_file(unit_id)), encoding="utf-8")
        imported = self.binhyen("oa", "import", str(file))
        assert imported.returncode == 0, imported.stderr

    def client(self, service: str) -> Any:
        """Return a client with the rights of the account's owner."""
        return client_of(self.engine, service)

    def invoke(self, function: str, event: object) -> Any:
        """Run a function as a schedule would; fail where it fails."""
        answer = self.client("lambda").invoke(
            FunctionName=f"{NAME}-{function}", Payload=json.dumps(event).encode()
        )
        body = answer["Payload"].read().decode()
        assert "FunctionError" not in answer, body
        return json.loads(body)

    def sweep(self) -> None:
        self.invoke("sweep", {"task": "ring"})

    @property
    def queue_url(self) -> str:
        return f"{self.engine.url}/{ACCOUNT}/{NAME}-jobs.fifo"

    @property
    def dead_letters_url(self) -> str:
        return f"{self.engine.url}/{ACCOUNT}/{NAME}-jobs-dead.fifo"

    def log(self, function: str) -> str:
        """Return what the function has logged so far."""
        events = self.client("logs").filter_log_events(
            logGroupName=f"/aws/lambda/{NAME}-{function}"
        )
        return "\n".join(event["message"] for event in events["events"])

    def all_logs(self) -> str:
        """Return what stands in all logs there are."""
        logs = self.client("logs")
        groups = logs.describe_log_groups()["logGroups"]
        return "\n".join(
            event["message"]
            for group in groups
            for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        )

    def all_notes(self) -> str:
        """Return all that deploying has noted of itself, the packages excepted; the editor's
        copies of its repository, which are no text, lie there too."""
        s3, bucket = self.client("s3"), f"{NAME}-releases-{ACCOUNT}"
        found = s3.list_objects_v2(Bucket=bucket)["Contents"]
        return "\n".join(
            s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read().decode(errors="replace")
            for one in found
            if not one["Key"].startswith("packages/")
        )

    @property
    def outputs(self) -> dict[str, str]:
        """Return what the stack says of itself."""
        stacks = self.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"]
        return {one["OutputKey"]: one["OutputValue"] for one in stacks[0]["Outputs"]}

    @contextmanager
    def changed(self, function: str, **configuration: Any) -> Iterator[None]:
        """Let a function run with another configuration while the block lasts."""
        functions, name = self.client("lambda"), f"{NAME}-{function}"
        now = functions.get_function_configuration(FunctionName=name)
        functions.update_function_configuration(FunctionName=name, **configuration)
        try:
            yield
        finally:
            before = {key: now[key] for key in configuration}
            functions.update_function_configuration(FunctionName=name, **before)

    def variables(self, function: str) -> dict[str, str]:
        """Return the settings of a function."""
        found = self.client("lambda").get_function_configuration(FunctionName=f"{NAME}-{function}")
        return dict(found["Environment"]["Variables"])

    def services(self) -> Services:
        """Return the services with the operator's settings."""
        return Services(Settings.from_env(self.operator_env))

    def let_leases_end(self) -> None:
        """Let two minutes pass for what a function that failed had claimed."""
        services = self.services()
        services.stores.jobs.release_leases(services.clock.now())

    def wait_for(self, condition: Callable[[], Any], seconds: float = 90.0) -> Any:
        """Wait until the condition gives something and return it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            result = condition()
            if result:
                return result
            time.sleep(0.1)
        raise AssertionError(f"not within {seconds} s; run_jobs says:\n{self.log('run-jobs')}")

    def _env(self, own: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BINHYEN")}
        return {**kept, **own}
