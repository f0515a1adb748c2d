"""The ladder (design D3): what the group did not get in time goes to officers' own chats, then
by e-mail; what nobody got stays on the red board.

The group's own job goes on meanwhile: "none twice" holds for each recipient of each channel.
Every attempt stands in the record as a delivery. A tip counts as brought once one officer or
one mailbox has it; what is urgent goes by e-mail in any case.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from functions.core import cards
from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    ProviderError,
    RejectedByProviderError,
    RetryableProviderError,
    TokenExpiredError,
)
from functions.core.late import late_jobs
from functions.core.models import (
    Channel,
    Claim,
    Delivery,
    DeliveryMessage,
    DeliveryPurpose,
    DeliveryState,
    JobKind,
    JobState,
    Mailboxes,
    MessageKind,
    SendState,
    Tip,
    TipStatus,
    TokenState,
    Urgency,
)
from functions.core.ports import MOST_NOTICED
from functions.core.posting import Address, post_unsent
from functions.core.retry import retry_delay
from functions.core.work import Done, Outcome, Postponed, WorkServices

LATE = "delivery-late"
"""The alarm while a unit's group does not get its tips in time."""

UNDELIVERED = "undelivered"
"""The alarm of the red board: nobody has got the tip by any channel."""


def fall_back(claim: Claim, services: WorkServices) -> Outcome:
    """Bring the unit's late tips to somebody by the next channels."""
    tips = _late_tips(claim.job.subject_id, services)
    if not tips:
        return Done()
    if services.channels.channel(claim.job.unit_id) is not None:
        # A unit without an OA is no fault: e-mail is its usual way.
        services.alerts.alarm(LATE, claim.job.unit_id)
    _to_officers(claim, [tip for tip in tips if not _is_brought(tip, services)], services)
    by_mail = [tip for tip in tips if tip.urgency is Urgency.NOW or not _is_brought(tip, services)]
    failure = _by_mail(claim, by_mail, services)
    if all(_is_brought(tip, services) for tip in tips):
        services.alerts.clear(UNDELIVERED, claim.job.unit_id)
        return Done()
    services.alerts.alarm(UNDELIVERED, claim.job.unit_id)
    if failure is None:
        return Done()
    state = JobState.UNKNOWN if isinstance(failure, OutcomeUnknownError) else JobState.PENDING
    wait = retry_delay(claim.job.attempts)
    return Postponed(services.clock.now() + wait, failure.code, state)


def _late_tips(unit_id: str, services: WorkServices) -> list[Tip]:
    """Return the unit's tips whose card does not stand in its group, though it is time."""
    ids: dict[str, None] = {}
    for job in late_jobs(services.jobs, services.clock.now()):
        if job.unit_id != unit_id:
            continue
        if job.kind is JobKind.SEND_DIGEST:
            ids.update(dict.fromkeys(services.deliveries.get(job.subject_id).tip_ids))
        else:
            ids[job.subject_id] = None
    tips = (services.tips.get(tip_id) for tip_id in ids)
    return [tip for tip in tips if _is_missing(tip, unit_id, services)]


def _is_missing(tip: Tip, unit_id: str, services: WorkServices) -> bool:
    if tip.status is TipStatus.ERASED or unit_id not in (tip.unit_id, *tip.case.joint_unit_ids):
        return False
    return not any(
        delivery.channel is Channel.ZALO_GROUP
        and delivery.unit_id == unit_id
        and _has_sent(delivery)
        for delivery in _cards(tip, services)
    )


def _is_brought(tip: Tip, services: WorkServices) -> bool:
    return any(
        delivery.channel is not Channel.ZALO_GROUP and _has_sent(delivery)
        for delivery in _cards(tip, services)
    )


def _cards(tip: Tip, services: WorkServices) -> Iterable[Delivery]:
    deliveries = services.deliveries.of_tip(tip.tip_id)
    return (one for one in deliveries if one.purpose is DeliveryPurpose.CARD)


def _has_sent(delivery: Delivery) -> bool:
    return any(message.state is SendState.SENT for message in delivery.messages)


def _to_officers(claim: Claim, tips: Sequence[Tip], services: WorkServices) -> None:
    """Write to each officer of the unit who may be written to now."""
    unit_id = claim.job.unit_id
    channel = services.channels.channel(unit_id)
    tokens = services.tokens.get(unit_id)
    if not tips or channel is None or tokens is None or tokens.state is not TokenState.OK:
        return
    for officer in services.officers.officers(unit_id):
        address = Address(unit_id, Channel.ZALO_USER, officer.user_id, tokens.pair.access_token)
        try:
            _notify(claim, tips, address, services)
        except (RetryableProviderError, TokenExpiredError):
            # Zalo as a whole does not answer: the next officer's turn would only cost time.
            return
        except ProviderError:
            continue


def _by_mail(claim: Claim, tips: Sequence[Tip], services: WorkServices) -> ProviderError | None:
    """Write to the unit's mailboxes, or the province's; return what is worth another try."""
    if not tips or services.mailer is None:
        return None
    failure: ProviderError | None = None
    for mailbox in _mailboxes(claim.job.unit_id, services):
        address = Address(claim.job.unit_id, Channel.EMAIL, mailbox, "")
        try:
            _notify(claim, tips, address, services)
        except (RetryableProviderError, OutcomeUnknownError) as error:
            failure = error
        except ChannelClosedError:
            services.alerts.alarm("mail-closed", "")
        except RejectedByProviderError:
            services.alerts.alarm("mail-refused", claim.job.unit_id)
    return failure


def _mailboxes(unit_id: str, services: WorkServices) -> tuple[str, ...]:
    own = services.channels.mailboxes(unit_id)
    if own is None or not own.addresses:
        province = services.units.province_of(unit_id).unit_id
        own = services.channels.mailboxes(province) or Mailboxes(province, ())
    return own.addresses


def _notify(claim: Claim, tips: Sequence[Tip], address: Address, services: WorkServices) -> None:
    """Send the recipient one notice of the tips they have not got, and what is left unsent of
    earlier ones."""
    waiting: dict[str, Delivery] = {}
    fresh = []
    for tip in tips:
        delivery = _delivery_to(tip, address, services)
        if delivery is None:
            fresh.append(tip)
        elif delivery.state is not DeliveryState.SENT:
            waiting[delivery.delivery_id] = delivery
    for start in range(0, len(fresh), MOST_NOTICED):
        planned = _notice(fresh[start : start + MOST_NOTICED], address, services)
        if services.deliveries.plan_notice(planned):
            waiting[planned.delivery_id] = planned
    for delivery in waiting.values():
        if delivery.state is DeliveryState.REFUSED:
            delivery = services.deliveries.reopen(delivery.delivery_id)
        post_unsent(delivery, address, Urgency.NOW, claim, services)


def _delivery_to(tip: Tip, address: Address, services: WorkServices) -> Delivery | None:
    for delivery in _cards(tip, services):
        if delivery.channel is address.channel and delivery.recipient == address.recipient:
            return delivery
    return None


def _notice(tips: Sequence[Tip], address: Address, services: WorkServices) -> Delivery:
    """Return a delivery that says of each tip what a notice may say, and no more."""
    unit_name = services.units.get(address.unit_id).name
    values = [cards.notice_values(tip, services.public_url) for tip in tips]
    if address.channel is Channel.EMAIL:
        texts = [services.renderer.mail("late_tips", {"unit_name": unit_name, "cards": values})]
    else:
        texts = services.renderer.digest(unit_name, values)
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
            for position, text in enumerate(texts, start=1)
        ),
        created_at=services.clock.now(),
    )
