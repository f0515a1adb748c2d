"""Publishing where people read the site from a bucket: the same step brings it up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.core.editing.publishing import catch_up
from functions.core.errors import StoreUnavailableError
from functions.local.site_bucket import SiteBucket
from functions.stores.s3_releases import Deployment, Releases
from functions.stores.s3_site_place import S3SitePlace
from functions.web.headers import content_security_policy
from tests.aws.engine import REGION, Engine
from tests.local.publishing import PAGE, PHONE, UNIT, Press

PUBLIC_URL = "https://binhyen.example.vn"
NOTICE = f"site/don-vi/{UNIT}/thong-bao/cat-dien.md"
NOTICE_TEXT = "---\ntitle: Cắt điện\nposted_on: 2026-11-20\n---\nMai xã không nhận hồ sơ.\n"
NOTICE_PAGE = f"{UNIT}/thong-bao/cat-dien/index.html"


class Cloud:
    """An installation's two buckets, as a deployment left them."""

    def __init__(self, engine: Engine, name: str, release: Path) -> None:
        self.s3: Any = engine.clients.s3
        self.site, self.releases_bucket = f"{name}-site", f"{name}-releases"
        for bucket in (self.site, self.releases_bucket):
            self.s3.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        self.s3.put_bucket_versioning(
            Bucket=self.site, VersioningConfiguration={"Status": "Enabled"}
        )
        self.releases = Releases(self.s3, self.releases_bucket)
        facts = json.loads((release / "facts.json").read_text("utf-8"))
        policy = content_security_policy(facts["script_hashes"], facts["style_hashes"])
        self.deployment = Deployment(1, "c", "t", {"PagePolicy": policy}, "manifests/000001.json")
        self.releases.record(self.deployment)
        self.place = S3SitePlace(engine.clients, self.site, self.releases_bucket, "")

    def page(self, path: str) -> str | None:
        try:
            return str(self.s3.get_object(Bucket=self.site, Key=path)["Body"].read().decode())
        except self.s3.exceptions.NoSuchKey:
            return None

    def listed(self) -> set[str]:
        return set(self.releases.manifest(self.deployment.manifest_key))

    @contextmanager
    def failing(self, monkeypatch: pytest.MonkeyPatch, call: str, key: str) -> Iterator[None]:
        """Let one kind of call on some objects be refused while the block lasts."""
        real = getattr(self.s3, call)

        def refused(**sent: Any) -> Any:
            if key in json.dumps(sent, default=str):
                error = {"Error": {"Code": "SlowDown"}}
                raise self.s3.exceptions.ClientError(error, call)
            return real(**sent)

        with monkeypatch.context() as patch:
            patch.setattr(self.s3, call, refused)
            yield


@pytest.fixture(scope="module")
def bucket(printed: Press, engine: Engine) -> Cloud:
    return Cloud(engine, "by-thu", printed.site.release())


@pytest.fixture
def cloud(printed: Press, bucket: Cloud, tmp_path: Path) -> tuple[Press, Cloud]:
    """A newsroom whose first publication was brought up to the bucket."""
    bucket.releases.record(bucket.deployment)
    copy = Press.over(printed, tmp_path / "press")
    press = Press(copy.project, copy.folder, elsewhere=SiteBucket(bucket.place, PUBLIC_URL))
    catch_up(press.editing, again=True)
    assert press.site.live_version() == press.store.published()
    return press, bucket


def add_notice(press: Press) -> None:
    press.edit_file(NOTICE, NOTICE_TEXT)


def test_a_published_page_is_in_the_bucket_and_the_functions_read_its_facts(
    cloud: tuple[Press, Cloud],
) -> None:
    press, place = cloud

    version = press.change_phone()

    facts = json.loads(place.page("_release/facts.json") or "")
    assert PHONE in (place.page(f"{UNIT}/index.html") or "")
    assert facts["units"][UNIT]["duty_phone"] == PHONE
    assert facts["content"] == version.version == press.site.live_version()
    assert f"{UNIT}/qr.svg" in place.listed()
    assert not catch_up(press.editing)


