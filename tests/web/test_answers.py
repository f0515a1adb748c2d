"""Error pages, health, and who gets JSON."""

from __future__ import annotations

import json

import pytest
from flask import abort

from functions.core import models
from functions.core.categories import CATEGORIES
from functions.core.errors import (
    ConflictError,
    NotFoundError,
    StoreUnavailableError,
    TooManyRequestsError,
)
from functions.web.app import create_app
from functions.web.audience import Audience, audience
from functions.web.display import typed_time
from functions.web.health import add_health
from functions.web.words import load_words
from tests.functions.world import JSON, TEMPLATES, World

STATUSES = [400, 403, 404, 405, 409, 413, 415, 422, 429, 503]


def answer_to(error: Exception | int, headers: dict[str, str] | None = None):  # type: ignore[no-untyped-def]
    app = create_app(__name__, World().site)

    @audience(Audience.PUBLIC)
    def fail() -> str:
        if isinstance(error, int):
            abort(error)
        raise error

    app.add_url_rule("/", view_func=fail)
    return app.test_client().get("/", headers=headers or {})


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_has_a_page_and_a_document_in_vietnamese(status: int) -> None:
    page = answer_to(status)
    document = answer_to(status, JSON)

    words = load_words(TEMPLATES).page(status)
    assert page.status_code == document.status_code == status
    assert f"<h1>{words.title}</h1>" in page.get_data(as_text=True)
    assert 'lang="vi"' in page.get_data(as_text=True)
    (error,) = document.json["errors"]
    assert set(error) == {"field", "code", "message"}
    assert error["code"] == words.code


@pytest.mark.parametrize(("status", "shown"), [(500, 503), (502, 503), (418, 418), (406, 406)])
def test_rare_statuses_borrow_the_words_of_common_ones(status: int, shown: int) -> None:
    assert answer_to(status).status_code == shown


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("x"), 404),
        (ConflictError("x"), 409),
        (TooManyRequestsError(7), 429),
        (StoreUnavailableError("x"), 503),
        (RuntimeError("x"), 503),
        (RecursionError("x"), 503),
        (MemoryError("x"), 503),
    ],
)
def test_errors_of_the_domain_become_statuses(error: Exception, status: int) -> None:
    answer = answer_to(error, JSON)

    assert answer.status_code == status
    assert answer.json["errors"][0]["message"]


def test_503_names_a_phone_and_when_to_try_again() -> None:
    answer = answer_to(RuntimeError("boom"))

    assert "tel:113" in answer.get_data(as_text=True)
    assert int(answer.headers["Retry-After"]) > 0


def test_crash_is_logged_by_type_and_place_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer_to(RuntimeError("0905123456"))

    (record,) = caplog.records
    fields = json.dumps(vars(record)["fields"])
    assert "RuntimeError at" in fields
    assert "0905123456" not in caplog.text + fields


@pytest.mark.parametrize(
    ("accept", "is_json"),
    [
        (None, False),
        ("*/*", False),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("application/json", True),
        ("application/json, text/plain, */*", True),
        ("application/json;q=0.1, text/html", False),
        ("text/plain", False),
        (";;;,=", False),
    ],
)
def test_json_is_for_those_who_ask_for_it(accept: str | None, is_json: bool) -> None:
    answer = answer_to(404, {"Accept": accept} if accept else {})

    assert (answer.mimetype == "application/json") is is_json


def test_health_says_ok_or_503_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    well = world.public.get("/api/health")
    world.is_healthy = False
    ill = world.public.get("/api/health")

    assert (well.status_code, well.json) == (200, {"status": "ok"})
    assert (ill.status_code, ill.json) == (503, {"status": "unavailable"})


def test_health_check_that_breaks_counts_as_ill(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> bool:
        raise OSError("secret path")

    app = create_app(__name__, World().site)
    add_health(app, broken)

    answer = app.test_client().get("/api/health")

    assert (answer.status_code, answer.json) == (503, {"status": "unavailable"})
    assert "secret path" not in str([vars(record) for record in caplog.records])


def test_store_that_fails_outside_a_unit_is_503_with_113(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()

    def failing(*_: object) -> None:
        raise StoreUnavailableError("disk")

    monkeypatch.setattr(world.tips, "by_receipt", failing)
    code = world.send(headers=JSON).json["receipt_code"]

    answer = world.public.post("/api/receipts", data={"receipt_code": code}, headers=JSON)

    assert answer.status_code == 503
    assert json.loads(answer.data)["phone"] == "113"


def test_address_without_its_slash_is_led_on() -> None:
    answer = World().staff.get("/can-bo")

    assert (answer.status_code, answer.location) == (308, "http://localhost/can-bo/")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("2026-11-19", "19/11/2026"),
        ("2026-11-19T21:05", "19/11/2026 21:05"),
        ("2026-11-19T21:05:00+00:00", "20/11/2026 04:05"),
        ("0001-01-01T00:00+14:00", "0001-01-01T00:00+14:00"),
        ("hôm qua", "hôm qua"),
        ("", ""),
    ],
)
def test_typed_time_is_shown_as_people_write_it(typed: str, shown: str) -> None:
    assert typed_time(typed) == shown


def test_every_category_urgency_and_state_has_its_words() -> None:
    words = load_words(TEMPLATES)

    assert set(words.categories) == set(CATEGORIES)
    assert set(words.urgencies) == set(models.Urgency)
    assert set(words.statuses) == set(models.TipStatus)
    assert set(words.attachment_states) == set(models.AttachmentState)
    assert set(words.delivery_states) == set(models.DeliveryState)
    assert set(words.channels) == set(models.Channel)


def test_units_are_called_as_their_police_call_themselves() -> None:
    words = load_words(TEMPLATES)
    units = World().units

    assert words.office(units.get("phuong-tan-an")) == "Công an phường Tân An"
    assert words.office(units.get("tinh-dak-lak")) == "Công an tỉnh Đắk Lắk"
