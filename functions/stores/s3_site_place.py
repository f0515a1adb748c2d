"""The bucket that people read the site from, kept up by the machine on which staff publish.

`deploy` brings package, stack and site; staff change the site alone, in between. Both keep to
one list of the site's files, that of the current deployment, so either finds what the other did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.core.errors import StoreUnavailableError
from functions.stores.aws_clients import AwsClients
from functions.stores.s3_releases import Deployment, Published, Releases
from functions.stores.s3_site_sync import (
    NotDeletedError,
    SiteFile,
    bring_up,
    clear_away,
    forget_copies,
)

_PAGES = "content.bundle"


class S3SitePlace:
    """One installation's site."""

    def __init__(
        self, clients: AwsClients, site_bucket: str, releases_bucket: str, distribution: str
    ) -> None:
        """Without a `distribution` nothing is told to forget its copies of pages."""
        self._clients = clients
        self._bucket = site_bucket
        self._releases_bucket = releases_bucket
        self._distribution = distribution

    def live_version(self) -> str:
        """Return the content version that is surely there, all of it; else an empty text.

        Raises StoreUnavailableError.
        """
        with _errors_translated():
            published, current = self._releases.published(), self._releases.current()
        if published is None or current is None or published.deployment != current.number:
            return ""
        return published.content

    def bring_up(self, files: Iterable[SiteFile], facts: Mapping[str, Any]) -> None:
        """Put what changed, then write the list, then take away what is no longer named.

        What breaks off is taken up by the next time. Raises StoreUnavailableError, also where
        the deployed policy does not let these pages run.
        """
        with _errors_translated():
            releases, s3 = self._releases, self._clients.s3
            deployment = releases.current()
            if deployment is None:
                raise StoreUnavailableError("nothing is deployed yet", "not-deployed")
            _require_policy(deployment, facts)
            known, key = releases.manifest(deployment.manifest_key), deployment.manifest_key
            synced = bring_up(s3, self._bucket, files, known)
            if synced.written or synced.stale:
                # What goes is on the list until it is gone, for the next time to find it.
                going = {path: known[path] for path in synced.stale}
                releases.put_manifest(key, synced.manifest | going)
                if self._distribution:
                    forget_copies(self._clients.cloudfront, self._distribution)
            if synced.stale:
                clear_away(s3, self._bucket, synced.stale)
                releases.put_manifest(key, synced.manifest)
            releases.note_published(Published(deployment.number, facts["content"]))

    def keep_pages(self, copy: bytes) -> None:
        """Keep a copy of what staff wrote, in place of the one before."""
        with _errors_translated():
            bucket = self._releases_bucket
            self._clients.s3.put_object(Bucket=bucket, Key=_PAGES, Body=copy)

    def kept_pages(self) -> bytes | None:
        """Return the copy; None where there is none."""
        with _errors_translated():
            try:
                found = self._clients.s3.get_object(Bucket=self._releases_bucket, Key=_PAGES)
            except ClientError as exc:
                if exc.response.get("Error", {}).get("Code") != "NoSuchKey":
                    raise
                return None
            return found["Body"].read()

    @property
    def _releases(self) -> Releases:
        return Releases(self._clients.s3, self._releases_bucket)


def _require_policy(deployment: Deployment, facts: Mapping[str, Any]) -> None:
    """Pages of other software may hold scripts that the deployed headers forbid."""
    policy = deployment.parameters["PagePolicy"]
    needed = [*facts["script_hashes"], *facts["style_hashes"], facts["upload_url"]]
    if not all(source in policy for source in needed):
        raise StoreUnavailableError(
            "the pages of this release need deploy/aws/deploy first", "other-policy"
        )


@contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except ClientError as exc:
        code = exc.response.get("Error", {}).get("Code", "")
        raise StoreUnavailableError(f"the site's bucket answered {code}", code) from exc
    except BotoCoreError as exc:
        raise StoreUnavailableError(f"the site's bucket: {type(exc).__name__}") from exc
    except NotDeletedError as exc:
        raise StoreUnavailableError(str(exc), "not-deleted") from exc
