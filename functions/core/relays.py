"""Bringing entries of a case to the groups of its units and to the resident's chat, in order.

Each entry is one delivery to one recipient, whose id follows from both: however often a job
runs, and wherever it crashed before, an entry is planned once and posted once. Of messages that
come in a flood, many are one delivery to the group (`core/bundles.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from functions.core import cards
from functions.core.acts import Actor, Decision, record
from functions.core.bringing_again import WORTH_A_WORD, lost_before, reopen_lost
from functions.core.bundles import Telling, relay_id
from functions.core.entry_words import bundle_values, group_values, resident_values
from functions.core.errors import RecipientClosedError
from functions.core.hearing import card_stands, group_hears, resident_hears
from functions.core.models import (
    Attachment,
    CaseEntry,
    Channel,
    Claim,
    Delivery,
    DeliveryPurpose,
    DeliveryState,
    EntryKind,
    Job,
    JobKind,
    JobState,
    SendState,
    Tip,
    TipStatus,
    UnitChannel,
    Urgency,
    Via,
)
from functions.core.ports import EntryValues
from functions.core.posting import Address, post_unsent
from functions.core.reach import Reach, reach
from functions.core.results import (
    REFUSED,
    append_new_texts,
    has_refused_text,
    has_sent_text,
    refused,
)
from functions.core.retry import retry_delay
from functions.core.work import Done, Outcome, Postponed, WorkServices


def relay_to_group(claim: Claim, services: WorkServices) -> Outcome:
    """Post what the unit's group has not heard of yet."""
    tip = services.tips.get(claim.job.subject_id)
    if _is_erased(tip):
        return Done()
    reached = reach(claim.job.unit_id, services)
    if isinstance(reached, Postponed):
        return reached
    return bring_entries(claim, tip, reached, services)


def bring_entries(claim: Claim, tip: Tip, reached: Reach, services: WorkServices) -> Outcome:
    """Post to the unit's group, after the card, what it has not heard of the tip.

    What Zalo refuses gives way to a sentence without the words; where that is refused too, an
    operator is called, and the entries after it go all the same. Messages of the resident that
    come in a flood wait for more, and are told together.
    """
    unit_id = reached.channel.unit_id
    deliveries = services.deliveries.of_tip(tip.tip_id)
    if not card_stands(unit_id, deliveries):
        if unit_id not in (tip.unit_id, *tip.case.joint_unit_ids):
            # The tip went on before this group got its card, and so does what was said of it.
            return Done()
        wait = retry_delay(claim.job.attempts)
        return Postponed(services.clock.now() + wait, "card-first")
    entries = services.cases.entries(tip.tip_id)
    # A card was being posted meanwhile: what came with the newest entry is in the tip of now.
    tip = services.tips.get(tip.tip_id)
    heard = group_hears(tip, unit_id, entries, deliveries)
    group, now = reached.group, services.clock.now()
    telling = Telling(heard, entries, deliveries, group.recipient, now)
    is_all_taken = True
    while post := telling.next_post():
        delivery = telling.known(post[0])
        if delivery is None:
            held_until = telling.held_until(post)
            if held_until is not None:
                outcome = Done() if is_all_taken else refused(unit_id, services)
                return _gather(claim, post[0], group, held_until, outcome, services)
            values = _group_values(post, tip, entries, reached, services)
            delivery = _plan_for_group(post, tip, values, reached, services)
        post = telling.pass_over(delivery)
        if not _is_over(delivery, claim):
            values = _group_values(post, tip, entries, reached, services)
            delivery = _post(delivery, values, group, claim, services)
            is_all_taken = is_all_taken and has_sent_text(delivery)
    return Done() if is_all_taken else refused(unit_id, services)


def relay_to_resident(claim: Claim, services: WorkServices) -> Outcome:
    """Send what the resident's chat has not got yet.

    Whoever cannot be written to any more gets nothing of what waits; the group is told once
    of each answer and question that did not arrive.
    """
    tip = services.tips.get(claim.job.subject_id)
    if tip.chat is None or tip.chat.unit_id != claim.job.unit_id or _is_erased(tip):
        return Done()
    reached = reach(claim.job.unit_id, services)
    if isinstance(reached, Postponed):
        return reached
    address = reached.person(tip.chat.user_id)
    known = {one.delivery_id: one for one in services.deliveries.of_tip(tip.tip_id)}
    entries = services.cases.entries(tip.tip_id)
    lost = lost_before(entries)
    is_closed = False
    for entry in resident_hears(entries):
        delivery = known.get(relay_id(entry, Channel.ZALO_USER, address.recipient))
        if delivery is None:
            delivery = _plan_for_resident(entry, tip, address, services)
        if delivery.state is DeliveryState.PLANNED:
            is_closed = is_closed or _is_closed_to(delivery, entry, tip, address, claim, services)
            if is_closed:
                refuse_rest(delivery, services)
            delivery = services.deliveries.get(delivery.delivery_id)
        if _has_refused(delivery):
            if entry.kind in WORTH_A_WORD:
                _tell(entry, EntryKind.UNDELIVERED, tip, services)
        elif entry.entry_id in lost:
            _tell(entry, EntryKind.DELIVERED, tip, services)
    return Done()


