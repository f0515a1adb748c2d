"""The published release as functions on AWS read it: straight from the bucket of the site.

Publishing puts the pages under their public paths and last of all two files beside them,
`_release/search.json` and `_release/facts.json`, which no address of the site leads to.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.core.errors import StoreUnavailableError
from functions.core.ports import Clock
from functions.stores.aws_clients import AwsClients

RELEASE_PREFIX = "_release/"
SITE_FOLDER = "site/"
LOOK_AGAIN_AFTER = timedelta(minutes=1)
_NOT_MODIFIED = "304"
# Who may not list a bucket is told "denied" where there is nothing.
_MISSING = frozenset({"NoSuchKey", "AccessDenied"})


@dataclass(frozen=True)
class _Read:
    text: str
    etag: str
    at: datetime


class S3SiteRelease:
    """Reads the files of the release that is public now.

    `search.json` and `facts.json` are asked for again once a minute, by their ETag. Where the
    bucket cannot be asked, what was read before goes on serving. What lies under `site/` is
    read afresh: its name carries its hash, and whoever reads it keeps what was made of it.
    """

    def __init__(self, clients: AwsClients, bucket: str, clock: Clock) -> None:
        self._clients = clients
        self._bucket = bucket
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, _Read] = {}

    def folder(self) -> S3ReleaseFolder:
        """Return what looks like the folder of the release."""
        return S3ReleaseFolder(self)

    def read(self, path: str) -> str:
        """Return a file's text. Raises FileNotFoundError and StoreUnavailableError."""
        if not path.startswith(SITE_FOLDER):
            with self._lock:
                return self._current(RELEASE_PREFIX + path).text
        try:
            return self._fetch(path.removeprefix(SITE_FOLDER)).text
        except FileNotFoundError:
            # Named by a release that is no longer public: look for the new one at once.
            self._kept.clear()
            raise

    def _current(self, key: str) -> _Read:
        kept = self._kept.get(key)
        if kept and timedelta(0) <= self._clock.now() - kept.at < LOOK_AGAIN_AFTER:
            return kept
        try:
            found = self._fetch(key, kept)
        except StoreUnavailableError:
            if kept is None:
                raise
            found = self._as_of_now(kept)
        self._kept[key] = found
        return found

    def _fetch(self, key: str, kept: _Read | None = None) -> _Read:
        unless: dict[str, Any] = {"IfNoneMatch": kept.etag} if kept else {}
        try:
            answer = self._clients.s3.get_object(Bucket=self._bucket, Key=key, **unless)
            text = answer["Body"].read().decode()
        except ClientError as exc:
            code = exc.response.get("Error", {}).get("Code", "")
            if kept and code == _NOT_MODIFIED:
                return self._as_of_now(kept)
            if code in _MISSING:
                raise FileNotFoundError(key) from exc
            raise StoreUnavailableError(f"the bucket answered {code}", code) from exc
        except BotoCoreError as exc:
            raise StoreUnavailableError(type(exc).__name__) from exc
        return _Read(text, answer["ETag"], self._clock.now())

    def _as_of_now(self, kept: _Read) -> _Read:
        return replace(kept, at=self._clock.now())


@dataclass(frozen=True)
class S3ReleaseFolder:
    """The folder of the release, or a file in it, as far as readers go."""

    release: S3SiteRelease
    path: str = ""

    def __truediv__(self, name: str, /) -> S3ReleaseFolder:
        return S3ReleaseFolder(self.release, f"{self.path}/{name}" if self.path else name)

    def read_text(self, encoding: str) -> str:
        """Return the text. Raises FileNotFoundError and StoreUnavailableError."""
        return self.release.read(self.path)
