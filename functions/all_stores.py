"""Everything that is kept, whichever the technology: what each backend offers."""

from __future__ import annotations

from typing import Protocol

from functions.core.ports import (
    BlobStore,
    CaseStore,
    ChannelStore,
    DeliveryStore,
    EventStore,
    JobQueue,
    JobStore,
    MacKeys,
    OfficerStore,
    OperatorAlerts,
    RepeatGuard,
    TipStore,
    TokenStore,
    UploadStore,
)


class Stores(Protocol):
    """Everything that is kept, behind the ports; made as far as a function uses it."""

    @property
    def mac(self) -> MacKeys: ...
    @property
    def blobs(self) -> BlobStore: ...
    @property
    def tips(self) -> TipStore: ...
    @property
    def cases(self) -> CaseStore: ...
    @property
    def events(self) -> EventStore: ...
    @property
    def jobs(self) -> JobStore: ...
    @property
    def deliveries(self) -> DeliveryStore: ...
    @property
    def channels(self) -> ChannelStore: ...
    @property
    def tokens(self) -> TokenStore: ...
    @property
    def officers(self) -> OfficerStore: ...
    @property
    def repeats(self) -> RepeatGuard: ...
    @property
    def alerts(self) -> OperatorAlerts: ...
    @property
    def queue(self) -> JobQueue: ...
    @property
    def uploads(self) -> UploadStore | None:
        """None where photos come with the form alone."""
        ...
