"""The ladder: officers' own chats, then e-mail, then the red board; each attempt on record."""

from __future__ import annotations

from dataclasses import replace

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    RecipientClosedError,
)
from functions.core.late import LATE, UNDELIVERED
from functions.core.models import (
    Channel,
    DeliveryState,
    JobState,
    SendState,
    TokenState,
    Urgency,
)
from tests.core.climbing import (
    BOX,
    DOWN,
    MINUTE,
    attempts,
    climbs,
    link,
    mails,
    pass_minutes,
    silent_world,
)
from tests.core.world import OTHER_WARD, WARD, World
from tests.fakes.zalo import MemoryZalo

OPEN, SHUT = "officer-open", "officer-shut"


def with_officers(world: World) -> World:
    """Enrol one officer who may be written to now, and one who may not."""
    world.enroll(OPEN)
    world.enroll(SHUT)
    world.zalo.closed_users.add(SHUT)
    return world


def test_officers_who_may_be_written_to_get_a_notice_once() -> None:
    world = with_officers(silent_world(BOX))
    tip = world.submit("Có người lạ.", area="Khối 3")

    pass_minutes(world, 20)

    (notice,) = world.chat(OPEN)
    assert notice.startswith(f"TIN MỚI {tip.card_code}\n")
    assert "Khu vực: Khối 3" in notice
    assert link(tip) in notice
    assert "người lạ" not in notice
    assert world.chat(SHUT) == []
    assert mails(world) == []
    assert world.alerts.is_open(LATE, WARD)
    assert not world.alerts.is_open(UNDELIVERED, WARD)


def test_what_is_urgent_goes_by_mail_in_any_case_and_sooner() -> None:
    world = with_officers(silent_world(BOX))
    world.submit(urgency=Urgency.NOW)

    pass_minutes(world, 3)

    assert len(world.chat(OPEN)) == len(mails(world)) == 1


def test_every_attempt_stands_in_the_record() -> None:
    world = with_officers(silent_world(BOX))
    tip = world.submit(urgency=Urgency.NOW)

    pass_minutes(world, 10)

    record = {
        (one.channel, one.recipient): (one.state, [message.state for message in one.messages])
        for one in world.deliveries.of_tip(tip.tip_id)
        if one.channel is not Channel.ZALO_GROUP
    }
    sent = (DeliveryState.SENT, [SendState.SENT])
    assert record == {
        (Channel.ZALO_USER, OPEN): sent,
        (Channel.ZALO_USER, SHUT): (DeliveryState.PLANNED, [SendState.PENDING]),
        (Channel.EMAIL, BOX): sent,
    }
    assert len(attempts(world, tip, Channel.ZALO_GROUP)) == 1


def test_the_groups_own_job_goes_on_and_brings_the_card_once() -> None:
    world = with_officers(silent_world(BOX))
    tip = world.submit(urgency=Urgency.NOW)
    pass_minutes(world, 30)

    world.zalo.recover()
    pass_minutes(world, 5)

    assert [text for text in world.group() if tip.card_code in text] == world.group()
    assert len(world.group()) == len(world.chat(OPEN)) == len(mails(world)) == 1
    assert world.unfinished() == []
    assert world.alerts.open_alarms() == []


def test_what_nobody_got_stands_on_the_red_board_until_an_officers_window_opens() -> None:
    world = silent_world()
    world.mailer = None
    world.enroll(SHUT)
    world.zalo.closed_users.add(SHUT)
    world.submit()
    pass_minutes(world, 30)
    while_shut = world.alerts.is_open(UNDELIVERED, WARD)
    calls = world.zalo.calls["send_user_text"]

    world.zalo.closed_users.clear()
    pass_minutes(world, 12)

    assert while_shut
    assert calls < 5, "an officer who cannot be written to is not knocked at each minute"
    assert len(world.chat(SHUT)) == 1
    assert not world.alerts.is_open(UNDELIVERED, WARD)
    assert world.alerts.is_open(LATE, WARD)


def test_where_there_is_nobody_at_all_the_climb_ends_at_the_red_board() -> None:
    world = silent_world()
    world.mailer = None
    world.submit()

    pass_minutes(world, 6)

    assert [climb.state for climb in climbs(world)] == [JobState.DONE]
    assert world.alerts.is_open(UNDELIVERED, WARD)


def test_a_dead_pair_does_not_keep_mail_back() -> None:
    world = with_officers(silent_world(BOX))
    world.tokens.give_up(WARD, 1)
    world.submit()

    pass_minutes(world, 6)

    tokens = world.tokens.get(WARD)
    assert tokens is not None
    assert tokens.state is TokenState.NEEDS_AUTHORIZATION
    assert world.zalo.calls["send_user_text"] == 0
    assert len(mails(world)) == 1


def test_zalo_that_is_down_altogether_is_asked_for_one_officer_only() -> None:
    world = with_officers(silent_world(BOX))
    world.zalo.fail("send_user_text", DOWN, times=-1)
    world.submit()

    pass_minutes(world, 6)

    assert world.zalo.calls["send_user_text"] == 1
    assert len(mails(world)) == 1


