"""Asks a deployed installation what a resident's browser asks: does it answer as it must?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import urllib3

_SECONDS = urllib3.Timeout(connect=10, read=30)
_NO_PAGE = "/khong-co-trang-nay/"
# What every page must say beside its policy.
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-cache",
}


@dataclass(frozen=True)
class Expected:
    """What a deployment should have brought about."""

    public_url: str
    page_policy: str
    unit_id: str
    """A unit of today."""
    upload_url: str


def problems(expected: Expected) -> list[str]:
    """Return what does not answer as it must, one sentence each."""
    found: list[str] = []
    for check in (_health, _page, _missing_page, _search, _ticket):
        try:
            found += check(expected)
        except (urllib3.exceptions.HTTPError, ValueError, KeyError) as error:
            found.append(f"{check.__name__.strip('_')}: {error}")
    return found


def _health(expected: Expected) -> Iterator[str]:
    answer = _ask(expected, "GET", "/api/health")
    if answer.status != 200:
        yield f"/api/health answers {answer.status}"


def _page(expected: Expected) -> Iterator[str]:
    path = f"/{expected.unit_id}/to-giac/"
    answer = _ask(expected, "GET", path)
    if answer.status != 200 or b"data-tip-form" not in answer.data:
        yield f"{path} answers {answer.status} without the form"
    if answer.headers.get("content-security-policy") != expected.page_policy:
        yield f"{path} has another content security policy"
    for name, value in _HEADERS.items():
        if answer.headers.get(name) != value:
            yield f"{path} has {name}: {answer.headers.get(name)}"
    without = _ask(expected, "GET", path.rstrip("/"))
    if (without.status, without.headers.get("location")) != (308, path):
        yield f"{path} without its slash answers {without.status}"


def _missing_page(expected: Expected) -> Iterator[str]:
    answer = _ask(expected, "GET", _NO_PAGE)
    if answer.status != 404 or b"<html" not in answer.data:
        yield f"{_NO_PAGE} answers {answer.status}"
    hidden = _ask(expected, "GET", "/_release/facts.json")
    if hidden.status != 404:
        yield f"/_release/facts.json answers {hidden.status}"


def _search(expected: Expected) -> Iterator[str]:
    answer = _ask(expected, "GET", "/tim?q=tam+tru", {"Accept": "application/json"})
    if answer.status != 200 or not json.loads(answer.data)["results"]:
        yield f"/tim answers {answer.status}"


def _ticket(expected: Expected) -> Iterator[str]:
    path = f"/api/units/{expected.unit_id}/uploads"
    wanted = json.dumps({"photos": [{"size": 1000, "type": "image/jpeg"}]})
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answer = _ask(expected, "POST", path, headers, wanted)
    if answer.status != 201:
        yield f"{path} answers {answer.status}"
        return
    tickets: list[dict[str, Any]] = json.loads(answer.data)["uploads"]
    if [ticket["url"] for ticket in tickets] != [expected.upload_url]:
        yield f"{path} leads to {tickets[0]['url']}, which the pages' policy does not allow"


def _ask(
    expected: Expected,
    method: str,
    path: str,
    headers: dict[str, str] | None = None,
    body: str | None = None,
) -> urllib3.BaseHTTPResponse:
    return urllib3.request(
        method,
        expected.public_url + path,
        headers=headers,
        body=body,
        redirect=False,
        retries=urllib3.Retry(
            connect=2, read=0, redirect=0, status=0, respect_retry_after_header=False
        ),
        timeout=_SECONDS,
    )
