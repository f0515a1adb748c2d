"""Events as AWS hands them to functions."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

VIEWER = "203.0.113.7"
CLOUDFRONT = "198.51.100.9"
API_HOST = "a1b2c3d4.execute-api.ap-southeast-1.amazonaws.com"


def http_event(
    method: str,
    path: str,
    *,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: str | bytes | None = None,
    cookies: Sequence[str] = (),
    stage: str = "$default",
) -> dict[str, Any]:
    """Return an event of an HTTP API (2.0) as it comes through CloudFront."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            "host": API_HOST,
            "x-forwarded-for": f"{VIEWER}, {CLOUDFRONT}",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **(headers or {}),
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "a1b2c3d4",
            "domainName": API_HOST,
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": CLOUDFRONT,
                "userAgent": "Amazon CloudFront",
            },
            "requestId": uuid.uuid4().hex,
            "routeKey": "$default",
            "stage": stage,
        },
        "isBase64Encoded": isinstance(body, bytes),
    }
    if cookies:
        event["cookies"] = list(cookies)
    if body is not None:
        event["body"] = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    return event


def json_event(path: str, document: Any, **more: Any) -> dict[str, Any]:
    """Return the event of a program that posts JSON and wants JSON."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    return http_event("POST", path, headers=headers, body=json.dumps(document), **more)


def sqs_record(body: str, group: str, message_id: str = "") -> dict[str, Any]:
    """Return one message of the FIFO queue as a function gets it."""
    return {
        "messageId": message_id or str(uuid.uuid4()),
        "receiptHandle": "handle",
        "body": body,
        "attributes": {"MessageGroupId": group, "ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:ap-southeast-1:000000000000:rings.fifo",
        "awsRegion": "ap-southeast-1",
    }


def sqs_event(*records: dict[str, Any]) -> dict[str, Any]:
    return {"Records": list(records)}


def schedule_event() -> dict[str, Any]:
    """Return what EventBridge sends on a schedule."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": "2026-11-22T00:00:00Z",
        "region": "ap-southeast-1",
        "resources": ["arn:aws:events:ap-southeast-1:000000000000:rule/sweep"],
        "detail": {},
    }
