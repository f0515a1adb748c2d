"""The ladder: officers' own chats, then e-mail, then the red board; each attempt on record."""

from __future__ import annotations

from dataclasses import replace

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    RecipientClosedError,
    RetryableProviderError,
)
from functions.core.fallback import MAIL_REFUSED
from functions.core.late import LATE, UNDELIVERED
from functions.core.models import (
    Channel,
    Contact,
    DeliveryState,
    JobState,
    Mailboxes,
    SendState,
    Tip,
    TokenState,
    Urgency,
)
from tests.core.climbing import (
    BOX,
    DOWN,
    MINUTE,
    PROVINCE_BOX,
    attempts,
    climbs,
    cut_off,
    mails,
    pass_minutes,
    silent_world,
)
from tests.core.world import OTHER_GROUP, OTHER_WARD, PROVINCE, WARD, World
from tests.fakes.mail import MemoryMailer

SECOND_BOX = "chihuy@tanan.example.vn"
OPEN, SHUT = "officer-open", "officer-shut"


def with_officers(world: World) -> World:
    """Enrol one officer who may be written to now, and one who may not."""
    world.enroll(OPEN)
    world.enroll(SHUT)
    world.zalo.closed_users.add(SHUT)
    return world


def link(tip: Tip) -> str:
    return f"https://binhyen.example/can-bo/tin/{tip.card_code}"


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


def test_where_no_officer_may_be_written_to_it_goes_by_mail() -> None:
    world = silent_world(BOX, SECOND_BOX)
    world.enroll(SHUT)
    world.zalo.closed_users.add(SHUT)
    contact = Contact("Đào Văn Nam", "0905123456")
    tip = world.submit("Có người lạ.", area="Khối 3", category="ma-tuy", contact=contact)

    pass_minutes(world, 20)

    (mail,) = mails(world)
    assert mails(world, SECOND_BOX) == [mail]
    subject = mail.split("\n", 1)[0]
    assert subject == "Công an phường Tân An: 1 tin báo chưa tới được nhóm Zalo"
    for said in (tip.card_code, "Ma túy", "Khối 3", link(tip)):
        assert said in mail
    for kept in ("người lạ", "Đào", "0905123456"):
        assert kept not in mail
    assert mails(world, PROVINCE_BOX) == []


def test_what_is_urgent_goes_by_mail_in_any_case_and_sooner() -> None:
    world = with_officers(silent_world(BOX))
    world.submit(urgency=Urgency.NOW)

    pass_minutes(world, 3)

    assert len(world.chat(OPEN)) == len(mails(world)) == 1


def test_a_unit_without_mailboxes_leaves_it_to_the_province() -> None:
    world = silent_world()
    world.submit()

    pass_minutes(world, 6)

    assert len(mails(world, PROVINCE_BOX)) == 1


def test_without_any_mailbox_the_mail_goes_to_the_account_itself() -> None:
    world = silent_world()
    world.channels.save_mailboxes(Mailboxes(PROVINCE, ()))
    world.submit()

    pass_minutes(world, 6)

    assert world.mailer is not None
    assert [mail.address for mail in world.mailer.sent] == [world.mailer.sender]


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


def test_a_unit_without_an_oa_has_its_tips_brought_by_mail_and_no_alarm() -> None:
    world = cut_off(World(), BOX)
    tip = world.submit()

    pass_minutes(world, 20)

    (mail,) = mails(world)
    assert tip.card_code in mail
    assert world.alerts.raised == []
    assert world.job_of(tip.tip_id).state is JobState.PENDING


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


