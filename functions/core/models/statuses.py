"""Where a tip stands, and how pressing it is."""

from __future__ import annotations

from enum import StrEnum


class Urgency(StrEnum):
    """How pressing the sender says it is."""

    NOW = "now"
    SOON = "soon"
    NORMAL = "normal"

    @property
    def rank(self) -> int:
        """0 is served first."""
        return list(Urgency).index(self)


class TipStatus(StrEnum):
    """Where a tip stands; design 4.4."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    NEED_INFO = "need_info"
    TRANSFERRED = "transferred"
    RESOLVED = "resolved"
    OUT_OF_SCOPE = "out_of_scope"
    DUPLICATE = "duplicate"
    ERASED = "erased"
