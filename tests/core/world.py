"""The whole domain on memory fakes and the real templates: one province, two wards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from functions.core.acts import ActServices
from functions.core.casework import Act, CaseworkServices
from functions.core.deadlines import STANDARD
from functions.core.following_up import add_message
from functions.core.jobs import run_job
from functions.core.models import (
    Attachment,
    CaseState,
    ChatAddress,
    Contact,
    ForwardMode,
    Job,
    JobState,
    Officer,
    Role,
    Tip,
    TipContent,
    TipDraft,
    TokenPair,
    UnitChannel,
    Urgency,
    Via,
    ZaloApp,
)
from functions.core.tips import Receipt, SubmitServices, submit_tip
from functions.core.tokens import RefreshServices, next_refresh
from functions.core.units import UnitRegister, parse_units
from functions.core.work import WorkServices
from functions.rendering import TemplateRenderer
from tests.core.units_csv import csv_text, row
from tests.fakes.alerts import MemoryAlerts
from tests.fakes.blobs import MemoryBlobStore
from tests.fakes.cases import MemoryCaseStore
from tests.fakes.channels import MemoryChannelStore
from tests.fakes.clock import FrozenClock
from tests.fakes.deliveries import MemoryDeliveryStore
from tests.fakes.doorbell import MemoryDoorbell
from tests.fakes.events import MemoryEventStore
from tests.fakes.faults import CrashPoint
from tests.fakes.jobs import MemoryJobStore
from tests.fakes.mac_keys import MemoryMacKeys
from tests.fakes.mail import MemoryMailer
from tests.fakes.media import MemoryMedia
from tests.fakes.officers import MemoryOfficerStore
from tests.fakes.photos import MemoryCleaner
from tests.fakes.repeats import MemoryRepeatGuard
from tests.fakes.tips import MemoryTipStore
from tests.fakes.tokens import MemoryTokenStore
from tests.fakes.webhook import MemoryReader
from tests.fakes.zalo import PAIR_LIFE, MemoryIssuer, MemoryZalo

WARD = "phuong-tan-an"
OTHER_WARD = "xa-ea-kao"
PROVINCE = "tinh-dak-lak"
GROUP = "group-tan-an"
OTHER_GROUP = "group-ea-kao"
RESIDENT = "resident-1"
PUBLIC_URL = "https://binhyen.example"
KEY = "k" * 22
APP = ZaloApp("app", "secret", "oa-secret")
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@cache
def units() -> UnitRegister:
    return parse_units(
        csv_text(
            row(
                WARD,
                kind="phuong",
                name="Phường Tân An",
                short_name="Tân An",
                oa_id="1234567890",
                lat="12.6667",
                lon="108.0383",
            ),
            row(OTHER_WARD, name="Xã Ea Kao", short_name="Ea Kao"),
        )
    )


@cache
def renderer() -> TemplateRenderer:
    return TemplateRenderer(TEMPLATES)


def draft(text: object = "Có người lạ ở sân bóng.", **changes: object) -> TipDraft:
    """Return a draft of the ward; `place` and `area` go into its content."""
    content = TipContent(
        text=str(text),
        place=str(changes.pop("place", "")),
        area=str(changes.pop("area", "")),
        occurred_at=str(changes.pop("occurred_at", "")),
        location=changes.pop("location", None),  # type: ignore[arg-type]
    )
    usual = TipDraft(
        unit_id=WARD,
        category="gay-roi",
        urgency=Urgency.NORMAL,
        content=content,
        contact=Contact(),
        sealed=False,
        photos=(),
        submission_key="",
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


@dataclass
class World:
    """Every store and service; what a crash cannot take away is all in here."""

    clock: FrozenClock = field(default_factory=FrozenClock)
    jobs: MemoryJobStore = field(default_factory=MemoryJobStore)
    channels: MemoryChannelStore = field(default_factory=MemoryChannelStore)
    tokens: MemoryTokenStore = field(default_factory=MemoryTokenStore)
    alerts: MemoryAlerts = field(default_factory=MemoryAlerts)
    repeats: MemoryRepeatGuard = field(default_factory=MemoryRepeatGuard)
    queue: MemoryDoorbell = field(default_factory=MemoryDoorbell)
    cleaner: MemoryCleaner = field(default_factory=MemoryCleaner)
    issuer: MemoryIssuer = field(default_factory=MemoryIssuer)
    mac: MemoryMacKeys = field(default_factory=MemoryMacKeys)
    officers: MemoryOfficerStore = field(default_factory=MemoryOfficerStore)
    reader: MemoryReader = field(default_factory=MemoryReader)
    media: MemoryMedia = field(default_factory=MemoryMedia)
    mailer: MemoryMailer | None = None
    crashes: list[tuple[Job, Exception]] = field(default_factory=list)
    acts_done: int = 0

    def __post_init__(self) -> None:
        self.blobs = MemoryBlobStore(self.clock)
        self.tips = MemoryTipStore(self.jobs.bring)
        self.cases = MemoryCaseStore(self.tips)
        self.events = MemoryEventStore(self.jobs.bring)
        self.deliveries = MemoryDeliveryStore(self.jobs)
        self.zalo = MemoryZalo(self.clock)

    def connect(
        self, unit_id: str = WARD, group_id: str = GROUP, mode: ForwardMode = ForwardMode.TIP
    ) -> None:
        """Give the unit a group and a fresh pair."""
        now = self.clock.now()
        pair = TokenPair(f"access-{unit_id}", f"refresh-{unit_id}", now + PAIR_LIFE)
        self.channels.save_channel(UnitChannel(unit_id, f"oa-{unit_id}", group_id, mode))
        self.tokens.put_authorized(unit_id, f"oa-{unit_id}", pair, now, next_refresh(pair, now))

    def submit(self, text: str = "Có người lạ ở sân bóng.", **changes: object) -> Tip:
        """Submit a tip of its own second, so that the order of receipt is plain."""
        self.clock.advance(timedelta(seconds=1))
        self.receive(draft(text, **changes))
        return self.last_tip()

    def submit_by_chat(
        self, text: str = "Có người lạ ở sân bóng.", user_id: str = RESIDENT, **changes: object
    ) -> Tip:
        """Submit a tip whose sender can be answered in the chat with the ward's OA."""
        tip = self.submit(text, **changes)
        self.tips.put(
            replace(tip, chat=ChatAddress(WARD, user_id), case=CaseState(is_from_chat=True))
        )
        return self.last_tip()

    def act(self, tip: Tip, officer: Officer, act_id: str = "") -> Act:
        """Return an act of the officer on the tip, done on the case page."""
        self.acts_done += 1
        return Act(officer, tip.card_code, act_id or f"act-{self.acts_done}", Via.CASE_PAGE)

    def write(self, tip: Tip, text: str, *attachments: Attachment, entry_id: str = "") -> None:
        """Let the tip's sender write more."""
        self.acts_done += 1
        entry_id = entry_id or f"message-{self.acts_done}"
        for attachment in attachments:
            self.blobs.put(attachment.blob_key, attachment.attachment_id.encode())
        add_message(tip.tip_id, entry_id, text, attachments, Via.CHAT, self.acts)

    def receive(self, one: TipDraft, *sender_hashes: bytes) -> Receipt:
        return submit_tip(one, sender_hashes, self.submit_services)

    def last_tip(self) -> Tip:
        return self.tips.get(list(self.tips.all_ids())[-1])

    @property
    def submit_services(self) -> SubmitServices:
        return SubmitServices(
            self.tips,
            self.blobs,
            self.repeats,
            self.queue,
            self.mac,
            units(),
            self.clock,
            STANDARD,
        )

    @property
    def acts(self) -> ActServices:
        return ActServices(self.tips, self.cases, self.queue, self.clock, STANDARD)

    @property
    def casework(self) -> CaseworkServices:
        return CaseworkServices(self.acts, self.officers, units())

    def enroll(self, user_id: str, name: str = "", unit_id: str = WARD) -> Officer:
        """Enrol an officer now."""
        officer = Officer(unit_id, user_id, name or f"Đồng chí {user_id}", Role.OFFICER)
        self.officers.enroll(officer, self.clock.now())
        return officer

    @property
    def refresh_services(self) -> RefreshServices:
        return RefreshServices(
            self.tokens, self.channels, self.jobs, self.issuer, self.alerts, self.clock
        )

    def work_services(self, point: CrashPoint | None = None) -> WorkServices:
        """Return what jobs run on; with a crash point, its calls are watched."""
        watch = point.watch if point else lambda target: target
        return WorkServices(
            tips=watch(self.tips),
            cases=watch(self.cases),
            events=watch(self.events),
            blobs=watch(self.blobs),
            jobs=watch(self.jobs),
            deliveries=watch(self.deliveries),
            channels=self.channels,
            tokens=watch(self.tokens),
            officers=watch(self.officers),
            queue=self.queue,
            mac=self.mac,
            gateway=watch(self.zalo),
            reader=self.reader,
            media=watch(self.media),
            mailer=self.mailer,
            renderer=renderer(),
            cleaner=watch(self.cleaner),
            alerts=self.alerts,
            units=units(),
            clock=self.clock,
            clocks=STANDARD,
            public_url=PUBLIC_URL,
            report_crash=lambda job, error: self.crashes.append((job, error)),
        )

    def work_once(self, point: CrashPoint | None = None) -> int:
        """Run each job that is due now once, most urgent first; return how many were."""
        services = self.work_services(point)
        ran: set[str] = set()
        while due := [one for one in self.jobs.due(self.clock.now(), 50) if one not in ran]:
            ran.add(due[0])
            run_job(due[0], services)
        return len(ran)

    def clean_photos(self, tip: Tip) -> None:
        """Run the tip's photo job now, before any other."""
        run_job(self.job_of(tip.tip_id, "clean_photos").job_id, self.work_services())

    def work(self, most: timedelta = timedelta(hours=2)) -> None:
        """Run jobs, and let time pass to the next one's turn, until all are finished."""
        end = self.clock.now() + most
        while self.unfinished():
            self.work_once()
            if not self.unfinished() or self.clock.now() >= end:
                return
            self.clock.advance(timedelta(seconds=1))

    def unfinished(self) -> list[Job]:
        return [job for job in self.jobs.all() if job.state in (JobState.PENDING, JobState.UNKNOWN)]

    def job_of(self, subject_id: str, kind: str = "deliver_tip") -> Job:
        (job,) = [
            job for job in self.jobs.all() if (job.subject_id, job.kind) == (subject_id, kind)
        ]
        return job

    def said(self, group_id: str = GROUP) -> list[str]:
        """Return the first lines of what stands in the group beside cards and photos."""
        texts = [posted.text for posted in self.zalo.group(group_id) if posted.photo is None]
        return [text.split("\n")[0] for text in texts if not text.startswith("TIN MỚI")]

    def chat(self, user_id: str = RESIDENT) -> list[str]:
        """Return what the OA wrote to one person, oldest first."""
        return self.zalo.user_texts(user_id)

    def group(self, group_id: str = GROUP) -> list[str]:
        """Return the texts and captions that stand in the group, oldest first."""
        return self.zalo.texts(group_id)


def connected_world(mode: ForwardMode = ForwardMode.TIP) -> World:
    world = World()
    world.connect(mode=mode)
    return world
