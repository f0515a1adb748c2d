"""What officers write in their unit's group or to the OA itself: commands, and asking for a
sign-in link. Anybody else has no effect here and gets no answer; plain talk has none either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.core import casework, models
from functions.core.casework import Act, CaseworkServices
from functions.core.commands import Command, Word, asks_to_sign_in, read_command
from functions.core.errors import ActRefusedError, InvalidInputError, NotFoundError
from functions.core.events import ResidentMessage, StaffMessage, StoredEvent
from functions.core.models import Channel, Claim, Officer, Tip, Urgency, Via
from functions.core.notes import Addressee, is_planned, note_id, plan_note
from functions.core.signin import LINK_LIFE, issue_link
from functions.core.transfers import transfer_by_name
from functions.core.work import Done, Outcome, Postponed, WorkServices

QUOTE_PATIENCE = timedelta(seconds=10)
"""So long may the mark of a message we sent be slower than the officer who quotes it."""

LOOK_AGAIN = timedelta(seconds=3)

SIGN_IN_IN_TIME = timedelta(minutes=10)
"""Who asked longer ago has stopped waiting: a link would lie about unused."""


@dataclass(frozen=True)
class _Order:
    """A message of an enrolled officer, and where it is answered."""

    officer: Officer
    event_id: str
    received_at: datetime
    message_id: str
    quoted_id: str
    to: Addressee

    @property
    def via(self) -> Via:
        return Via.GROUP if self.to.channel is Channel.ZALO_GROUP else Via.CHAT


def hear_group(
    event: StoredEvent, message: StaffMessage, claim: Claim, services: WorkServices
) -> Outcome:
    """Obey a command in the unit's own group if one of its officers gave it."""
    channel = services.channels.channel(event.unit_id)
    if channel is None or channel.group_id != message.group_id:
        return Done()
    officer = services.officers.officer(event.unit_id, message.user_id)
    command = read_command(message.text)
    if officer is None or command is None:
        return Done()
    to = Addressee(event.unit_id, Channel.ZALO_GROUP, message.group_id, Urgency.SOON)
    return _obey(command, _order(event, message, officer, to), claim, services)


def hear_officer(
    event: StoredEvent,
    message: ResidentMessage,
    officer: Officer,
    claim: Claim,
    services: WorkServices,
) -> Outcome:
    """Obey a command in an officer's own chat, or let them in; else say what can be written."""
    to = Addressee(event.unit_id, Channel.ZALO_USER, message.user_id, Urgency.SOON)
    order = _order(event, message, officer, to)
    if asks_to_sign_in(message.text):
        _let_in(order, message.sent_at, services)
        return Done()
    command = read_command(message.text) or Command(None)
    return _obey(command, order, claim, services)


def _order(
    event: StoredEvent, message: StaffMessage | ResidentMessage, officer: Officer, to: Addressee
) -> _Order:
    return _Order(
        officer, event.event_id, event.received_at, message.message_id, message.quoted_id, to
    )


def _obey(command: Command, order: _Order, claim: Claim, services: WorkServices) -> Outcome:
    if command.word is None:
        _answer(order, "help", {}, services)
        return Done()
    done = _tip_done(order, services)
    if done is not None:
        _confirm(order, command.word, done, services)
        return Done()
    quoted = _quoted_tip(order, services)
    if (
        order.quoted_id
        and quoted is None
        and not command.codes
        and _may_still_come(order, services)
    ):
        # What follows in this conversation waits as well.
        again_at = services.clock.now() + LOOK_AGAIN
        services.jobs.pause_lane(claim.job.lane, again_at)
        return Postponed(again_at, "quote-unknown")
    code = _code_meant(command, quoted)
    if code is None:
        unclear = len(command.codes) > 1 or bool(command.strays and quoted)
        _answer(
            order, "one_code_only" if unclear else "code_needed", {"word": command.word}, services
        )
        return Done()
    try:
        tip = services.tips.by_card_code(order.officer.unit_id, code)
    except NotFoundError:
        # The same answer for a code that nobody has and for another unit's.
        _answer(order, "unknown_code", {"card_code": code}, services)
        return Done()
    _remember(order, tip, services)
    _do(command, command.word, order, tip, services)
    return Done()


def _code_meant(command: Command, quoted: Tip | None) -> str | None:
    """Return the one code that the command is about: the typed one before the quoted one;
    None where none or several could be meant."""
    if command.codes:
        return command.codes[0] if len(command.codes) == 1 else None
    if quoted is None or any(stray != quoted.card_code for stray in command.strays):
        return None
    return quoted.card_code


