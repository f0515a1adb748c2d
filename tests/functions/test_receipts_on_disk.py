"""The conversation by receipt code on the stores of one machine: SQLite and sealed files."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.bootstrap import Services
from functions.config import Settings
from functions.core import casework
from functions.core.casework import Act
from functions.core.models import Officer, Outcome, Role, Via
from functions.installed import TEMPLATES
from functions.tips.handler import TipsServices, create_tips_app
from functions.web.app import SiteSettings
from tests.fakes.clock import FrozenClock
from tests.functions.world import ALL_FIELDS, JPEG, JSON, PNG, UNIT

OFFICER = Officer(UNIT, "7001", "Trần Văn Bình", Role.OFFICER)
TOLD = ("from", "kind", "text", "photos")


class OneMachine:
    """The function `tips` over a data folder; may be started again on the same one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.clock = FrozenClock()
        self.start()

    def start(self) -> None:
        settings = Settings.from_env(
            {
                "BINHYEN_DATA_DIR": str(self._folder / "data"),
                "BINHYEN_KEY_FILE": str(self._folder / "key"),
                "BINHYEN_PUBLIC_URL": "http://127.0.0.1:8000",
                "BINHYEN_PORT": "8000",
            }
        )
        self.services = Services(settings, self.clock)
        services = TipsServices(
            self.services.submit, self.services.receipts, lambda _: None, lambda: True
        )
        site = SiteSettings(settings.public_url, TEMPLATES)
        self._client = create_tips_app(services, site).test_client()

    def post(self, path: str, **body: Any) -> Any:
        return self._client.post(path, data=body, headers=JSON)

    def act(self, number: int) -> Act:
        stores = self.services.stores
        stores.officers.enroll(OFFICER, self.clock.now())
        (tip_id,) = stores.tips.all_ids()
        return Act(OFFICER, stores.tips.get(tip_id).card_code, f"act-{number}", Via.CASE_PAGE)

    def kept(self) -> bytes:
        """Return everything that lies in the data folder."""
        files = (path for path in (self._folder / "data").rglob("*") if path.is_file())
        return b"".join(path.read_bytes() for path in files)


def _file(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)


@pytest.fixture
def machine(tmp_path: Path) -> OneMachine:
    return OneMachine(tmp_path)


def test_conversation_goes_both_ways_and_stands_after_a_restart(machine: OneMachine) -> None:
    code = machine.post(f"/api/units/{UNIT}/tips", **ALL_FIELDS).json["receipt_code"]
    casework.ask(machine.act(1), "Xe màu gì?", machine.services.casework)
    photos = [(_file(JPEG), "a.jpg"), (_file(PNG), "b.png")]
    sent = machine.post(
        "/api/receipts/messages", receipt_code=code, text="Màu đỏ.", photos=photos,
        message_key="k" * 22,
    )  # fmt: skip
    casework.answer(machine.act(2), "Cảm ơn.", machine.services.casework)
    casework.close(machine.act(3), Outcome("kết quả kín"), machine.services.casework)
    late = machine.post("/api/receipts/messages", receipt_code=code, text="Còn nữa.")

    machine.start()
    shown = machine.post("/api/receipts", receipt_code=code).json

    assert (sent.status_code, late.status_code) == (201, 201)
    assert shown == late.json
    assert shown["status"] == "resolved"
    assert [
        (one["from"], one["kind"], one["text"], one["photos"]) for one in shown["messages"]
    ] == [
        ("officers", "question", "Xe màu gì?", 0),
        ("resident", "message", "Màu đỏ.", 2),
        ("officers", "answer", "Cảm ơn.", 0),
        ("resident", "message", "Còn nữa.", 0),
    ]
    for word in ("Xe màu", "Màu đỏ", "Cảm ơn", "Còn nữa", "kết quả kín", code, code[:9]):
        assert word.encode() not in machine.kept()
    assert PNG not in machine.kept()


@pytest.mark.parametrize("key", ["k" * 22, ""])
def test_message_sent_again_after_a_restart_is_one_message(machine: OneMachine, key: str) -> None:
    code = machine.post(f"/api/units/{UNIT}/tips", **ALL_FIELDS).json["receipt_code"]
    statuses = []
    for _ in range(3):
        body = {"receipt_code": code, "text": "Một", "message_key": key}
        answer = machine.post("/api/receipts/messages", **body, photos=[(_file(JPEG), "a.jpg")])
        statuses.append((answer.status_code, len(answer.json["messages"])))
        machine.start()

    stores = machine.services.stores
    (tip_id,) = stores.tips.all_ids()
    (photo,) = stores.tips.get(tip_id).attachments
    assert statuses == [(201, 1), (200, 1), (200, 1)]
    assert stores.blobs.get(photo.blob_key) == JPEG
    assert len(stores.blobs.keys_older_than(machine.clock.now() + timedelta(days=9))) == 1


def test_contact_is_gone_from_the_disk_once_withdrawn_and_deletion_is_asked_once(
    machine: OneMachine,
) -> None:
    code = machine.post(f"/api/units/{UNIT}/tips", **ALL_FIELDS).json["receipt_code"]
    for path in ("contact/withdraw", "contact/withdraw", "deletion", "deletion"):
        assert machine.post(f"/api/receipts/{path}", receipt_code=code).status_code == 200

    machine.start()
    shown = machine.post("/api/receipts", receipt_code=code).json

    stores = machine.services.stores
    (tip_id,) = stores.tips.all_ids()
    assert not stores.tips.get(tip_id).contact
    assert stores.tips.get(tip_id).content.text == ALL_FIELDS["text"]
    assert [one["kind"] for one in shown["messages"]] == ["contact_withdrawn", "deletion_asked"]
