"""Several writes that happen together or not at all (TransactWriteItems)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.core.errors import StoreUnavailableError
from functions.stores.dynamodb.patience import TRIES, wait_before_next
from functions.stores.dynamodb.table import Item, unmarshal_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

MOST_PARTS = 100
"""As many writes one transaction takes."""

_MET = "TransactionConflict"
_FAILED = "ConditionalCheckFailed"
_PASSING = frozenset({_MET, _FAILED, "ThrottlingError", "ProvisionedThroughputExceeded", "None"})


class TransactionRefusedError(Exception):
    """Conditions did not hold and nothing was written.

    `failed` are the positions of the parts whose condition failed, `items` what stood there
    (where the part asked for it, and something did).
    """

    def __init__(self, failed: tuple[int, ...], items: dict[int, Item]) -> None:
        super().__init__(f"conditions failed at {failed}")
        self.failed = failed
        self.items = items


def transact(client: DynamoDBClient, parts: Sequence[Item]) -> None:
    """Write all parts, made by `Table`, or none.

    A transaction that met another one on the same item is tried again for about a second.
    Its token makes a repeat harmless where only the answer was lost. Raises
    TransactionRefusedError and StoreUnavailableError.
    """
    token = uuid.uuid4().hex
    items: Any = list(parts)
    for attempt in range(TRIES):
        try:
            client.transact_write_items(TransactItems=items, ClientRequestToken=token)
            return
        except ClientError as exc:
            refused = _refusal(exc)
            if refused is not None:
                raise refused from exc
            if not _may_pass(exc) or attempt == TRIES - 1:
                code = exc.response.get("Error", {}).get("Code", "ClientError")
                raise StoreUnavailableError(f"the tables answered {code}", code) from exc
        except BotoCoreError as exc:
            raise StoreUnavailableError(type(exc).__name__) from exc
        wait_before_next(attempt)


def _reasons(exc: ClientError) -> list[Any]:
    # A response field that the type of the exception does not know.
    found: Any = exc.response.get("CancellationReasons", [])
    return list(found)


def _refusal(exc: ClientError) -> TransactionRefusedError | None:
    reasons = _reasons(exc)
    failed = {
        position: reason for position, reason in enumerate(reasons) if reason.get("Code") == _FAILED
    }
    # Where another transaction is still at work, what failed may be only half of its doing:
    # the conditions are asked again when it is through.
    if not failed or any(reason.get("Code") == _MET for reason in reasons):
        return None
    items = {
        position: unmarshal_all([reason["Item"]])[0]
        for position, reason in failed.items()
        if reason.get("Item")
    }
    return TransactionRefusedError(tuple(failed), items)


def _may_pass(exc: ClientError) -> bool:
    code = exc.response.get("Error", {}).get("Code")
    if code == "TransactionInProgressException":
        return True
    return code == "TransactionCanceledException" and all(
        reason.get("Code") in _PASSING for reason in _reasons(exc)
    )