def test_chats_that_are_shut_for_the_oa_call_an_operator() -> None:
    world = with_officers(silent_world(BOX))
    world.zalo.fail("send_user_text", ChannelClosedError("-240"), times=-1)
    world.submit()

    pass_minutes(world, 6)

    assert world.alerts.is_open("chat-closed", WARD)
    assert len(mails(world)) == 1


def test_a_lost_answer_of_a_chat_is_looked_up_before_anything_is_sent_again() -> None:
    world = silent_world()
    world.mailer = None
    world.enroll(OPEN)
    lost = OutcomeUnknownError("timeout")
    world.zalo.fail("send_user_text", lost, after_effect=True)
    world.submit()

    pass_minutes(world, 10)

    assert len(world.chat(OPEN)) == 1
    assert not world.alerts.is_open(UNDELIVERED, WARD)


def test_an_expired_access_token_keeps_no_mail_back() -> None:
    world = with_officers(silent_world(BOX))
    world.zalo.accepted = set()
    world.submit()

    pass_minutes(world, 6)

    assert world.chat(OPEN) == []
    assert len(mails(world)) == 1


def test_a_flood_of_late_tips_is_a_list_in_an_officers_chat() -> None:
    world = silent_world(BOX)
    world.enroll(OPEN)
    tips = [world.submit() for _ in range(40)]

    pass_minutes(world, 10)

    texts = world.chat(OPEN)
    assert len(texts) < len(tips) / 3
    assert all(len(text) <= 1_500 for text in texts)
    for tip in tips:
        assert sum(text.count(link(tip)) for text in texts) == 1
    assert mails(world) == []


def test_tips_of_a_list_that_does_not_come_through_are_late_one_by_one() -> None:
    world = silent_world(BOX)
    world.zalo.recover()
    for _ in range(20):
        world.submit()
    world.work_once()
    while world.jobs.due(world.clock.now(), 1):
        world.work_once()
    world.zalo.fail("send_group_text", DOWN, times=-1)
    listed = [world.submit() for _ in range(3)]
    world.work_once()

    pass_minutes(world, 40)

    texts = mails(world)
    for tip in listed:
        assert sum(text.count(link(tip)) for text in texts) == 1


def test_a_sealed_tip_gives_no_word_to_any_channel() -> None:
    world = with_officers(silent_world(BOX))
    world.submit("Bí mật nghiêm trọng", sealed=True, place="Hẻm 5", urgency=Urgency.NOW)

    pass_minutes(world, 6)

    said = "\n".join([*world.chat(OPEN), *mails(world)])
    assert "Bí mật" not in said
    assert "Hẻm 5" not in said


def test_a_tip_that_somebody_has_taken_or_closed_is_no_news() -> None:
    world = silent_world(BOX)
    taken, closed = world.submit(), world.submit()
    case = taken.case
    world.tips.put(replace(taken, case=replace(case, assignee_id=OPEN)))
    world.tips.put(replace(closed, case=replace(case, closed_at=world.clock.now())))

    pass_minutes(world, 10)

    assert mails(world) == []


def test_one_officers_closed_window_does_not_hide_anothers() -> None:
    world = silent_world()
    world.mailer = None
    world.enroll("a-shut")
    world.enroll("b-open")
    world.zalo.fail("send_user_text", RecipientClosedError("-230"))
    world.submit()

    pass_minutes(world, 6)

    assert world.chat("a-shut") == []
    assert len(world.chat("b-open")) == 1


def test_a_tip_that_went_to_another_unit_is_no_news_any_more() -> None:
    world = silent_world(BOX)
    tip = world.submit()
    world.submit()
    world.clock.advance(4 * MINUTE)
    world.tips.put(replace(world.tips.get(tip.tip_id), unit_id=OTHER_WARD))

    pass_minutes(world, 3)

    (mail,) = mails(world)
    assert tip.card_code not in mail


def test_zalo_that_comes_back_for_chats_alone_brings_what_waits() -> None:
    world = silent_world()
    world.mailer = None
    world.enroll(OPEN)
    world.zalo.fail("send_user_text", DOWN, times=2)
    world.submit()

    pass_minutes(world, 40)

    assert len(world.chat(OPEN)) == 1
    assert world.group() == []
    assert not world.alerts.is_open(UNDELIVERED, WARD)


class Breaking(MemoryZalo):
    """Goes down after the first message to a person, once."""

    has_broken = False

    def send_user_text(self, access_token: str, user_id: str, text: str) -> str:
        if self.user_texts(user_id) and not self.has_broken:
            self.has_broken = True
            raise DOWN
        return super().send_user_text(access_token, user_id, text)


def test_a_notice_that_broke_off_goes_on_where_it_was() -> None:
    world = silent_world()
    world.mailer = None
    world.zalo = Breaking(world.clock)
    world.zalo.fail("send_group_text", DOWN, times=-1)
    world.enroll(OPEN)
    tips = [world.submit() for _ in range(25)]

    pass_minutes(world, 30)

    said = "\n".join(world.chat(OPEN))
    assert len(world.chat(OPEN)) > 1
    assert [said.count(link(tip)) for tip in tips] == [1] * len(tips)
