"""The ladder: group, officers' own chats, e-mail, red board (design D3)."""

from __future__ import annotations

from functions.core.models import Claim
from functions.core.work import Outcome, WorkServices


def fall_back(claim: Claim, services: WorkServices) -> Outcome:
    """Bring the unit's late tips to somebody by the next channels."""
    raise NotImplementedError
