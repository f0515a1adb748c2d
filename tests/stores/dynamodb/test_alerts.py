from __future__ import annotations

import pytest

from functions.core.errors import StoreUnavailableError
from functions.stores.dynamodb.alerts import DynamoAlerts
from functions.stores.dynamodb.table import Tables
from tests.aws.engine import Engine
from tests.contracts.sqlite_parts import race
from tests.fakes.clock import FrozenClock
from tests.stores.dynamodb.troubled import client_at


def test_functions_that_meet_the_same_trouble_call_once(engine: Engine) -> None:
    raised: list[str] = []
    tables = engine.tables()
    alerts = [
        DynamoAlerts(tables, FrozenClock(), lambda code, unit_id: raised.append(code))
        for _ in range(6)
    ]

    race([lambda one=one: one.alarm("token-dead", "phuong-tan-an") for one in alerts])

    assert raised == ["token-dead"]


@pytest.mark.usefixtures("engine")
def test_alarm_that_cannot_be_stored_is_called_all_the_same() -> None:
    raised: list[tuple[str, str]] = []
    nowhere = Tables.named(client_at("http://127.0.0.1:9", attempts=1), "t")
    alerts = DynamoAlerts(
        nowhere, FrozenClock(), lambda code, unit_id: raised.append((code, unit_id))
    )

    alerts.alarm("token-dead", "phuong-tan-an")

    assert raised == [("token-dead", "phuong-tan-an")]
    with pytest.raises(StoreUnavailableError):
        alerts.open_alarms()
