"""What residents write to an OA: each message opens a tip or goes on with one, and none is
lost; slow photos come after the words."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.core import codes
from functions.core.accepting import AcceptServices, Marks, accept
from functions.core.bringing_again import ask_for_lost
from functions.core.chat_media import Piece, fetch, pieces_of
from functions.core.commands import asks_to_sign_in, storable
from functions.core.deadlines import is_closed
from functions.core.errors import ActRefusedError
from functions.core.events import ResidentMessage, ResidentWithdrew, StoredEvent
from functions.core.following_up import MOST_ATTACHMENTS, add_message, withdraw_contact
from functions.core.models import (
    Attachment,
    CaseState,
    Channel,
    ChatAddress,
    Claim,
    Contact,
    Location,
    Tip,
    TipContent,
    TipStatus,
    Urgency,
    Via,
)
from functions.core.notes import Addressee, note_id, plan_note
from functions.core.ports import MacKeys
from functions.core.retry import retry_delay
from functions.core.submissions import MAX_TEXT
from functions.core.viet_nam import day_of
from functions.core.work import Done, Outcome, Postponed, WorkServices

GOES_ON = timedelta(hours=48)
"""Who writes so soon after the end of their case still means that case."""

CATEGORY = "khac"


@dataclass(frozen=True)
class _Said:
    """One message with what follows from its event alone."""

    event_id: str
    received_at: datetime
    chat: ChatAddress
    chat_hash: bytes
    texts: tuple[str, ...]
    """The words, in parts no longer than a text may be."""
    location: Location | None
    pieces: tuple[Piece, ...]

    @property
    def first_text(self) -> str:
        return self.texts[0] if self.texts else ""

    @property
    def has_words(self) -> bool:
        """Whether it says anything without what is to be fetched."""
        return bool(self.texts or self.location)

    @property
    def asks_to_sign_in(self) -> bool:
        """Whether it is what officers write, and nothing else."""
        return not (self.pieces or self.location) and asks_to_sign_in(self.first_text)


def chat_hash_of(chat: ChatAddress, mac: MacKeys) -> bytes:
    """Return what leads from a chat to its tips without naming anybody."""
    return mac.digest("chat", f"{chat.unit_id}\0{chat.user_id}".encode())


def hear_resident(
    event: StoredEvent, message: ResidentMessage, claim: Claim, services: WorkServices
) -> Outcome:
    """Bring the message to officers, once: as a new tip, or as more about one that is in.

    Postponed while something that was sent along may still come; words do not wait for it.
    """
    said = _said(event, message, services.mac)
    made = _made_by(said, services)
    tip = made or resolve_conversation(message, said.chat, services)
    _ask_for_lost(said, tip, services)
    if not (said.has_words or said.pieces):
        if tip is None:
            _ask_for_words(said, services)
        return Done()
    if tip is None and said.asks_to_sign_in:
        _say_who_signs_in(said, services)
        return Done()
    known = {one.attachment_id for one in tip.attachments} if tip else set()
    pieces = [one for one in said.pieces if one.attachment_id not in known]
    room = max(0, MOST_ATTACHMENTS - len(known))
    fetched = fetch(pieces[:room], said.received_at, claim, services)
    if tip is None and (said.has_words or fetched.attachments):
        tip = made = _open_tip(said, fetched.attachments, services)
        _add(said, tip, True, (), services)
    elif tip is not None:
        _add(said, tip, made is not None, fetched.attachments, services)
    if tip is not None:
        if made is not None:
            _acknowledge(said, tip, services)
        if len(pieces) > room:
            _say_too_many(said, tip, services)
    if fetched.error:
        later = services.clock.now() + retry_delay(claim.job.attempts)
        return Postponed(later, f"media-{fetched.error}")
    return Done()


def resolve_conversation(
    message: ResidentMessage, chat: ChatAddress, services: WorkServices
) -> Tip | None:
    """Return the tip that the message is about: the quoted one, else the latest of the chat
    unless it ended long ago; None where it begins a new one."""
    if message.quoted_id:
        quoted = services.deliveries.tip_of_message(message.user_id, message.quoted_id)
        tip = _tip_of_chat(quoted, chat, services)
        if tip is not None:
            return tip
    latest = services.cases.latest_of_chat(chat_hash_of(chat, services.mac))
    tip = _tip_of_chat(latest, chat, services)
    if tip is None or not is_closed(tip):
        return tip
    ended_at = tip.case.closed_at or tip.received_at
    return tip if services.clock.now() - ended_at < GOES_ON else None


def forget_chat(event: StoredEvent, withdrawal: ResidentWithdrew, services: WorkServices) -> None:
    """Take the chat out of every tip that came by it: nobody is written to there any more."""
    chat_hash = chat_hash_of(ChatAddress(event.unit_id, withdrawal.user_id), services.mac)
    while (tip_id := services.cases.latest_of_chat(chat_hash)) is not None:
        withdraw_contact(tip_id, Via.SYSTEM, services.acts)


def _said(event: StoredEvent, message: ResidentMessage, mac: MacKeys) -> _Said:
    chat = ChatAddress(event.unit_id, message.user_id)
    text = storable(message.text)
    texts = [text[start : start + MAX_TEXT] for start in range(0, len(text), MAX_TEXT)]
    return _Said(
        event.event_id,
        event.received_at,
        chat,
        chat_hash_of(chat, mac),
        tuple(part for part in texts if part.strip()),
        message.location,
        tuple(pieces_of(event.event_id, message.media)),
    )


def _tip_of_chat(tip_id: str | None, chat: ChatAddress, services: WorkServices) -> Tip | None:
    """Return the tip if it is this chat's: from some it was taken away."""
    if tip_id is None:
        return None
    tip = services.tips.get(tip_id)
    return tip if tip.chat == chat and tip.status is not TipStatus.ERASED else None


