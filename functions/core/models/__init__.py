"""The nouns of the domain: plain frozen values, no storage, no framework.

Fields that hold words of people or secrets stay out of `repr`, and so out of any message.

Every time is an aware UTC `datetime` and ends in `_at`; every id is an opaque string.
"""

from __future__ import annotations

from functions.core.models.cases import CaseEntry, CaseState, EntryKind, Outcome, OutcomeItem, Via
from functions.core.models.channels import (
    ForwardMode,
    GroupMessage,
    Mailboxes,
    TokenPair,
    TokenSet,
    TokenState,
    UnitChannel,
    ZaloApp,
)
from functions.core.models.deliveries import (
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryPurpose,
    DeliveryState,
    MessageKind,
    SendState,
)
from functions.core.models.jobs import Claim, Job, JobKind, JobState
from functions.core.models.people import Officer, OpenAlarm, Role, Session
from functions.core.models.places import Location
from functions.core.models.statuses import TipStatus, Urgency
from functions.core.models.tips import (
    Attachment,
    AttachmentState,
    ChatAddress,
    Contact,
    MediaKind,
    MessageDraft,
    TimelineEntry,
    Tip,
    TipContent,
    TipDraft,
    TipSummary,
    UploadTicket,
)

__all__ = [
    "Attachment",
    "AttachmentState",
    "CaseEntry",
    "CaseState",
    "Channel",
    "ChatAddress",
    "Claim",
    "Contact",
    "Delivery",
    "DeliveryMessage",
    "DeliveryPurpose",
    "DeliveryState",
    "EntryKind",
    "ForwardMode",
    "GroupMessage",
    "Job",
    "JobKind",
    "JobState",
    "Location",
    "Mailboxes",
    "MediaKind",
    "MessageDraft",
    "MessageKind",
    "Officer",
    "OpenAlarm",
    "Outcome",
    "OutcomeItem",
    "Role",
    "SendState",
    "Session",
    "TimelineEntry",
    "Tip",
    "TipContent",
    "TipDraft",
    "TipStatus",
    "TipSummary",
    "TokenPair",
    "TokenSet",
    "TokenState",
    "UnitChannel",
    "UploadTicket",
    "Urgency",
    "Via",
    "ZaloApp",
]
