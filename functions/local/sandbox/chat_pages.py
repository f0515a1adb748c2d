"""The chats as on phones: a unit's group, and one person's chat with the OA.

Each page works without a script: it then loads itself anew every five seconds, but not while
somebody writes (`viet`, `trich`), which would wipe what was typed.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from functions.local.sandbox.bubbles import NEWEST, new_bubbles, screen_of
from functions.local.sandbox.chat import RESIDENT, add_resident, write_in_group, write_to_oa
from functions.local.sandbox.clock import SandboxClock
from functions.local.sandbox.composing import (
    Draft,
    UnusableMessageError,
    contents_of,
    read_draft,
)
from functions.local.sandbox.directory import (
    Oa,
    User,
    group_of_oa,
    members_of_group,
    user_by_id,
    users_of_oa,
)
from functions.local.sandbox.messages import Message, message_by_id
from functions.local.sandbox.pages import oa_or_404
from functions.local.sandbox.people import ACTS
from functions.local.sandbox.provisioning import Names
from functions.local.sandbox.reading import refuse_other_origins
from functions.local.sandbox.state import State

_LONGEST_NAME = 60
_UNUSABLE = 422

PageAnswer = str | tuple[str, int]


def chat_blueprint(
    state: State, clock: SandboxClock, public_url: str, names: Names
) -> Blueprint:  # fmt: skip
    """`/nhom/…` and `/nhan-tin/…`."""
    chats = Blueprint("chats", __name__)
    _add_group(chats, state, clock, public_url)
    _add_people(chats, state, names)
    _add_chat(chats, state, clock, public_url)
    _add_acts(chats, state, clock)
    return chats


def _add_group(chats: Blueprint, state: State, clock: SandboxClock, public_url: str) -> None:
    @chats.get("/nhom/<unit_id>")
    def group(unit_id: str) -> str:
        with state.transaction() as db:
            page = _group_page(db, oa_or_404(db, unit_id), Draft(quote_id=_quote_asked()), None)
        return render_template("nhom.html", **page)

    @chats.post("/nhom/<unit_id>")
    def speak(unit_id: str) -> AnyResponse | PageAnswer:
        refuse_other_origins()
        draft = read_draft(request.form)
        files = request.files.getlist("anh")
        with state.transaction() as db:
            oa = oa_or_404(db, unit_id)
            user = _person_or_404(db, oa, request.form.get("ai", ""))
            if not user.in_group:
                abort(404)
            now_ms = clock.now_ms()
            try:
                draft = _with_known_quote(db, group_of_oa(db, oa.oa_id).group_id, draft)
                for content in contents_of(db, user, draft, files, public_url, now_ms):
                    write_in_group(db, user, content, now_ms)
            except UnusableMessageError as exc:
                page = _group_page(db, oa, draft, exc.problem)
                return render_template("nhom.html", **page), _UNUSABLE
        target = url_for("chats.group", unit_id=unit_id, viet=1, ai=user.user_id)
        return redirect(target, code=303)

    @chats.get("/nhom/<unit_id>/tin.json")
    def new_messages(unit_id: str) -> Response:
        with state.transaction() as db:
            oa = oa_or_404(db, unit_id)
            return _new_messages(db, oa, group_of_oa(db, oa.oa_id).group_id)


def _group_page(
    db: sqlite3.Connection, oa: Oa, draft: Draft, problem: str | None
) -> dict[str, Any]:  # fmt: skip
    chat_id = group_of_oa(db, oa.oa_id).group_id
    members = members_of_group(db, oa.oa_id)
    wanted = request.values.get("ai", "")
    # The administrator stands first in the group, but officers are who usually speaks.
    speaker = next((user for user in members if user.user_id == wanted), None)
    speaker = speaker or next((user for user in members if user.role != "admin"), None)
    page = _chat_page(db, oa, chat_id, draft, problem)
    return {**page, "people": members, "members": len(members) + 1, "speaker": speaker}


def _add_people(chats: Blueprint, state: State, names: Names) -> None:
    @chats.get("/nhan-tin/<unit_id>")
    def people(unit_id: str) -> str:
        with state.transaction() as db:
            oa = oa_or_404(db, unit_id)
            found = users_of_oa(db, oa.oa_id)
        residents = [user for user in found if user.role == RESIDENT][::-1]
        officers = [user for user in found if user.role != RESIDENT]
        return render_template(
            "nguoi.html", oa=oa, residents=residents, officers=officers, longest=_LONGEST_NAME
        )

    @chats.post("/nhan-tin/<unit_id>")
    def new_resident(unit_id: str) -> AnyResponse:
        refuse_other_origins()
        name = " ".join(request.form.get("ten", "").split())[:_LONGEST_NAME] or names.person()
        with state.transaction() as db:
            user = add_resident(db, oa_or_404(db, unit_id), name, follows=False)
        target = url_for("chats.chat", unit_id=unit_id, user_id=user.user_id, viet=1)
        return redirect(target, code=303)


def _add_chat(chats: Blueprint, state: State, clock: SandboxClock, public_url: str) -> None:
    @chats.get("/nhan-tin/<unit_id>/<user_id>")
    def chat(unit_id: str, user_id: str) -> str:
        with state.transaction() as db:
            oa = oa_or_404(db, unit_id)
            user = _person_or_404(db, oa, user_id)
            page = _chat_page(db, oa, user.user_id, Draft(quote_id=_quote_asked()), None)
        return render_template("nhan-tin.html", user=user, **page)

    @chats.post("/nhan-tin/<unit_id>/<user_id>")
    def write(unit_id: str, user_id: str) -> AnyResponse | PageAnswer:
        refuse_other_origins()
        draft = read_draft(request.form)
        files = request.files.getlist("anh")
        with state.transaction() as db:
            oa = oa_or_404(db, unit_id)
            user = _person_or_404(db, oa, user_id)
            now_ms = clock.now_ms()
            try:
                draft = _with_known_quote(db, user.user_id, draft)
                for content in contents_of(db, user, draft, files, public_url, now_ms):
                    write_to_oa(db, user, content, now_ms)
            except UnusableMessageError as exc:
                page = _chat_page(db, oa, user.user_id, draft, exc.problem)
                return render_template("nhan-tin.html", user=user, **page), _UNUSABLE
        target = url_for("chats.chat", unit_id=unit_id, user_id=user_id, viet=1)
        return redirect(target, code=303)

    @chats.get("/nhan-tin/<unit_id>/<user_id>/tin.json")
    def new_in_chat(unit_id: str, user_id: str) -> Response:
        with state.transaction() as db:
            oa = oa_or_404(db, unit_id)
            return _new_messages(db, oa, _person_or_404(db, oa, user_id).user_id)


def _add_acts(chats: Blueprint, state: State, clock: SandboxClock) -> None:
    @chats.post("/nhan-tin/<unit_id>/<user_id>/viec")
    def act(unit_id: str, user_id: str) -> AnyResponse:
        refuse_other_origins()
        wanted = ACTS.get(request.form.get("viec", ""))
        if wanted is None:
            abort(400)
        with state.transaction() as db:
            user = _person_or_404(db, oa_or_404(db, unit_id), user_id)
            wanted(db, user, clock.now_ms())
        return redirect(url_for("chats.chat", unit_id=unit_id, user_id=user_id), code=303)


def _chat_page(
    db: sqlite3.Connection, oa: Oa, chat_id: str, draft: Draft, problem: str | None
) -> dict[str, Any]:
    before = request.args.get("truoc", NEWEST, type=int)
    quoted = _quoted(db, chat_id, draft.quote_id)
    asks = {"viet", "trich"} & set(request.args)
    return {
        "oa": oa,
        "screen": screen_of(db, oa, chat_id, before),
        "draft": draft,
        "quoted": quoted,
        "problem": problem,
        "is_writing": bool(asks) or problem is not None,
        "page_path": request.path,
    }


def _quoted(db: sqlite3.Connection, chat_id: str, message_id: str) -> Message | None:
    """The message to be quoted, if it stands in this chat."""
    found = message_by_id(db, message_id)
    return found if found is not None and chat_id in (found.group_id, found.user_id) else None


def _with_known_quote(db: sqlite3.Connection, chat_id: str, draft: Draft) -> Draft:
    """A phone can quote only what stands in the chat."""
    known = _quoted(db, chat_id, draft.quote_id)
    return draft if known is not None else replace(draft, quote_id="")


def _quote_asked() -> str:
    return request.args.get("trich", "")


def _new_messages(db: sqlite3.Connection, oa: Oa, chat_id: str) -> Response:
    after = request.args.get("sau", 0, type=int)
    bubbles, last = new_bubbles(db, oa, chat_id, after)
    html = render_template("bong.html", bubbles=bubbles) if bubbles else ""
    return jsonify({"last": last, "html": html})


def _person_or_404(db: sqlite3.Connection, oa: Oa, user_id: str) -> User:
    user = user_by_id(db, user_id)
    if user is None or user.oa_id != oa.oa_id:
        abort(404)
    return user
