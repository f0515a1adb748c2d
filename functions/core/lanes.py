"""Which jobs run one at a time and pause together."""

from __future__ import annotations


def chat_lane(unit_id: str) -> str:
    """Return the lane of what a unit's OA writes to single people.

    What goes to its group runs in the lane of the unit itself. A group that is shut pauses
    that lane, and must hold up neither answers to residents nor officers' sign-in links.
    """
    return f"chat:{unit_id}"


def lanes_of(unit_id: str) -> tuple[str, ...]:
    """Return every lane that waits for the unit's OA."""
    return unit_id, chat_lane(unit_id)


def ladder_lane(unit_id: str) -> str:
    """Return the lane of the climb to other channels: what goes to the group stands still
    while the OA is down, and the climb goes on then."""
    return f"fall-back:{unit_id}"
