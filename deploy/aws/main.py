"""The command `deploy/aws/deploy`: build, deploy, look, renew the secret, go back."""

from __future__ import annotations

import os
import shlex
import sys
from datetime import timedelta
from pathlib import Path

import click
from botocore.exceptions import BotoCoreError, ClientError

from deploy.aws import package
from deploy.aws.edge import EdgeError
from deploy.aws.installation import Built, DeployError, Installation
from deploy.aws.settings import BadSettingsError, DeploySettings, read_settings
from deploy.aws.stack import StackError
from functions.clock import SystemClock
from functions.config import BuildSettings
from functions.core.editing.shipping import version_ahead
from functions.core.errors import BinhyenError, PublishFailedError
from functions.local.editing import has_content
from functions.local.site_lock import lock_of
from functions.local.site_publisher import LocalSitePublisher, Places
from functions.stores.git import GitContentStore
from functions.stores.git.copies import REPOSITORY
from publish.build import build_site
from publish.errors import PublishError

PROJECT = Path(__file__).resolve().parents[2]
BAD_INPUT = 2

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--settings", "file", type=click.Path(path_type=Path), default=Path("deploy/aws/settings.toml"),
    show_default=True, help="The installation: see deploy/aws/README.md.",
)  # fmt: skip
@click.option("--package", "archive", type=_FILE, help="A built package; else it is built.")
@click.option("--release", type=_FOLDER, help="A built site's folder; else it is built.")
@click.pass_context
def deploy(context: click.Context, file: Path, archive: Path | None, release: Path | None) -> None:
    """Build package and site, bring stack and site up to date, and look whether they answer."""
    settings = read_settings(file)
    # The clients of the stores take it from there.
    os.environ["AWS_DEFAULT_REGION"] = settings.region  # noqa: TID251 - set, not read
    context.obj = settings
    if context.invoked_subcommand is not None:
        return
    installation = Installation(settings, _say)
    built = Built(
        archive or _build_package(settings),
        release or _build_site(settings, installation.upload_url),
    )
    deployment = installation.deploy(built)
    _say(f"deployment {deployment.number} stands")
    _look(installation)


@deploy.command()
@click.pass_obj
def back(settings: DeploySettings) -> None:
    """Go back one deployment: package, stack and site as they were before."""
    installation = Installation(settings, _say)
    deployment = installation.back()
    _say(f"back at deployment {deployment.number}")
    _look(installation)


@deploy.command("renew-secret")
@click.pass_obj
def renew_secret(settings: DeploySettings) -> None:
    """Let CloudFront name a new secret to the API; the one before is still known."""
    installation = Installation(settings, _say)
    installation.renew_secret()
    _look(installation)


@deploy.command()
@click.pass_obj
def check(settings: DeploySettings) -> None:
    """Look whether the installation answers as it must."""
    _look(Installation(settings, _say))


@deploy.command()
@click.pass_obj
def env(settings: DeploySettings) -> None:
    """Print the settings for `binhyen` on this installation, for `eval` in a shell."""
    for name, value in Installation(settings, _say).environment.items():
        if value:
            click.echo(f"export {name}={shlex.quote(value)}")


def _build_package(settings: DeploySettings) -> Path:
    target = package.Target(settings.runtime, settings.architecture)
    folder = PROJECT / "build" / "aws" / f"{target.runtime}-{target.architecture}"
    _say(f"the package for {target.runtime} on {target.architecture} ...")
    package.fetch_wheels(target, folder / "wheels")
    package.build(target, folder / "wheels", folder / "functions.zip")
    return folder / "functions.zip"


def _build_site(settings: DeploySettings, upload_url: str) -> Path:
    """Build as of today in Viet Nam: what staff published, where they do so on this machine."""
    out, clock = PROJECT / "build" / "aws" / settings.name, SystemClock()
    today = (clock.now() + timedelta(hours=7)).date()
    data_dir = BuildSettings.from_env().data_dir
    if data_dir is None or not has_content(data_dir):
        built = build_site(PROJECT, out, today, _say, compress=False, upload_url=upload_url)
        return built.site.parent
    _say(f"with what staff published in {data_dir}")
    store = GitContentStore(data_dir / REPOSITORY)
    places = Places(PROJECT, out, lock_of(data_dir))
    publisher = LocalSitePublisher(store, places, lambda: today, upload_url=upload_url, say=_say)
    with publisher.turn():
        version = version_ahead(PROJECT / "site", store, clock.now())
        publisher.publish(version, lambda: None)
    return publisher.release()


def _look(installation: Installation) -> None:
    found = installation.check()
    if not found:
        _say("it answers as it must")
        return
    for problem in found:
        _say(problem)
    raise DeployError("it does not answer as it must; `deploy/aws/deploy back` goes back")


def _say(text: str) -> None:
    click.echo(text, err=True)


def main() -> None:
    """Run the command; turn known errors into sentences and exit codes."""
    try:
        sys.exit(deploy.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BadSettingsError as error:
        for problem in error.problems:
            _say(problem)
        sys.exit(BAD_INPUT)
    except (DeployError, EdgeError, StackError, PublishError, ClientError, BotoCoreError) as error:
        _say(str(error))
        sys.exit(1)
    except BinhyenError as error:
        _say(error.report if isinstance(error, PublishFailedError) else str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
