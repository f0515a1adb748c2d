"""The function `tips`: takes tips, and serves receipts. Everything here is public.

No cookie is set or read, no Origin or token is asked for: the form must work from any
browser, and there is nothing here that a foreign page could do in somebody's name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Flask, Response, g, request

from functions import logs
from functions.core.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
)
from functions.core.models import TipDraft
from functions.core.ports import UploadStore
from functions.core.receipts import ReceiptServices
from functions.core.submissions import read_draft
from functions.core.tips import Receipt, SubmitServices, submit_tip
from functions.core.units import Unit
from functions.core.uploads import UploadServices
from functions.core.viet_nam import day_of
from functions.tips.answers import Answers
from functions.tips.intake import Submission, read_all, read_submission
from functions.tips.receipt_answers import ReceiptAnswers
from functions.tips.receipts import ReceiptViews
from functions.tips.uploads import UploadedTips, read_sizes
from functions.web.answers import error_answer, json_errors
from functions.web.app import SiteSettings, create_app
from functions.web.audience import Audience, audience
from functions.web.health import add_health
from functions.web.limits import INVALID_FORMS, UPLOAD_TICKETS, MemoryRateLimiter
from functions.web.openapi import add_openapi
from functions.web.senders import SenderHashes

MAX_BODY = 52 * 1024 * 1024
"""Five photos of 10 MB and the words."""

MAX_FORM_ON_LAMBDA = 4 * 1024 * 1024
"""Lambda takes 6 MB of an event, in which a form stands as Base64, a third longer."""


@dataclass(frozen=True)
class TipsServices:
    submit: SubmitServices
    receipts: ReceiptServices
    duty_phone: Callable[[str], str | None]
    is_healthy: Callable[[], bool]
    uploads: UploadStore | None = None
    """None where photos come with the form alone."""
    max_form: int = MAX_BODY
    """A larger form is read and shown again, but not taken."""


def create_tips_app(services: TipsServices, site: SiteSettings) -> Flask:
    """Make the app: submit, receipts, health and the OpenAPI document."""
    units, phone = services.submit.units, services.duty_phone
    answers = Answers(units, phone)
    receipt_answers = ReceiptAnswers(units, phone, services.max_form < MAX_BODY)

    def unavailable() -> Response:
        about_tip = "unit" in g or "submission" in g
        return answers.unavailable() if about_tip else receipt_answers.unavailable()

    app = create_app(__name__, site, MAX_BODY, unavailable)
    senders = SenderHashes(services.submit.clock, behind_proxy=site.has_proxy)
    limiter = MemoryRateLimiter(services.submit.clock)
    _add_tips(app, _Views(services, answers, senders, limiter))
    _add_receipts(
        app,
        ReceiptViews(services.receipts, receipt_answers, senders, limiter, services.max_form),
    )
    add_health(app, services.is_healthy)
    add_openapi(app, site.public_url)
    return app


def _add_tips(app: Flask, views: _Views) -> None:
    app.add_url_rule("/api/units/<unit_id>/tips", view_func=views.create_tip, methods=["POST"])
    app.add_url_rule("/api/units/<unit_id>/uploads", view_func=views.open_uploads, methods=["POST"])


def _add_receipts(app: Flask, views: ReceiptViews) -> None:
    by_path = {
        "/api/receipts": views.show_receipt,
        "/api/receipts/messages": views.add_message,
        "/api/receipts/contact/withdraw": views.withdraw_contact,
        "/api/receipts/deletion": views.ask_for_deletion,
    }
    for path, view in by_path.items():
        app.add_url_rule(path, view_func=view, methods=["POST"])


class _Views:
    """The routes of who sends a tip, with what they share."""

    def __init__(
        self,
        services: TipsServices,
        answers: Answers,
        senders: SenderHashes,
        limiter: MemoryRateLimiter,
    ) -> None:
        self._services = services
        self._answers = answers
        self._senders = senders
        self._limiter = limiter
        self._uploaded = UploadedTips(UploadServices(services.uploads, services.submit))

    @audience(Audience.PUBLIC)
    def create_tip(self, unit_id: str) -> Response:
        """Take a tip for a unit, or for the one that took the unit over."""
        submission = g.submission = read_submission(request, self._services.max_form)
        try:
            receivers = self._receivers(unit_id)
        except NotFoundError:
            return self._answers.unknown_unit(submission)
        if len(receivers) > 1:
            return self._answers.choice(receivers, submission)
        unit = g.unit = receivers[0]
        try:
            receipt = self._submit(unit, submission)
        except InvalidInputError as invalid:
            return self._refuse(unit, submission, invalid.errors)
        except ConflictError:
            return self._answers.conflict(unit, submission)
        logs.info("tip-answered", unit_id=receipt.unit_id, state=_repeat_word(receipt.is_repeat))
        return self._answers.receipt(receipt)

    @audience(Audience.PUBLIC)
    def open_uploads(self, unit_id: str) -> Response:
        """Give leave to upload up to five photos, for whichever unit the tip then goes to.

        Every request counts, not only wrong ones: a store must not be filled by whoever asks.
        Who asks too often can still send photos with the form.
        """
        store = self._services.uploads
        if store is None:
            return error_answer(404)
        sender = self._senders.address_hash(request.remote_addr)
        self._limiter.check(UPLOAD_TICKETS, sender)
        self._limiter.count_failure(UPLOAD_TICKETS, sender)
        try:
            g.unit = self._receivers(unit_id)[0]
            sizes = read_sizes(request)
        except NotFoundError:
            return json_errors([FieldError("unit_id", "unknown")], 404)
        except InvalidInputError as invalid:
            return self._answers.no_tickets(invalid.errors)
        return self._answers.tickets([store.open_ticket(size) for size in sizes])

    def _submit(self, unit: Unit, submission: Submission) -> Receipt:
        """Take the tip. Raises InvalidInputError, ConflictError and StoreUnavailableError."""
        senders = self._senders.sender_hashes(request.remote_addr, request.user_agent.string)
        read = partial(_read, unit)
        if not submission.upload_ids:
            return submit_tip(read(submission), senders, self._services.submit)
        return self._uploaded.submit(submission, read, senders)

    def _receivers(self, unit_id: str) -> tuple[Unit, ...]:
        today = day_of(self._services.submit.clock.now())
        return self._services.submit.units.receivers(unit_id, today)

    def _refuse(
        self, unit: Unit, submission: Submission, errors: tuple[FieldError, ...]
    ) -> Response:
        """Show what is wrong; after very many invalid forms say so with a 429."""
        sender = self._senders.address_hash(request.remote_addr)
        try:
            self._limiter.check(INVALID_FORMS, sender)
        except TooManyRequestsError as too_many:
            response = self._answers.form_again(429, unit, submission, errors)
            response.headers["Retry-After"] = str(too_many.retry_after)
            return response
        self._limiter.count_failure(INVALID_FORMS, sender)
        return self._answers.mistakes(unit, submission, errors)


def _read(unit: Unit, submission: Submission) -> TipDraft:
    """Return the draft. Raises InvalidInputError with one mistake per field."""
    return read_all(lambda whole: read_draft(unit.unit_id, whole.fields, whole.photos), submission)


def _repeat_word(is_repeat: bool) -> str:
    return "repeat" if is_repeat else "new"
