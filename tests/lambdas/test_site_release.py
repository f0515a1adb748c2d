"""The published release in the bucket, as search and duty phones read it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.core.errors import StoreUnavailableError
from functions.installed import duty_phones
from functions.search.indexes import PublishedIndexes
from functions.stores.aws_clients import AwsClients
from functions.stores.s3_site import S3SiteRelease
from tests.aws.places import Cloud
from tests.fakes.clock import FrozenClock
from tests.functions.world import RELEASE, UNIT

A_MINUTE = timedelta(minutes=1)


class Bucket:
    """A bucket of the site, what is put there, and a reader whose calls are counted."""

    def __init__(self, cloud: Cloud) -> None:
        self._s3 = cloud.s3
        self.name = cloud.names()["BINHYEN_AWS_SITE_BUCKET"]
        self.clock = FrozenClock()
        clients = AwsClients(cloud.engine.url)
        self.answers: list[int] = []
        clients.s3.meta.events.register("response-received.s3", self._count)
        self.release = S3SiteRelease(clients, self.name, self.clock)

    def put(self, key: str, document: Any) -> None:
        self._s3.put_object(Bucket=self.name, Key=key, Body=json.dumps(document).encode())

    def publish(self) -> None:
        for path in (path for path in RELEASE.rglob("*") if path.is_file()):
            name = path.relative_to(RELEASE).as_posix()
            key = name.removeprefix("site/") if name.startswith("site/") else f"_release/{name}"
            self.put(key, json.loads(path.read_text("utf-8")))

    def remove(self, key: str) -> None:
        self._s3.delete_object(Bucket=self.name, Key=key)

    def read(self, name: str) -> Any:
        return json.loads((self.release.folder() / name).read_text("utf-8"))

    def _count(self, response_dict: Any, **_: Any) -> None:
        self.answers.append(response_dict["status_code"])


@pytest.fixture
def bucket(cloud: Cloud) -> Bucket:
    return Bucket(cloud)


def test_an_index_is_made_of_the_parts_in_the_bucket(bucket: Bucket) -> None:
    bucket.publish()

    _, unit_id = PublishedIndexes(bucket.release.folder).of(UNIT)

    assert unit_id == UNIT


def test_without_a_release_the_search_is_not_available(bucket: Bucket) -> None:
    with pytest.raises(StoreUnavailableError):
        PublishedIndexes(bucket.release.folder).of(UNIT)


def test_a_new_release_is_seen_within_a_minute_and_asked_for_no_sooner(bucket: Bucket) -> None:
    bucket.put("_release/facts.json", "old")
    assert bucket.read("facts.json") == "old"
    bucket.put("_release/facts.json", "new")

    before = bucket.read("facts.json")
    bucket.clock.advance(A_MINUTE)
    after = bucket.read("facts.json")

    assert (before, after) == ("old", "new")
    assert bucket.answers == [200, 200]


def test_a_release_that_is_still_the_same_is_not_fetched_again(bucket: Bucket) -> None:
    bucket.put("_release/facts.json", "same")
    bucket.read("facts.json")
    bucket.clock.advance(A_MINUTE)

    again = bucket.read("facts.json")

    assert again == "same"
    assert bucket.answers == [200, 304]


def test_a_part_that_a_newer_release_took_away_makes_the_reader_look_again(
    bucket: Bucket,
) -> None:
    bucket.publish()
    names = bucket.read("search.json")
    renamed = names | {"shared": "search/shared-ffffffffffff.json"}
    bucket.put("search/shared-ffffffffffff.json", json.loads(part("shared")))
    bucket.put("_release/search.json", renamed)
    bucket.remove(names["shared"])

    _, unit_id = PublishedIndexes(bucket.release.folder).of(UNIT)

    assert unit_id == UNIT


def test_a_clock_that_was_set_back_does_not_keep_a_release_for_longer(bucket: Bucket) -> None:
    bucket.put("_release/facts.json", "old")
    bucket.read("facts.json")
    bucket.put("_release/facts.json", "new")

    bucket.clock.advance(-timedelta(days=1))

    assert bucket.read("facts.json") == "new"


def test_a_bucket_out_of_reach_leaves_what_was_read(bucket: Bucket) -> None:
    bucket.put("_release/facts.json", facts("0262 3850 113"))
    phone_of = duty_phones(bucket.release.folder)
    first = phone_of(UNIT)
    bucket.clock.advance(A_MINUTE)
    bucket.release._bucket = "another-bucket"

    second = phone_of(UNIT)

    assert (first, second) == ("0262 3850 113", "0262 3850 113")


def test_a_bucket_that_never_answered_knows_no_phone(cloud: Cloud) -> None:
    release = S3SiteRelease(AwsClients(cloud.engine.url), "another-bucket", FrozenClock())

    assert duty_phones(release.folder)(UNIT) is None


def part(name: str) -> str:
    (path,) = (RELEASE / "site" / "search").glob(f"{name}-*.json")
    return path.read_text("utf-8")


def facts(phone: str) -> Any:
    return {"units": {UNIT: {"duty_phone": phone}}}
