from __future__ import annotations

from datetime import timedelta

from functions.stores.dynamodb.repeats import DynamoRepeatGuard
from functions.stores.dynamodb.schema import EXPIRY
from tests.aws.engine import Engine
from tests.fakes.clock import START
from tests.stores.kit import fixed_sealer

END = START + timedelta(minutes=10, microseconds=1)


def test_repeat_names_the_second_from_which_the_table_may_remove_it(engine: Engine) -> None:
    tables = engine.tables()

    DynamoRepeatGuard(tables, fixed_sealer()).remember(b"mark", "code", "tip-1", END)

    (item,) = tables.tips.scan()
    # Not before its end: the time to live counts whole seconds.
    assert item[EXPIRY] - 1 < END.timestamp() <= item[EXPIRY]
