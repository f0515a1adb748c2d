"""Items that the version before wrote: they are read as what they meant then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.core.models import (
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryState,
    ForwardMode,
    MessageKind,
    OpenAlarm,
    UnitChannel,
)
from functions.stores.dynamodb.alerts import DynamoAlerts
from functions.stores.dynamodb.channels import DynamoChannelStore
from functions.stores.dynamodb.deliveries import DynamoDeliveryStore
from functions.stores.dynamodb.table import Key, Table, Tables
from tests.aws.engine import Engine
from tests.fakes.clock import START, FrozenClock
from tests.fakes.mac_keys import MemoryMacKeys
from tests.stores.kit import fixed_sealer

CHANNEL = UnitChannel("phuong-tan-an", "oa-1", "group-1", ForwardMode.TIP)
CARD = Delivery(
    delivery_id="delivery-1",
    unit_id="phuong-tan-an",
    channel=Channel.ZALO_GROUP,
    recipient="group-1",
    is_digest=False,
    state=DeliveryState.PLANNED,
    tip_ids=("tip-1",),
    messages=(DeliveryMessage(1, MessageKind.TEXT, "Tin mới"),),
    created_at=START,
)


@pytest.fixture
def tables(engine: Engine) -> Tables:
    return engine.tables()


def without(table: Table, *names: str) -> None:
    """Take attributes away from all items, as if they had been written before there were any."""
    for item in list(table.scan()):
        kept: dict[str, Any] = {name: one for name, one in item.items() if name not in names}
        table.put(kept)


def test_a_card_that_was_begun_before_counts_and_leads_to_its_tip(tables: Tables) -> None:
    store = DynamoDeliveryStore(tables, fixed_sealer(), MemoryMacKeys())
    store.plan_card(CARD)
    without(
        tables.deliveries,
        "purpose",
        "about_tip_id",
        "entry_id",
        "is_group_card",
        "sealed_recipient",
    )
    read = store.get("delivery-1")

    store.begin_send("delivery-1", 1, START)
    without(tables.deliveries, "is_group_card")
    store.mark_sent("delivery-1", 1, "message-1", START)

    assert read == CARD
    assert store.cards_begun_since("phuong-tan-an", START - timedelta(minutes=1)) == 1
    assert store.tip_of_message("group-1", "message-1") == "tip-1"


def test_a_channel_without_the_way_from_its_account_is_found_by_it(tables: Tables) -> None:
    store = DynamoChannelStore(tables, fixed_sealer())
    store.save_channel(CHANNEL)
    tables.channels.delete(Key("CHANNELS", "OA#oa-1"))

    assert store.by_oa("oa-1") == CHANNEL
    assert store.by_oa("oa-2") is None


def test_an_account_that_moved_to_another_unit_leads_there(tables: Tables) -> None:
    store = DynamoChannelStore(tables, fixed_sealer())
    other = replace(CHANNEL, unit_id="phuong-buon-ho")
    store.save_channel(other)
    store.save_channel(CHANNEL)

    store.save_channel(replace(CHANNEL, oa_id="oa-9"))

    assert store.by_oa("oa-1") == other
    assert store.by_oa("oa-9") == replace(CHANNEL, oa_id="oa-9")


def test_an_alarm_from_before_was_told_to_nobody(tables: Tables) -> None:
    alerts = DynamoAlerts(tables, FrozenClock(), lambda code, unit_id: None)
    alerts.alarm("late", "phuong-tan-an")

    before = alerts.open_alarms()
    alerts.mark_told("late", "phuong-tan-an", START)

    assert before == [OpenAlarm("late", "phuong-tan-an", START)]
    assert alerts.open_alarms() == [OpenAlarm("late", "phuong-tan-an", START, told_at=START)]