def relay_again(claim: Claim, services: WorkServices) -> Outcome:
    """Send what the resident's chat has not got, and what it could not be given before: the
    resident has written since."""
    reopen_lost(services.tips.get(claim.job.subject_id), services)
    return relay_to_resident(claim, services)


def send_delivery(claim: Claim, services: WorkServices) -> Outcome:
    """Send one planned note. To somebody who cannot be written to, or a group that is the
    unit's no more, it is not worth another try."""
    delivery = services.deliveries.get(claim.job.subject_id)
    if delivery.state is not DeliveryState.PLANNED:
        return Done()
    reached = reach(delivery.unit_id, services)
    if isinstance(reached, Postponed):
        return reached
    address = reached.group
    if delivery.channel is Channel.ZALO_USER:
        address = reached.person(delivery.recipient)
    try:
        if address.recipient == delivery.recipient:
            post_unsent(delivery, address, claim.job.urgency, claim, services)
            return Done()
    except RecipientClosedError:
        pass
    refuse_rest(delivery, services)
    return Done()


def plan_entries(tip: Tip, services: WorkServices) -> int:
    """Store the deliveries that bring the entries to who has not got them, without sending;
    return how many they are."""
    deliveries = services.deliveries.of_tip(tip.tip_id)
    known = {delivery.delivery_id for delivery in deliveries}
    entries = services.cases.entries(tip.tip_id)
    planned = 0
    for channel in _channels(tip, entries, services):
        reached = Reach(channel, access_token="")
        heard = group_hears(tip, channel.unit_id, entries, deliveries)
        telling = Telling(heard, entries, deliveries, channel.group_id, services.clock.now())
        while post := telling.next_post():
            delivery = telling.known(post[0])
            if delivery is None:
                values = _group_values(post, tip, entries, reached, services)
                delivery = _plan_for_group(post, tip, values, reached, services)
                planned += 1
            telling.pass_over(delivery)
    if tip.chat is not None:
        address = Address(tip.chat.unit_id, Channel.ZALO_USER, tip.chat.user_id, "")
        for entry in resident_hears(entries):
            if relay_id(entry, Channel.ZALO_USER, address.recipient) not in known:
                _plan_for_resident(entry, tip, address, services)
                planned += 1
    return planned


def _channels(tip: Tip, entries: Sequence[CaseEntry], services: WorkServices) -> list[UnitChannel]:
    """Return the groups of the units that have or had the tip, where they have one."""
    unit_ids = [tip.unit_id, *tip.case.joint_unit_ids, *(entry.unit_id for entry in entries)]
    found = (services.channels.channel(unit_id) for unit_id in dict.fromkeys(unit_ids))
    return [channel for channel in found if channel is not None]


def refuse_rest(delivery: Delivery, services: WorkServices) -> None:
    """Give up what has not gone: nobody is there to take it."""
    for message in services.deliveries.get(delivery.delivery_id).messages:
        if message.state in (SendState.PENDING, SendState.ATTEMPTED):
            services.deliveries.mark_refused(
                delivery.delivery_id, message.position, services.clock.now()
            )


def _is_erased(tip: Tip) -> bool:
    return tip.status is TipStatus.ERASED


def _is_over(delivery: Delivery, claim: Claim) -> bool:
    """Whether nothing is left to post: what was refused goes again only when the job that
    was told so is re-armed."""
    if delivery.state is DeliveryState.REFUSED:
        return claim.job.last_error != REFUSED
    return delivery.state is DeliveryState.SENT


