"""Brings the site's bucket to a state: only what changed, new files before pages, deletes last.

The list of files is written before anything is deleted and after everything is up, so a run
that breaks off is taken up by the next one: it finds the old list and does the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from functions.stores.s3_releases import Manifest
from functions.stores.s3_site import RELEASE_PREFIX

_AT_ONCE = 10
"""As many as a client keeps connections."""
_MOST_DELETES = 1000


class NotDeletedError(RuntimeError):
    """The bucket did not delete all that it was asked to."""


@dataclass(frozen=True)
class SiteFile:
    """One object of the site's bucket."""

    path: str
    key: str
    """Of what it is made: equal keys are equal bytes."""
    content: Callable[[], bytes]
    content_type: str
    cache_control: str


def turn_of(path: str) -> int:
    """Tell when a file goes up: what pages need, pages, and last what the functions read."""
    if path.startswith(RELEASE_PREFIX):
        return 2
    return 1 if path.endswith(".html") else 0


@dataclass(frozen=True)
class Synced:
    manifest: Manifest
    written: int
    stale: list[str]
    """What is no longer part of the site and still lies in the bucket."""


def bring_up(s3: Any, bucket: str, files: Iterable[SiteFile], before: Manifest) -> Synced:
    """Put what is new or changed; delete nothing yet."""
    wanted = list(files)
    changed = [file for file in wanted if before.get(file.path, [""])[0] != file.key]
    manifest = {file.path: before[file.path] for file in wanted if file.path in before}

    def put(file: SiteFile) -> tuple[str, list[str]]:
        answer = s3.put_object(
            Bucket=bucket,
            Key=file.path,
            Body=file.content(),
            ContentType=file.content_type,
            CacheControl=file.cache_control,
        )
        return file.path, [file.key, answer["VersionId"]]

    for turn in range(3):
        manifest |= _at_once(put, [file for file in changed if turn_of(file.path) == turn])
    stale = sorted(before.keys() - manifest.keys())
    return Synced(manifest, len(changed), stale)


def bring_back(s3: Any, bucket: str, wanted: Manifest, now: Manifest) -> Synced:
    """Copy what the wanted state has other than now from its versions; delete nothing yet."""
    changed = [path for path, made in wanted.items() if now.get(path, [""])[0] != made[0]]
    manifest = {path: now[path] for path in wanted.keys() - set(changed)}

    def copy(path: str) -> tuple[str, list[str]]:
        key, version = wanted[path]
        source = {"Bucket": bucket, "Key": path, "VersionId": version}
        answer = s3.copy_object(Bucket=bucket, Key=path, CopySource=source)
        return path, [key, answer["VersionId"]]

    for turn in range(3):
        manifest |= _at_once(copy, [path for path in changed if turn_of(path) == turn])
    stale = sorted(now.keys() - wanted.keys())
    return Synced(manifest, len(changed), stale)


def clear_away(s3: Any, bucket: str, stale: Sequence[str]) -> None:
    """Delete what is no longer part of the site; its versions stay for the way back.

    Raises NotDeletedError.
    """
    for start in range(0, len(stale), _MOST_DELETES):
        objects = [{"Key": path} for path in stale[start : start + _MOST_DELETES]]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        if answer.get("Errors"):
            raise NotDeletedError(f"could not be deleted: {answer['Errors'][0]['Key']}")


def forget_copies(cloudfront: Any, distribution: str) -> None:
    """Let CloudFront forget its copies of pages; they live a minute in any case."""
    cloudfront.create_invalidation(
        DistributionId=distribution,
        InvalidationBatch={
            "Paths": {"Quantity": 1, "Items": ["/*"]},
            "CallerReference": str(time.time_ns()),
        },
    )


def _at_once(step: Callable[[Any], tuple[str, list[str]]], items: Sequence[Any]) -> Manifest:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(pool.map(step, items))
