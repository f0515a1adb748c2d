"""Connecting units: reading and applying the file of `binhyen oa import` (design 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from functions.core.addresses import is_mail_address
from functions.core.errors import BinhyenError, NotFoundError
from functions.core.lanes import lanes_of
from functions.core.models import (
    ForwardMode,
    Mailboxes,
    Officer,
    Role,
    TokenPair,
    UnitChannel,
    ZaloApp,
)
from functions.core.ports import (
    ChannelStore,
    Clock,
    JobQueue,
    JobStore,
    OfficerStore,
    OperatorAlerts,
    TokenStore,
)
from functions.core.tokens import next_refresh
from functions.core.units import UnitRegister


class ImportFileError(BinhyenError):
    """The file cannot be used; `problems` names every place and what is wrong there."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class UnitImport:
    unit_id: str
    oa_id: str
    group_id: str
    pair: TokenPair | None
    officers: tuple[Officer, ...]
    forward_mode: ForwardMode | None
    emails: tuple[str, ...] | None = None
    """Where the unit gets notices by e-mail; None: as it was."""


@dataclass(frozen=True)
class ImportFile:
    app: ZaloApp | None
    units: tuple[UnitImport, ...]


@dataclass(frozen=True)
class ImportNote:
    """What the operator should know of one unit: `code` says what happened."""

    unit_id: str
    code: str


@dataclass(frozen=True)
class ConnectServices:
    channels: ChannelStore
    tokens: TokenStore
    officers: OfficerStore
    jobs: JobStore
    queue: JobQueue
    alerts: OperatorAlerts
    units: UnitRegister
    clock: Clock


def read_import(document: object, units: UnitRegister, now: datetime) -> ImportFile:
    """Return the checked file. Raises ImportFileError listing every problem."""
    reader = _Reader(units, now)
    imported = reader.file(document)
    if reader.problems:
        raise ImportFileError(tuple(reader.problems))
    return imported


def apply_import(file: ImportFile, services: ConnectServices) -> list[ImportNote]:
    """Store everything; doing it again changes nothing. Waiting tips go out at once.

    Notes: "connected" (a new pair), "pair-known" (its refresh token was used or is in use:
    the stored pair stays), "other-public-oa" (a warning).
    """
    notes: list[ImportNote] = []
    now = services.clock.now()
    if file.app is not None and file.app != services.channels.app():
        services.channels.save_app(file.app)
    for unit in file.units:
        for officer in unit.officers:
            services.officers.enroll(officer, now)
        if unit.emails is not None:
            services.channels.save_mailboxes(Mailboxes(unit.unit_id, unit.emails))
        _save_channel(unit, services)
        if unit.pair is not None:
            stored = services.tokens.put_authorized(
                unit.unit_id, unit.oa_id, unit.pair, now, next_refresh(unit.pair, now)
            )
            notes.append(ImportNote(unit.unit_id, "connected" if stored else "pair-known"))
            if stored:
                services.alerts.clear("needs-authorization", unit.unit_id)
        public_oa_id = services.units.get(unit.unit_id).oa_id
        if unit.oa_id and public_oa_id and unit.oa_id != public_oa_id:
            notes.append(ImportNote(unit.unit_id, "other-public-oa"))
        for lane in lanes_of(unit.unit_id):
            services.jobs.rearm_lane(lane, now)
        services.queue.ring(unit.unit_id)
    return notes


def _save_channel(unit: UnitImport, services: ConnectServices) -> None:
    known = services.channels.channel(unit.unit_id)
    oa_id = unit.oa_id or (known.oa_id if known else "")
    group_id = unit.group_id or (known.group_id if known else "")
    if not (oa_id and group_id):
        return
    mode = unit.forward_mode or (known.forward_mode if known else ForwardMode.TIP)
    channel = UnitChannel(unit.unit_id, oa_id, group_id, mode)
    if channel != known:
        services.channels.save_channel(channel)
    if known is not None and known.group_id != group_id:
        # The alarm was about the one before.
        services.alerts.clear("group-gone", unit.unit_id)


