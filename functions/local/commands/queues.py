"""Commands about the queue of an installation on AWS: jobs redrive."""

from __future__ import annotations

import click

from functions.config import Backend, Settings
from functions.local.commands.administration import BAD_INPUT, jobs


@jobs.command()
def redrive() -> None:
    """Put the messages that no worker could answer back into the queue."""
    settings = Settings.from_env()
    if settings.backend is not Backend.AWS:
        click.echo("BINHYEN_BACKEND=local has no queue; see binhyen jobs retry", err=True)
        raise click.exceptions.Exit(BAD_INPUT)
    from functions.stores.aws_clients import AwsClients
    from functions.stores.sqs_dead_letters import DeadLetters

    clients = AwsClients(settings.aws.endpoint_url)
    count = DeadLetters(clients, settings.aws.queue_url).redrive()
    click.echo(f"{count} back in the queue")


COMMANDS = (jobs,)
