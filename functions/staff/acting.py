"""The acts of the case page: a form in, then the case, or the form again with all of it."""

from __future__ import annotations

from flask import Response, make_response, redirect, request

from functions.core.acts import Recorded
from functions.core.errors import ActRefusedError, InvalidInputError, NotFoundError
from functions.core.models import Session
from functions.staff.drawing import Attempt, draw_case
from functions.staff.forms import CARD_CODE, FORMS, KEY_FIELD, make_act
from functions.staff.guard import current_session, has_csrf_token
from functions.staff.links import MediaLinks
from functions.staff.services import StaffServices
from functions.web.audience import Audience, audience
from functions.web.fields import read_fields

ACT_NAMES = tuple(FORMS)


class ActViews:
    """The routes with what they share."""

    def __init__(self, services: StaffServices, links: MediaLinks) -> None:
        self._services = services
        self._links = links

    @audience(Audience.STAFF)
    def do_act(self, card_code: str, act_name: str) -> Response:
        """Do what the form asks for, once, and lead on to the case."""
        session, code, form = current_session(), card_code.upper(), FORMS[act_name]
        sent = read_fields(request, (*form.fields, "csrf_token", KEY_FIELD))
        typed = {name: sent[name] for name in form.fields if name in sent}
        act = make_act(session.officer, code, act_name, sent.get(KEY_FIELD, ""), typed)
        if act is None or not has_csrf_token(sent):
            return self._again(code, Attempt(act_name, typed, is_stale=True), 403)
        try:
            recorded = form.do(act, typed, self._services.casework)
        except InvalidInputError as error:
            return self._again(code, Attempt(act_name, typed, error.errors), 422)
        except ActRefusedError as error:
            return self._again(code, Attempt(act_name, typed, refusal=error), 409)
        return make_response(redirect(_next(session, act_name, recorded), 303))

    @audience(Audience.STAFF)
    def back_to_case(self, card_code: str, act_name: str) -> Response:
        """Lead who opens a form's address, as a phone does that reloads it, to the case."""
        code = card_code.upper()
        if not CARD_CODE.fullmatch(code):
            # It goes into an address: nothing but a code may.
            raise NotFoundError("case")
        return make_response(redirect(f"/can-bo/tin/{code}", 303))

    def _again(self, card_code: str, attempt: Attempt, status: int) -> Response:
        session = current_session()
        return draw_case(session, card_code, self._services, self._links, attempt, status)


def _next(session: Session, act_name: str, recorded: Recorded) -> str:
    """Return where the officer goes on: who gave a tip away cannot open it any more."""
    tip = recorded.tip
    if session.officer.unit_id in (tip.unit_id, *tip.case.joint_unit_ids):
        return f"/can-bo/tin/{tip.card_code}?xong={act_name}"
    return f"/can-bo/?xong={act_name}&ma={tip.card_code}"
