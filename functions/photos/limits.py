"""What a photo may be at most, before and after cleaning, and what its child may use up."""

from __future__ import annotations

from dataclasses import dataclass

MAX_PIXELS = 50_000_000
"""Phones with 48 megapixels exist."""

MAX_FRAMES = 1_000
"""More than any phone's animation; each frame costs memory for its description."""

MAX_EDGE = 2048

MAX_CLEAN_BYTES = 1_000_000
"""Zalo takes 1,048,576 bytes per image; the rest is left for the request around it."""


@dataclass(frozen=True)
class ChildLimits:
    """What one child process may use up.

    The hungriest photo within MAX_PIXELS, a WebP of 48 megapixels, takes 850 MiB and 2 s on the
    machine this was measured on; a 12-megapixel photo of a phone 120 to 170 MiB and 0.5 s.
    """

    memory_bytes: int = 1024 * 1024 * 1024
    cpu_seconds: int = 20
    wall_seconds: float = 60.0


DEFAULT_LIMITS = ChildLimits()
