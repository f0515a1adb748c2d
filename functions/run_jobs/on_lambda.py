"""The function `run_jobs` on AWS Lambda: batches of the FIFO queue, partial failures told."""

from __future__ import annotations

import time
from typing import Any

from functions import logs, startup  # startup: before all that is heavy
from functions.bootstrap import Services
from functions.config import Settings
from functions.run_jobs.batches import BatchServices, run_batch

logs.configure()
_services = Services(Settings.from_env())
_batch = BatchServices(_services.work, _services.queue, _services.messages, time.sleep)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Run what the bells of this batch are about; name the messages that must come again."""

    def seconds_left() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000

    failed = run_batch(event["Records"], seconds_left, _batch)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


startup.done()
