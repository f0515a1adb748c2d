"""The stack of an installation: made, changed and asked, always by change sets."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

_LONGEST_WAIT = 45 * 60
"""A distribution of CloudFront takes some minutes."""


class StackError(Exception):
    """CloudFormation did not do what was asked; the text says why."""


def apply(
    client: Any, name: str, template_url: str, parameters: Sequence[Mapping[str, Any]]
) -> bool:
    """Make the stack or change it, by a change set; tell whether anything changed.

    Raises StackError; a change that failed is rolled back by CloudFormation.
    """
    exists = _exists(client, name)
    change_set = f"deploy-{time.time_ns()}"
    client.create_change_set(
        StackName=name,
        ChangeSetName=change_set,
        ChangeSetType="UPDATE" if exists else "CREATE",
        TemplateURL=template_url,
        Parameters=list(parameters),
        Capabilities=["CAPABILITY_IAM"],
    )
    if not _wait_for_change_set(client, name, change_set):
        client.delete_change_set(StackName=name, ChangeSetName=change_set)
        return False
    client.execute_change_set(StackName=name, ChangeSetName=change_set)
    _wait_for_stack(client, name)
    return True


def outputs(client: Any, name: str) -> dict[str, str]:
    """Return what the stack says of itself. Raises StackError where there is none."""
    try:
        stack = client.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        raise StackError(f"there is no stack {name}: deploy first") from error
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def parameters(client: Any, name: str) -> dict[str, str]:
    """Return the stack's parameters, secrets masked; none where there is no stack yet."""
    if not _exists(client, name):
        return {}
    stack = client.describe_stacks(StackName=name)["Stacks"][0]
    return {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])}


def _exists(client: Any, name: str) -> bool:
    return _status(client, name) not in ("", "REVIEW_IN_PROGRESS")


def _status(client: Any, name: str) -> str:
    try:
        return str(client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return ""
        raise


def _wait_for_change_set(client: Any, name: str, change_set: str) -> bool:
    """Return whether there is anything to change."""
    for _ in _pauses():
        found = client.describe_change_set(StackName=name, ChangeSetName=change_set)
        if found["Status"] == "CREATE_COMPLETE":
            return True
        if found["Status"] == "FAILED":
            reason = found.get("StatusReason", "")
            if "didn't contain changes" in reason or "No updates" in reason:
                return False
            raise StackError(f"the change set of {name}: {reason}")
    raise StackError(f"the change set of {name} was not ready in time")


def _wait_for_stack(client: Any, name: str) -> None:
    for _ in _pauses():
        status = _status(client, name)
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return
        if not status.endswith("_IN_PROGRESS"):
            raise StackError(f"the stack {name} is in {status}: {_reasons(client, name)}")
    raise StackError(f"the stack {name} was not ready in time")


def _reasons(client: Any, name: str) -> str:
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    failed = [
        f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}"
        for one in events
        if one.get("ResourceStatus", "").endswith("_FAILED")
    ]
    return "; ".join(failed[:5]) or "no reason given"


def _pauses() -> Iterator[None]:
    """Yield again and again, with pauses that grow to five seconds, until it takes too long."""
    until = time.monotonic() + _LONGEST_WAIT
    pause = 0.1
    while time.monotonic() < until:
        yield
        time.sleep(pause)
        pause = min(pause * 1.5, 5.0)
