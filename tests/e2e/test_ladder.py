"""An outage of Zalo with real processes: the tip goes by e-mail, a human is told on a second
path, the board is red; afterwards the card stands in the group, once."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desk import Desk
from tests.e2e.later import ShiftedSystem
from tests.mail.server import MailServer

pytestmark = pytest.mark.e2e

WARD, PROVINCE = "phuong-tan-an", "tinh-dak-lak"
BOX, OFFICE = "truc@tanan.example.vn", "truc@tinh.example.vn"
TEXT = "Có người lạ tụ tập ở cuối hẻm mỗi đêm"
PHONE = "0905123456"
MINUTE = 60


class MailedSystem(ShiftedSystem):
    """With an account on a mail server of the test's own."""

    def __init__(self, folder: Path, server: MailServer) -> None:
        super().__init__(folder)
        self.server = server

    @property
    def environment(self) -> dict[str, str]:
        url = f"smtp://127.0.0.1:{self.server.port}?from=binh-yen@example.vn"
        return super().environment | {"BINHYEN_SMTP_URL": url}

    def mails(self, address: str) -> list[str]:
        """Return subject and text of what the mailbox got, oldest first."""
        return [
            f"{taken.subject}\n{taken.text}"
            for taken in self.server.taken
            if taken.recipients == (address,)
        ]

    def sweep(self) -> None:
        done = self.run("sweep", "--once")
        assert done.returncode == 0, done.stderr

    def clear_faults(self) -> None:
        request = urllib.request.Request(f"{self.sandbox_url}/control/faults", method="DELETE")
        urllib.request.urlopen(request, timeout=10).close()


@pytest.fixture
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailedSystem]:
    with MailServer() as server:
        running = MailedSystem(tmp_path_factory.mktemp("ladder"), server)
        running.start()
        yield running
        running.stop()


def connect_mailboxes(system: MailedSystem) -> None:
    officer = {"user_id": "7001", "name": "Trần Văn Bình", "role": "commander"}
    document = {
        "units": [
            {"unit_id": WARD, "emails": [BOX]},
            {"unit_id": PROVINCE, "emails": [OFFICE], "officers": [officer]},
        ]
    }
    file = system.folder / "mailboxes.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    done = system.run("oa", "import", str(file))
    assert done.returncode == 0, done.stderr


def about_the_tip(mails: list[str]) -> list[str]:
    """Leave out what was told before of Zalo alone: sweeps come when they come."""
    return [mail for mail in mails if "Tin chưa tới được nhóm Zalo" in mail]


def board(system: MailedSystem) -> str:
    """Return the red board as the province sees it now."""
    told = system.run("officers", "link", "--unit", PROVINCE, "--officer", "7001")
    return Desk(system.url, told.stdout.strip()).get("/can-bo/bang-do").text


def test_an_outage_of_zalo_is_bridged_by_mail_and_told(system: MailedSystem) -> None:
    connect_mailboxes(system)
    system.control("faults", {"kind": "outage", "times": None})
    status, _ = system.submit(
        WARD, category="gay-roi", text=TEXT, contact_name="Đào", contact_phone=PHONE
    )

    system.let_pass(seconds=6 * MINUTE)
    system.sweep()
    system.wait_for(lambda: system.mails(BOX))
    system.let_pass(seconds=14 * MINUTE)
    system.sweep()
    (told,) = system.wait_for(lambda: about_the_tip(system.mails(OFFICE)))
    red = board(system)
    system.clear_faults()
    (card,) = system.wait_for(lambda: system.group(WARD), 90)
    system.wait_for(lambda: system.status()["jobs"]["pending"] == 0)
    system.sweep()

    assert status == 201
    (mail,) = system.mails(BOX)
    assert mail.startswith("Công an phường Tân An: 1 tin báo chưa tới được nhóm Zalo\n")
    assert TEXT not in mail
    assert PHONE not in mail
    code = card["text"].split()[2]
    assert f"{system.url}/can-bo/tin/{code}" in mail
    assert "Công an phường Tân An: Tin chưa tới được nhóm Zalo" in told
    assert "Zalo không trả lời" in "\n".join(system.mails(OFFICE))
    assert "Tin chưa tới được nhóm Zalo" in red
    assert len(system.group(WARD)) == len(system.mails(BOX)) == 1
    assert len(about_the_tip(system.mails(OFFICE))) == 1
    assert "Tin chưa tới được nhóm Zalo" not in board(system)
