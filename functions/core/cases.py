"""What an officer may see: the tips of their own unit and those it works on jointly; every look
leaves a mark."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from functions.core.deadlines import Clocks
from functions.core.errors import NotFoundError
from functions.core.models import (
    Attachment,
    AttachmentState,
    CaseEntry,
    Channel,
    Delivery,
    DeliveryPurpose,
    EntryKind,
    Location,
    Officer,
    Tip,
    TipStatus,
    TipSummary,
)
from functions.core.ports import (
    BlobStore,
    CaseStore,
    Clock,
    DeliveryStore,
    OfficerStore,
    OperatorAlerts,
    TipStore,
)
from functions.core.units import UnitRegister

PAGE = 50

_MEDIA = {AttachmentState.CLEAN: "photo", AttachmentState.KEPT: "file"}


@dataclass(frozen=True)
class CaseServices:
    tips: TipStore
    cases: CaseStore
    deliveries: DeliveryStore
    blobs: BlobStore
    officers: OfficerStore
    alerts: OperatorAlerts
    units: UnitRegister
    clock: Clock
    clocks: Clocks


@dataclass(frozen=True)
class Step:
    """One line of the record: an entry with what came with it, or a bare change of status."""

    at: datetime
    status: TipStatus | None
    entry: CaseEntry | None = None
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    """The position that the entry brought."""
    relay: Delivery | None = None
    """Brings, or brought, the entry to the resident's chat."""
    undelivered_at: datetime | None = None
    """Of an entry that could not be brought: when that was found out."""


@dataclass(frozen=True)
class Read:
    """Who looked at what: "case", "photo-1" or "file-2"."""

    at: datetime
    name: str = field(repr=False)
    """Empty where the officer has left since."""
    what: str


@dataclass(frozen=True)
class CaseView:
    tip: Tip
    steps: tuple[Step, ...]
    """Record and conversation in one, oldest first."""
    attachments: tuple[Attachment, ...]
    """What came with the tip itself."""
    deliveries: tuple[Delivery, ...]
    """What brings, or brought, the tip to officers."""
    reads: tuple[Read, ...]
    """Newest first, the present one left out."""
    names: dict[str, str] = field(repr=False)
    """Officers of all units that have or had to do with it, by user id."""
    officers: tuple[Officer, ...]
    """Of the unit that looks."""

    @property
    def first_location(self) -> Location | None:
        """The first position that the sender gave, with the tip or later."""
        return self.tip.content.location or next((one for _, one in self._sent), None)

    @property
    def latest_location(self) -> Location | None:
        """The last position, None where it is the first one."""
        later = self._sent if self.tip.content.location else self._sent[1:]
        return later[-1][1] if later else None

    @property
    def _sent(self) -> tuple[tuple[str, Location], ...]:
        return self.tip.case.sent_locations


def list_cases(
    officer: Officer, before: datetime | None, services: CaseServices
) -> list[TipSummary]:
    """Return up to `PAGE` tips of the officer's unit, newest first."""
    return services.tips.list_for_unit(officer.unit_id, PAGE, before)


def open_case(officer: Officer, card_code: str, services: CaseServices) -> CaseView:
    """Return the whole case and log the read before anything is shown.

    Raises NotFoundError also for a tip of another unit: there is no such thing for them.
    """
    tip = services.tips.by_card_code(officer.unit_id, card_code)
    earlier = services.officers.reads(tip.tip_id)
    services.officers.log_read(officer, tip.tip_id, "case", services.clock.now())
    deliveries = services.deliveries.of_tip(tip.tip_id)
    colleagues = services.officers.officers(officer.unit_id)
    names = _names(tip, officer, colleagues, services)
    return CaseView(
        tip=tip,
        steps=_steps(tip, services.cases.entries(tip.tip_id), deliveries),
        attachments=tuple(one for one in tip.attachments if not one.entry_id),
        deliveries=tuple(one for one in deliveries if one.purpose is DeliveryPurpose.CARD),
        reads=tuple(Read(at, names.get(user, ""), what) for user, what, at in reversed(earlier)),
        names=names,
        officers=tuple(colleagues),
    )


def open_photo(officer: Officer, card_code: str, position: int, services: CaseServices) -> bytes:
    """Return a clean photo as JPEG and log the read. Raises NotFoundError."""
    return _open(officer, card_code, position, AttachmentState.CLEAN, services)


def open_file(officer: Officer, card_code: str, position: int, services: CaseServices) -> bytes:
    """Return a recording or file as it came and log the read. Raises NotFoundError."""
    return _open(officer, card_code, position, AttachmentState.KEPT, services)


def _open(
    officer: Officer, card_code: str, position: int, state: AttachmentState, services: CaseServices
) -> bytes:
    tip = services.tips.by_card_code(officer.unit_id, card_code)
    for attachment in tip.attachments:
        if attachment.position == position and attachment.state is state:
            what = f"{_MEDIA[state]}-{position}"
            services.officers.log_read(officer, tip.tip_id, what, services.clock.now())
            return services.blobs.get(attachment.blob_key)
    raise NotFoundError("attachment")


def _names(
    tip: Tip, officer: Officer, colleagues: list[Officer], services: CaseServices
) -> dict[str, str]:
    involved = {tip.unit_id, *tip.case.past_unit_ids, *tip.case.joint_unit_ids}
    others = [
        one
        for unit_id in sorted(involved - {officer.unit_id})
        for one in services.officers.officers(unit_id)
    ]
    return {one.user_id: one.name or one.user_id for one in (*others, *colleagues)}


def _steps(tip: Tip, entries: list[CaseEntry], deliveries: list[Delivery]) -> tuple[Step, ...]:
    """Return the entries in their order, and before each what the timeline alone knows."""
    recorded = {(entry.at, entry.status) for entry in entries}
    bare = [
        Step(line.at, line.status)
        for line in tip.timeline
        if (line.at, line.status) not in recorded
    ]
    relays = _relays_to_resident(tip, deliveries)
    lost = {one.about: one.at for one in entries if one.kind is EntryKind.UNDELIVERED}
    for one in entries:
        if one.kind is EntryKind.DELIVERED:
            lost.pop(one.about, None)
    locations = dict(tip.case.sent_locations)
    told = [
        Step(
            at=entry.at,
            status=entry.status,
            entry=entry,
            attachments=tuple(one for one in tip.attachments if one.entry_id == entry.entry_id),
            location=locations.get(entry.entry_id),
            relay=relays.get(entry.entry_id),
            undelivered_at=lost.get(entry.entry_id),
        )
        for entry in entries
    ]
    # Stable: of one moment, what the timeline alone knows stands first.
    return tuple(sorted((*bare, *told), key=lambda step: step.at)) if bare else tuple(told)


def _relays_to_resident(tip: Tip, deliveries: list[Delivery]) -> dict[str, Delivery]:
    if tip.chat is None:
        return {}
    return {
        one.entry_id: one
        for one in deliveries
        if one.purpose is DeliveryPurpose.RELAY
        and one.channel is Channel.ZALO_USER
        and one.recipient == tip.chat.user_id
    }