def _quoted_tip(order: _Order, services: WorkServices) -> Tip | None:
    if not order.quoted_id:
        return None
    tip_id = services.deliveries.tip_of_message(order.to.recipient, order.quoted_id)
    return services.tips.get(tip_id) if tip_id is not None else None


def _may_still_come(order: _Order, services: WorkServices) -> bool:
    return services.clock.now() - order.received_at < QUOTE_PATIENCE


def _remember(order: _Order, tip: Tip, services: WorkServices) -> None:
    """Note which tip the officer's own message is about, before anything is done: after a crash
    a tip that was transferred would not be found by its code any more. Who quotes the command
    means that tip, too."""
    if order.message_id:
        services.deliveries.learn_message_id(order.to.recipient, order.message_id, tip.tip_id)


def _tip_done(order: _Order, services: WorkServices) -> Tip | None:
    """Return the tip on which the command was carried out before a crash, None if it was not."""
    if not order.message_id:
        return None
    tip_id = services.deliveries.tip_of_message(order.to.recipient, order.message_id)
    if tip_id is None or services.cases.entry(tip_id, order.event_id) is None:
        return None
    return services.tips.get(tip_id)


def _do(command: Command, word: Word, order: _Order, tip: Tip, services: WorkServices) -> None:
    """Do what is asked; the entry's relay to the group confirms it there, only a refusal is a
    note."""
    act = Act(order.officer, tip.card_code, order.event_id, order.via)
    try:
        refusal = _carry_out(command.text, word, act, services)
    except ActRefusedError as error:
        values = {"card_code": tip.card_code, "about": error.about}
        _answer(order, f"refused_{error.code}", values, services)
    except InvalidInputError as error:
        _answer(order, *_mistake(error, word, tip), services)
    else:
        if refusal is not None:
            _answer(order, *refusal, services)
        else:
            _confirm(order, word, tip, services)


def _confirm(order: _Order, word: Word, tip: Tip, services: WorkServices) -> None:
    """Tell who wrote in their own chat that it is done: they may not look into the group."""
    if order.via is Via.CHAT:
        _answer(order, "done", {"card_code": tip.card_code, "word": word}, services)


def _carry_out(
    text: str, word: Word, act: Act, services: WorkServices
) -> tuple[str, dict[str, str]] | None:
    """Return the note that says why not, None where it was done."""
    if word is Word.TRANSFER:
        return transfer_by_name(act, text, services.casework)
    _DEEDS[word](act, text, services.casework)
    return None


_DEEDS: dict[Word, Callable[[Act, str, CaseworkServices], object]] = {
    Word.TAKE: lambda act, _, services: casework.take(act, services),
    Word.START: lambda act, _, services: casework.start(act, services),
    Word.ANSWER: casework.answer,
    Word.ASK: casework.ask,
    Word.CLOSE: lambda act, text, services: casework.close(
        act, models.Outcome(text=text), services
    ),
}

_MISTAKES = {"required": "text_needed", "too_long": "text_too_long"}


def _mistake(error: InvalidInputError, word: Word, tip: Tip) -> tuple[str, dict[str, str]]:
    most = casework.MAX_NOTE if word is Word.TRANSFER else casework.MAX_ANSWER
    values = {
        "text_needed": {"word": word, "card_code": tip.card_code},
        "text_too_long": {"most": str(most)},
    }
    code = _MISTAKES[error.errors[0].code]
    return code, dict(values[code])


def _let_in(order: _Order, asked_at: datetime, services: WorkServices) -> None:
    """Send the officer a one-time link, once (design D8)."""
    if services.clock.now() - asked_at > SIGN_IN_IN_TIME:
        _answer(order, "sign_in_late", {}, services)
        return
    if is_planned(note_id(order.event_id), services):
        return
    link = f"{services.public_url}/can-bo/vao/{issue_link(order.officer, services.sign_in)}"
    quoted = _quoted_tip(order, services)
    if quoted is not None:
        link += f"?next=/can-bo/tin/{quoted.card_code}"
    minutes = str(int(LINK_LIFE.total_seconds() // 60))
    _answer(order, "sign_in_link", {"link": link, "minutes": minutes}, services)


def _answer(order: _Order, code: str, values: dict[str, str], services: WorkServices) -> None:
    """One note for an event, however often it comes."""
    plan_note(note_id(order.event_id), order.to, code, values, services)
