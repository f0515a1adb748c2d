"""Pages of signed-in editors: what all of them show, and the words for what they list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, make_response, redirect, request

from functions.content.answers import editor_words
from functions.content.decap.collections import entry_name
from functions.content.guard import current_editor, current_session, form_again
from functions.core.editing.services import EditingServices
from functions.core.errors import InvalidContentError, PublishFailedError
from functions.core.models.content import ContentProblem, Editor, PageKind, PagePath
from functions.web.answers import page
from functions.web.audience import Audience, audience

HOME = "/sua-nhanh/"
DONE = "xong"
"""Tells the next page, by a code of the catalogue, what was just done."""

View = Callable[..., Response]


@dataclass(frozen=True)
class Refusal:
    """Why a button did nothing: the page is drawn again with it, and with what was typed."""

    code: str
    status: int
    problems: Sequence[ContentProblem] = ()
    report: str = ""
    """What the build said, for technicians."""
    title: str = ""
    """The page that it was about, where the list has more of them."""
    typed: str = ""
    draft: str = ""
    """The address of a draft that has to be seen to first."""


STALE = Refusal("stale", 403)
"""The form was drawn before the session of now."""


def refusal_of(error: InvalidContentError | PublishFailedError, title: str = "") -> Refusal:
    """Return what checks or the build said against a change."""
    if isinstance(error, InvalidContentError):
        return Refusal("invalid", 422, error.problems, title=title)
    return Refusal("not-built", 422, error.problems, error.report, title)


def desk_page(
    template: str, editing: EditingServices, status: int = 200, **values: Any
) -> Response:
    """Answer with a page of `templates/pages/editor` for who is signed in.

    The address may say by `DONE` what was just done.
    """
    editor = current_editor()
    done = request.args.get(DONE, "") if status == 200 else ""
    return page(
        f"editor/{template}",
        status,
        unit_name=editing.units.get(editor.unit_id).name,
        signed_in=current_session(),
        editor=editor,
        done=done if done in editor_words().messages["desk-done"] else "",
        who=lambda by: who(by, editing),
        unit_of=lambda unit_id: editing.units.get(unit_id).name,
        **values,
    )


def who(by: Editor, editing: EditingServices) -> str:
    """Return who did something: a role and a unit, never a person."""
    words = editor_words()
    if not by.unit_id:
        return words.of("roles", "software")
    return f"{words.of('roles', by.role)}, {editing.units.get(by.unit_id).name}"


def public_address(page: PagePath) -> str:
    """Return where residents read a page, below the portal."""
    below = page.path.removeprefix("site/").removeprefix("don-vi/").removesuffix(".md")
    return f"/{below.removesuffix('index').strip('/')}/"


def edit_link(page: PagePath) -> str:
    """Return where a page is edited: the small form of a notice, or of what a unit says of
    itself; else Decap."""
    if page.kind is PageKind.UNIT:
        return f"{HOME}{page.unit_id}/"
    if page.kind is PageKind.NOTICE:
        return f"{HOME}{page.unit_id}/thong-bao/{page.slug}"
    return decap_link(page)


def decap_link(page: PagePath) -> str:
    """Return the address of a page in the editor."""
    collection, slug = entry_name(page)
    unit = f"?don-vi={page.unit_id}" if page.unit_id else ""
    return f"/{unit}#/collections/{quote(collection)}/entries/{quote(slug)}"


def go(address: str, done: str = "") -> Response:
    """Lead on to another page of ours, which says what was done."""
    return make_response(redirect(f"{address}?{DONE}={done}" if done else address, 303))


def add_form(app: Flask, rule: str, name: str, send: View, again: View) -> None:
    """Let an address take a form; `again` draws its page where the form is of another session."""

    @form_again(again)
    @audience(Audience.STAFF)
    def take(**address: Any) -> Response:
        return send(**address)

    app.add_url_rule(rule, name, take, methods=["POST"])
