"""Whom an open tip waits for, and the red board of the province."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core.cases import CaseServices, open_case
from functions.core.casework import act_jointly, answer, take
from functions.core.deadlines import STANDARD
from functions.core.errors import NotFoundError
from functions.core.inbox import Tab, open_inbox
from functions.core.models import (
    CaseEntry,
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryPurpose,
    DeliveryState,
    EntryKind,
    MessageKind,
    Tip,
    Urgency,
    Via,
)
from functions.core.red_board import MOST_LATE, alarms_of, open_board
from tests.core.cases import CHAT, TEAM, CaseWorld, register
from tests.core.world import OTHER_WARD, WARD


class Desk(CaseWorld):
    @property
    def reading(self) -> CaseServices:
        return CaseServices(
            self.tips, self.cases, self.deliveries, self.blobs, self.officers, self.alerts,
            register(), self.clock, STANDARD,
        )  # fmt: skip


def codes(desk: Desk, tab: Tab) -> list[str]:
    return [row.card_code for row in open_inbox(desk.binh, desk.reading).tabs[tab]]


def test_each_tip_stands_under_every_heading_it_belongs_to() -> None:
    desk = Desk()
    late = desk.tip()
    desk.clock.advance(timedelta(hours=30))
    urgent = desk.tip()
    desk.tips.put(replace(urgent, urgency=Urgency.NOW))
    mine = desk.tip()
    take(desk.act(mine, desk.binh), desk.casework)

    inbox = open_inbox(desk.binh, desk.reading)

    assert codes(desk, Tab.NEW) == [urgent.card_code, late.card_code]
    assert codes(desk, Tab.MINE) == [mine.card_code]
    assert codes(desk, Tab.LATE) == [late.card_code]
    assert codes(desk, Tab.SOON) == codes(desk, Tab.JOINT) == []
    assert inbox.names == {"binh": "Trần Văn Bình", "lan": "Nguyễn Thị Lan"}
    assert not inbox.is_cut


def test_joint_tip_is_nobodys_to_take_and_runs_on_another_units_clock() -> None:
    desk = Desk()
    tip = desk.tip()
    act_jointly(desk.act(tip, desk.binh), TEAM, "", desk.casework)
    desk.clock.advance(timedelta(days=30))

    tabs = open_inbox(desk.son, desk.reading).tabs

    assert [row.card_code for row in tabs[Tab.JOINT]] == [tip.card_code]
    assert tabs[Tab.NEW] == tabs[Tab.LATE] == tabs[Tab.MINE] == ()


def test_board_names_late_units_by_how_long_they_are_late() -> None:
    desk = Desk()
    desk.tip(unit_id=OTHER_WARD)
    desk.clock.advance(timedelta(hours=1))
    for _ in range(MOST_LATE + 1):
        desk.tip()
    desk.clock.advance(timedelta(days=2))
    desk.alerts.alarm("channel-closed", WARD)
    desk.alerts.alarm("mail-closed", "")

    board = open_board(desk.chief, desk.reading)

    assert [(one.unit_id, one.count, one.has_more) for one in board.late] == [
        (OTHER_WARD, 1, False),
        (WARD, MOST_LATE, True),
    ]
    assert [one.code for one in board.alarms] == ["channel-closed", "mail-closed"]
    assert [one.code for one in alarms_of(desk.binh, desk.reading)] == ["channel-closed"]
    with pytest.raises(NotFoundError):
        open_board(desk.binh, desk.reading)


def relay(desk: Desk, tip: Tip, entry: CaseEntry, recipient: str, channel: Channel) -> Delivery:
    planned = Delivery(
        delivery_id=f"{entry.entry_id}-{recipient}",
        unit_id=WARD,
        channel=channel,
        recipient=recipient,
        is_digest=False,
        state=DeliveryState.PLANNED,
        tip_ids=(),
        messages=(DeliveryMessage(1, MessageKind.TEXT, "x"),),
        created_at=desk.clock.now(),
        purpose=DeliveryPurpose.RELAY,
        about_tip_id=tip.tip_id,
        entry_id=entry.entry_id,
    )
    return desk.deliveries.plan(planned)


def test_answer_shows_how_it_got_to_the_senders_chat_and_to_no_other() -> None:
    desk = Desk()
    tip = desk.tip(chat=CHAT)
    entry = answer(desk.act(tip, desk.binh), "Cảm ơn.", desk.casework).entry
    relay(desk, tip, entry, "group", Channel.ZALO_GROUP)
    relay(desk, tip, entry, "lan", Channel.ZALO_USER)
    told = relay(desk, tip, entry, CHAT.user_id, Channel.ZALO_USER)

    view = open_case(desk.binh, tip.card_code, desk.reading)

    (step,) = [step for step in view.steps if step.entry]
    assert step.relay == told
    assert step.undelivered_at is None
    assert view.deliveries == ()


def test_answer_that_did_not_get_there_says_when_that_was_found() -> None:
    desk = Desk()
    tip = desk.tip(chat=CHAT)
    told = answer(desk.act(tip, desk.binh), "Cảm ơn.", desk.casework)
    now = desk.now_of(tip)
    lost = CaseEntry(
        "u1", tip.tip_id, now.revision + 1, desk.clock.now() + timedelta(minutes=1),
        EntryKind.UNDELIVERED, WARD, Via.SYSTEM, about=told.entry.entry_id,
    )  # fmt: skip
    desk.cases.change(now, replace(now, revision=now.revision + 1), lost, ())

    view = open_case(desk.binh, tip.card_code, desk.reading)

    shown = {step.entry.kind: step.undelivered_at for step in view.steps if step.entry}
    assert shown == {EntryKind.ANSWER: lost.at, EntryKind.UNDELIVERED: None}
    assert [step.at for step in view.steps] == sorted(step.at for step in view.steps)


def test_answer_that_got_there_after_all_is_lost_no_more() -> None:
    desk = Desk()
    tip = desk.tip(chat=CHAT)
    told = answer(desk.act(tip, desk.binh), "Cảm ơn.", desk.casework)
    for kind in (EntryKind.UNDELIVERED, EntryKind.DELIVERED):
        now = desk.now_of(tip)
        entry = CaseEntry(
            kind, tip.tip_id, now.revision + 1, desk.clock.now(), kind, WARD, Via.SYSTEM,
            about=told.entry.entry_id,
        )  # fmt: skip
        desk.cases.change(now, replace(now, revision=now.revision + 1), entry, ())

    view = open_case(desk.binh, tip.card_code, desk.reading)

    assert [step.undelivered_at for step in view.steps if step.entry] == [None] * 3
