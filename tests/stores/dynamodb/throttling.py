"""A table that refuses every other call."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from tests.stores.dynamodb.troubled import throttled


@dataclass
class HalfOfAll:
    """Refuses every other request on average, in an order that is always the same.

    Strictly in turns, a step of two calls would never get through.
    """

    refused: int = 0
    _coin: random.Random = field(default_factory=lambda: random.Random(4))

    def __call__(self, _request: AWSPreparedRequest) -> AWSResponse | None:
        if self._coin.random() < 0.5:
            return None
        self.refused += 1
        return throttled()
