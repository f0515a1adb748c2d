"""Handling a stored event: what it means for tips and officers."""

from __future__ import annotations

from functions.core.models import Claim
from functions.core.work import Outcome, WorkServices


def handle_event(claim: Claim, services: WorkServices) -> Outcome:
    """Do what the event asks for, once."""
    raise NotImplementedError
