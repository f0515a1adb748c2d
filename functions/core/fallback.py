"""The ladder (design D3): what the group did not get in time goes to officers' own chats, then
by e-mail; what nobody got stays on the red board.

The group's own job goes on meanwhile: "none twice" holds for each recipient of each channel.
Every attempt stands in the record as a delivery. A tip counts as brought once one officer or
one mailbox has it; what is urgent goes by e-mail in any case.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from functions.core import cards
from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    ProviderError,
    RecipientClosedError,
    RetryableProviderError,
    TokenExpiredError,
)
from functions.core.late import LATE, LOOK_BACK, UNDELIVERED, late_jobs
from functions.core.mailboxes import mailboxes_of
from functions.core.models import (
    Channel,
    Claim,
    Delivery,
    DeliveryMessage,
    DeliveryPurpose,
    DeliveryState,
    JobKind,
    JobState,
    MessageKind,
    SendState,
    Tip,
    TipStatus,
    Urgency,
)
from functions.core.ports import MOST_NOTICED
from functions.core.posting import CLOSED_ALARMS, Address, post_unsent
from functions.core.reach import PARKED, reach
from functions.core.retry import retry_delay
from functions.core.work import Done, Outcome, Postponed, WorkServices, hold

MAIL_REFUSED = "mail-refused"
"""The alarm while a mailbox of the unit does not take our mail."""


def fall_back(claim: Claim, services: WorkServices) -> Outcome:
    """Bring the unit's late tips to somebody by the next channels.

    It goes on until somebody has each of them, or nobody is there to be tried again.
    """
    unit_id = claim.job.subject_id
    tips = _late_tips(claim, services)
    if not tips:
        return Done()
    if services.channels.channel(unit_id) is not None:
        # A unit without an OA is no fault: e-mail is its usual way.
        services.alerts.alarm(LATE, unit_id)
    unbrought = [tip for tip in tips if not _is_brought(tip, unit_id, services)]
    silence = _to_officers(claim, unbrought, services)
    trouble = _by_mail(
        claim, [tip for tip in tips if _wants_mail(tip, unit_id, services)], services
    )
    if all(_is_brought(tip, unit_id, services) for tip in tips):
        services.alerts.clear(UNDELIVERED, unit_id)
        return _next_try(claim, trouble, services)
    services.alerts.alarm(UNDELIVERED, unit_id)
    return _next_try(claim, trouble or silence, services)


def _next_try(claim: Claim, trouble: ProviderError | None, services: WorkServices) -> Outcome:
    if trouble is None:
        return Done()
    wait, state = PARKED, JobState.PENDING
    if isinstance(trouble, RetryableProviderError):
        wait = retry_delay(claim.job.attempts, trouble.retry_after)
    elif isinstance(trouble, OutcomeUnknownError):
        wait, state = retry_delay(claim.job.attempts), JobState.UNKNOWN
    return Postponed(services.clock.now() + wait, trouble.code, state)


def _late_tips(claim: Claim, services: WorkServices) -> list[Tip]:
    """Return the unit's tips whose card does not stand in its group, though it is time: those
    that were late when the climb began, and those that came to them."""
    unit_id = claim.job.subject_id
    since = claim.job.created_at - LOOK_BACK
    ids: dict[str, None] = {}
    for job in late_jobs(services.jobs, since, services.clock.now(), unit_id):
        if job.kind is JobKind.SEND_DIGEST:
            ids.update(dict.fromkeys(services.deliveries.get(job.subject_id).tip_ids))
        else:
            ids[job.subject_id] = None
    hold(claim, services)
    tips = (services.tips.get(tip_id) for tip_id in ids)
    return [tip for tip in tips if _is_missing(tip, unit_id, services)]


def _is_missing(tip: Tip, unit_id: str, services: WorkServices) -> bool:
    """Whether the unit still has to hear of the tip: whoever took or closed it knows of it."""
    if tip.status is TipStatus.ERASED or tip.case.closed_at is not None:
        return False
    if unit_id not in (tip.unit_id, *tip.case.joint_unit_ids):
        return False
    if unit_id == tip.unit_id and tip.case.assignee_id:
        return False
    return not any(
        one.channel is Channel.ZALO_GROUP and one.unit_id == unit_id and _has_reached_group(one)
        for one in _cards(tip, services)
    )


def _has_reached_group(delivery: Delivery) -> bool:
    if delivery.is_digest:
        # The tip may stand in the part that has not gone.
        return delivery.state is DeliveryState.SENT
    return any(message.state is SendState.SENT for message in delivery.messages)


def _is_brought(tip: Tip, unit_id: str, services: WorkServices) -> bool:
    """Whether an officer or a mailbox of the unit has all that was to be said of it."""
    boxes = _mailboxes(unit_id, services)
    return any(
        one.state is DeliveryState.SENT
        and one.channel is not Channel.ZALO_GROUP
        # Units may share a mailbox, which gets the tip once for all of them.
        and (one.unit_id == unit_id or (one.channel is Channel.EMAIL and one.recipient in boxes))
        for one in _cards(tip, services)
    )


def _wants_mail(tip: Tip, unit_id: str, services: WorkServices) -> bool:
    """Whether the tip goes by e-mail, or has begun to: every mailbox gets what one got."""
    return (
        tip.urgency is Urgency.NOW
        or any(
            one.unit_id == unit_id
            and one.channel is Channel.EMAIL
            and one.state is DeliveryState.PLANNED
            for one in _cards(tip, services)
        )
        or not _is_brought(tip, unit_id, services)
    )


def _mailboxes(unit_id: str, services: WorkServices) -> tuple[str, ...]:
    if services.mailer is None:
        return ()
    return mailboxes_of(unit_id, services.channels, services.units, services.mailer)


def _cards(tip: Tip, services: WorkServices) -> list[Delivery]:
    deliveries = services.deliveries.of_tip(tip.tip_id)
    return [one for one in deliveries if one.purpose is DeliveryPurpose.CARD]


def _to_officers(claim: Claim, tips: Sequence[Tip], services: WorkServices) -> ProviderError | None:
    """Write to each officer of the unit who may be written to now; return what kept us from
    one of them, as something that is worth another try only after a while."""
    unit_id = claim.job.subject_id
    reached = reach(unit_id, services)
    if not tips or isinstance(reached, Postponed):
        return None
    silence: ProviderError | None = None
    for officer in services.officers.officers(unit_id):
        try:
            _notify(claim, tips, reached.person(officer.user_id), services)
        except RecipientClosedError as error:
            silence = error
        except OutcomeUnknownError as error:
            return error
        except (RetryableProviderError, TokenExpiredError) as error:
            # Zalo as a whole does not answer: the next officer's turn would only cost time.
            return ChannelClosedError(error.code)
        except ChannelClosedError as error:
            services.alerts.alarm(CLOSED_ALARMS[Channel.ZALO_USER], unit_id)
            return error
    return silence


def _by_mail(claim: Claim, tips: Sequence[Tip], services: WorkServices) -> ProviderError | None:
    """Write to the unit's mailboxes; return what is worth another try."""
    unit_id = claim.job.subject_id
    if not tips:
        return None
    trouble: ProviderError | None = None
    became: list[DeliveryState] = []
    for mailbox in _mailboxes(unit_id, services):
        try:
            became += _notify(claim, tips, Address(unit_id, Channel.EMAIL, mailbox, ""), services)
        except (RetryableProviderError, OutcomeUnknownError) as error:
            trouble = error
        except ChannelClosedError as error:
            services.alerts.alarm(CLOSED_ALARMS[Channel.EMAIL], "")
            return error
    if DeliveryState.REFUSED in became:
        services.alerts.alarm(MAIL_REFUSED, unit_id)
    elif became:
        services.alerts.clear(MAIL_REFUSED, unit_id)
    return trouble