def _submission(said: _Said, mac: MacKeys) -> tuple[bytes, bytes]:
    """Return what the event's tip is known by: the same event makes one tip."""
    mark = f"chat\0{said.event_id}".encode()
    return mac.digest("submission", mark), mac.digest("content", mark)


def _made_by(said: _Said, services: WorkServices) -> Tip | None:
    return services.tips.find_submission(*_submission(said, services.mac), services.clock.now())


def _open_tip(said: _Said, attachments: Sequence[Attachment], services: WorkServices) -> Tip:
    now = services.clock.now()
    unit_id = _receiving_unit(said.chat.unit_id, services)
    numbered = tuple(
        replace(one, position=position) for position, one in enumerate(attachments, start=1)
    )

    def make(card_code: str) -> Tip:
        return Tip(
            tip_id=uuid.uuid4().hex,
            card_code=card_code,
            unit_id=unit_id,
            addressed_unit_id=said.chat.unit_id,
            category=CATEGORY,
            urgency=Urgency.NORMAL,
            status=TipStatus.RECEIVED,
            sealed=False,
            received_at=now,
            content=TipContent(said.first_text, location=said.location),
            contact=Contact(),
            attachments=numbered,
            chat=said.chat,
            case=CaseState(is_from_chat=True),
        )

    marks = Marks(
        codes.random_receipt_code(), *_submission(said, services.mac), chat_hash=said.chat_hash
    )
    writing = AcceptServices(services.tips, services.queue, services.mac, services.clocks)
    return accept(make, marks, now, writing).tip


def _receiving_unit(oa_unit_id: str, services: WorkServices) -> str:
    """Return who serves the people of the unit whose OA it is; of a unit that was split, the
    province knows which part is meant."""
    serving = services.units.receivers(oa_unit_id, day_of(services.clock.now()))
    if len(serving) == 1:
        return serving[0].unit_id
    return services.units.province_of(oa_unit_id).unit_id


def _add(
    said: _Said,
    tip: Tip,
    is_made: bool,
    attachments: tuple[Attachment, ...],
    services: WorkServices,
) -> None:
    """Add to the tip what is not in it yet; tell who writes too much for one day."""
    try:
        _go_on(said, tip, is_made, attachments, services)
        _add_further_texts(said, tip, services)
    except ActRefusedError as refused:
        if refused.code != "too_many_messages":
            raise
        _say_full(said, tip, services)


def _go_on(
    said: _Said,
    tip: Tip,
    is_made: bool,
    attachments: tuple[Attachment, ...],
    services: WorkServices,
) -> None:
    """Add the message to the tip; once it is in, what came later alone."""
    entry_id, text, location = said.event_id, said.first_text, said.location
    if is_made or services.cases.entry(tip.tip_id, entry_id) is not None:
        if not attachments:
            return
        entry_id, text, location = f"{entry_id}.{attachments[0].attachment_id[:8]}", "", None
    if text or location or attachments:
        add_message(
            tip.tip_id, entry_id, text, attachments, Via.CHAT, services.acts, location=location
        )


def _add_further_texts(said: _Said, tip: Tip, services: WorkServices) -> None:
    for number, text in enumerate(said.texts[1:], start=2):
        add_message(tip.tip_id, f"{said.event_id}.{number}", text, (), Via.CHAT, services.acts)


def _ask_for_lost(said: _Said, tip: Tip | None, services: WorkServices) -> None:
    """Have answers brought that did not reach this chat, also of a case that ended before."""
    latest = services.cases.latest_of_chat(said.chat_hash)
    last = _tip_of_chat(latest, said.chat, services)
    for one in {one.tip_id: one for one in (tip, last) if one is not None}.values():
        ask_for_lost(one, said.event_id, services)


def _acknowledge(said: _Said, tip: Tip, services: WorkServices) -> None:
    """Tell the sender, once, that officers have it. The code opens nothing."""
    values = {
        "card_code": tip.card_code,
        "unit_name": services.units.get(tip.addressed_unit_id).name,
    }
    occasion = note_id(said.event_id, "received")
    plan_note(occasion, _sender(said), "received", values, services, about_tip_id=tip.tip_id)


def _ask_for_words(said: _Said, services: WorkServices) -> None:
    """Ask who sent a sticker only to say what happened; once a day."""
    occasion = note_id(said.chat_hash.hex(), "say_more", _today(services))
    plan_note(occasion, _sender(said), "say_more", {}, services)


def _say_who_signs_in(said: _Said, services: WorkServices) -> None:
    """Answer, once a day, who is no officer (any more) but writes like one."""
    occasion = note_id(said.chat_hash.hex(), "sign_in", _today(services))
    plan_note(occasion, _sender(said), "sign_in_enrolled_only", {}, services)


def _say_too_many(said: _Said, tip: Tip, services: WorkServices) -> None:
    occasion = note_id(tip.tip_id, "too_many_files", _today(services))
    values = {"card_code": tip.card_code}
    plan_note(occasion, _sender(said), "too_many_files", values, services, tip.tip_id)


def _say_full(said: _Said, tip: Tip, services: WorkServices) -> None:
    """Say once a day that the tip takes no more today, and whom to call."""
    occasion = note_id(tip.tip_id, "full_for_today", _today(services))
    values = {
        "card_code": tip.card_code,
        "unit_name": services.units.get(tip.addressed_unit_id).name,
    }
    plan_note(occasion, _sender(said), "full_for_today", values, services, tip.tip_id)


def _sender(said: _Said) -> Addressee:
    return Addressee(said.chat.unit_id, Channel.ZALO_USER, said.chat.user_id)


def _today(services: WorkServices) -> str:
    return day_of(services.clock.now()).isoformat()
