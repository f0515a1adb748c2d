"""The webhook as AWS runs it: what Zalo posts, byte for byte through the HTTP API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from functions.core.models import JobKind, ZaloApp
from functions.core.ports import EventStore
from functions.core.rings import read_ring
from functions.stores.dynamodb.table import Tables
from functions.zalo.webhook import mac_of
from tests.aws.places import Place
from tests.lambdas.events import http_event
from tests.lambdas.running import FunctionProcess, Start, lambda_env, running
from tests.zalo.test_webhook_signature import THIRD, THIRD_MAC

PATH = "/api/zalo/webhook"
APP = ZaloApp("1234567890123456789", "appSecret0123456789", "testOaSecretKey0001")
"""Whose events the reference's vectors are."""


@pytest.fixture
def app(place: Place) -> ZaloApp:
    place.services().stores.channels.save_app(APP)
    return APP


@pytest.fixture
def webhook(start: Start, app: ZaloApp) -> FunctionProcess:
    return start("zalo_webhook")


def fresh(place: Place, **changes: Any) -> bytes:
    """Return the third vector's event as this unit's OA would tell it now."""
    services = place.services()
    channel = services.stores.channels.channel(place.unit_id)
    assert channel is not None
    now = services.clock.now()
    event = json.loads(THIRD) | {
        "oa_id": channel.oa_id,
        "recipient": {"id": channel.group_id},
        "timestamp": str(int(now.timestamp() * 1000)),
    }
    # As Zalo writes: compact, and letters as they are.
    document = json.dumps(event | changes, ensure_ascii=False, separators=(",", ":"))
    return document.encode()


def signature(body: bytes) -> str:
    stamp = json.loads(body)["timestamp"]
    return f"mac={mac_of(APP.app_id, body, stamp, APP.oa_secret_key)}"


def posted(body: bytes | str, signed: str) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    if signed:
        headers["x-zevent-signature"] = signed
    return http_event("POST", PATH, headers=headers, body=body)


def events(place: Place) -> EventStore:
    return place.services().stores.events


def bodies(place: Place) -> list[bytes]:
    """Return what is stored of events, by the jobs that handle them."""
    prefix = place.names["BINHYEN_AWS_TABLES"]
    tables = Tables.named(place.cloud.engine.clients.dynamodb, prefix)
    kept = [item for item in tables.jobs.scan() if item.get("kind") == JobKind.HANDLE_EVENT.value]
    return [events(place).get(item["subject_id"]).body for item in kept]


@pytest.mark.parametrize("is_base64", [False, True])
def test_a_genuine_event_is_stored_byte_for_byte_and_rung_for(
    place: Place, webhook: FunctionProcess, is_base64: bool
) -> None:
    body = fresh(place, message={"text": "Ở đây có người lạ", "msg_id": "m-1"})

    answer = webhook.invoke(posted(body if is_base64 else body.decode(), signature(body)))

    rings = [read_ring(ring["Body"]) for ring in place.take_rings()]
    assert answer["statusCode"] == 200
    assert bodies(place) == [body]
    assert [ring.unit_id for ring in rings] == [place.unit_id]
    assert events(place).unverified() == 0


def test_an_event_that_comes_five_times_is_stored_once(
    place: Place, webhook: FunctionProcess
) -> None:
    body = fresh(place)

    answers = [webhook.invoke(posted(body, signature(body))) for _ in range(5)]

    assert {answer["statusCode"] for answer in answers} == {200}
    assert bodies(place) == [body]


def test_the_third_vector_is_genuine_here_but_of_last_year(
    place: Place, webhook: FunctionProcess
) -> None:
    answer = webhook.invoke(posted(THIRD.decode(), f"mac={THIRD_MAC}"))

    assert answer["statusCode"] == 200
    assert "untimely" in webhook.log_text()
    assert bodies(place) == []


@pytest.mark.parametrize("signed", ["", "mac=", f"mac={'0' * 64}"])
def test_what_is_not_signed_is_answered_counted_and_dropped(
    place: Place, webhook: FunctionProcess, signed: str
) -> None:
    answer = webhook.invoke(posted(fresh(place), signed))

    assert answer["statusCode"] == 200
    assert events(place).unverified() == 1
    assert bodies(place) == []
    assert "TB-7K3Q" not in webhook.log_text()


def test_a_body_that_is_no_base64_is_an_answer_and_the_function_lives_on(
    place: Place, webhook: FunctionProcess
) -> None:
    body = fresh(place)
    broken = posted(body, signature(body)) | {"body": "%%%"}

    answers = [webhook.invoke(broken), webhook.invoke(posted(body, signature(body)))]

    assert answers[0]["statusCode"] < 500
    assert answers[1]["statusCode"] == 200
    assert bodies(place) == [body]


def test_a_wrong_key_of_ours_calls_for_a_person(place: Place, webhook: FunctionProcess) -> None:
    webhook.invoke(posted(fresh(place), f"mac={'0' * 64}"))

    alarms = place.services().stores.alerts.open_alarms()
    assert [alarm.code for alarm in alarms] == ["webhook-unverified"]
    assert '"alarm"' in webhook.log_text()


def test_a_store_out_of_reach_is_the_only_503(
    place: Place, app: ZaloApp, task_root: Path, client: Path, tmp_path: Path
) -> None:
    body = fresh(place)
    own = {name: value for name, value in place.env.items() if name.startswith(("AWS_", "BINH"))}
    gone = {"BINHYEN_AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    env = lambda_env(task_root, client, own | gone)

    with running("functions.zalo_webhook.on_lambda.handler", task_root, env, tmp_path / "l") as it:
        signed = it.invoke(posted(body, signature(body)))
        unsigned = it.invoke(posted(body, ""))

    assert (signed["statusCode"], unsigned["statusCode"]) == (503, 200)
