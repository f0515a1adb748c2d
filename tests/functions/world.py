"""The HTTP functions over memory stores, as one small world."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from functions.core.acts import ActServices
from functions.core.cases import CaseServices
from functions.core.casework import CaseworkServices
from functions.core.deadlines import STANDARD
from functions.core.models import Officer, Role
from functions.core.receipts import ReceiptServices
from functions.core.receiving import KeyAlarm, ReceiveServices
from functions.core.signin import Door, SignInServices, issue_link
from functions.core.tips import SubmitServices
from functions.core.units import parse_units
from functions.search.handler import SearchServices, create_search_app
from functions.staff.handler import EditorDoor, StaffServices, create_staff_app
from functions.tips.handler import MAX_BODY, TipsServices, create_tips_app
from functions.web.app import SiteSettings
from functions.zalo.webhook import ZaloWebhookReader
from functions.zalo_webhook.handler import PATH as WEBHOOK_PATH
from functions.zalo_webhook.handler import create_webhook_app
from tests.core.units_csv import csv_text, ended, row
from tests.fakes.alerts import MemoryAlerts
from tests.fakes.blobs import MemoryBlobStore
from tests.fakes.cases import MemoryCaseStore
from tests.fakes.channels import MemoryChannelStore
from tests.fakes.clock import FrozenClock
from tests.fakes.deliveries import MemoryDeliveryStore
from tests.fakes.doorbell import MemoryDoorbell
from tests.fakes.events import MemoryEventStore
from tests.fakes.jobs import MemoryJobStore
from tests.fakes.mac_keys import MemoryMacKeys
from tests.fakes.officers import MemoryOfficerStore
from tests.fakes.repeats import MemoryRepeatGuard
from tests.fakes.tips import MemoryTipStore
from tests.fakes.uploads import MemoryUploads

TEMPLATES = Path(__file__).parents[2] / "templates"
RELEASE = Path(__file__).with_name("release")
"""A small published search index."""
UNIT = "phuong-tan-an"
PHONE = "0262 3850 113"
KEY = "k" * 22
JPEG = b"\xff\xd8\xff\xe0" + b"pixels" * 20 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
JSON = {"Accept": "application/json"}

ALL_FIELDS = {
    "category": "gay-roi",
    "text": "Có người đánh nhau trước chợ.\nHọ có hung khí.",
    "place": "cổng chợ Tân An",
    "area": "tổ dân phố 5",
    "latitude": "12.6667",
    "longitude": "108.0383",
    "occurred_at": "2026-11-19T21:00",
    "urgency": "soon",
    "contact_name": "Nguyễn Thị Đào",
    "contact_phone": "0905 123 456",
    "sealed": "1",
}

UNITS = csv_text(
    row(UNIT, kind="phuong", name="Phường Tân An"),
    row("xa-ea-kly", name="Xã Ea Kly"),
    ended("phuong-tan-loi", UNIT, kind="phuong", name="Phường Tân Lợi"),
    ended("xa-ea-yong", f"{UNIT};xa-ea-kly", name="Xã Ea Yông"),
)
OFFICER = Officer(UNIT, "7000000000000000001", "Trần Văn Bình", Role.OFFICER)
STRANGER = Officer("xa-ea-kly", "7000000000000000002", "Lê Thị Hoa", Role.OFFICER)


MULTIPART = "multipart/form-data; boundary=ranh-gioi"


def multipart(fields: dict[str, str], photos: list[tuple[bytes, str]]) -> bytes:
    """Return a body as a browser writes it."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, value in fields.items()
    ]
    for photo, name in photos:
        head = f'Content-Disposition: form-data; name="photos"; filename="{name}"\r\n'
        parts.append(f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + photo)
    lines = [b"--ranh-gioi\r\n" + part + b"\r\n" for part in parts]
    return b"".join(lines) + b"--ranh-gioi--\r\n"