def _notify(
    claim: Claim, tips: Sequence[Tip], address: Address, services: WorkServices
) -> list[DeliveryState]:
    """Send the recipient one notice of the tips they have not got, and what is left unsent of
    earlier ones; return what became of each. What was refused once is not sent again."""
    waiting: dict[str, Delivery] = {}
    fresh = []
    for tip in tips:
        delivery = _delivery_to(tip, address, services)
        if delivery is None:
            fresh.append(tip)
        elif delivery.state is DeliveryState.PLANNED and delivery.unit_id == address.unit_id:
            waiting[delivery.delivery_id] = delivery
    for start in range(0, len(fresh), MOST_NOTICED):
        planned = _notice(fresh[start : start + MOST_NOTICED], address, services)
        if not services.deliveries.plan_notice(planned):
            # The climb of another unit with this mailbox was just faster.
            raise RetryableProviderError("planned-elsewhere")
        waiting[planned.delivery_id] = planned
    became = []
    for delivery in waiting.values():
        post_unsent(delivery, address, Urgency.NOW, claim, services)
        became.append(services.deliveries.get(delivery.delivery_id).state)
    return became


def _delivery_to(tip: Tip, address: Address, services: WorkServices) -> Delivery | None:
    for delivery in _cards(tip, services):
        if delivery.channel is address.channel and delivery.recipient == address.recipient:
            return delivery
    return None


def _notice(tips: Sequence[Tip], address: Address, services: WorkServices) -> Delivery:
    """Return a delivery that says of each tip what a notice may say, and no more."""
    return Delivery(
        delivery_id=uuid.uuid4().hex,
        unit_id=address.unit_id,
        channel=address.channel,
        recipient=address.recipient,
        is_digest=len(tips) > 1,
        state=DeliveryState.PLANNED,
        tip_ids=tuple(tip.tip_id for tip in tips),
        messages=tuple(
            DeliveryMessage(position, MessageKind.TEXT, text)
            for position, text in enumerate(_texts(tips, address, services), start=1)
        ),
        created_at=services.clock.now(),
    )


def _texts(tips: Sequence[Tip], address: Address, services: WorkServices) -> list[str]:
    unit_name = services.units.get(address.unit_id).name
    values = [cards.notice_values(tip, services.public_url) for tip in tips]
    if address.channel is Channel.EMAIL:
        return [services.renderer.mail("late_tips", {"unit_name": unit_name, "cards": values})]
    if len(values) == 1:
        return services.renderer.notice_card(values[0])
    return services.renderer.digest(unit_name, values)
