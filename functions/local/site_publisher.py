"""The port SitePublisher on this machine: a version is written out, built aside, switched in.

<out>/content/site                           the pages of the version, written anew each time
<out>/content/{mkdocs.yml,data,templates}    links to those of the installed software
<out>/site                                   the public site, see publish/releases.py
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from functions import logs
from functions.core.errors import PublishFailedError, StoreUnavailableError
from functions.core.models.content import ContentProblem
from functions.core.ports.content import ContentStore
from functions.local.newest_day import NewestDay, is_before
from functions.local.site_lock import LONGEST_WAIT_SECONDS, held
from publish.build import build_site, compress_site
from publish.content_check import content_problems
from publish.errors import PublishError

Say = Callable[[str], None]

_CONTENT = "content"
_OF_THE_SOFTWARE = ("mkdocs.yml", "data", "templates")


class PublicPlace(Protocol):
    """Where people read the site, if that is not this machine."""

    def bring_up(self, release: Path) -> None:
        """Bring it to the state of a release. Raises StoreUnavailableError."""
        ...

    def live_version(self) -> str:
        """Return the version it surely has, all of it; empty where that is not known."""
        ...


_PATIENCE_SECONDS = 60.0
"""So long a press of a button may wait for others who publish: each holds up a thread."""


@dataclass(frozen=True)
class Places:
    """Where what publishing needs lies."""

    project: Path
    """The installed software."""
    out: Path
    """The build folder."""
    lock: Path
    """What is held by who publishes: see site_lock.py."""


class LocalSitePublisher:
    """Builds with publish/, in this process."""

    def __init__(
        self,
        store: ContentStore,
        places: Places,
        today: Callable[[], date],
        *,
        on: date | None = None,
        upload_url: str = "",
        elsewhere: PublicPlace | None = None,
        say: Say = lambda line: None,
        is_waited_for: bool = False,
    ) -> None:
        """`today` is what the clock says; a person may name another day `on` which to build.

        Somebody `is_waited_for`: what can be done after the switch is done in the background.
        """
        self._store = store
        self._places = places
        self._today = today
        self._on = on
        self._newest = NewestDay(places.lock.parent, store)
        self._upload_url = upload_url
        self._elsewhere = elsewhere
        self._say = say
        self._is_waited_for = is_waited_for
        self._is_behind = False

    def turn(self) -> AbstractContextManager[None]:
        longest = _PATIENCE_SECONDS if self._is_waited_for else LONGEST_WAIT_SECONDS
        return held(self._places.lock, longest)

    def publish(self, version: str, confirm: Callable[[], None]) -> None:
        """Build and switch as the port says; nothing while the clock is behind.

        Where people read the site elsewhere, that place is brought up afterwards. If it cannot
        be, the version counts as published all the same: `live_version` does not name it, and
        the next `catch_up` tries again.
        """
        (day, newest), is_confirmed = self._days(), False

        def confirmed() -> None:
            nonlocal is_confirmed
            confirm()
            is_confirmed = True

        try:
            self._build(version, day, confirmed)
        except PublishError as exc:
            logs.warning("build-failed", count=len(exc.problems))
            raise PublishFailedError(str(exc), content_problems(exc)) from exc
        except OSError as exc:
            logs.crash("build-failed", exc)
            if not is_confirmed:
                raise PublishFailedError(f"{type(exc).__name__}: {exc.strerror}") from exc
            if self._facts().get("content") != version:
                self._is_behind = True
                raise StoreUnavailableError("published, but not switched to") from exc
        self._is_behind = False
        self._newest.keep(newest)
        self._bring_up()
        self._compress()

    def live_version(self) -> str:
        here = str(self._facts().get("content", ""))
        if self._elsewhere is None:
            return here
        try:
            there = self._elsewhere.live_version()
        except StoreUnavailableError as exc:
            logs.warning("site-bucket-unavailable", code=exc.code)
            return ""
        return here if here == there else ""

    def built_for(self) -> str:
        """Return the day that the public site shows; empty where that is not known."""
        return str(self._facts().get("built_for", ""))

    def is_of_today(self) -> bool:
        """Tell whether the public site shows this day, or the day asked for.

        Raises PublishFailedError where the clock is behind.
        """
        return self.built_for() == self._days()[0].isoformat()

    def is_clock_behind(self) -> bool:
        """Tell whether the clock shows a day that was surely over when the site was built.

        Raises StoreUnavailableError.
        """
        return is_before(self._today(), self._newest.known())

    def is_behind(self) -> bool:
        """Tell whether people do not see yet what was published last."""
        return self._is_behind

    def caught_up(self) -> None:
        """Take note that they do: somebody else saw to it."""
        self._is_behind = False

    def release(self) -> Path:
        """Return the folder of the release that is public now."""
        return (self._places.out / "site").resolve().parent

    @property
    def root(self) -> Path:
        """The folder that the last version was written to, as a project of its own."""
        return self._places.out / _CONTENT

    def _days(self) -> tuple[date, date]:
        """Return the day to build for, and the one to keep as the newest.

        A clock that is a little behind takes no page back. Raises PublishFailedError where it is
        more than that, unless a person named the day.
        """
        today, newest = self._today(), self._newest.known()
        is_behind = is_before(today, newest)
        if self._on is not None:
            return self._on, self._on if is_behind else max(today, newest)
        if is_behind:
            raise PublishFailedError(
                f"the clock says {today}, but the site was built on {newest} already: set the "
                f"clock; if it is right now, `binhyen build --on {today}` says so",
                [ContentProblem("", 1, "", "clock-behind")],
            )
        return max(today, newest), max(today, newest)

    def _build(self, version: str, day: date, confirm: Callable[[], None]) -> None:
        built = build_site(
            self._root_of(version),
            self._places.out,
            day,
            self._say,
            compress=False,
            upload_url=self._upload_url,
            content_version=version,
            confirm=confirm,
        )
        self._say(
            f"built {built.pages} pages of {built.units} units and "
            f"{built.old_addresses} old addresses"
        )

    def _root_of(self, version: str) -> Path:
        """Write a version out, beside links to all that is the software's."""
        site = self.root / "site"
        shutil.rmtree(site, ignore_errors=True)
        site.mkdir(parents=True)
        self._store.export(version, site)
        for name in _OF_THE_SOFTWARE:
            _link(self.root / name, self._places.project / name)
        return self.root

    def _bring_up(self) -> None:
        if self._elsewhere is None:
            return
        try:
            self._elsewhere.bring_up(self.release())
        except StoreUnavailableError as exc:
            self._is_behind = True
            logs.crash("site-bucket-behind", exc, code=exc.code)
            logs.alarm("site-behind", "")
        else:
            self._is_behind = False

    def _compress(self) -> None:
        """Make the smaller copies of pages; the site is whole without them."""
        if self._is_waited_for:
            threading.Thread(target=self._compress_now, name="compress", daemon=True).start()
        else:
            self._compress_now()

    def _compress_now(self) -> None:
        try:
            compress_site(self._places.out)
        except OSError as exc:
            logs.crash("compressing-failed", exc)

    def _facts(self) -> dict[str, Any]:
        """Return what the public release says of itself; nothing where there is none."""
        try:
            facts: dict[str, Any] = json.loads((self.release() / "facts.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return facts


def _link(link: Path, target: Path) -> None:
    """Let a link lead to a target, whatever it was before."""
    if link.is_symlink() and link.readlink() == target:
        return
    aside = link.with_name(f".{link.name}.new")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)
