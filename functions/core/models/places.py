"""Where something is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Location:
    """A position in decimal degrees, WGS 84."""

    latitude: float
    longitude: float