class World:
    """Everything a test looks at; the apps are made over it."""

    def __init__(
        self,
        public_url: str = "http://127.0.0.1:8000",
        *,
        has_uploads: bool = True,
        max_form: int = MAX_BODY,
        editor_url: str = "http://127.0.0.1:8002",
    ) -> None:
        self.clock = FrozenClock()
        self.alerts = MemoryAlerts(self.clock)
        self.uploads = MemoryUploads(self.clock)
        self.jobs = MemoryJobStore()
        self.queue = MemoryDoorbell()
        self.tips = MemoryTipStore(self.jobs.bring)
        self.cases = MemoryCaseStore(self.tips)
        self.blobs = MemoryBlobStore(self.clock)
        self.deliveries = MemoryDeliveryStore(self.jobs)
        self.officers = MemoryOfficerStore()
        self.mac = MemoryMacKeys()
        self.units = parse_units(UNITS)
        self.is_healthy = True
        self.release = RELEASE
        self.site = SiteSettings(public_url, TEMPLATES)
        self.phones: dict[str, str] = {UNIT: PHONE}
        self.submit = SubmitServices(
            self.tips, self.blobs, MemoryRepeatGuard(), self.queue, self.mac, self.units,
            self.clock, STANDARD,
        )  # fmt: skip
        self.acts = ActServices(self.tips, self.cases, self.queue, self.clock, STANDARD)
        self.receipts = ReceiptServices(self.acts, self.deliveries, self.blobs, self.mac)
        self.casework = CaseworkServices(self.acts, self.officers, self.units)
        self.signin = SignInServices(self.officers, self.mac, self.clock)
        self.editor_signin = SignInServices(self.officers, self.mac, self.clock, Door.EDITOR)
        self.tips_app = create_tips_app(
            TipsServices(
                self.submit,
                self.receipts,
                self.phones.get,
                lambda: self.is_healthy,
                self.uploads if has_uploads else None,
                max_form,
            ),
            self.site,
        )
        self.search_app = create_search_app(
            SearchServices(lambda: self.release, self.units), self.site
        )
        self.reading = CaseServices(
            self.tips, self.cases, self.deliveries, self.blobs, self.officers, self.alerts,
            self.units, self.clock, STANDARD,
        )  # fmt: skip
        self.staff_app = create_staff_app(
            StaffServices(
                self.signin,
                self.reading,
                self.units,
                self.casework,
                EditorDoor(self.editor_signin, editor_url) if editor_url else None,
            ),
            self.site,
        )
        self.events = MemoryEventStore(self.jobs.bring)
        self.channels = MemoryChannelStore()
        self.receive = ReceiveServices(
            self.channels, self.events, self.deliveries, ZaloWebhookReader(), self.queue, self.mac,
            KeyAlarm(self.alerts, self.clock), self.clock,
        )  # fmt: skip
        self.webhook_app = create_webhook_app(self.receive, self.site)
        for officer in (OFFICER, STRANGER):
            self.officers.enroll(officer, self.clock.now())

    @property
    def public_apps(self) -> Callable[..., Any]:
        """All that programs and residents reach, at one address."""
        others = {"/tim": self.search_app, WEBHOOK_PATH: self.webhook_app}

        def by_address(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            return others.get(environ["PATH_INFO"], self.tips_app)(environ, start_response)

        return by_address

    @property
    def search(self) -> FlaskClient:
        return self.search_app.test_client()

    @property
    def public(self) -> FlaskClient:
        return self.tips_app.test_client()

    @property
    def staff(self) -> FlaskClient:
        return self.staff_app.test_client()

    def sign_in(self, officer: Officer = OFFICER) -> FlaskClient:
        client = self.staff
        secret = issue_link(officer, self.signin)
        answer = client.post("/can-bo/vao", data={"secret": secret})
        assert answer.status_code == 303
        return client

    def send(
        self,
        fields: Any = None,
        photos: Any = None,
        unit_id: str = UNIT,
        headers: Any = None,
        **more: Any,
    ) -> Any:
        """Post a multipart form; `more` overrides single fields."""
        usual = {"category": "gay-roi", "text": "Có người lạ."}
        return self.public.post(
            f"/api/units/{unit_id}/tips",
            data=multipart((usual if fields is None else fields) | more, photos or []),
            content_type=MULTIPART,
            headers=headers or {},
        )

    def stored(self) -> list[Any]:
        return [self.tips.get(tip_id) for tip_id in self.tips.all_ids()]
