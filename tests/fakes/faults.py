"""Crashes at a chosen call: what a killed process leaves behind, at every point there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Crash(BaseException):
    """The process is gone; nothing in the domain may catch this."""


class CrashPoint:
    """Counts the calls of everything it watches, and crashes at one of them."""

    def __init__(self, at_call: int, *, after_effect: bool) -> None:
        self._at_call = at_call
        self._after_effect = after_effect
        self._calls = 0

    @property
    def is_reached(self) -> bool:
        return self._calls >= self._at_call

    def watch(self, target: Any) -> Any:
        """Return the target behind a proxy whose method calls count."""
        return _Watched(target, self)

    def call(self, method: Callable[..., Any], *args: Any, **named: Any) -> Any:
        self._calls += 1
        if self._calls != self._at_call:
            return method(*args, **named)
        if self._after_effect:
            method(*args, **named)
        raise Crash


class _Watched:
    def __init__(self, target: Any, point: CrashPoint) -> None:
        self._target = target
        self._point = point

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if not callable(value):
            return value
        return lambda *args, **named: self._point.call(value, *args, **named)
