"""The routes of whoever has a receipt code: look, write on, withdraw contact, ask for deletion.

Only wrong codes are counted, and a right one always passes, however many wrong ones came from
its address: many residents share one, and none shall lock the others out. After the limit a
wrong code gets a 429, which like the 404 before it reads the same for unknown, expired and
malformed ones. A limit over all addresses together is not needed, and anybody could use it up
for everybody: there are 10^19 codes. Where a million tips stand, a thousand tries a second from
any number of addresses meet one of them once in three hundred years.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, g, request

from functions import logs
from functions.core.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
)
from functions.core.models import MessageDraft, Tip
from functions.core.receipt_acts import Sent, ask_for_deletion, send_message, withdraw_contact
from functions.core.receipts import ReceiptServices, ReceiptView, find_tip, view_of
from functions.core.submissions import MESSAGE_FIELDS, read_message
from functions.tips.intake import Submission, read_all, read_submission
from functions.tips.receipt_answers import ReceiptAnswers
from functions.web.audience import Audience, audience
from functions.web.fields import read_fields
from functions.web.limits import INVALID_FORMS, WRONG_RECEIPTS, MemoryRateLimiter
from functions.web.senders import SenderHashes


@dataclass(frozen=True)
class ReceiptViews:
    """The routes with what they share."""

    services: ReceiptServices
    answers: ReceiptAnswers
    senders: SenderHashes
    limiter: MemoryRateLimiter
    max_form: int

    @audience(Audience.PUBLIC)
    def show_receipt(self) -> Response:
        """Show how a tip stands to whoever has its code."""
        return self._act(lambda tip: view_of(tip, self.services), "")

    @audience(Audience.PUBLIC)
    def withdraw_contact(self) -> Response:
        """Take the sender's name, phone and chat out of the tip."""
        return self._act(lambda tip: withdraw_contact(tip, self.services), "contact")

    @audience(Audience.PUBLIC)
    def ask_for_deletion(self) -> Response:
        """Put the sender's wish before the officers."""
        return self._act(lambda tip: ask_for_deletion(tip, self.services), "deletion")

    @audience(Audience.PUBLIC)
    def add_message(self) -> Response:
        """Take what the sender adds to the tip: words, photos, or both."""
        submission = g.message = read_submission(request, self.max_form, MESSAGE_FIELDS)
        code = submission.fields.get("receipt_code", "")
        try:
            tip = g.tip = find_tip(code, self.services)
            sent = self._send(tip, submission)
        except NotFoundError:
            return self._wrong_code(submission)
        except InvalidInputError as invalid:
            return self._refuse(tip, submission, invalid)
        except ConflictError:
            return self.answers.conflict(view_of(tip, self.services), submission)
        state = "repeat" if sent.is_repeat else "new"
        logs.info("message-answered", unit_id=tip.unit_id, state=state)
        return self.answers.sent(sent, code)

    def _act(self, act: Callable[[Tip], ReceiptView], done: str) -> Response:
        code = read_fields(request, ("receipt_code",)).get("receipt_code", "")
        try:
            tip = g.tip = find_tip(code, self.services)
            view = act(tip)
        except NotFoundError:
            return self._wrong_code(None)
        return self.answers.receipt(view, code, done)

    def _send(self, tip: Tip, submission: Submission) -> Sent:
        def read(whole: Submission) -> MessageDraft:
            return read_message(whole.fields, whole.photos)

        return send_message(tip, read_all(read, submission), self.services)

    def _wrong_code(self, submission: Submission | None) -> Response:
        sender = self.senders.address_hash(request.remote_addr)
        try:
            self.limiter.check(WRONG_RECEIPTS, sender)
        except TooManyRequestsError as too_many:
            return self.answers.wrong_code(submission, too_many.retry_after)
        self.limiter.count_failure(WRONG_RECEIPTS, sender)
        return self.answers.wrong_code(submission)

    def _refuse(self, tip: Tip, submission: Submission, invalid: InvalidInputError) -> Response:
        """Show what is wrong; after very many invalid forms say so with a 429."""
        view = view_of(tip, self.services)
        sender = self.senders.address_hash(request.remote_addr)
        try:
            self.limiter.check(INVALID_FORMS, sender)
        except TooManyRequestsError as too_many:
            response = self.answers.mistakes(view, submission, invalid.errors, 429)
            response.headers["Retry-After"] = str(too_many.retry_after)
            return response
        self.limiter.count_failure(INVALID_FORMS, sender)
        return self.answers.mistakes(view, submission, invalid.errors)
