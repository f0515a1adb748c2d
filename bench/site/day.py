"""The day as of which everything is built."""

from __future__ import annotations

from datetime import date

DAY = date(2026, 11, 21)
