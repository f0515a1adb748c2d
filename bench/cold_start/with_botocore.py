"""What botocore takes for the same clients, with whole or with trimmed descriptions."""

from __future__ import annotations

from typing import Any

import botocore.session

SESSION = botocore.session.Session()
CLIENTS = [SESSION.create_client(service) for service in ("dynamodb", "kms", "sqs")]


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"statusCode": 200, "clients": len(CLIENTS)}