def test_mail_goes_once_its_server_answers_again() -> None:
    world = silent_world(BOX, mailer=MemoryMailer(error=RetryableProviderError("mail-connect")))
    world.submit()
    pass_minutes(world, 3 * 24 * 60 // 40)
    is_red = world.alerts.is_open(UNDELIVERED, WARD)

    assert world.mailer is not None
    world.mailer.error = None
    pass_minutes(world, 3)

    assert is_red
    assert len(mails(world)) == 1
    assert not world.alerts.is_open(UNDELIVERED, WARD)


def test_mail_of_the_first_day_goes_after_days_without_a_server() -> None:
    world = silent_world(BOX, mailer=MemoryMailer(error=RetryableProviderError("mail-connect")))
    world.submit()
    pass_minutes(world, 6)
    for _ in range(70):
        world.clock.advance(60 * MINUTE)
        pass_minutes(world, 1)

    assert world.mailer is not None
    world.mailer.error = None
    pass_minutes(world, 3)

    assert len(mails(world)) == 1


def test_a_mail_whose_answer_was_lost_goes_once_more_marked_and_then_no_more() -> None:
    lost = OutcomeUnknownError("mail-lost")
    world = silent_world(BOX, mailer=MemoryMailer(error=lost, takes_it=True))
    tip = world.submit()

    pass_minutes(world, 30)

    first, repeat = mails(world)
    assert repeat == f"(có thể trùng) {first}"
    (delivery,) = attempts(world, tip, Channel.EMAIL)
    assert delivery.state is DeliveryState.REFUSED
    assert world.alerts.is_open(MAIL_REFUSED, WARD)
    assert world.alerts.is_open(UNDELIVERED, WARD)


def test_a_marked_repeat_that_is_answered_brings_the_tip() -> None:
    lost = OutcomeUnknownError("mail-lost")
    world = silent_world(BOX, mailer=MemoryMailer(error=lost))
    world.submit()
    pass_minutes(world, 5)
    assert world.mailer is not None
    world.mailer.error = None

    pass_minutes(world, 5)

    (mail,) = mails(world)
    assert mail.startswith("(có thể trùng) Công an phường Tân An")
    assert not world.alerts.is_open(UNDELIVERED, WARD)


def test_an_account_that_is_refused_calls_an_operator_and_is_tried_seldom() -> None:
    shut = ChannelClosedError("mail-account")
    world = silent_world(BOX, SECOND_BOX, mailer=MemoryMailer(error=shut))
    world.submit()
    pass_minutes(world, 40)
    assert world.mailer is not None
    tries = world.mailer.calls.total()
    is_told = world.alerts.is_open("mail-closed", "")

    world.mailer.error = None
    pass_minutes(world, 11)

    assert is_told
    assert tries <= 5
    assert len(mails(world)) == len(mails(world, SECOND_BOX)) == 1
    assert not world.alerts.is_open("mail-closed", "")


def test_a_mailbox_that_refuses_keeps_no_other_back_and_is_named() -> None:
    world = silent_world(BOX, SECOND_BOX, mailer=MemoryMailer(refused={BOX}))
    world.submit()
    pass_minutes(world, 6)
    is_told = world.alerts.is_open(MAIL_REFUSED, WARD)
    tries = world.mailer.calls[BOX] if world.mailer else 0

    world.mailer = MemoryMailer()
    world.submit()
    pass_minutes(world, 6)

    assert (is_told, tries) == (True, 1)
    assert len(mails(world)) == 1, "what was refused is not sent again"
    assert not world.alerts.is_open(MAIL_REFUSED, WARD)


def test_a_flood_of_late_tips_makes_few_mails_that_name_each_tip_once() -> None:
    world = silent_world(BOX)
    world.enroll(OPEN)
    world.zalo.closed_users.add(OPEN)
    tips = [world.submit(f"Tin số {number}") for number in range(100)]

    pass_minutes(world, 20)

    texts = mails(world)
    assert len(texts) <= 8
    for tip in tips:
        assert sum(text.count(link(tip)) for text in texts) == 1
    assert all("Tin số" not in text for text in texts)


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


def test_a_mailbox_of_two_units_gets_a_joint_tip_once() -> None:
    world = silent_world()
    world.connect(OTHER_WARD, OTHER_GROUP)
    tip = world.submit()
    other = world.submit(unit_id=OTHER_WARD)
    joint = replace(tip.case, joint_unit_ids=(OTHER_WARD,))
    world.tips.put(replace(world.tips.get(tip.tip_id), case=joint))
    world.jobs.bring(
        replace(
            world.job_of(tip.tip_id),
            job_id="joint",
            unit_id=OTHER_WARD,
            lane=OTHER_WARD,
            state=JobState.PENDING,
        )
    )

    pass_minutes(world, 30)

    texts = mails(world, PROVINCE_BOX)
    assert sum(text.count(link(tip)) for text in texts) == 1
    assert sum(text.count(link(other)) for text in texts) == 1
    assert not world.alerts.is_open(UNDELIVERED, WARD)
    assert not world.alerts.is_open(UNDELIVERED, OTHER_WARD)


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
