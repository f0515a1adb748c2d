"""The editor's back end over a real repository, with the project's own pages in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from functions.content.handler import ContentServices, create_content_app
from functions.core.editing.permissions import editor_of
from functions.core.editing.services import EditingServices
from functions.core.editing.shipping import take_shipped
from functions.core.models import Officer, Role
from functions.core.models.content import Editor, PagePath
from functions.core.ports.content import ContentChecker, PictureMaker, SitePublisher
from functions.core.signin import Door, SignInServices, issue_link
from functions.installed import PROJECT, TEMPLATES, load_units
from functions.stores.git import GitContentStore
from functions.web.app import SiteSettings
from tests.fakes.clock import FrozenClock
from tests.fakes.content import ListedProblems, RecordingSite, SamePictures
from tests.fakes.mac_keys import MemoryMacKeys
from tests.fakes.officers import MemoryOfficerStore

UNIT, OTHER, PROVINCE = "phuong-tan-an", "xa-ea-kly", "tinh-dak-lak"
EDITOR = Officer(UNIT, "7000000000000000001", "Trần Văn Bình", Role.OFFICER)
APPROVER = Officer(UNIT, "7000000000000000002", "Lê Thị Hoa", Role.COMMANDER)
STRANGER = Officer(OTHER, "7000000000000000003", "Phạm Văn Nam", Role.COMMANDER)
PROVINCE_EDITOR = Officer(PROVINCE, "7000000000000000004", "Đỗ Thị Lan", Role.OFFICER)
PROVINCE_APPROVER = Officer(PROVINCE, "7000000000000000005", "Vũ Văn Sơn", Role.COMMANDER)
OFFICERS = (EDITOR, APPROVER, STRANGER, PROVINCE_EDITOR, PROVINCE_APPROVER)

URL = "http://127.0.0.1:8002"


class EditingWorld:
    """Everything a test looks at; the app is made over it."""

    def __init__(
        self,
        folder: Path,
        pages: Path = PROJECT / "site",
        *,
        checker: ContentChecker | None = None,
        site: SitePublisher | None = None,
        pictures: PictureMaker | None = None,
        release: Path | None = None,
        out: Path | None = None,
    ) -> None:
        self.clock = FrozenClock()
        self.store = GitContentStore(folder / "content.git")
        self.checker = checker or ListedProblems()
        self.site = site or RecordingSite()
        self.editing = EditingServices(
            self.store,
            self.checker,
            self.site,
            pictures or SamePictures(),
            load_units(),
            self.clock,
        )
        take_shipped(pages, self.editing)
        self.officers = MemoryOfficerStore()
        self.signin = SignInServices(self.officers, MemoryMacKeys(), self.clock, Door.EDITOR)
        for officer in OFFICERS:
            self.officers.enroll(officer, self.clock.now())
        self.app = create_content_app(
            ContentServices(
                self.signin,
                self.editing,
                PROJECT,
                out or folder / "out",
                "http://127.0.0.1:8000",
                lambda: release or folder / "out" / "release",
            ),
            SiteSettings(URL, TEMPLATES),
        )

    def sign_in(self, officer: Officer = EDITOR) -> Desk:
        """Return a browser in which the officer is signed in."""
        client = self.app.test_client()
        secret = issue_link(officer, self.signin)
        answer = client.post("/vao", data={"secret": secret})
        assert answer.status_code == 303
        cookie = client.get_cookie("binhyen_editor")
        assert cookie is not None
        session = self.officers.session(
            self.signin.mac.digest("editor-session", cookie.value.encode()), self.clock.now()
        )
        return Desk(client, session.csrf_token)

    def page(self, path: str) -> PagePath:
        return self.editing.page(path)

    def editor(self, officer: Officer = EDITOR, mark: str = "") -> Editor:
        """Return what an officer is to the pages, as one session of theirs."""
        return editor_of(officer, officer.unit_id == PROVINCE, mark or officer.user_id)

    def published_text(self, path: str) -> str:
        content = self.store.read(self.store.published(), path)
        return "" if content is None else content.decode("utf-8")


class Desk:
    """An editor's browser without a screen."""

    def __init__(self, client: FlaskClient, csrf_token: str) -> None:
        self.client = client
        self.csrf_token = csrf_token

    def get(self, address: str) -> Any:
        return self.client.get(address)

    def post(self, address: str, **fields: Any) -> Any:
        """Send a form."""
        return self.client.post(address, data={"csrf_token": self.csrf_token, **fields})

    def call(self, action: str, **params: Any) -> Any:
        """Make one call of Decap's proxy protocol."""
        return self.client.post(
            "/api/v1",
            data=json.dumps({"branch": "main", "action": action, "params": params}),
            content_type="application/json",
            headers={"X-CSRF-Token": self.csrf_token},
        )
