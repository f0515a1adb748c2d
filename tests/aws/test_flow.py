"""A tip's whole way on AWS: taken, cleaned, posted, read; and an operator's commands beside it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from functions.clock import SystemClock
from functions.core.models import JobState
from functions.local.server import create_wsgi_app
from tests.aws.case_pages import photo_links
from tests.aws.places import PUBLIC_URL, Place
from tests.fakes.clock import FrozenClock
from tests.faults.phones import Submission, send_in_process
from tests.faults.photos import BLUE, WITH_GPS
from tests.system import BINHYEN

PHOTOS = (WITH_GPS, BLUE)


def run(place: Place, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the installation as an operator does."""
    return subprocess.run(
        [BINHYEN, *arguments],
        env=place.env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def signed_in(client: Client, link: str) -> Client:
    secret = link.strip().rpartition("/")[2]
    answer = client.post("/can-bo/vao", data={"secret": secret}, base_url=PUBLIC_URL)
    assert answer.status_code == 303
    return client


def read(client: Client, address: str) -> Any:
    return client.get(address, base_url=PUBLIC_URL)


def test_tip_with_photos_stands_in_the_group_and_is_read_by_sender_and_officer(
    place: Place,
) -> None:
    services = place.services(FrozenClock(SystemClock().now()))
    assert place.connect(services) == ["connected"]
    act = Submission(place.unit_id, text="Đánh nhau trước chợ.", photos=PHOTOS)

    answer = send_in_process(services, act)
    place.answer_rings(services)

    assert answer.status == 201
    [tip_id] = services.stores.tips.all_ids()
    tip = services.stores.tips.get(tip_id)
    card, *photos = place.posted()
    assert tip.card_code in card["text"]
    assert "Đánh nhau trước chợ." in card["text"]
    shown = [place.sandbox.image(photo) for photo in photos]
    assert shown == [services.stores.blobs.get(each.blob_key) for each in tip.attachments]
    assert all(b"Exif" not in photo for photo in shown)
    assert place.photos_kept() == {each.blob_key for each in tip.attachments}

    client = Client(create_wsgi_app(services), Response)
    receipt = client.post(
        "/api/receipts", json={"receipt_code": answer.receipt_code}, base_url=PUBLIC_URL
    )
    assert receipt.status_code == 200
    link = run(place, "officers", "link", "--unit", place.unit_id, "--officer", an_officer(place))
    officer = signed_in(client, link.stdout)
    assert tip.card_code in read(officer, "/can-bo/").text
    case = read(officer, f"/can-bo/tin/{tip.card_code}").text
    assert "Đánh nhau trước chợ." in case
    assert read(officer, photo_links(case)[0]).data == shown[0]


def an_officer(place: Place) -> str:
    row = place.sandbox.import_file(place.unit_id)["units"][0]
    return str(row["officers"][0]["user_id"])


def test_sending_again_after_a_new_start_shows_the_same_receipt(place: Place) -> None:
    act = Submission(place.unit_id, photos=PHOTOS)
    first = send_in_process(place.services(), act)

    again = send_in_process(place.services(), act)

    assert (first.status, again.status) == (201, 200)
    assert again.receipt_code == first.receipt_code
    assert len(list(place.services().stores.tips.all_ids())) == 1


def test_commands_of_an_operator_do_their_work_on_aws(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "oa.json"
    file.write_text(json.dumps(place.sandbox.import_file(place.unit_id)), encoding="utf-8")
    services = place.services()
    place.submit(services, text="Một")
    place.submit(services, text="Hai")

    imported = run(place, "oa", "import", str(file))
    place.answer_rings(services)
    status = run(place, "status", "--json")
    exported = run(place, "export", str(tmp_path))

    assert (imported.returncode, imported.stdout) == (0, f"{place.unit_id}: connected\ndone\n")
    told = json.loads(status.stdout)
    assert told["tips"] == {"stored": 2, "set_aside": 0, "erased": 0}
    assert told["jobs"] == {"pending": 0, "done": 2, "failed": 0, "unknown": 0}
    assert told["tokens"] == {"ok": 1, "expiring": 0, "needs_authorization": 0}
    assert exported.returncode == 0
    rows = [json.loads(line) for line in (tmp_path / "tips.jsonl").read_text().splitlines()]
    assert [row["deliveries"][0]["message_id"] for row in rows] == [
        message["message_id"] for message in place.posted()
    ]


def test_command_rearms_a_failed_job_and_rings_for_it(place: Place) -> None:
    services = place.services()
    place.connect(services)
    place.submit(services)
    [job_id] = services.stores.jobs.due(services.clock.now(), 1)
    now = services.clock.now()
    claim = services.stores.jobs.claim(job_id, now, now)
    assert claim is not None
    services.stores.jobs.fail(claim, "refused")
    place.purge()

    done = run(place, "jobs", "retry")
    place.answer_rings(services)

    assert (done.returncode, done.stdout) == (0, "1 re-armed\n")
    assert len(place.posted()) == 1
    assert services.stores.jobs.counts()[JobState.DONE] == 1


@pytest.mark.parametrize("command", ["serve", "web", "work"])
def test_command_that_runs_one_machine_refuses_on_aws(place: Place, command: str) -> None:
    refused = run(place, command)

    assert refused.returncode == 2
    assert re.search("BINHYEN_BACKEND=aws.*one machine", refused.stderr)
    assert "Traceback" not in refused.stderr
