"""The command `binhyen`: one group, a module for each kind of work.

Exit codes: 0 done, 1 failed, 2 bad settings or input. With `--json` stdout carries only
that document; logs and messages go to stderr.
"""

from __future__ import annotations

import sys

import click

from functions import logs
from functions.config import Backend, Settings, SettingsError
from functions.core.connecting import ImportFileError
from functions.core.errors import BinhyenError, KeyUnavailableError
from functions.core.units import UnitDataError
from functions.local.commands import (
    administration,
    building,
    content,
    doctoring,
    keeping,
    queues,
    reports,
    running,
)

BAD_INPUT = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Bình Yên: portal and tip line of a province's commune-level police."""


for command in (
    *running.COMMANDS,
    *building.COMMANDS,
    *content.COMMANDS,
    *administration.COMMANDS,
    *queues.COMMANDS,
    *reports.COMMANDS,
    *keeping.COMMANDS,
    *doctoring.COMMANDS,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; turn known errors into sentences and exit codes."""
    logs.configure()
    try:
        # Without standalone mode click returns the code of a `click.exceptions.Exit`.
        sys.exit(cli.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(1)
    except (SettingsError, ImportFileError, UnitDataError) as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        sys.exit(BAD_INPUT)
    except KeyUnavailableError as error:
        click.echo(f"{_key_setting()}: {error}", err=True)
        sys.exit(BAD_INPUT)
    except BinhyenError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(1)


def _key_setting() -> str:
    """Return the setting that names the master key."""
    on_aws = Settings.from_env().backend is Backend.AWS
    return "BINHYEN_AWS_KMS_KEY" if on_aws else "BINHYEN_KEY_FILE"


if __name__ == "__main__":
    main()
