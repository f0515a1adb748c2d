"""O1-O11: consent, exchange and refresh."""

from __future__ import annotations

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.sandbox.client import PERMISSION, TOKEN, Caller, Reply
from tests.sandbox.conftest import CALLBACK, FrozenClock

VERIFIER = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
# The reference's own vector (section 1.2).
CHALLENGE = "RqIZl4LIgn8KxW9QO-nTnv7pf0CnNrksx9fF-CXP2FE"


def consent(sandbox: Caller, **query: str) -> Reply:
    app_id = sandbox.provision()["app"]["app_id"]
    wanted = {"app_id": app_id, "redirect_uri": CALLBACK, **query}
    path = f"{PERMISSION}?{urlencode(wanted)}"
    return sandbox.form(path, {"oa_id": sandbox.unit()["oa_id"]}, {})


def given_back(reply: Reply) -> dict[str, str]:
    query = parse_qs(urlsplit(reply.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def exchange(sandbox: Caller, code: str, **more: str) -> Reply:
    app = sandbox.provision()["app"]
    fields = {
        "code": code,
        "app_id": app["app_id"],
        "grant_type": "authorization_code",
        **more,
    }
    return sandbox.form(TOKEN, fields, {"secret_key": app["secret_key"]})


def test_refresh_hands_out_a_new_pair_with_a_life_in_a_string(sandbox: Caller) -> None:
    """O5."""
    unit = sandbox.unit()

    reply = sandbox.refresh(unit["refresh_token"])

    assert set(reply.json) == {"access_token", "refresh_token", "expires_in"}
    assert reply.json["expires_in"] == "90000"
    assert reply.json["access_token"] != unit["access_token"]
    assert reply.json["refresh_token"] != unit["refresh_token"]
    assert sandbox.say({**unit, **reply.json}, "thẻ mới").error == 0


def test_life_can_be_switched_to_a_number(sandbox: Caller) -> None:
    """O5."""
    sandbox.control("switches", expires_in_as_number=True)

    assert sandbox.refresh(sandbox.unit()["refresh_token"]).json["expires_in"] == 90_000


@pytest.mark.parametrize("code", [-14014, -14020, -118])
def test_refresh_token_is_good_for_one_refresh(sandbox: Caller, code: int) -> None:
    """O6."""
    sandbox.control("switches", spent_refresh_code=code)
    unit = sandbox.unit()

    first = sandbox.refresh(unit["refresh_token"])
    second = sandbox.refresh(unit["refresh_token"])

    assert second.error == code
    assert "refresh token" in second.json["error_name"]
    assert sandbox.say(unit, "thẻ cũ").error == -216
    assert sandbox.say({**unit, **first.json}, "thẻ mới").error == 0


def test_of_concurrent_refreshes_exactly_one_succeeds(sandbox: Caller) -> None:
    """O7."""
    unit = sandbox.unit()

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(sandbox.refresh, [unit["refresh_token"]] * 8))

    won = [reply.json for reply in replies if "access_token" in reply.json]
    lost = [reply.error for reply in replies if "access_token" not in reply.json]
    assert len(won) == 1
    assert lost == [-14014] * 7
    assert sandbox.say({**unit, **won[0]}, "thẻ của người thắng").error == 0


def test_refresh_token_dies_after_90_days(sandbox: Caller, clock: FrozenClock) -> None:
    """O9."""
    unit = sandbox.unit()

    clock.advance(days=90, seconds=1)

    assert sandbox.refresh(unit["refresh_token"]).error == -14014


def test_refresh_without_a_new_refresh_token_leaves_the_old_one_good(sandbox: Caller) -> None:
    """O10."""
    sandbox.control("switches", keep_refresh_token=True)
    unit = sandbox.unit()

    first = sandbox.refresh(unit["refresh_token"])
    second = sandbox.refresh(unit["refresh_token"])

    assert "refresh_token" not in first.json
    assert "access_token" in second.json
    assert sandbox.say({**unit, **first.json}, "thẻ giữa").error == -216
    assert sandbox.say({**unit, **second.json}, "thẻ mới").error == 0
    assert sandbox.unit()["refresh_token"] == unit["refresh_token"]


def test_pairs_of_two_oas_do_not_touch_each_other(sandbox: Caller) -> None:
    """O11."""
    here, there = sandbox.unit(), sandbox.unit("xa-ea-kar")

    sandbox.refresh(here["refresh_token"])

    assert sandbox.say(there, "vẫn gửi được").error == 0


def test_token_of_one_oa_reaches_neither_group_nor_user_of_another(sandbox: Caller) -> None:
    """O11."""
    here, there = sandbox.unit(), sandbox.unit("xa-ea-kar")
    mixed = {**there, "access_token": here["access_token"]}

    to_group = sandbox.say(mixed, "nhầm nhóm")
    to_user = sandbox.write(mixed, there["officers"][0]["user_id"], {"text": "nhầm người"})

    assert [to_group.error, to_user.error] == [-403, -213]
    assert sandbox.standing("xa-ea-kar") == []


@pytest.mark.parametrize(
    ("fields", "header", "code"),
    [
        ({}, {"secret_key": "khong-dung"}, -14004),
        ({}, {}, -14004),
        ({"secret_key": "SECRET"}, {}, -14004),
        ({"app_id": "1"}, {"secret_key": "SECRET"}, -14002),
        ({"grant_type": "password"}, {"secret_key": "SECRET"}, -14018),
        ({"refresh_token": "la"}, {"secret_key": "SECRET"}, -14014),
    ],
    ids=["wrong-secret", "no-secret", "secret-in-body", "app", "grant", "unknown-token"],
)
def test_bad_refresh_is_named_and_leaves_the_pair_alone(
    sandbox: Caller, fields: dict[str, str], header: dict[str, str], code: int
) -> None:
    """O3."""
    app, unit = sandbox.provision()["app"], sandbox.unit()
    secret = app["secret_key"]
    sent = {
        "refresh_token": unit["refresh_token"],
        "app_id": app["app_id"],
        "grant_type": "refresh_token",
        **{name: value.replace("SECRET", secret) for name, value in fields.items()},
    }
    headers = {name: value.replace("SECRET", secret) for name, value in header.items()}

    reply = sandbox.form(TOKEN, sent, headers)

    assert (reply.status, reply.error) == (200, code)
    assert sandbox.unit() == unit


def test_token_endpoint_takes_neither_json_nor_query(sandbox: Caller) -> None:
    """O3."""
    app, unit = sandbox.provision()["app"], sandbox.unit()
    fields = {
        "refresh_token": unit["refresh_token"],
        "app_id": app["app_id"],
        "grant_type": "refresh_token",
    }
    secret = {"secret_key": app["secret_key"]}

    as_json = sandbox.send(
        "POST", TOKEN, body="{}", headers={"Content-Type": "application/json", **secret}
    )
    in_query = sandbox.form(f"{TOKEN}?{urlencode(fields)}", {}, secret)

    assert as_json.error < 0
    assert in_query.error == -14002
    assert sandbox.unit() == unit


def test_consent_page_lists_the_oas_and_sends_code_and_state_back(sandbox: Caller) -> None:
    """O1."""
    app_id = sandbox.provision()["app"]["app_id"]

    page = sandbox.get(PERMISSION, None, app_id=app_id, redirect_uri=CALLBACK, state="s 1")
    with_state = consent(sandbox, state="s 1")
    without_state = consent(sandbox)

    assert "Công an phường Tuy Hòa" in page.text
    assert with_state.status == 302
    assert with_state.headers["Location"].startswith(f"{CALLBACK}?")
    assert set(given_back(with_state)) == {"code", "oa_id", "state"}
    assert given_back(with_state)["state"] == "s 1"
    assert given_back(with_state)["oa_id"] == sandbox.unit()["oa_id"]
    assert set(given_back(without_state)) == {"code", "oa_id"}


def test_consent_needs_the_known_app_and_the_exact_callback(sandbox: Caller) -> None:
    """O1."""
    wrong_app = consent(sandbox, app_id="1")
    wrong_callback = consent(sandbox, redirect_uri=CALLBACK + "/")

    assert [wrong_app.error, wrong_callback.error] == [-14002, -14003]


def test_code_works_once(sandbox: Caller) -> None:
    """O2; the new consent replaces the pair the OA had."""
    before = sandbox.unit()
    code = given_back(consent(sandbox))["code"]

    first = exchange(sandbox, code)
    second = exchange(sandbox, code)

    assert sandbox.say({**before, **first.json}, "đã cấp quyền lại").error == 0
    assert sandbox.say(before, "thẻ trước").error == -216
    assert second.error == -14005


@pytest.mark.parametrize(("age", "works"), [(600, True), (601, False)])
def test_code_lives_ten_minutes(sandbox: Caller, clock: FrozenClock, age: int, works: bool) -> None:
    """O2."""
    code = given_back(consent(sandbox))["code"]

    clock.advance(seconds=age)
    reply: Any = exchange(sandbox, code).json

    assert ("access_token" in reply) is works
    assert reply.get("error") == (None if works else -14005)


def test_challenge_asks_for_its_verifier(sandbox: Caller) -> None:
    """O4, with the reference's vector."""
    code = given_back(consent(sandbox, code_challenge=CHALLENGE))["code"]

    without = exchange(sandbox, code)
    wrong = exchange(sandbox, code, code_verifier=VERIFIER[::-1])
    right = exchange(sandbox, code, code_verifier=VERIFIER)

    assert without.error < -14000
    assert wrong.error < -14000
    assert "access_token" in right.json


def test_padded_and_standard_alphabet_challenges_do_not_match(sandbox: Caller) -> None:
    """O4."""
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    for challenge in (CHALLENGE + "=", base64.b64encode(digest).decode().rstrip("=")):
        code = given_back(consent(sandbox, code_challenge=challenge))["code"]

        assert exchange(sandbox, code, code_verifier=VERIFIER).error < -14000
