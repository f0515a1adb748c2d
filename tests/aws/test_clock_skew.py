"""Our clock and that of AWS 20 minutes apart: nothing is lost, posted twice or swept."""

from __future__ import annotations

from datetime import timedelta

import botocore.auth
import botocore.signers
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import get_current_datetime

from functions.clock import SystemClock
from functions.core.errors import NotFoundError
from functions.core.models import Delivery
from functions.sweep.handler import run_sweep
from tests.aws.forms import post_form
from tests.aws.places import Place, carry_on
from tests.aws.refusals import refusal
from tests.aws.watching import watch_aws
from tests.fakes.clock import FrozenClock
from tests.faults.phones import Submission, send_in_process
from tests.faults.photos import RED

SKEW = timedelta(minutes=20)
UNDER_WAY = "0" * 32
"""A photo that was put, and whose tip is just being stored."""

skewed = pytest.mark.parametrize("skew", [SKEW, -SKEW], ids=["ahead", "behind"])


def deliveries(place: Place) -> list[Delivery]:
    stores = place.services().stores
    return [each for tip_id in stores.tips.all_ids() for each in stores.deliveries.of_tip(tip_id)]


@skewed
def test_tip_is_taken_posted_and_kept_by_a_wrong_clock(place: Place, skew: timedelta) -> None:
    services = place.services(FrozenClock(SystemClock().now() + skew))
    place.connect(services)
    services.stores.blobs.put(UNDER_WAY, RED)

    answer = send_in_process(services, Submission(place.unit_id, photos=(RED,)))
    place.answer_rings(services)
    wiped = run_sweep(services.sweep)

    assert answer.status == 201
    assert [bool(message["image_url"]) for message in place.posted()] == [False, True]
    assert wiped == 0
    assert place.photos_kept() == services.stores.tips.blob_keys() | {UNDER_WAY}
    assert services.stores.jobs.counts()["done"] == 2


@skewed
def test_what_a_wrong_clock_left_behind_goes_out_by_the_right_one(
    place: Place, skew: timedelta
) -> None:
    wrong = place.services(FrozenClock(SystemClock().now() + skew))
    place.connect(wrong)
    first = place.submit(wrong, text="Một")
    place.submit(wrong, text="Hai")
    [job_id] = wrong.stores.jobs.due(wrong.clock.now(), 1)
    held = wrong.stores.jobs.claim(
        job_id, wrong.clock.now(), wrong.clock.now() + timedelta(seconds=120)
    )
    place.purge()

    carry_on(place)

    assert held is not None
    assert first
    assert len(place.posted()) == 2
    assert [each.state for each in deliveries(place)] == ["sent", "sent"]


@pytest.mark.parametrize("service", ["dynamodb", "s3"])
def test_while_aws_refuses_our_signatures_for_their_time_no_receipt_is_shown(
    place: Place, service: str
) -> None:
    code = "RequestTimeTooSkewed" if service == "s3" else "InvalidSignatureException"
    is_wrong = False

    def refuse(call: str) -> AWSResponse | None:
        return refusal(service, code, 403) if is_wrong and call.startswith(service) else None

    services = place.services()
    watch_aws(services, refuse)
    first = send_in_process(services, Submission(place.unit_id, photos=(RED,)))
    act = Submission(place.unit_id, photos=(RED,))

    is_wrong = True
    refused = send_in_process(services, act)
    is_wrong = False
    again = send_in_process(services, act)

    assert [answer.status for answer in (first, refused, again)] == [201, 503, 201]
    assert len(list(place.services().stores.tips.all_ids())) == 2


@pytest.mark.parametrize(("skew", "status"), [(SKEW, 201), (-SKEW, 403)], ids=["ahead", "behind"])
def test_form_for_uploads_signed_by_a_wrong_clock_costs_no_tip(
    place: Place, monkeypatch: pytest.MonkeyPatch, skew: timedelta, status: int
) -> None:
    """Ten minutes is its life: one signed 20 minutes ago is over, and the photo then comes with
    the tip itself."""
    services = place.services()
    right = get_current_datetime
    uploads = services.stores.uploads
    assert uploads is not None

    # Only the form: what this process asks of AWS itself is then refused, as tested above.
    with monkeypatch.context() as wrong_clock:
        for signer in (botocore.auth, botocore.signers):
            wrong_clock.setattr(signer, "get_current_datetime", lambda: right() + skew)
        ticket = uploads.open_ticket(len(RED))
    answered = post_form(ticket, RED)
    sent = send_in_process(services, Submission(place.unit_id, photos=(RED,)))

    assert answered == status
    if status == 201:
        assert uploads.take(ticket.upload_id) == RED
    else:
        with pytest.raises(NotFoundError):
            uploads.take(ticket.upload_id)
    assert sent.status == 201
