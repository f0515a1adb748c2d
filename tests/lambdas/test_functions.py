"""The functions as AWS runs them: the zip, unpacked read-only, under AWS's runtime client."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from functions.core.rings import Ring, read_ring
from functions.core.signin import issue_link
from tests.aws.places import PUBLIC_URL, Place
from tests.aws.rings import record_of
from tests.faults.places import open_jobs
from tests.functions.world import MULTIPART, RELEASE, multipart
from tests.lambdas.events import (
    http_event,
    json_event,
    schedule_event,
    sqs_event,
    sqs_record,
)
from tests.lambdas.running import Start, lambda_env, running
from tests.photos.pictures import encoded, scene


def tip_event(place: Place, **fields: Any) -> dict[str, Any]:
    typed = {
        "category": "gay-roi",
        "text": "Có người gây rối trước chợ.",
        "submission_key": secrets.token_urlsafe(24),
    }
    return json_event(f"/api/units/{place.unit_id}/tips", typed | fields)


def publish(place: Place) -> None:
    """Put a small site into the bucket, as the deploy script does."""
    bucket = place.names["BINHYEN_AWS_SITE_BUCKET"]
    for path in (path for path in RELEASE.rglob("*") if path.is_file()):
        name = path.relative_to(RELEASE).as_posix()
        key = name.removeprefix("site/") if name.startswith("site/") else f"_release/{name}"
        place.cloud.s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())


def texts(place: Place) -> list[str]:
    return [str(message.get("text")) for message in place.posted()]


def test_a_tip_goes_from_the_form_to_the_group(place: Place, start: Start) -> None:
    accepted = start("tips").invoke(tip_event(place))

    rings = place.take_rings()
    answer = start("run_jobs").invoke(sqs_event(*map(record_of, rings)))

    (tip_id,) = place.services().stores.tips.all_ids()
    assert accepted["statusCode"] == 201
    assert json.loads(accepted["body"])["receipt_code"]
    assert place.services().stores.tips.get(tip_id).content.text == "Có người gây rối trước chợ."
    assert [read_ring(ring["Body"]).unit_id for ring in rings] == [place.unit_id]
    assert answer == {"batchItemFailures": []}
    assert len(place.posted()) == 1
    assert "Có người gây rối trước chợ." in texts(place)[0]


def test_photos_of_a_form_reach_the_group_cleaned(place: Place, start: Start) -> None:
    photo = encoded(scene(), "JPEG")
    body = multipart({"category": "gay-roi", "text": "Có ảnh."}, [(photo, "a.jpg"), (photo, "b")])
    headers = {"content-type": MULTIPART, "accept": "application/json"}
    event = http_event("POST", f"/api/units/{place.unit_id}/tips", headers=headers, body=body)

    accepted = start("tips").invoke(event)
    answer = start("run_jobs").invoke(sqs_event(*map(record_of, place.take_rings())))

    assert accepted["statusCode"] == 201
    assert answer == {"batchItemFailures": []}
    assert len(place.posted()) == 3


def test_a_batch_delivered_three_times_and_reversed_posts_every_card_once(
    place: Place, start: Start
) -> None:
    tips = start("tips")
    for number in range(3):
        assert tips.invoke(tip_event(place, text=f"Tin số {number}."))["statusCode"] == 201
    records = [record_of(ring) for ring in place.take_rings()]
    run_jobs = start("run_jobs")

    answers = [run_jobs.invoke(sqs_event(*each)) for each in (records[::-1], records, records)]

    assert answers == [{"batchItemFailures": []}] * 3
    assert len(place.posted()) == 3


def test_a_poisoned_message_without_a_place_to_go_comes_again_and_holds_up_no_other_unit(
    place: Place, start: Start
) -> None:
    # The queue of this place keeps no dead letters.
    start("tips").invoke(tip_event(place))
    poison = sqs_record("đây không phải chuông", "another-unit", "poison")
    (ring,) = map(record_of, place.take_rings())
    behind = sqs_record(Ring("another-unit").to_json(), "another-unit", "behind")
    run_jobs = start("run_jobs")

    answer = run_jobs.invoke(sqs_event(poison, ring, behind))

    failed = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
    assert failed == ["poison", "behind"]
    assert len(place.posted()) == 1
    assert "ring-unreadable" in run_jobs.log_text()
    assert "chuông" not in run_jobs.log_text()


def test_a_card_that_waits_for_zalo_is_no_failure(place: Place, start: Start) -> None:
    start("tips").invoke(tip_event(place))
    place.sandbox.control("faults", kind="http", status=503, times=None, unit_id=place.unit_id)

    answer = start("run_jobs").invoke(sqs_event(*map(record_of, place.take_rings())))

    assert answer == {"batchItemFailures": []}
    assert open_jobs(place.services()) == 1
    assert place.posted() == []


def test_the_sweep_rings_for_what_a_lost_bell_left_behind(place: Place, start: Start) -> None:
    start("tips").invoke(tip_event(place))
    place.purge()

    start("sweep").invoke(schedule_event())

    answer = start("run_jobs").invoke(sqs_event(*map(record_of, place.take_rings())))
    assert answer == {"batchItemFailures": []}
    assert len(place.posted()) == 1


def test_the_refresher_renews_a_pair_and_rings_for_the_card_that_waited(
    place: Place, start: Start
) -> None:
    start("tips").invoke(tip_event(place))
    place.sandbox.control("faults", kind="error", code=-216, unit_id=place.unit_id)
    run_jobs = start("run_jobs")
    run_jobs.invoke(sqs_event(*map(record_of, place.take_rings())))
    assert place.posted() == []
    place.purge()

    start("refresh_tokens").invoke(schedule_event())

    run_jobs.invoke(sqs_event(*map(record_of, place.take_rings())))
    assert len(place.posted()) == 1


def test_an_officer_signs_in_with_two_cookies_and_sees_the_page(place: Place, start: Start) -> None:
    services = place.services()
    officer = services.stores.officers.officers(place.unit_id)[0]
    secret = issue_link(officer, services.sign_in)
    staff = start("staff")
    form = {"content-type": "application/x-www-form-urlencoded"}

    entered = staff.invoke(
        http_event("POST", "/can-bo/vao", headers=form, body=f"secret={secret}".encode())
    )
    cookie = entered["cookies"][0].split(";")[0]
    page = staff.invoke(http_event("GET", "/can-bo/", cookies=["other=1", cookie]))

    assert entered["statusCode"] == 303
    assert page["statusCode"] == 200
    assert not page["isBase64Encoded"]


def test_the_search_answers_from_the_published_site(place: Place, start: Start) -> None:
    publish(place)

    answer = start("search").invoke(
        http_event("GET", "/tim", query="q=tam+tru", headers={"accept": "application/json"})
    )

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["results"]


def test_a_search_before_anything_is_published_says_try_later(place: Place, start: Start) -> None:
    answer = start("search").invoke(http_event("GET", "/tim", query="q=tam+tru"))

    assert answer["statusCode"] == 503


ODD_EVENTS = {
    "unknown route": (http_event("GET", "/api/khong-co"), 404),
    "no body": (http_event("POST", "/api/receipts"), 404),
    "stage prefix": (http_event("GET", "/prod/api/health", stage="prod"), 200),
    "non-ASCII path": (http_event("GET", "/api/đường-lạ"), 404),
    "not base64": (
        http_event("POST", "/api/receipts", headers={"content-type": "application/json"})
        | {"body": "%%%", "isBase64Encoded": True},
        400,
    ),
    "6 MB and one": (
        http_event("POST", "/api/receipts", headers={"content-type": MULTIPART})
        | {"body": "a" * (6 * 1024 * 1024 + 1)},
        413,
    ),
}


def test_odd_events_get_an_answer_of_ours_and_the_function_lives_on(start: Start) -> None:
    tips = start("tips")

    answers = {name: tips.invoke(event) for name, (event, _) in ODD_EVENTS.items()}

    found = {name: answer["statusCode"] for name, answer in answers.items()}
    assert found == {name: status for name, (_, status) in ODD_EVENTS.items()}
    for answer in answers.values():
        assert answer["headers"]["x-content-type-options"] == "nosniff"
    assert tips.invoke(http_event("GET", "/api/health"))["statusCode"] == 200


def test_a_store_out_of_reach_is_a_503_with_a_phone_and_no_crash(
    place: Place, start: Start, task_root: Path, client: Path, tmp_path: Path
) -> None:
    gone = {"BINHYEN_AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    own = {name: value for name, value in place.env.items() if name.startswith(("AWS_", "BINH"))}
    env = lambda_env(task_root, client, own | gone)

    with running("functions.tips.on_lambda.handler", task_root, env, tmp_path / "log") as tips:
        answer = tips.invoke(tip_event(place))

    assert answer["statusCode"] == 503
    assert json.loads(answer["body"])["phone"]


def test_nothing_of_a_tip_stands_in_a_log(place: Place, start: Start) -> None:
    tips, run_jobs = start("tips"), start("run_jobs")
    tips.invoke(tip_event(place, text="Bí mật 0905123456", contact_phone="0905 123 456"))
    tips.invoke(http_event("POST", "/api/receipts", body="receipt_code=1234"))

    run_jobs.invoke(sqs_event(*map(record_of, place.take_rings())))

    lines = [*tips.log_text().splitlines(), *run_jobs.log_text().splitlines()]
    assert lines
    assert all("event" in json.loads(line) for line in lines)
    assert not [line for line in lines if "0905" in line or "1234" in line or PUBLIC_URL in line]
