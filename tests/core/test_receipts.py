"""What a resident sees with the receipt code."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core import codes
from functions.core.errors import NotFoundError
from functions.core.models import Contact, TipStatus
from functions.core.receipts import ReceiptServices, ReceiptView, show_receipt
from tests.core.world import KEY, PROVINCE, WARD, World, connected_world, draft


def show(world: World, typed: str) -> ReceiptView:
    services = ReceiptServices(world.tips, world.deliveries, world.mac, world.clock)
    return show_receipt(typed, services)


def test_receipt_says_stored_and_not_more_before_anyone_was_reached() -> None:
    world = World()
    receipt = world.receive(draft(submission_key=KEY))

    view = show(world, codes.in_groups(receipt.receipt_code))

    assert (view.unit_id, view.category) == (WARD, "gay-roi")
    assert view.status is TipStatus.RECEIVED
    assert view.received_at == receipt.received_at
    assert view.reached_group_at is None
    assert [entry.status for entry in view.timeline] == [TipStatus.RECEIVED]


def test_receipt_says_when_the_tip_stood_in_the_group() -> None:
    world = connected_world()
    receipt = world.receive(draft())
    world.clock.advance(timedelta(seconds=4))
    world.work_once()
    world.clock.advance(timedelta(days=1))

    view = show(world, receipt.receipt_code)

    assert view.reached_group_at == receipt.received_at + timedelta(seconds=4)


def test_receipt_names_the_unit_that_received_it() -> None:
    world = World()
    receipt = world.receive(draft(category="tham-nhung"))

    assert show(world, receipt.receipt_code).unit_id == PROVINCE


def test_receipt_shows_nothing_of_what_was_written() -> None:
    world = World()
    receipt = world.receive(draft("Bí mật", place="sau chợ", contact=Contact("Đào", "113")))

    shown = repr(show(world, receipt.receipt_code))

    assert not any(word in shown for word in ("Bí mật", "sau chợ", "Đào", "113"))


@pytest.mark.parametrize(
    "typed", ["", "1234", "abc", "00000000000000000000", codes.random_receipt_code()]
)
def test_unknown_and_malformed_codes_look_alike(typed: str) -> None:
    world = World()
    world.receive(draft())

    with pytest.raises(NotFoundError):
        show(world, typed)


def test_card_code_opens_no_receipt() -> None:
    world = World()
    tip = world.submit()

    with pytest.raises(NotFoundError):
        show(world, tip.card_code)
