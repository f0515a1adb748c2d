"""Small forms: server-drawn, for a phone, for what changes most; no script is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, request

from functions.content.desk.drawing import HOME
from functions.content.desk.reading import PageReader
from functions.content.quick.drawing import written_day
from functions.content.quick.facts import ContactForm, HoursForm, RuleForm
from functions.content.quick.fees import FEES, FeeLists, FeeRowForm, NewFeeForm
from functions.content.quick.forms import add_form
from functions.content.quick.home import HomeViews
from functions.content.quick.notices import ENDED, EndNotice, NewNoticeForm, NoticeForm
from functions.content.quick.pausing import PAUSED, RESUMED, PauseForm, ResumeButton
from functions.content.quick.procedures import ProcedureList
from functions.content.services import ContentServices
from functions.web.audience import Audience, audience

UNIT = f"{HOME}<unit_id>/"
NOTICE = f"{UNIT}thong-bao/<slug>"

LARGEST_FORM = 40 * 1024 * 1024
"""A picture that is too large must not take the words beside it along: of each file at most
`MAX_FILE_BYTES` are kept, the rest is read and forgotten."""

LONGEST_FIELD = 4 * 1024 * 1024
MOST_FIELDS = 250
"""A box for each procedure."""


def add_routes(app: Flask, services: ContentServices) -> None:
    """Add the routes."""
    reader = PageReader(services.editing)
    app.jinja_env.filters["written_day"] = written_day
    # Before the guard, which reads the form for its token.
    app.url_value_preprocessor(_take_large_forms)
    home = HomeViews(services, reader)
    lists = FeeLists(services, reader)
    notice, pause = NoticeForm(services), PauseForm(services, reader)
    _add_page(app, HOME, "home", home.show_own)
    _add_page(app, UNIT, "unit", home.show)
    _add_page(app, f"{UNIT}thu-tuc", "procedures", ProcedureList(services, reader).show)
    _add_page(app, FEES, "fee-pages", lists.show_all)
    _add_page(app, f"{FEES}/<slug>", "fees", lists.show)
    for rule, name, form in (
        (f"{UNIT}lien-he", "contact", ContactForm(services)),
        (f"{UNIT}gio", "hours", HoursForm(services)),
        (f"{UNIT}thu-tuc/<slug>", "rule", RuleForm(services, reader)),
        (f"{UNIT}thong-bao", "new-notice", NewNoticeForm(services)),
        (NOTICE, "notice", notice),
        (f"{NOTICE}/{ENDED}", "end-notice", EndNotice(services, notice)),
        (f"{UNIT}{PAUSED}", "pause", pause),
        (f"{UNIT}{RESUMED}", "resume", ResumeButton(services, pause)),
        (f"{FEES}/<slug>/<int:row>", "fee", FeeRowForm(services)),
        (f"{FEES}/<slug>/them", "new-fee", NewFeeForm(services)),
    ):
        add_form(app, rule, name, form)


def _add_page(app: Flask, rule: str, name: str, draw: Callable[..., Any]) -> None:
    @audience(Audience.STAFF)
    def show(**address: Any) -> Any:
        return draw(**address)

    app.add_url_rule(rule, f"quick.{name}", show)


def _take_large_forms(endpoint: str | None, _: object) -> None:
    if endpoint is not None and endpoint.startswith("quick."):
        request.max_content_length = LARGEST_FORM
        request.max_form_memory_size = LONGEST_FIELD
        request.max_form_parts = MOST_FIELDS
