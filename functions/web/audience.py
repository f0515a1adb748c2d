"""Whom a route is for; a route that does not say so is not served."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Audience(StrEnum):
    PUBLIC = "public"
    """Anyone: no cookie, no Origin, no token is asked for."""
    STAFF = "staff"
    """Signed-in officers only."""
    ZALO = "zalo"
    """Zalo's own machines, known by a signature on each request."""


def audience(who: Audience) -> Callable[[View], View]:
    """Declare whom a view is for."""

    def mark(view: View) -> View:
        view.audience = who  # type: ignore[attr-defined]  # read back by audience_of
        return view

    return mark


def audience_of(view: Callable[..., Any] | None) -> Audience | None:
    """Return whom a view declares itself for, None where it does not."""
    return getattr(view, "audience", None)
