"""One machine whose photos lie in a bucket: everything else stays on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from functions.clock import SystemClock
from functions.core.errors import KeyUnavailableError, StoreUnavailableError
from functions.core.signin import issue_link
from functions.core.sweeping import ORPHAN_AGE
from functions.local.server import create_wsgi_app
from functions.sweep.handler import run_sweep
from tests.aws.buckets import make_bucket, names_in
from tests.aws.case_pages import photo_links
from tests.aws.engine import Engine
from tests.fakes.clock import FrozenClock
from tests.faults.phones import Submission, send_in_process
from tests.faults.photos import BLUE, WITH_GPS
from tests.faults.places import Place, carry_on
from tests.faults.sandbox import Sandbox

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def bucket(engine: Engine) -> str:
    return make_bucket(engine)


@pytest.fixture
def home(tmp_path: Path, cloud_sandbox: Sandbox, engine: Engine, bucket: str) -> Iterator[Place]:
    """A machine with a unit that has a group, told to keep photos in the bucket."""
    with cloud_sandbox.unit() as unit_id:
        place = Place(tmp_path, cloud_sandbox, unit_id)
        place.env |= {**engine.env, "BINHYEN_AWS_PHOTOS_BUCKET": bucket}
        yield place


def signed_in(place: Place, services: Any) -> Client:
    client = Client(create_wsgi_app(services), Response)
    officer = services.stores.officers.officers(place.unit_id)[0]
    secret = issue_link(officer, services.sign_in)
    answer = client.post("/can-bo/vao", data={"secret": secret}, base_url=place.url)
    assert answer.status_code == 303
    return client


def let_the_bucket_be_later(services: Any, by: timedelta) -> None:
    """Let the bucket's clock go on: its objects are then so much older."""

    def move(parsed: Any, **_: Any) -> None:
        headers = parsed["ResponseMetadata"]["HTTPHeaders"]
        headers["date"] = format_datetime(parsedate_to_datetime(headers["date"]) + by)

    clients = services.stores.blobs._clients
    clients.s3.meta.events.register("after-call.s3.ListObjectsV2", move)


def test_tip_with_photos_is_taken_cleaned_posted_and_read(
    home: Place, engine: Engine, bucket: str
) -> None:
    with home.services() as services:
        home.connect(services)
        answer = send_in_process(services, Submission(home.unit_id, photos=(WITH_GPS, BLUE)))
    before = set(names_in(engine, bucket))
    carry_on(home)

    with home.services() as services:
        assert answer.status == 201
        (tip_id,) = services.stores.tips.all_ids()
        tip = services.stores.tips.get(tip_id)
        kept = {f"photos/{one.blob_key[:2]}/{one.blob_key}" for one in tip.attachments}
        assert set(names_in(engine, bucket)) == kept
        assert len(before) == 2
        # The originals are gone, and nothing lies beside the database.
        assert not before & kept
        assert home.blobs_on_disk() == set()
        card, *photos = home.posted()
        assert tip.card_code in card["text"]
        posted = [home.sandbox.image(photo) for photo in photos]
        assert posted == [services.stores.blobs.get(one.blob_key) for one in tip.attachments]
        officer = signed_in(home, services)
        case = officer.get(f"/can-bo/tin/{tip.card_code}", base_url=home.url)
        shown = officer.get(photo_links(case.text)[0], base_url=home.url)
        assert (shown.status_code, shown.data) == (200, posted[0])


def test_photo_that_no_tip_names_is_swept_a_day_later(
    home: Place, engine: Engine, bucket: str
) -> None:
    clock = FrozenClock(SystemClock().now())
    with home.services(clock) as services:
        answer = send_in_process(services, Submission(home.unit_id, photos=(BLUE,)))
        services.stores.blobs.put("0f1e2d3c4b5a", b"left behind by a crash")
        assert len(names_in(engine, bucket)) == 2

        run_sweep(services.sweep)
        at_first = names_in(engine, bucket)
        let_the_bucket_be_later(services, ORPHAN_AGE + AN_HOUR)
        run_sweep(services.sweep)

        (tip_id,) = services.stores.tips.all_ids()
        (photo,) = services.stores.tips.get(tip_id).attachments
        assert answer.status == 201
        assert len(at_first) == 2
        assert names_in(engine, bucket) == [f"photos/{photo.blob_key[:2]}/{photo.blob_key}"]


def test_bucket_out_of_reach_takes_no_tip_whose_photo_would_be_lost(
    home: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    with home.services() as services:
        services.stores  # noqa: B018 - made while the bucket answers
    home.env |= {"BINHYEN_AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    with home.services() as services:
        with_photo = send_in_process(services, Submission(home.unit_id, photos=(BLUE,)))
        without = send_in_process(services, Submission(home.unit_id))

        assert (with_photo.status, without.status) == (503, 201)
        assert len(list(services.stores.tips.all_ids())) == 1


def test_lost_database_is_not_begun_anew_beside_photos_that_its_keys_open(
    home: Place, engine: Engine, bucket: str
) -> None:
    with home.services() as services:
        send_in_process(services, Submission(home.unit_id, photos=(BLUE,)))
    kept = names_in(engine, bucket)
    shutil.rmtree(home.data_dir)

    for key_file_is_there in (True, False):
        if not key_file_is_there:
            (home.folder / "key").unlink()
        with pytest.raises(KeyUnavailableError), home.services() as services:
            services.stores  # noqa: B018 - raises

    assert not (home.folder / "key").exists()
    assert names_in(engine, bucket) == kept


def test_first_start_waits_for_the_bucket_and_later_ones_do_not(
    home: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    reachable = dict(home.env)
    out_of_reach = home.env | {"BINHYEN_AWS_ENDPOINT_URL": "http://127.0.0.1:9"}

    home.env = out_of_reach
    with pytest.raises(StoreUnavailableError), home.services() as services:
        services.stores  # noqa: B018 - raises
    home.env = reachable
    with home.services() as services:
        services.stores  # noqa: B018 - makes the keys
    home.env = out_of_reach
    with home.services() as services:
        answer = send_in_process(services, Submission(home.unit_id))

    assert answer.status == 201
