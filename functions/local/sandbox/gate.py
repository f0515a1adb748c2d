"""The one way into the API: record, faults, limits, then the route (15.1)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from functions.local.sandbox import oauth, openapi
from functions.local.sandbox.calls import Answer, Call, Context, json_answer, plain_answer
from functions.local.sandbox.clock import SandboxClock
from functions.local.sandbox.directory import group_by_id, load_app, oa_by_id
from functions.local.sandbox.errors import ZaloError
from functions.local.sandbox.faults import Rule, Subject, spoil, take_fault
from functions.local.sandbox.limits import RateMeter
from functions.local.sandbox.recorder import record
from functions.local.sandbox.state import State
from functions.local.sandbox.switches import load_switches
from functions.local.sandbox.tokens import owner_of_access_token, owner_of_refresh_token

_ROUTES = {**openapi.ROUTES, **oauth.ROUTES}
_OPENAPI = "/openapi/"


@dataclass(frozen=True)
class Outcome:
    """An answer, and what is to happen to it on its way out."""

    answer: Answer
    wait_seconds: float
    cut: bool


class Gate:
    """Serves one call at a time, each in one durable transaction."""

    def __init__(self, state: State, clock: SandboxClock, public_url: str) -> None:
        self._state = state
        self._clock = clock
        self._public_url = public_url
        self._meter = RateMeter()

    def serve(self, call: Call) -> Outcome:
        """Carry the call out; when this returns, its effect and its record are on disk."""
        with self._state.transaction() as db:
            now_ms = self._clock.now_ms()
            subject = _subject_of(db, call)
            rule = take_fault(db, subject)
            answer = self._answer(db, call, subject, rule, now_ms)
            record(db, now_ms, call, subject, rule, answer)
        if rule is None:
            return Outcome(answer, 0, cut=False)
        return Outcome(answer, rule.seconds, cut=rule.cuts)

    def _answer(
        self, db: sqlite3.Connection, call: Call, subject: Subject, rule: Rule | None, now_ms: int
    ) -> Answer:
        answer = None
        if rule is None or rule.has_effect:
            answer = self._route(db, call, now_ms)
        if rule is not None:
            answer = spoil(rule, answer)
        if answer is None:
            raise AssertionError("neither a route nor a fault answered")
        if call.path.startswith(_OPENAPI):
            headers = self._meter.headers(subject.oa_id, load_switches(db))
            answer = answer.with_headers(headers)
        return answer

    def _route(self, db: sqlite3.Connection, call: Call, now_ms: int) -> Answer:
        route = _ROUTES.get(call.path)
        # T2: a token in the query string is answered as if the path did not exist.
        if route is None or "access_token" in call.query:
            return plain_answer(404, "Not Found")
        if call.method not in route.methods:
            allowed = {"Allow": ", ".join(sorted(route.methods))}
            return plain_answer(405, "Method Not Allowed", allowed)
        app = load_app(db)
        if app is None:
            return json_answer({"error": -215, "message": "app id is invalid"})
        context = Context(
            db=db,
            call=call,
            now_ms=now_ms,
            app=app,
            switches=load_switches(db),
            public_url=self._public_url,
            meter=self._meter,
        )
        try:
            return route.handler(context)
        except ZaloError as exc:
            return json_answer({"error": exc.code, "message": exc.message})


def _subject_of(db: sqlite3.Connection, call: Call) -> Subject:
    """Which OA and group a call is about; no judgement yet on whether it may."""
    group_id = call.query.get("group_id") or _group_in_body(call)
    oa_id = owner_of_access_token(db, call.header("access_token"))
    if oa_id is None and call.form.get("refresh_token"):
        oa_id = owner_of_refresh_token(db, call.form["refresh_token"])
    if oa_id is None and group_id is not None:
        group = group_by_id(db, group_id)
        oa_id = None if group is None else group.oa_id
    oa = None if oa_id is None else oa_by_id(db, oa_id)
    return Subject(call.path, None if oa is None else oa.unit_id, oa_id, group_id)


def _group_in_body(call: Call) -> str | None:
    try:
        body = call.json_object()
    except ZaloError:
        # Not a JSON call; what the body is worth is for the route to say.
        return None
    recipient = body.get("recipient")
    group_id = recipient.get("group_id") if isinstance(recipient, dict) else None
    return group_id if isinstance(group_id, str) else None
