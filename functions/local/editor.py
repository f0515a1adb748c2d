"""The editor's process: pages of staff on an origin of their own, and the site kept up to date.

/assets/…, /trang/…    the public site, for previews and for what its own pages look like
everything else        the function `content`
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from functions import logs
from functions.bootstrap import Services
from functions.config import Backend, Settings
from functions.content.handler import ContentServices, create_content_app
from functions.content.quick import LARGEST_FORM
from functions.core.editing.publishing import catch_up
from functions.core.editing.shipping import take_shipped
from functions.core.errors import PublishFailedError, StoreUnavailableError
from functions.core.ports import OperatorAlerts
from functions.core.viet_nam import VIET_NAM
from functions.installed import PROJECT, TEMPLATES
from functions.local.editing import Editing, make_editing
from functions.local.reminders import remind_editors
from functions.local.server import WsgiApp, serve_app
from functions.local.site import create_site_app
from functions.stores.git.copies import REPOSITORY
from functions.stores.git.tidying import loose_objects, tidy
from functions.web.app import SiteSettings, create_app
from functions.web.health import add_health

if TYPE_CHECKING:
    from functions.local.site_bucket import PagesCopy

SITE_PREFIX = "/trang"
TURN_SECONDS = 60.0
LOOK_EVERY_TURNS = 10
"""More often only where people do not see yet what was published."""

_ASSETS = "/assets/"
_HEALTH = "/api/health"
_GRACE = timedelta(minutes=15)
"""Of a new day: a timer of the machine may build then, and twice need not be."""
_NO_TIME, _A_DAY = timedelta(0), timedelta(days=1)
_NIGHT = range(1, 5)
"""The hours when the repository is tidied."""
_MOST_LOOSE = 5000
"""Loose objects; with more it is tidied by day as well: some machines are off at night."""

_Start = Callable[..., Any]


def edit_until(stopped: threading.Event, services: Services) -> None:
    """Serve the editor on 127.0.0.1 until told to stop. Raises OSError where the port is taken.

    Raises SettingsError, StoreUnavailableError.
    """
    copy = _copy_of(services.settings)
    if copy is not None:
        copy.bring(services.settings.data_dir / REPOSITORY)
    editing = make_editing(services, is_waited_for=True)
    # What is published must be known before anybody asks; to build it may take a while.
    take_shipped(PROJECT / "site", editing.services)
    upkeep = Upkeep(
        editing, copy, lambda: remind_editors(services, editing.services), _alerts_of(services)
    )
    threading.Thread(target=upkeep.run_until, args=(stopped,), name="upkeep", daemon=True).start()
    settings = services.settings
    app = create_editor_app(services, editing)
    serve_app(stopped, app, settings.editor_port, settings.editor_url, LARGEST_FORM)


def create_editor_app(services: Services, editing: Editing) -> WsgiApp:
    """Make the apps, each for its own addresses."""
    settings, publisher = services.settings, editing.publisher
    site = SiteSettings(settings.editor_url, TEMPLATES)
    content = create_content_app(
        ContentServices(
            services.editor_sign_in,
            editing.services,
            PROJECT,
            services.build_dir,
            settings.public_url,
            publisher.release,
            publisher.is_behind,
        ),
        site,
    )
    pages = create_site_app(services.site, site, settings.public_url)
    health = create_app(__name__, site)
    add_health(health, lambda: bool(editing.services.store.published()))

    def by_address(environ: dict[str, Any], start_response: _Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(_ASSETS):
            return pages(environ, _for_editors(start_response, ""))
        if path == SITE_PREFIX or path.startswith(f"{SITE_PREFIX}/"):
            below = {
                "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + SITE_PREFIX,
                "PATH_INFO": path.removeprefix(SITE_PREFIX),
            }
            return pages(environ | below, _for_editors(start_response, SITE_PREFIX))
        app: WsgiApp = health if path == _HEALTH else content
        return app(environ, start_response)

    return by_address


class Upkeep:
    """Lets what is published be public, the public site be of the day, and nothing be lost."""

    def __init__(
        self,
        editing: Editing,
        copy: PagesCopy | None = None,
        remind: Callable[[], object] = lambda: None,
        alerts: OperatorAlerts | None = None,
    ) -> None:
        """`copy` is where the repository is kept too; `remind` tells units what is due.

        Without `alerts` an alarm is in the log only, at every look.
        """
        self._editing = editing
        self._copy = copy
        self._remind = remind
        self._alerts = alerts
        self._tidied_on = ""

    def run_until(self, stopped: threading.Event) -> None:
        """Look at once, and again and again; what fails waits for the next turn, alone."""
        for turn in itertools.count():
            if turn % LOOK_EVERY_TURNS == 0 or self._editing.publisher.is_behind():
                if not _comes_through(self.look):
                    logs.alarm("site-not-built", "")
                _comes_through(self.remind)
                _comes_through(self.tidy)
            _comes_through(self.keep_copy)
            if stopped.wait(TURN_SECONDS):
                return

    def look(self) -> bool:
        """Build what is not public, or not of today; tell whether that was done.

        Nothing is built while the clock is behind: a site of an earlier day lacks what is new.
        """
        if not self._has_right_clock():
            return False
        try:
            if catch_up(self._editing.services, again=not self._is_of_the_day()):
                return True
            self._editing.publisher.caught_up()
        except PublishFailedError:
            logs.alarm("site-not-built", "")
        except StoreUnavailableError as error:
            logs.crash("store-unavailable", error)
        return False

    def remind(self) -> None:
        """Tell units what is due, where they were not told yet this month."""
        try:
            if not self._editing.publisher.is_clock_behind():
                self._remind()
        except StoreUnavailableError as error:
            logs.crash("store-unavailable", error)

    def tidy(self) -> bool:
        """Keep the repository small, once in a night; tell whether that was done."""
        editing, now = self._editing, self._editing.services.clock.now().astimezone(VIET_NAM)
        today = now.date().isoformat()
        try:
            if self._tidied_on == today:
                return False
            if now.hour not in _NIGHT and loose_objects(editing.repository) <= _MOST_LOOSE:
                return False
            self._tidied_on = today
            with editing.publisher.turn():
                tidy(editing.repository, editing.services.clock.now())
        except StoreUnavailableError as error:
            logs.crash("pages-not-tidied", error, code=error.code)
            return False
        return True

    def keep_copy(self) -> None:
        """Keep a copy of the repository, if it has no other backup."""
        if self._copy is None:
            return
        try:
            self._copy.keep(self._editing.repository)
        except StoreUnavailableError as error:
            logs.crash("pages-not-kept", error, code=error.code)

    def _has_right_clock(self) -> bool:
        """Tell whether the clock can be believed; a person is called where it is behind."""
        try:
            is_behind = self._editing.publisher.is_clock_behind()
        except StoreUnavailableError as error:
            logs.crash("store-unavailable", error)
            return False
        self._call_for_clock(is_behind=is_behind)
        return not is_behind

    def _call_for_clock(self, *, is_behind: bool) -> None:
        try:
            if is_behind and self._alerts is not None:
                self._alerts.alarm("clock-behind", "")
            elif is_behind:
                logs.alarm("clock-behind", "")
            elif self._alerts is not None:
                self._alerts.clear("clock-behind", "")
        except StoreUnavailableError as error:
            logs.crash("store-unavailable", error)

    def _is_of_the_day(self) -> bool:
        now = self._editing.services.clock.now().astimezone(VIET_NAM)
        # A clock that is a little behind takes nothing back: tomorrow is soon.
        days = {(now + step).date().isoformat() for step in (-_GRACE, _NO_TIME, _A_DAY)}
        return self._editing.publisher.built_for() in days


def _comes_through(part: Callable[[], object]) -> bool:
    """Do a part of the upkeep; tell whether nothing happened that nobody foresaw."""
    try:
        part()
    except Exception as error:  # noqa: BLE001 a thread that died unseen would be worse
        logs.crash("upkeep-crashed", error)
        return False
    return True


def _alerts_of(services: Services) -> OperatorAlerts | None:
    """Return where alarms stand open: not on AWS, where this machine may write none."""
    return None if services.settings.backend is Backend.AWS else services.stores.alerts


def _copy_of(settings: Settings) -> PagesCopy | None:
    """Return where the repository is kept too: on AWS, where `binhyen backup` does not run."""
    if settings.backend is not Backend.AWS:
        return None
    from functions.local.site_bucket import open_pages_copy

    return open_pages_copy(settings)


def _for_editors(start_response: _Start, prefix: str) -> _Start:
    """Let redirects stay below the prefix, and search engines out: this is no public address."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        kept = [(name, value) for name, value in headers if name.lower() != "x-robots-tag"]
        moved = [
            (name, prefix + value)
            if name.lower() == "location" and value.startswith("/")
            else (name, value)
            for name, value in kept
        ]
        return start_response(status, [*moved, ("X-Robots-Tag", "noindex")], *more)

    return start
