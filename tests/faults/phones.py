"""A resident's phone: it sends a tip, and may send it again when no answer came."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field, replace

import urllib3
from werkzeug.test import Client
from werkzeug.wrappers import Response

from functions.bootstrap import Services
from functions.local.server import create_wsgi_app

ANSWER_SECONDS = 60


@dataclass(frozen=True)
class Submission:
    """One act of a resident; sent again it is the same bytes with the same key."""

    unit_id: str
    text: str = "Có người gây rối trước chợ."
    photos: tuple[bytes, ...] = ()
    urgency: str = "normal"
    accept: str = "application/json"
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def address(self) -> str:
        return f"/api/units/{self.unit_id}/tips"

    def shown_as_page(self) -> Submission:
        """Return the same act as a browser without JavaScript sends it."""
        return replace(self, accept="text/html")

    def encoded(self) -> tuple[bytes, dict[str, str]]:
        """Return body and headers."""
        words = {
            "category": "gay-roi",
            "text": self.text,
            "urgency": self.urgency,
            "submission_key": self.key,
        }
        parts: list[tuple[str, str | tuple[str, bytes, str]]] = [*words.items()]
        parts += [("photos", ("anh.jpg", photo, "image/jpeg")) for photo in self.photos]
        body, content_type = urllib3.encode_multipart_formdata(parts)
        return body, {"Content-Type": content_type, "Accept": self.accept}


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    receipt_code: str


def send(url: str, submission: Submission) -> Answer | None:
    """Send over HTTP; None when the connection broke before the whole answer was there."""
    body, headers = submission.encoded()
    headers["Connection"] = "close"
    with urllib3.PoolManager(retries=False) as pool:
        try:
            response = pool.request(
                "POST",
                url + submission.address,
                body=body,
                headers=headers,
                timeout=ANSWER_SECONDS,
            )
        except urllib3.exceptions.HTTPError:
            return None
    # A connection that broke off early may have taken part of the body along.
    if int(response.headers.get("Content-Length", -1)) != len(response.data):
        return None
    return _answer(response.status, response.data, submission)


def send_in_process(services: Services, submission: Submission) -> Answer:
    """Send to the same apps inside this process, as to a server that was started again."""
    body, headers = submission.encoded()
    client = Client(create_wsgi_app(services), Response)
    response = client.post(submission.address, data=body, headers=headers, base_url=_base(services))
    return _answer(response.status_code, response.get_data(), submission)


def _base(services: Services) -> str:
    return services.settings.public_url


def _answer(status: int, body: bytes, submission: Submission) -> Answer:
    is_receipt = status in (200, 201) and submission.accept == "application/json"
    return Answer(status, body, json.loads(body)["receipt_code"] if is_receipt else "")
