"""What somebody with a receipt code is answered: how the tip stands, and the form to write on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from flask import Response, g, jsonify, make_response

from functions.core import codes
from functions.core.errors import FieldError
from functions.core.models import Tip
from functions.core.receipt_acts import Sent
from functions.core.receipts import Line, LineKind, ReceiptView
from functions.core.submissions import MAX_PHOTOS
from functions.core.units import UnitRegister
from functions.tips.answers import status_of
from functions.tips.forms import FieldMessage
from functions.tips.intake import Submission
from functions.web.answers import (
    EMERGENCY_PHONE,
    error_answer,
    json_errors,
    page,
    wants_json,
    words,
)
from functions.web.display import displayable

_KEY_BYTES = 24
_FORM = "message"
_LONGEST_CODE = 40


@dataclass(frozen=True)
class MessageForm:
    """The form to write on, with the code that it carries and what was typed."""

    receipt_code: str = field(repr=False)
    message_key: str = field(repr=False)
    text: str = field(default="", repr=False)
    errors: Sequence[FieldMessage] = ()
    notices: Sequence[str] = ()
    """Sentences for mistakes at no visible field."""
    photos_sent: bool = False
    """Photos came along, which no form can show again."""
    most_photos: int = MAX_PHOTOS
    is_small: bool = False
    """All photos of a message must stay below 4 MB."""


@dataclass(frozen=True)
class ReceiptAnswers:
    """Draws every answer about a receipt."""

    units: UnitRegister
    duty_phone: Callable[[str], str | None]
    has_small_forms: bool

    def receipt(self, view: ReceiptView, typed_code: str, done: str = "") -> Response:
        """Show how a tip stands; `done` names what was just done with it."""
        if wants_json():
            return jsonify(_document(view))
        return self._page(200, view, self._fresh_form(typed_code), done=done)

    def sent(self, sent: Sent, typed_code: str) -> Response:
        """Show the receipt with the message in it: 201 for a new one, 200 for a repeat."""
        status = 200 if sent.is_repeat else 201
        if wants_json():
            return make_response(jsonify(_document(sent.view)), status)
        return self._page(status, sent.view, self._fresh_form(typed_code), done="message")

    def wrong_code(self, submission: Submission | None = None, retry_after: int = 0) -> Response:
        """Answer alike for codes that are unknown, expired or none at all, and give back what
        was typed beside the code; with the seconds to wait after too many of them."""
        status = 429 if retry_after else 404
        if wants_json():
            response = error_answer(status)
        else:
            typed = displayable(submission.fields.get("text", "")) if submission else ""
            minutes = ceil(retry_after / 60)
            response = page("receipt_unknown.html.j2", status, typed=typed, minutes=minutes)
        if retry_after:
            response.headers["Retry-After"] = str(retry_after)
        return response

    def mistakes(
        self,
        view: ReceiptView,
        submission: Submission,
        errors: Sequence[FieldError],
        status: int = 0,
    ) -> Response:
        """Show the receipt and the form with everything typed and what to mend."""
        status = status or status_of(errors)
        if wants_json():
            return json_errors(errors, status, _FORM)
        return self._page(status, view, self._form_again(submission, errors))

    def conflict(self, view: ReceiptView, submission: Submission) -> Response:
        """Say that the key was used for another message, which stands in the receipt: with a
        fresh one the words can go as a second."""
        if wants_json():
            return error_answer(409)
        form = self._form_again(submission, (FieldError("message_key", "used"),))
        return self._page(409, view, form)

    def unavailable(self) -> Response:
        """Say that nothing was stored, with the unit's phone and everything typed."""
        tip: Tip | None = g.get("tip")
        submission: Submission | None = g.get("message")
        phone = self._phone(tip.unit_id) if tip else EMERGENCY_PHONE
        if submission is None or wants_json():
            return error_answer(503, phone)
        return page(
            "receipt_message_again.html.j2",
            503,
            title=words().page(503).title,
            phone=phone,
            form=self._form_again(submission, ()),
        )

    def _page(self, status: int, view: ReceiptView, form: MessageForm, done: str = "") -> Response:
        return page(
            "receipt_status.html.j2",
            status,
            view=view,
            form=form,
            done=done,
            unit_name=self._office(view.unit_id),
            offices={line.unit_id: self._office(line.unit_id) for line in _transfers(view)},
            phone=self._phone(view.unit_id),
            most_photos=min(form.most_photos, view.photos_left),
        )

    def _fresh_form(self, typed_code: str) -> MessageForm:
        return MessageForm(_shown_code(typed_code), _fresh_key(), is_small=self.has_small_forms)

    def _form_again(self, submission: Submission, errors: Sequence[FieldError]) -> MessageForm:
        """Return the form with what was typed; a key that is good is kept, so that sending
        again is still the same act."""
        typed = submission.fields
        is_key_bad = any(error.field == "message_key" for error in errors)
        key = "" if is_key_bad else displayable(typed.get("message_key", ""))
        said = words()
        at_fields = [error for error in errors if error.field in ("text", "photos")]
        return MessageForm(
            _shown_code(typed.get("receipt_code", "")),
            key or _fresh_key(),
            displayable(typed.get("text", "")),
            tuple(
                FieldMessage(error.field, said.mistake(error.field, error.code, _FORM))
                for error in at_fields
            ),
            tuple(
                said.mistake(error.field, error.code, _FORM)
                for error in errors
                if error not in at_fields
            ),
            photos_sent=bool(submission.photos),
            is_small=self.has_small_forms,
        )

    def _office(self, unit_id: str) -> str:
        return words().office(self.units.get(unit_id))

    def _phone(self, unit_id: str) -> str:
        return self.duty_phone(unit_id) or EMERGENCY_PHONE


def _document(view: ReceiptView) -> dict[str, Any]:
    reached = view.reached_group_at
    return {
        "status": view.status,
        "unit_id": view.unit_id,
        "received_at": view.received_at.isoformat(),
        "reached_group_at": reached.isoformat() if reached else None,
        "timeline": [
            {"at": entry.at.isoformat(), "status": entry.status} for entry in view.timeline
        ],
        # Changes of status stand in the timeline.
        "messages": [_message(line) for line in view.lines if line.kind is not LineKind.STATUS],
    }


def _message(line: Line) -> dict[str, Any]:
    return {
        "at": line.at.isoformat(),
        "from": "officers" if line.is_by_officers else "resident",
        "kind": line.kind,
        "text": line.text,
        "photos": line.photos,
    }


def _transfers(view: ReceiptView) -> list[Line]:
    return [line for line in view.lines if line.unit_id]


def _shown_code(typed_code: str) -> str:
    """Return the code as a hidden field carries it; what is none is carried as it was typed."""
    code = codes.read_receipt_code(typed_code)
    return codes.in_groups(code) if code else displayable(typed_code)[:_LONGEST_CODE]


def _fresh_key() -> str:
    return secrets.token_urlsafe(_KEY_BYTES)
