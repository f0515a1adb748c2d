"""Bringing entries of a case to the unit's group and to the resident's chat, in order."""

from __future__ import annotations

from functions.core.models import Claim
from functions.core.work import Outcome, WorkServices


def relay_to_group(claim: Claim, services: WorkServices) -> Outcome:
    """Post what the group has not heard of yet."""
    raise NotImplementedError


def relay_to_resident(claim: Claim, services: WorkServices) -> Outcome:
    """Send what the resident's chat has not got yet."""
    raise NotImplementedError


def send_delivery(claim: Claim, services: WorkServices) -> Outcome:
    """Send one planned note."""
    raise NotImplementedError
