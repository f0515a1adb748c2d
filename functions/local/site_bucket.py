"""The port of site_publisher.py for where people read the site on AWS: bucket and CloudFront."""

from __future__ import annotations

import json
from pathlib import Path

from functions.config import Settings
from functions.core.errors import StoreUnavailableError
from functions.local.site_files import site_files
from functions.stores.aws_clients import AwsClients
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


def open_site_bucket(settings: Settings) -> SiteBucket:
    """Return the bucket of the settings; nothing is called before it is used."""
    aws = settings.aws
    place = S3SitePlace(
        AwsClients(aws.endpoint_url), aws.site_bucket, aws.releases_bucket, aws.distribution
    )
    return SiteBucket(place, settings.public_url)
