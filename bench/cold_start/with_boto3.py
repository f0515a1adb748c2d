"""What boto3 takes: its clients for the services that accepting a tip calls."""

from __future__ import annotations

from typing import Any

import boto3
from boto3.dynamodb.types import TypeSerializer

CLIENTS = [boto3.client(service) for service in ("dynamodb", "kms", "sqs")]
SERIALIZER = TypeSerializer()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"statusCode": 200, "clients": len(CLIENTS)}