def test_only_what_changed_is_written_and_what_is_gone_is_taken_away(
    cloud: tuple[Press, Cloud],
) -> None:
    press, place = cloud
    add_notice(press)
    before = place.releases.manifest(place.deployment.manifest_key)

    press.edit_file(NOTICE, None)

    after = place.releases.manifest(place.deployment.manifest_key)
    assert NOTICE_PAGE in before
    assert NOTICE_PAGE not in after
    assert place.page(NOTICE_PAGE) is None
    unchanged = [path for path in after if path.startswith("phuong-mot/")]
    assert {path: after[path] for path in unchanged} == {path: before[path] for path in unchanged}


@pytest.mark.parametrize(
    ("call", "key"),
    [
        ("put_object", f"{UNIT}/index.html"),
        ("put_object", "manifests/"),
        ("put_object", "published.json"),
        ("delete_objects", "cat-dien"),
    ],
)
def test_what_breaks_off_counts_as_behind_and_is_taken_up_by_the_next_time(
    cloud: tuple[Press, Cloud], monkeypatch: pytest.MonkeyPatch, call: str, key: str
) -> None:
    press, place = cloud
    add_notice(press)

    with place.failing(monkeypatch, call, key):
        press.edit_file(NOTICE, None)
    behind = press.site.is_behind(), press.site.live_version()
    kept = place.page(NOTICE_PAGE), NOTICE_PAGE in place.listed()
    caught_up = catch_up(press.editing)

    assert behind == (True, "")
    # An old page stays until the list without it is written and it is deleted.
    assert kept[0] is None or kept[1]
    assert caught_up
    assert (press.site.is_behind(), place.page(NOTICE_PAGE)) == (False, None)
    assert NOTICE_PAGE not in place.listed()
    assert press.site.live_version() == press.store.published()


def test_a_bucket_that_cannot_be_asked_is_behind_too(
    cloud: tuple[Press, Cloud], monkeypatch: pytest.MonkeyPatch
) -> None:
    press, place = cloud

    with place.failing(monkeypatch, "get_object", "current.json"):
        press.change_phone()
        unknown = press.site.live_version()

    assert unknown == ""
    assert catch_up(press.editing)
    assert PHONE in (place.page(f"{UNIT}/index.html") or "")


def test_pages_that_the_deployed_policy_forbids_are_not_brought_up(
    cloud: tuple[Press, Cloud],
) -> None:
    press, place = cloud
    facts = {"script_hashes": ["'sha256-moi'"], "style_hashes": [], "upload_url": "", "content": ""}

    with pytest.raises(StoreUnavailableError, match="need deploy/aws/deploy first"):
        place.place.bring_up([], facts)

    assert place.page(f"{UNIT}/index.html") is not None
    assert press.site.live_version() == press.store.published()


def test_where_nothing_is_deployed_nothing_is_put(engine: Engine) -> None:
    s3: Any = engine.clients.s3
    s3.create_bucket(Bucket="by-trong", CreateBucketConfiguration={"LocationConstraint": REGION})
    place = S3SitePlace(engine.clients, "by-trong", "by-trong", "")

    with pytest.raises(StoreUnavailableError, match="nothing is deployed"):
        place.bring_up([], {})

    assert place.live_version() == ""


def test_after_a_deployment_from_elsewhere_the_pages_of_staff_come_back(
    cloud: tuple[Press, Cloud],
) -> None:
    press, place = cloud
    press.change_phone()
    put = place.s3.put_object(Bucket=place.site, Key=f"{UNIT}/index.html", Body=b"of the software")
    manifest = place.releases.manifest(place.deployment.manifest_key)
    manifest[f"{UNIT}/index.html"] = ["other", put["VersionId"]]
    other = replace(place.deployment, number=2, manifest_key="manifests/000002.json")
    place.releases.put_manifest(other.manifest_key, manifest)
    place.releases.record(other)

    caught_up = catch_up(press.editing)

    assert caught_up
    assert PHONE in (place.page(f"{UNIT}/index.html") or "")
    assert press.text(PAGE)
