"""The forms of the case page: which fields each has, and the act that it asks for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from functions.core import casework
from functions.core.acts import Recorded
from functions.core.casework import Act, CaseworkServices
from functions.core.errors import FieldError, InvalidInputError, NotFoundError
from functions.core.models import Officer, Via
from functions.core.unit_names import units_named
from functions.core.viet_nam import day_of
from functions.staff import outcomes

KEY_FIELD = "act_key"
_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")
CARD_CODE = re.compile(r"TB-[0-9A-Z]{6}")
_BARE_CODE = re.compile(r"[0-9A-Z]{6}")

Typed = Mapping[str, str]


@dataclass(frozen=True)
class ActForm:
    fields: tuple[str, ...]
    do: Callable[[Act, Typed, CaseworkServices], Recorded]


def make_act(officer: Officer, card_code: str, act_name: str, key: str, typed: Typed) -> Act | None:
    """Return who does what, None for a form without a key of ours.

    The act's identity is made of the drawn form and of what was typed: a double click is one
    act, another text sent from the same page is another.
    """
    if not _KEY.fullmatch(key):
        return None
    told = [typed.get(name, "") for name in FORMS[act_name].fields]
    parts = (officer.unit_id, officer.user_id, card_code, act_name, key, *told)
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return Act(officer, card_code, f"page-{digest.hexdigest()[:40]}", Via.CASE_PAGE)


def _take(act: Act, _: Typed, services: CaseworkServices) -> Recorded:
    return casework.take(act, services)


def _start(act: Act, _: Typed, services: CaseworkServices) -> Recorded:
    return casework.start(act, services)


def _answer(act: Act, typed: Typed, services: CaseworkServices) -> Recorded:
    return casework.answer(act, typed.get("text", ""), services)


def _ask(act: Act, typed: Typed, services: CaseworkServices) -> Recorded:
    return casework.ask(act, typed.get("text", ""), services)


def _hand_over(act: Act, typed: Typed, services: CaseworkServices) -> Recorded:
    return casework.hand_over(act, typed.get("officer", ""), services)


def _transfer(act: Act, typed: Typed, services: CaseworkServices) -> Recorded:
    unit_id = _unit_id(typed, services)
    try:
        return casework.transfer(act, unit_id, typed.get("text", ""), services)
    except NotFoundError:
        # The second click of a double one: the unit has the tip no longer.
        tip = services.acts.tips.by_card_code(unit_id, act.card_code)
        entry = services.acts.cases.entry(tip.tip_id, act.act_id)
        if entry is None:
            raise
        return Recorded(tip, entry, is_repeat=True)


def _act_jointly(act: Act, typed: Typed, services: CaseworkServices) -> Recorded:
    unit_id, on = _unit_id(typed, services), typed.get("on", "").strip()
    note = typed.get("text", "").strip()
    if on:
        try:
            day = f"{date.fromisoformat(on):%d/%m/%Y}"
        except ValueError:
            raise InvalidInputError((FieldError("on", "invalid"),)) from None
        note = f"{day}: {note}" if note else day
    return casework.act_jointly(act, unit_id, note, services)


def _verify_place(act: Act, typed: Typed, services: CaseworkServices) -> Recorded:
    return casework.verify_place(act, typed.get("place", ""), services)


def _extend(act: Act, typed: Typed, services: CaseworkServices) -> Recorded:
    return casework.extend(act, typed.get("text", ""), services)


def _close(act: Act, typed: Typed, services: CaseworkServices) -> Recorded:
    outcome, in_scope = outcomes.read_outcome(typed)
    return casework.close(act, outcome, services, in_scope=in_scope)


def _merge(act: Act, typed: Typed, services: CaseworkServices) -> Recorded:
    code = "".join(typed.get("into", "").upper().split())
    if not code:
        raise InvalidInputError((FieldError("into", "required"),))
    into = f"TB-{code}" if _BARE_CODE.fullmatch(code) else code
    return casework.merge(act, into, services)


def _unit_id(typed: Typed, services: CaseworkServices) -> str:
    """Return the unit that is called so today. Raises InvalidInputError."""
    name = typed.get("unit", "").strip()
    if not name:
        raise InvalidInputError((FieldError("unit", "required"),))
    found = units_named(name, services.units, day_of(services.acts.clock.now()))
    if len(found) == 1:
        return found[0].unit_id
    raise InvalidInputError((FieldError("unit", "ambiguous" if found else "unknown"),))


FORMS: Mapping[str, ActForm] = {
    "nhan": ActForm((), _take),
    "dang": ActForm((), _start),
    "dap": ActForm(("text",), _answer),
    "can": ActForm(("text",), _ask),
    "giao": ActForm(("officer",), _hand_over),
    "chuyen": ActForm(("unit", "text"), _transfer),
    "phoi-hop": ActForm(("unit", "on", "text"), _act_jointly),
    "noi-xac-minh": ActForm(("place",), _verify_place),
    "gia-han": ActForm(("text",), _extend),
    "ket-qua": ActForm(outcomes.FIELDS, _close),
    "gop": ActForm(("into",), _merge),
}
