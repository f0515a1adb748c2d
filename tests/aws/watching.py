"""Standing at every call that leaves a process: to AWS, and to Zalo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from functions.bootstrap import Services
from functions.zalo.transport import Answer, BaseUrl, Call, Transport

Before = Callable[[str], Any]
"""Gets the name of a call before it leaves; an answer of its own keeps an AWS call here."""
After = Callable[[str], None]
"""Gets the name of a call when its answer is here, and nobody has looked at it yet."""


def nothing(call: str) -> None:
    """Let the call pass."""


def watch_aws(services: Services, before: Before = nothing, after: After = nothing) -> None:
    """Watch each attempt of each call that these services make of AWS, from now on.

    The clients must not have been used: each is watched from its making.
    """
    # Where all clients of an installation are made; the product has no other use for a hook.
    clients = services.stores._clients  # type: ignore[attr-defined]
    assert not {"dynamodb", "s3", "sqs", "kms"} & vars(clients).keys(), "too late to watch"
    create = clients._client

    def watched(service: str, *more: Any) -> Any:
        client = create(service, *more)
        events = client.meta.events
        events.register("before-send", lambda event_name, **_: before(_name(event_name)))
        events.register("response-received", lambda event_name, **_: after(_name(event_name)))
        return client

    clients._client = watched


def let_the_store_be_later(services: Services, by: timedelta) -> None:
    """Let the bucket's clock be ahead: its objects are then so much older."""

    def move(parsed: Any, **_: Any) -> None:
        headers = parsed["ResponseMetadata"]["HTTPHeaders"]
        headers["date"] = format_datetime(parsedate_to_datetime(headers["date"]) + by)

    clients = services.stores._clients  # type: ignore[attr-defined]
    clients.s3.meta.events.register("after-call.s3.ListObjectsV2", move)


def watch_zalo(services: Services, before: Before = nothing, after: After = nothing) -> None:
    """Watch each call that these services make of Zalo, from now on."""
    for transport in (services.work.gateway._transport, services.refresh.issuer._transport):  # type: ignore[attr-defined]
        _watch_transport(transport, before, after)


def _watch_transport(transport: Transport, before: Before, after: After) -> None:
    exchange = transport.exchange

    def watched(base: BaseUrl, call: Call) -> Answer:
        name = f"zalo.{call.target.partition('?')[0].rpartition('/')[2]}"
        before(name)
        answer = exchange(base, call)
        after(name)
        return answer

    transport.exchange = watched  # type: ignore[method-assign]


def _name(event_name: str) -> str:
    """Return "dynamodb.GetItem" of "before-send.dynamodb.GetItem"."""
    return event_name.partition(".")[2]
