"""The pages for people: the list of units and the faults; the chats are in `chat_pages`."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from dataclasses import dataclass, replace

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as AnyResponse

from functions.local.sandbox.clock import vietnam_time
from functions.local.sandbox.directory import Oa, all_oas, oa_by_unit
from functions.local.sandbox.faults import (
    StandingFault,
    add_fault,
    clear_fault,
    clear_faults,
    list_faults,
)
from functions.local.sandbox.messages import last_times
from functions.local.sandbox.presets import PRESETS, preset_of
from functions.local.sandbox.reading import refuse_other_origins
from functions.local.sandbox.state import State

_LINK = re.compile(r"https?://[^\s<>\"'”“]+")
_AFTER_LINK = ".,;:!?)]}…"
_REPEATS = {"1": 1, "3": 3, "10": 10, "mai": None}


@dataclass(frozen=True)
class UnitRow:
    """One line of the list of units."""

    oa: Oa
    folded: str
    messages: int
    last_ms: int | None


def pages_blueprint(state: State) -> Blueprint:
    """`/` and `/loi`."""
    pages = Blueprint("pages", __name__)
    pages.add_app_template_filter(linkify)
    pages.add_app_template_filter(vietnam_time)
    _add_units(pages, state)
    _add_faults(pages, state)
    return pages


def fold(text: str) -> str:
    """Lower case without tone marks, as people type when in a hurry."""
    apart = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def linkify(text: str) -> Markup:
    """The text exactly as it is, escaped, its web addresses made links."""
    pieces, end = [], 0
    for found in _LINK.finditer(text):
        address = found.group().rstrip(_AFTER_LINK)
        pieces.append(escape(text[end : found.start()]))
        pieces.append(
            Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(
                address
            )
        )
        end = found.start() + len(address)
    pieces.append(escape(text[end:]))
    return Markup("").join(pieces)


def _add_units(pages: Blueprint, state: State) -> None:
    @pages.get("/")
    def units() -> str:
        wanted = request.args.get("tim", "").strip()
        with state.transaction() as db:
            rows = _unit_rows(db)
            outage = any(fault.rule.kind == "outage" for fault in list_faults(db))
        shown = [row for row in rows if fold(wanted) in row.folded]
        return render_template("index.html", rows=shown, wanted=wanted, outage=outage)


def _unit_rows(db: sqlite3.Connection) -> list[UnitRow]:
    """All units, those whose group spoke last first, the silent ones by name."""
    times = last_times(db)
    rows = []
    for oa in all_oas(db):
        count, last_ms = times.get(oa.oa_id, (0, None))
        rows.append(UnitRow(oa, fold(f"{oa.name} {oa.unit_name} {oa.unit_id}"), count, last_ms))
    return sorted(rows, key=lambda row: (-(row.last_ms or 0), fold(row.oa.unit_name)))


def oa_or_404(db: sqlite3.Connection, unit_id: str) -> Oa:
    oa = oa_by_unit(db, unit_id)
    if oa is None:
        abort(404)
    return oa


def _add_faults(pages: Blueprint, state: State) -> None:
    @pages.get("/loi")
    def faults() -> str:
        with state.transaction() as db:
            standing = [(preset_of(fault.rule), fault) for fault in list_faults(db)]
            oas = all_oas(db)
        oas = sorted(oas, key=lambda oa: fold(oa.unit_name))
        names = {oa.unit_id: oa.unit_name for oa in oas}
        return render_template(
            "loi.html", standing=standing, presets=list(PRESETS), oas=oas, names=names
        )

    @pages.post("/loi")
    def change_faults() -> AnyResponse:
        refuse_other_origins()
        with state.transaction() as db:
            if "tat-het" in request.form:
                clear_faults(db)
            elif "tat" in request.form:
                clear_fault(db, request.form.get("tat", 0, type=int))
            else:
                _switch_on(db)
        return redirect(url_for("pages.faults"), code=303)


def _switch_on(db: sqlite3.Connection) -> StandingFault:
    preset = PRESETS.get(request.form.get("loi", ""))
    repeats = request.form.get("so-lan", "1")
    unit_id = request.form.get("don-vi") or None
    if preset is None or repeats not in _REPEATS:
        abort(400)
    if unit_id is not None:
        oa_or_404(db, unit_id)
    if preset.kind == "outage":
        return add_fault(db, preset)
    return add_fault(db, replace(preset, times=_REPEATS[repeats], unit_id=unit_id))
