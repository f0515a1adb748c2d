"""What the domain needs from outside, promised in its own words.

Each port has one behavioural suite in `tests/contracts/`; every adapter passes it.
Adapters raise only errors of `core.errors`.
"""

from __future__ import annotations

from functions.core.ports.basics import Clock, MacKeys, OperatorAlerts
from functions.core.ports.channels import ChannelStore, ChatGateway, Mailer, TokenIssuer, TokenStore
from functions.core.ports.deliveries import (
    MOST_NOTICED,
    CardValues,
    DeliveryStore,
    DigestJoin,
    EntryValues,
    Renderer,
)
from functions.core.ports.events import EventStore, MediaFetcher, WebhookReader
from functions.core.ports.jobs import LATE_JOBS, LONGEST_HOLD, LONGEST_WAIT, JobQueue, JobStore
from functions.core.ports.officers import OfficerStore
from functions.core.ports.photos import BlobStore, PhotoCleaner, UploadStore
from functions.core.ports.tips import LONGEST_REMEMBERED, CaseStore, NewTip, RepeatGuard, TipStore

__all__ = [
    "LATE_JOBS",
    "LONGEST_HOLD",
    "LONGEST_REMEMBERED",
    "LONGEST_WAIT",
    "MOST_NOTICED",
    "BlobStore",
    "CardValues",
    "CaseStore",
    "ChannelStore",
    "ChatGateway",
    "Clock",
    "DeliveryStore",
    "DigestJoin",
    "EntryValues",
    "EventStore",
    "JobQueue",
    "JobStore",
    "MacKeys",
    "Mailer",
    "MediaFetcher",
    "NewTip",
    "OfficerStore",
    "OperatorAlerts",
    "PhotoCleaner",
    "Renderer",
    "RepeatGuard",
    "TipStore",
    "TokenIssuer",
    "TokenStore",
    "UploadStore",
    "WebhookReader",
]
