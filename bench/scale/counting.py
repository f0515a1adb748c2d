"""Counting calls by service and operation, DynamoDB's read and write units beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.scale.capacity import READS, WRITES, read_units, write_units
from functions.bootstrap import Services
from tests.aws.watching import watch_aws, watch_zalo


@dataclass
class Counts:
    """What was called how often, and the units that it took."""

    calls: Counter[str] = field(default_factory=Counter)
    """By "service.Operation"; of Zalo by the last word of the address."""
    read_units: float = 0.0
    write_units: float = 0.0

    def of(self, service: str) -> int:
        return sum(number for name, number in self.calls.items() if name.startswith(f"{service}."))

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.calls + other.calls,
            self.read_units + other.read_units,
            self.write_units + other.write_units,
        )


class Meter:
    """Counts for one installation what its services call, while told to."""

    def __init__(self, services: Services, uncounted: Any) -> None:
        """`uncounted` is a client of DynamoDB that nobody watches: it looks things up."""
        self.uncounted = uncounted
        self._now = Counts()
        watch_aws(services, before=self._count)
        watch_zalo(services, before=self._count)
        clients = services.stores._clients  # type: ignore[attr-defined]
        events = clients.dynamodb.meta.events
        for operation in READS | WRITES:
            events.register(f"provide-client-params.dynamodb.{operation}", _ask_for_units)
            events.register(f"after-call.dynamodb.{operation}", self._add_units)

    @contextmanager
    def counting(self) -> Iterator[Counts]:
        """Give the counts of what happens inside the block, complete after it."""
        before, self._now = self._now, Counts()
        try:
            yield self._now
        finally:
            self._now = before

    def _count(self, call: str) -> None:
        self._now.calls[call] += 1

    def _add_units(self, parsed: Any, model: Any, context: Any, **_: Any) -> None:
        operation, parameters = model.name, context["counted_parameters"]
        if operation in WRITES:
            self._now.write_units += write_units(operation, parameters, parsed)
        else:
            self._now.read_units += read_units(self.uncounted, operation, parameters, parsed)


def _ask_for_units(params: Any, context: Any, **_: Any) -> Any:
    asked = {**params, "ReturnConsumedCapacity": "INDEXES"}
    context["counted_parameters"] = asked
    return asked
