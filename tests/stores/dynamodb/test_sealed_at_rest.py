"""What someone sees who reads the tables without the keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from functions.core.errors import KeyUnavailableError
from functions.core.models import Contact, TipContent, ZaloApp
from functions.stores.dynamodb.channels import DynamoChannelStore
from functions.stores.dynamodb.repeats import DynamoRepeatGuard
from functions.stores.dynamodb.table import TABLE_NAMES, Key, Tables
from functions.stores.dynamodb.tips import DynamoTipStore
from tests.aws.engine import Engine
from tests.fakes.clock import START
from tests.fakes.new_tips import new_tip
from tests.stores.kit import fixed_sealer

APP = ZaloApp("app-1", "secret-of-the-app", "secret-of-the-webhooks")


@pytest.fixture
def tables(engine: Engine) -> Tables:
    return engine.tables()


def test_no_table_shows_what_a_sender_wrote(tables: Tables) -> None:
    words = ["buon-ban-o-so-7", "sau-nha-van-hoa", "to-dan-pho-11", "Tran-Van-Binh", "0905999888"]
    code = "49382716054938271605"
    text, place, area, name, phone = words
    new = new_tip(
        content=TipContent(text=text, place=place, area=area), contact=Contact(name, phone)
    )
    DynamoTipStore(tables, fixed_sealer()).add(new)
    DynamoRepeatGuard(tables, fixed_sealer()).remember(b"mark", code, new.tip.tip_id, START)
    DynamoChannelStore(tables, fixed_sealer()).save_app(APP)

    seen = b"\n".join(everything(tables))

    # What is not sealed is found: the search sees into the tables.
    assert new.tip.tip_id.encode() in seen
    assert new.receipt_hash in seen
    for word in [*words, code, "secret-of-the"]:
        assert word.encode() not in seen


def test_secret_of_the_app_opens_only_in_its_own_place(tables: Tables) -> None:
    store = DynamoChannelStore(tables, fixed_sealer())
    store.save_app(APP)
    item = tables.channels.get(Key("CHANNELS", "APP")) or {}
    tables.channels.put({**item, "sealed_secret_key": item["sealed_oa_secret_key"]})

    with pytest.raises(KeyUnavailableError):
        store.app()


def everything(tables: Tables) -> Iterator[bytes]:
    """Yield every name and value of every item of every table."""
    for name in TABLE_NAMES:
        for item in getattr(tables, name).scan():
            yield from _values(item)


def _values(value: Any) -> Iterator[bytes]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name.encode()
            yield from _values(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _values(inner)
    else:
        yield value if isinstance(value, bytes) else str(value).encode()
