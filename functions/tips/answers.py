"""What a sender is answered: a receipt, or the form again with everything typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Response, g, jsonify, make_response

from functions.core import codes
from functions.core.errors import FieldError
from functions.core.models import UploadTicket
from functions.core.tips import Receipt
from functions.core.units import Unit, UnitRegister
from functions.tips.forms import draw_form, notices, tips_address, typed_values
from functions.tips.intake import TOO_LARGE_FORM, Submission
from functions.web.answers import (
    EMERGENCY_PHONE,
    error_answer,
    json_errors,
    page,
    wants_json,
    words,
)

_AT_FIELDS = frozenset({413, 415, 422})
"""Statuses whose mistakes each have a sentence at a field, which says more than the page's."""


@dataclass(frozen=True)
class Answers:
    """Draws every answer of the tips function."""

    units: UnitRegister
    duty_phone: Callable[[str], str | None]
    """The phone of a unit's duty desk, None where nobody has told it yet."""

    def receipt(self, receipt: Receipt) -> Response:
        """Show the code: 201 for a new tip, 200 for one that was sent before."""
        status = 200 if receipt.is_repeat else 201
        if wants_json():
            answer = jsonify(
                receipt_code=codes.in_groups(receipt.receipt_code),
                unit_id=receipt.unit_id,
                status=receipt.status,
                received_at=receipt.received_at.isoformat(),
            )
            return make_response(answer, status)
        return page(
            "tip_receipt.html.j2",
            status,
            code_groups=codes.in_groups(receipt.receipt_code).split(),
            receipt=receipt,
            unit_name=words().office(self.units.get(receipt.unit_id)),
            phone=self._phone(receipt.unit_id),
        )

    def form_again(
        self, status: int, unit: Unit, submission: Submission, errors: Sequence[FieldError] = ()
    ) -> Response:
        """Show the form with everything typed and what to mend."""
        if wants_json():
            return json_errors(errors, status)
        phone = self._phone(unit.unit_id)
        said = words().page(status)
        is_named = bool(errors) and status in _AT_FIELDS
        general = [] if is_named else [said.text.format(phone=phone)]
        return page(
            "tip_form.html.j2",
            status,
            form=draw_form(unit, phone, submission.fields, errors, words()),
            title=said.title,
            notices=[*general, *notices(errors, words())],
            photos_sent=_had_photos(submission),
        )

    def mistakes(
        self, unit: Unit, submission: Submission, errors: Sequence[FieldError]
    ) -> Response:
        """Refuse with the status that says most."""
        return self.form_again(status_of(errors), unit, submission, errors)

    def unknown_unit(self, submission: Submission) -> Response:
        """Say that there is no such unit, and give back what was typed."""
        if wants_json():
            return json_errors([FieldError("unit_id", "unknown")], 404)
        return self._not_sent(404, "", submission.fields)

    def conflict(self, unit: Unit, submission: Submission) -> Response:
        """Ask for a fresh form, and give back what was typed."""
        if wants_json():
            return error_answer(409)
        return self._not_sent(409, f"/{unit.unit_id}/to-giac/", submission.fields)

    def choice(self, successors: Sequence[Unit], submission: Submission) -> Response:
        """Let the sender say which successor of a split unit is meant."""
        if wants_json():
            options = [
                {"unit_id": unit.unit_id, "name": words().office(unit)} for unit in successors
            ]
            return json_errors([FieldError("unit_id", "unit_split")], 404, successors=options)
        return page(
            "tip_choice.html.j2",
            404,
            successors=[(words().office(unit), tips_address(unit.unit_id)) for unit in successors],
            form=draw_form(successors[0], EMERGENCY_PHONE, submission.fields, (), words()),
            photos_sent=_had_photos(submission),
        )

    def tickets(self, tickets: Sequence[UploadTicket]) -> Response:
        """Show where each photo may be put, in the order asked for."""
        listed = [
            {
                "upload_id": ticket.upload_id,
                "url": ticket.url,
                "fields": dict(ticket.fields),
                "expires_at": ticket.expires_at.isoformat(),
            }
            for ticket in tickets
        ]
        return make_response(jsonify(uploads=listed), 201)

    def no_tickets(self, errors: Sequence[FieldError]) -> Response:
        """Say what is wrong with the photos somebody wants to upload."""
        return json_errors(errors, status_of(errors))

    def unavailable(self) -> Response:
        """Say that nothing was stored, with the unit's phone and everything typed."""
        unit: Unit | None = g.get("unit")
        submission: Submission | None = g.get("submission")
        if unit is None:
            return error_answer(503)
        if submission is None or wants_json():
            return error_answer(503, self._phone(unit.unit_id))
        return self.form_again(503, unit, submission)

    def _not_sent(self, status: int, fresh_form: str, typed: Mapping[str, str]) -> Response:
        said = words().page(status)
        return page(
            "tip_not_sent.html.j2",
            status,
            title=said.title,
            text=said.text,
            fresh_form=fresh_form,
            typed={name: value for name, value in typed_values(typed).items() if value},
        )

    def _phone(self, unit_id: str) -> str:
        return self.duty_phone(unit_id) or EMERGENCY_PHONE


def _had_photos(submission: Submission) -> bool:
    return bool(submission.photos or submission.upload_ids)


def status_of(errors: Sequence[FieldError]) -> int:
    """Return the status that says most: a bad photo alone is 415 or 413, else 422."""
    if TOO_LARGE_FORM in errors:
        return 413
    if any(error.field != "photos" for error in errors):
        return 422
    by_code = {"unsupported_type": 415, "too_large": 413}
    statuses = [by_code.get(error.code, 422) for error in errors]
    return max(statuses) if 422 not in statuses else 422
