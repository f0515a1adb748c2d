"""Renews token pairs whose time has come, or that Zalo no longer takes."""

from __future__ import annotations

from functions import logs
from functions.core.tokens import RefreshServices, refresh_due_tokens


def refresh(services: RefreshServices) -> int:
    """Run the refresher once; return how many pairs were renewed. Raises
    StoreUnavailableError."""
    renewed = refresh_due_tokens(services)
    if renewed:
        logs.info("tokens-refreshed", count=renewed)
    return renewed
