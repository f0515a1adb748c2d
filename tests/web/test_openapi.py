"""The OpenAPI document is true: made-up requests get only answers that it describes."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from functions.core.categories import CATEGORIES
from functions.core.models import TipStatus, Urgency
from functions.core.receipts import LineKind
from functions.core.submissions import MAX_LINE, MAX_PHOTO_BYTES, MAX_PHOTOS, MAX_TEXT
from functions.tips.uploads import PHOTO_TYPES
from functions.web.openapi import load_document
from tests.functions.world import JSON, UNIT, World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@pytest.mark.parametrize(
    ("operation_id", "mode", "expected"),
    [
        ("createTip", GenerationMode.POSITIVE, {201}),
        ("createTip", GenerationMode.NEGATIVE, {422}),
        ("openUploads", GenerationMode.POSITIVE, {201}),
        ("openUploads", GenerationMode.NEGATIVE, {422}),
        ("showReceipt", GenerationMode.POSITIVE, {404}),
        ("showReceipt", GenerationMode.NEGATIVE, {404}),
        ("addMessage", GenerationMode.POSITIVE, {404}),
        ("addMessage", GenerationMode.NEGATIVE, {404}),
        ("withdrawContact", GenerationMode.POSITIVE, {404}),
        ("withdrawContact", GenerationMode.NEGATIVE, {404}),
        ("askForDeletion", GenerationMode.POSITIVE, {404}),
        ("askForDeletion", GenerationMode.NEGATIVE, {404}),
        ("receiveEvent", GenerationMode.POSITIVE, {200}),
        ("receiveEvent", GenerationMode.NEGATIVE, {200}),
        ("showHealth", GenerationMode.POSITIVE, {200}),
        ("searchPages", GenerationMode.POSITIVE, {200}),
    ],
)
def test_answers_to_made_up_requests_are_as_documented(
    operation_id: str, mode: GenerationMode, expected: set[int]
) -> None:
    assert expected <= asked_for(operation_id, mode, World(), receipt_code=None)


@pytest.mark.parametrize(
    ("operation_id", "mode", "expected"),
    [
        ("showReceipt", GenerationMode.POSITIVE, {200}),
        ("addMessage", GenerationMode.POSITIVE, {201, 422}),
        ("addMessage", GenerationMode.NEGATIVE, {422}),
        ("withdrawContact", GenerationMode.POSITIVE, {200}),
        ("askForDeletion", GenerationMode.POSITIVE, {200}),
    ],
)
def test_answers_to_whoever_has_a_code_are_as_documented(
    operation_id: str, mode: GenerationMode, expected: set[int]
) -> None:
    world = World()
    code = world.send(headers=JSON).json["receipt_code"]

    assert expected <= asked_for(operation_id, mode, world, receipt_code=code)


def asked_for(
    operation_id: str, mode: GenerationMode, world: World, receipt_code: str | None
) -> set[int]:
    """Check the answers to made-up requests, with this code if any; return their statuses."""
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", world.public_apps)
    (found,) = schema.include(operation_id=operation_id).get_all_operations()
    assert isinstance(found, Ok)
    cases = found.ok().as_strategy(generation_mode=mode)
    seen: set[int] = set()

    @settings(
        max_examples=80,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case: Any) -> None:
        if case.path_parameters:
            case.path_parameters = {"unit_id": UNIT}
        if receipt_code and isinstance(case.body, dict):
            case.body["receipt_code"] = receipt_code
        answer = case.call_and_validate(headers=JSON, checks=CHECKS)
        seen.add(answer.status_code)

    ask()
    return seen


def test_document_names_the_same_codes_and_limits_as_the_domain() -> None:
    schemas = load_document("http://127.0.0.1:8000")["components"]["schemas"]

    fields = schemas["TipFields"]["properties"]
    assert fields["category"]["enum"] == list(CATEGORIES)
    assert set(fields["urgency"]["enum"]) == {"", *Urgency}
    assert fields["text"]["maxLength"] == MAX_TEXT
    for name, longest in MAX_LINE.items():
        assert fields[name]["maxLength"] == longest
    assert schemas["Status"]["enum"] == list(TipStatus)
    (path,) = (
        item["post"]
        for name, item in load_document("http://127.0.0.1:8000")["paths"].items()
        if name.endswith("/tips")
    )
    form = path["requestBody"]["content"]["multipart/form-data"]["schema"]["allOf"][1]
    assert form["properties"]["photos"]["maxItems"] == MAX_PHOTOS
    assert fields["uploads"]["maxItems"] == MAX_PHOTOS
    message = schemas["MessageFields"]["properties"]
    assert message["text"]["maxLength"] == MAX_TEXT
    assert message["message_key"]["pattern"] == fields["submission_key"]["pattern"]
    said = schemas["ReceiptStatus"]["properties"]["messages"]["items"]["properties"]
    assert set(said["kind"]["enum"]) == set(LineKind) - {LineKind.STATUS}
    wanted = schemas["WantedUploads"]["properties"]["photos"]
    assert wanted["maxItems"] == MAX_PHOTOS
    assert wanted["items"]["properties"]["size"]["maximum"] == MAX_PHOTO_BYTES
    assert set(wanted["items"]["properties"]["type"]["enum"]) == PHOTO_TYPES


def test_document_is_served_with_the_address_of_the_site() -> None:
    answer = World().public.get("/api/openapi.json")

    assert answer.mimetype == "application/json"
    document = json.loads(answer.data)
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "http://127.0.0.1:8000"}]
