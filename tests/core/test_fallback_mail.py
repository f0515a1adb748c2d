"""The ladder's e-mail: to whom it goes, what it says, and what its failures come to."""

from __future__ import annotations

from dataclasses import replace

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    RetryableProviderError,
)
from functions.core.fallback import MAIL_REFUSED
from functions.core.late import UNDELIVERED
from functions.core.models import (
    Channel,
    Contact,
    Delivery,
    DeliveryState,
    JobState,
    Mailboxes,
)
from tests.core.climbing import (
    BOX,
    MINUTE,
    PROVINCE_BOX,
    attempts,
    cut_off,
    link,
    mails,
    pass_minutes,
    silent_world,
)
from tests.core.world import OTHER_GROUP, OTHER_WARD, PROVINCE, WARD, World
from tests.fakes.deliveries import MemoryDeliveryStore
from tests.fakes.mail import MemoryMailer

SECOND_BOX = "chihuy@tanan.example.vn"
OPEN, SHUT = "officer-open", "officer-shut"


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


def test_a_unit_without_an_oa_has_its_tips_brought_by_mail_and_no_alarm() -> None:
    world = cut_off(World(), BOX)
    tip = world.submit()

    pass_minutes(world, 20)

    (mail,) = mails(world)
    assert tip.card_code in mail
    assert world.alerts.raised == []
    assert world.job_of(tip.tip_id).state is JobState.PENDING


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


class RacedDeliveries(MemoryDeliveryStore):
    """Another unit with the same mailbox plans its notice of the tip at the last moment."""

    is_raced = False

    def plan_notice(self, delivery: Delivery) -> bool:
        if not self.is_raced:
            self.is_raced = True
            first = delivery.tip_ids[:1]
            super().plan_notice(
                replace(delivery, delivery_id="other", unit_id=OTHER_WARD, tip_ids=first)
            )
        return super().plan_notice(delivery)


def test_a_notice_that_was_planned_elsewhere_keeps_no_other_tip_back() -> None:
    world = silent_world()
    world.deliveries = RacedDeliveries(world.jobs)
    tips = [world.submit(), world.submit()]

    pass_minutes(world, 10)

    (mail,) = mails(world, PROVINCE_BOX)
    assert sum(tip.card_code in mail for tip in tips) == 1
