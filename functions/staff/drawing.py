"""Drawing the page of one case, also with a form that could not be taken as it was sent."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Response

from functions.core.cases import CaseView, open_case
from functions.core.deadlines import is_closed
from functions.core.errors import ActRefusedError, FieldError
from functions.core.models import Attachment, AttachmentState, Session, TipStatus
from functions.core.viet_nam import day_of
from functions.staff.labels import field_label, sentence
from functions.staff.links import MediaLinks
from functions.staff.outcomes import OBJECT_ROWS, TEST_ROWS
from functions.staff.services import StaffServices
from functions.staff.spans import due_words
from functions.web.answers import page, words

_MEDIA = {AttachmentState.CLEAN: "anh", AttachmentState.KEPT: "tep"}


@dataclass(frozen=True)
class Attempt:
    """A form as it was sent, and why it was not taken; the empty one is none."""

    act_name: str = ""
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    errors: Sequence[FieldError] = ()
    refusal: ActRefusedError | None = None
    is_stale: bool = False
    """It came from a page of an earlier sign-in: nothing was done, sending it again will do."""

    def value(self, act_name: str, name: str, default: str = "") -> str:
        """Return what was typed into a field, else what stands there at first."""
        return self.typed.get(name, default) if act_name == self.act_name else default

    def mistake(self, act_name: str, name: str) -> str:
        """Return the sentence for a field, empty where nothing is wrong with it."""
        wrong = [one for one in self.errors if one.field == name and act_name == self.act_name]
        return " ".join(sentence(one) for one in wrong)

    def has_any(self, act_name: str, start: str, row: int) -> bool:
        """Tell whether anything was typed into this row of a table or a later one."""
        return act_name == self.act_name and any(
            name.startswith(start) and name[-1].isdigit() and int(name[-1]) >= row and value.strip()
            for name, value in self.typed.items()
        )

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        """Return each wrong field with its sentence."""
        return [(one.field, sentence(one)) for one in self.errors]

    @property
    def refused(self) -> str:
        """Return why the act does not fit the case, empty where it does."""
        if self.refusal is None:
            return ""
        return words().staff["refusals"][self.refusal.code].format(about=self.refusal.about)


def draw_case(
    session: Session,
    card_code: str,
    services: StaffServices,
    links: MediaLinks,
    attempt: Attempt | None = None,
    status: int = 200,
    done: str = "",
) -> Response:
    """Answer with the case as it stands now; the read is logged first. Raises NotFoundError."""
    view = open_case(session.officer, card_code, services.cases)
    attempt = attempt or Attempt()
    now = services.cases.clock.now()

    def unit_name(unit_id: str) -> str:
        return words().office(services.units.get(unit_id))

    def media_link(attachment: Attachment) -> str:
        kind = _MEDIA[attachment.state]
        return links.address(session, view.tip.card_code, kind, attachment.position)

    return page(
        "case.html.j2",
        status,
        signed_in=session,
        unit_name=unit_name(session.officer.unit_id),
        office=unit_name,
        view=view,
        tip=view.tip,
        acts=possible_acts(view, session),
        attempt=attempt,
        done=done,
        due=due_words(view.tip.due_at, view.tip.status, now, services.cases.clocks),
        media_link=media_link,
        field_label=field_label,
        new_key=lambda: secrets.token_urlsafe(16),
        live_units=services.units.live(now.date()),
        today=day_of(now).isoformat(),
        object_rows=range(1, OBJECT_ROWS + 1),
        test_rows=range(1, TEST_ROWS + 1),
    )


def possible_acts(view: CaseView, session: Session) -> frozenset[str]:
    """Return the acts that make sense now; whether one is allowed, the act itself decides."""
    tip = view.tip
    is_reachable = tip.chat is not None or not tip.case.is_from_chat
    acts = set() if tip.status is TipStatus.ERASED else {"noi-xac-minh"}
    if acts and is_reachable:
        acts.add("dap")
    if is_closed(tip):
        return frozenset(acts)
    if is_reachable:
        acts.add("can")
    if tip.unit_id != session.officer.unit_id:
        return frozenset(acts)
    acts |= {"chuyen", "phoi-hop", "ket-qua", "gop"}
    officers = {one.user_id for one in view.officers}
    if tip.case.assignee_id not in officers:
        acts.add("nhan")
    # Also to oneself, what another one holds; what nobody holds is simply taken.
    if officers - {tip.case.assignee_id or session.officer.user_id}:
        acts.add("giao")
    if tip.status is not TipStatus.IN_PROGRESS:
        acts.add("dang")
    if not tip.case.is_extended:
        acts.add("gia-han")
    return frozenset(acts)
