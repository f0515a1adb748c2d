"""The port of site_publisher.py for where people read the site on AWS: bucket and CloudFront."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from functions.config import Settings
from functions.core.errors import StoreUnavailableError
from functions.local.site_files import site_files
from functions.stores.aws_clients import AwsClients
from functions.stores.git.copies import bundle, has_pages, state_of, unbundle
from functions.stores.s3_site_place import S3SitePlace


class SiteBucket:
    """PublicPlace over a bucket."""

    def __init__(self, place: S3SitePlace, public_url: str) -> None:
        self._place = place
        self._public_url = public_url

    def bring_up(self, release: Path) -> None:
        try:
            facts = json.loads((release / "facts.json").read_text("utf-8"))
            self._place.bring_up(site_files(release, self._public_url), facts)
        except (OSError, ValueError) as exc:
            raise StoreUnavailableError(f"the release cannot be read: {exc}") from exc

    def live_version(self) -> str:
        return self._place.live_version()


class PagesCopy:
    """The repository of staff's pages, kept in the bucket too: its machine has no other backup."""

    def __init__(self, place: S3SitePlace) -> None:
        self._place = place
        self._kept = ""

    def keep(self, repository: Path) -> bool:
        """Keep what changed since the last time; tell whether anything did.

        Raises StoreUnavailableError.
        """
        state = state_of(repository)
        if state == self._kept:
            return False
        with tempfile.TemporaryDirectory(prefix="binhyen-pages-") as folder:
            copy = Path(folder) / "content"
            bundle(repository, copy)
            self._place.keep_pages(copy.read_bytes())
        self._kept = state
        return True

    def bring(self, repository: Path) -> bool:
        """Make the repository where there is none yet; tell whether it was kept here.

        Raises StoreUnavailableError.
        """
        kept = None if has_pages(repository) else self._place.kept_pages()
        if kept is None:
            return False
        with tempfile.TemporaryDirectory(prefix="binhyen-pages-") as folder:
            copy = Path(folder) / "content"
            copy.write_bytes(kept)
            unbundle(copy, repository)
        return True


def open_site_bucket(settings: Settings) -> SiteBucket:
    """Return the bucket of the settings; nothing is called before it is used."""
    return SiteBucket(_place(settings), settings.public_url)


def open_pages_copy(settings: Settings) -> PagesCopy:
    """Return the copy of the settings; nothing is called before it is used."""
    return PagesCopy(_place(settings))


def _place(settings: Settings) -> S3SitePlace:
    aws = settings.aws
    return S3SitePlace(
        AwsClients(aws.endpoint_url), aws.site_bucket, aws.releases_bucket, aws.distribution
    )
