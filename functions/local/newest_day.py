"""What is known of the day apart from the clock, which may be set back: it was later already.

A site of an earlier day has no notice that was posted since, and other units.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path

from functions import logs
from functions.core.errors import NotFoundError
from functions.core.ports import Clock
from functions.core.ports.content import ContentStore
from functions.core.viet_nam import VIET_NAM, day_of

_TOLERANCE = timedelta(days=1)
"""Clocks are set right by seconds, and midnight may lie between."""
_LOOKED_AT = 20


class NewestDay:
    """The newest day on which the site was built here, in a file of the data folder.

    The day of the clock then, not the one that the site was built for: somebody may want to see
    the site as of a later day.
    """

    def __init__(self, data_dir: Path, store: ContentStore) -> None:
        self._file = data_dir / "newest-day"
        self._store = store

    def kept(self) -> date:
        """Return the day; the first of all where none is kept."""
        try:
            return date.fromisoformat(self._file.read_text("ascii").strip())
        except (OSError, ValueError):
            return date.min

    def known(self) -> date:
        """Return the day; where none is kept, that of the newest publication.

        Raises StoreUnavailableError.
        """
        kept = self.kept()
        if kept > date.min:
            return kept
        days = [kept]
        with suppress(NotFoundError):
            newest = self._store.versions(limit=_LOOKED_AT)
            days += [day_of(version.made_at) for version in newest]
        return max(days)

    def keep(self, day: date) -> None:
        """Keep it from now on; a disk that is full is no reason to fail."""
        if day == self.kept():
            return
        aside = self._file.with_name(f"{self._file.name}.new")
        try:
            aside.write_text(f"{day.isoformat()}\n", "ascii")
            aside.replace(self._file)
        except OSError as exc:
            logs.crash("day-not-kept", exc)


def is_before(today: date, newest: date) -> bool:
    """Tell whether a clock that says `today` is surely behind."""
    return newest > date.min + _TOLERANCE and today < newest - _TOLERANCE


class ClockOfPages:
    """The machine's clock, for what is written: it never shows a day before the newest kept.

    Else units that are there would not be, dates that are past would count as ahead, and a draft
    could not even be saved until the clock is right.
    """

    def __init__(self, clock: Clock, newest: NewestDay) -> None:
        self._clock = clock
        self._newest = newest

    def now(self) -> datetime:
        now, newest = self._clock.now(), self._newest.kept()
        if day_of(now) >= newest:
            return now
        return datetime.combine(newest, time(), VIET_NAM).astimezone(now.tzinfo)