class _Reader:
    """Reads the parsed JSON and collects what is wrong, by its place in the file."""

    def __init__(self, units: UnitRegister, now: datetime) -> None:
        self._units = units
        self._now = now
        self.problems: list[str] = []

    def file(self, document: object) -> ImportFile:
        if not isinstance(document, dict) or not isinstance(document.get("units", []), list):
            self.problems.append('the file must be {"app": {...}, "units": [...]}')
            return ImportFile(None, ())
        rows = document.get("units", [])
        units = tuple(
            self._unit(row, f"units[{index}]")
            for index, row in enumerate(rows)
            if self._is_object(row, f"units[{index}]")
        )
        return ImportFile(self._app(document.get("app")), units)

    def _app(self, app: object) -> ZaloApp | None:
        if app is None:
            return None
        if not isinstance(app, dict):
            self.problems.append("app must be an object")
            return None
        names = ("app_id", "secret_key", "oa_secret_key")
        return ZaloApp(*(self._text(app, name, "app", required=True) for name in names))

    def _unit(self, row: Mapping[str, object], place: str) -> UnitImport:
        unit_id = self._text(row, "unit_id", place, required=True)
        self._check_unit(unit_id, place)
        oa_id = self._text(row, "oa_id", place)
        group_id = self._text(row, "group_id", place)
        if group_id and not oa_id:
            self.problems.append(f"{place}.oa_id is missing beside group_id")
        return UnitImport(
            unit_id,
            oa_id,
            group_id,
            self._pair(row, oa_id, place),
            self._officers(row.get("officers") or [], unit_id, f"{place}.officers"),
            self._forward_mode(row, place),
            self._emails(row.get("emails"), f"{place}.emails"),
        )

    def _check_unit(self, unit_id: str, place: str) -> None:
        if not unit_id:
            return
        try:
            receivers = self._units.receivers(unit_id, self._now.date())
        except NotFoundError:
            self.problems.append(f"{place}.unit_id: no unit {unit_id!r} in data/units.csv")
            return
        if [unit.unit_id for unit in receivers] != [unit_id]:
            names = ", ".join(unit.unit_id for unit in receivers)
            self.problems.append(f"{place}.unit_id: {unit_id!r} is no more; now: {names}")

    def _pair(self, row: Mapping[str, object], oa_id: str, place: str) -> TokenPair | None:
        access = self._text(row, "access_token", place)
        refresh = self._text(row, "refresh_token", place)
        if not access and not refresh:
            return None
        if not (access and refresh and oa_id):
            self.problems.append(f"{place}: access_token, refresh_token and oa_id go together")
        expires_at = self._now
        typed = self._text(row, "expires_at", place)
        if typed:
            try:
                expires_at = datetime.fromisoformat(typed)
            except ValueError:
                self.problems.append(f"{place}.expires_at must be an ISO 8601 time")
            if expires_at.tzinfo is None:
                self.problems.append(f"{place}.expires_at needs an offset, such as +07:00")
                expires_at = self._now
        return TokenPair(access, refresh, expires_at)

    def _officers(self, rows: object, unit_id: str, place: str) -> tuple[Officer, ...]:
        if not isinstance(rows, list):
            self.problems.append(f"{place} must be a list")
            return ()
        return tuple(
            Officer(
                unit_id,
                self._text(row, "user_id", f"{place}[{index}]", required=True),
                self._text(row, "name", f"{place}[{index}]", required=True),
                self._role(row, f"{place}[{index}]"),
            )
            for index, row in enumerate(rows)
            if self._is_object(row, f"{place}[{index}]")
        )

    def _emails(self, rows: object, place: str) -> tuple[str, ...] | None:
        if rows is None:
            return None
        if not isinstance(rows, list):
            self.problems.append(f"{place} must be a list")
            return None
        wrong = [
            index
            for index, row in enumerate(rows)
            if not isinstance(row, str) or not is_mail_address(row)
        ]
        self.problems += [f"{place}[{index}] must be an e-mail address" for index in wrong]
        return () if wrong else tuple(dict.fromkeys(rows))

    def _role(self, row: Mapping[str, object], place: str) -> Role:
        role = self._text(row, "role", place) or Role.OFFICER
        if role not in list(Role):
            self.problems.append(f"{place}.role must be one of {', '.join(Role)}")
            return Role.OFFICER
        return Role(role)

    def _forward_mode(self, row: Mapping[str, object], place: str) -> ForwardMode | None:
        mode = self._text(row, "zalo_forward", place)
        if mode and mode not in list(ForwardMode):
            self.problems.append(f"{place}.zalo_forward must be one of {', '.join(ForwardMode)}")
            return None
        return ForwardMode(mode) if mode else None

    def _text(
        self, row: Mapping[str, object], name: str, place: str, *, required: bool = False
    ) -> str:
        value = row.get(name)
        if value is None:
            value = ""
        if not isinstance(value, str):
            self.problems.append(f"{place}.{name} must be a text")
            return ""
        if required and not value.strip():
            self.problems.append(f"{place}.{name} is missing")
        return value.strip()

    def _is_object(self, value: object, place: str) -> bool:
        if isinstance(value, dict):
            return True
        self.problems.append(f"{place} must be an object")
        return False
