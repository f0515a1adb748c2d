"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    NOTE = "note"
    """Worth knowing, and no reason for an alarm."""
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One check: what was found in words, and what to do where something is to be done."""

    check: str
    level: Level
    words: str
    remedy: str = ""

    def __str__(self) -> str:
        line = f"{self.level.upper():<6}{self.check}: {self.words}"
        return f"{line}\n      → {self.remedy}" if self.remedy else line


def ok(check: str, words: str) -> Finding:
    return Finding(check, Level.OK, words)


def note(check: str, words: str, remedy: str = "") -> Finding:
    return Finding(check, Level.NOTE, words, remedy)


def wrong(check: str, words: str, remedy: str) -> Finding:
    return Finding(check, Level.WRONG, words, remedy)
