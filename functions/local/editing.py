"""Puts the adapters behind the ports of editing, on the machine that builds the site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from functions.bootstrap import Services
from functions.config import Backend, BuildSettings, Settings, SettingsError
from functions.core.editing.publishing import catch_up
from functions.core.editing.services import EditingServices
from functions.core.editing.shipping import Shipped, take_shipped
from functions.core.viet_nam import day_of
from functions.installed import PROJECT
from functions.local.newest_day import ClockOfPages, NewestDay
from functions.local.site_lock import lock_of
from functions.local.site_publisher import LocalSitePublisher, Places, PublicPlace, Say
from functions.stores.git import GitContentStore
from functions.stores.git.copies import REPOSITORY, has_pages


@dataclass(frozen=True)
class Editing:
    """What edits and publishes, and the publisher of this machine in it."""

    services: EditingServices
    publisher: LocalSitePublisher
    repository: Path


def has_content(data_dir: Path | None) -> bool:
    """Tell whether there is a content repository."""
    return data_dir is not None and has_pages(data_dir / REPOSITORY)


def make_editing(
    services: Services,
    *,
    on: date | None = None,
    say: Say = lambda line: None,
    is_waited_for: bool = False,
    is_ahead: bool = False,
) -> Editing:
    """Make the services over the repository of the data folder, which is made if need be.

    The site is built as of the day `on`, else of today in Viet Nam, and not at all while the
    clock shows a day that is surely over. What `is_ahead` of the
    software that runs stays on this machine. Raises SettingsError where
    no data folder is named, and StoreUnavailableError.
    """
    from functions.photos.pages import ChildPictureMaker
    from publish.content_check import PageChecker

    settings = services.settings
    if not settings.has_data_dir:
        raise SettingsError(["BINHYEN_DATA_DIR is missing: the pages of staff are kept there"])
    store = GitContentStore(settings.data_dir / REPOSITORY)

    clock = ClockOfPages(services.clock, NewestDay(settings.data_dir, store))
    publisher = LocalSitePublisher(
        store,
        Places(PROJECT, services.build_dir, lock_of(settings.data_dir)),
        lambda: day_of(services.clock.now()),
        on=on,
        upload_url=BuildSettings.from_env().upload_url,
        elsewhere=None if is_ahead else _public_place(settings),
        say=say,
        is_waited_for=is_waited_for,
    )
    checker = PageChecker(PROJECT, lambda: on or day_of(clock.now()))
    editing = EditingServices(store, checker, publisher, ChildPictureMaker(), services.units, clock)
    return Editing(editing, publisher, settings.data_dir / REPOSITORY)


def bring_up_to_date(editing: Editing, *, again: bool = False) -> Shipped:
    """Take what the software brought, and let what is published be public.

    `again`: build also what is public already, as of its day. Raises PublishFailedError and
    StoreUnavailableError.
    """
    shipped = take_shipped(PROJECT / "site", editing.services)
    catch_up(editing.services, again=again or not editing.publisher.is_of_today())
    return shipped


def _public_place(settings: Settings) -> PublicPlace | None:
    """Return the bucket that people read the site from; None where it is this machine."""
    if settings.backend is not Backend.AWS:
        return None
    from functions.local.site_bucket import open_site_bucket

    return open_site_bucket(settings)