def _gather(
    claim: Claim,
    first: CaseEntry,
    group: Address,
    due_at: datetime,
    outcome: Outcome,
    services: WorkServices,
) -> Outcome:
    """Have the messages since this one told at that time, by one job for all that come until
    then."""
    waits_for = f"{relay_id(first, group.channel, group.recipient)} {due_at.isoformat()}"
    job = Job(
        job_id=hashlib.sha256(waits_for.encode()).hexdigest(),
        kind=JobKind.RELAY_TO_GROUP,
        subject_id=first.tip_id,
        unit_id=group.unit_id,
        urgency=claim.job.urgency,
        state=JobState.PENDING,
        due_at=due_at,
        created_at=services.clock.now(),
        lane=group.unit_id,
    )
    if claim.job.job_id == job.job_id:
        # An operator re-armed the whole lane before its time.
        return Postponed(due_at, "gathering")
    services.jobs.add(job)
    return outcome


def _group_values(
    post: Sequence[CaseEntry],
    tip: Tip,
    entries: Sequence[CaseEntry],
    reached: Reach,
    services: WorkServices,
) -> EntryValues:
    mode = reached.channel.forward_mode
    if len(post) > 1:
        return bundle_values(post, tip, mode, services)
    return group_values(post[0], tip, mode, entries, services)


def _plan_for_group(
    post: Sequence[CaseEntry],
    tip: Tip,
    values: EntryValues,
    reached: Reach,
    services: WorkServices,
) -> Delivery:
    photos = () if values.sealed else cards.photos_of(tip, post[0].entry_id)
    texts = services.renderer.group_entry(values)
    return _plan(post, tip, texts, photos, reached.group, services)


def _plan_for_resident(
    entry: CaseEntry, tip: Tip, address: Address, services: WorkServices
) -> Delivery:
    texts = services.renderer.resident_entry(resident_values(entry, tip, services))
    return _plan([entry], tip, texts, (), address, services)


def _plan(
    post: Sequence[CaseEntry],
    tip: Tip,
    texts: Sequence[str],
    photos: Sequence[Attachment],
    address: Address,
    services: WorkServices,
) -> Delivery:
    return services.deliveries.plan(
        Delivery(
            delivery_id=relay_id(post[0], address.channel, address.recipient),
            unit_id=address.unit_id,
            channel=address.channel,
            recipient=address.recipient,
            is_digest=False,
            state=DeliveryState.PLANNED,
            tip_ids=(),
            messages=cards.planned_messages(tip, texts, photos, services.renderer),
            created_at=services.clock.now(),
            purpose=DeliveryPurpose.RELAY,
            about_tip_id=tip.tip_id,
            entry_id=post[-1].entry_id,
        )
    )


def _post(
    delivery: Delivery,
    values: EntryValues,
    address: Address,
    claim: Claim,
    services: WorkServices,
) -> Delivery:
    """Post it to the group, without the words where they are refused.

    One noisy case must not send on past the unit's rate, however urgent it is said to be.
    """
    if delivery.state is DeliveryState.REFUSED:
        delivery = services.deliveries.reopen(delivery.delivery_id)
    post_unsent(delivery, address, Urgency.NORMAL, claim, services)
    delivery = services.deliveries.get(delivery.delivery_id)
    if has_refused_text(delivery) and not values.sealed:
        texts = services.renderer.group_entry(replace(values, sealed=True, text=""))
        delivery = append_new_texts(delivery, texts, services)
        post_unsent(delivery, address, Urgency.NORMAL, claim, services)
        delivery = services.deliveries.get(delivery.delivery_id)
    return delivery


def _is_closed_to(
    delivery: Delivery,
    entry: CaseEntry,
    tip: Tip,
    address: Address,
    claim: Claim,
    services: WorkServices,
) -> bool:
    """Send it to the resident, without the words where they are refused; return whether the
    resident cannot be written to."""
    try:
        post_unsent(delivery, address, claim.job.urgency, claim, services)
        delivery = services.deliveries.get(delivery.delivery_id)
        if has_refused_text(delivery):
            values = replace(resident_values(entry, tip, services), sealed=True, text="")
            texts = services.renderer.resident_entry(values)
            delivery = append_new_texts(delivery, texts, services)
            post_unsent(delivery, address, claim.job.urgency, claim, services)
    except RecipientClosedError:
        return True
    return False


def _has_refused(delivery: Delivery) -> bool:
    return any(message.state is SendState.REFUSED for message in delivery.messages)


def _tell(entry: CaseEntry, kind: EntryKind, tip: Tip, services: WorkServices) -> None:
    """Put on record, once, and so before the group, what became of an answer."""
    record(
        lambda: services.tips.get(tip.tip_id),
        f"{kind}-{entry.entry_id}",
        Actor(Via.SYSTEM),
        lambda now: Decision(now, kind, about=entry.entry_id),
        services.acts,
    )
