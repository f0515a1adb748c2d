"""Pictures on their way into a page, through the editor as it is put together on a machine.

The tests of `tests/content/` stand in for the picture maker; here a save meets the real one,
and the real checks.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import Client

from functions.bootstrap import Services
from functions.config import Settings
from functions.core.editing.shipping import take_shipped
from functions.core.models import Officer
from functions.core.signin import issue_link
from functions.local.editing import make_editing
from functions.local.editor import create_editor_app
from functions.local_stores import LocalStores
from functions.stores.git import GitContentStore
from tests.content.protocol.kit import OWN, OWN_FOLDER, asset, persist, small_site
from tests.content.quick_forms import NEW_NOTICE, fill
from tests.content.small_site import text_of
from tests.content.world import EDITOR, Desk
from tests.fakes.clock import FrozenClock
from tests.photos.originals import XMP, zipped
from tests.photos.pictures import MARKER, assert_only_pixels, encoded, gps_exif
from tests.ports import free_ports

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
LARGEST = 300 * 1024
NEW = f"{OWN_FOLDER}/mat-nuoc.md"
TYPED = {"title": "Mất nước ngày 25/11", "text": "Kính báo bà con."}


@dataclass
class Newsroom:
    """An editor's app over the data folder of one machine."""

    app: Any
    services: Services
    store: GitContentStore

    def sign_in(self, officer: Officer) -> Desk:
        """Return a browser in which the officer is signed in."""
        client = Client(self.app)
        secret = issue_link(officer, self.services.editor_sign_in)
        assert client.post("/vao", data={"secret": secret}).status_code == 303
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(NEW_NOTICE).text)
        assert token is not None
        return Desk(client, token[1])  # type: ignore[arg-type]

    def objects(self) -> set[str]:
        """Return the names of all that git keeps, named by a version or not."""
        listed = self.store._git.text("cat-file", "--batch-all-objects", "--batch-check")
        return set(listed.splitlines())

    def kept(self) -> dict[str, bytes]:
        """Return everything that git keeps of files, by its name."""
        names = [line.split()[0] for line in self.objects() if " blob " in line]
        return dict(self.store.blobs(names))

    def drafted_pictures(self) -> dict[str, bytes]:
        """Return the pictures of the only draft, which then is thrown away."""
        [draft] = self.store.drafts()
        self.store.move_draft(draft.page, draft.version, None)
        paths = [path for path in draft.files if not path.endswith(".md")]
        return {path: self.store.read(draft.version, path) or b"" for path in paths}


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Put the editor together as its process does, over a site of a few pages."""
    folder = tmp_path_factory.mktemp("newsroom")
    port = free_ports(3)
    environment = {
        "BINHYEN_DATA_DIR": str(folder / "data"),
        "BINHYEN_KEY_FILE": str(folder / "key"),
        "BINHYEN_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "BINHYEN_PORT": str(port),
        "BINHYEN_ZALO_SANDBOX": "1",
        "BINHYEN_BUILD_DIR": str(folder / "build"),
    }
    services = Services(Settings.from_env(environment), FrozenClock())
    editing = make_editing(services)
    take_shipped(small_site(folder / "brought"), editing.services)
    services.editor_sign_in.officers.enroll(EDITOR, services.clock.now())
    store = editing.services.store
    assert isinstance(store, GitContentStore)
    yield Newsroom(create_editor_app(services, editing), services, store)
    assert isinstance(services.stores, LocalStores)
    services.stores.database.close()


@pytest.fixture(scope="module")
def photo() -> bytes:
    """Return what a phone sends: large, and it says where it was taken in three ways."""
    noise = Image.frombytes("RGB", (1600, 1200), os.urandom(1600 * 1200 * 3))
    return encoded(noise, "JPEG", quality=95, exif=gps_exif(), xmp=XMP, comment=MARKER)


def page_with(name: str) -> str:
    return f"---\ntitle: Mất nước\nposted_on: 2026-11-20\n---\n\nChữ.\n\n![Bể nước]({name})\n"


def assert_fit_for_a_page(pictures: dict[str, bytes], newsroom: Newsroom) -> None:
    """Check that the one picture is small, of pixels only, and the only thing kept of it."""
    [content] = pictures.values()
    assert_only_pixels(content)
    assert len(content) <= LARGEST
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, max(picture.size) <= 1200) == ("JPEG", True)
        assert not picture.getexif()
    assert not [name for name, kept in newsroom.kept().items() if MARKER in kept]


def test_a_phones_photo_is_committed_small_and_without_the_place(
    newsroom: Newsroom, photo: bytes
) -> None:
    desk = newsroom.sign_in(EDITOR)
    sent = asset(f"{OWN_FOLDER}/image.jpg", photo)

    answer = persist(desk, NEW, page_with("image.jpg"), assets=[sent], new=True)

    assert answer.status_code == 200, answer.text
    assert len(photo) > LARGEST
    assert_fit_for_a_page(newsroom.drafted_pictures(), newsroom)


def test_a_photo_of_the_small_form_is_made_the_same_way(newsroom: Newsroom, photo: bytes) -> None:
    desk = newsroom.sign_in(EDITOR)
    sent = FileStorage(io.BytesIO(photo), "IMG 1.jpg")

    answer = fill(desk, NEW_NOTICE, **TYPED, picture=sent, picture_words="Bể nước")

    assert answer.status_code == 303, answer.text
    assert_fit_for_a_page(newsroom.drafted_pictures(), newsroom)


BAD = {
    "an SVG with a script": ("anh.svg", SVG, 422, "Không mở được ảnh anh.svg. Hãy chọn"),
    "an SVG named .png": ("anh.png", SVG, 422, "Không mở được ảnh anh.png. Hãy chọn"),
    "a zip named .png": ("anh.png", zipped(), 422, "Không mở được ảnh anh.png. Hãy chọn"),
    "a zip that begins like a PNG": (
        "anh.png",
        b"\x89PNG\r\n\x1a\n" + zipped(),
        422,
        "Không mở được ảnh anh.png. Hãy chọn",
    ),
    "12 MB": ("to.jpg", b"\xff\xd8" + bytes(12_000_000 - 2), 422, "Ảnh to.jpg lớn hơn 10 MB."),
    "30 MB": ("to.jpg", b"\xff\xd8" + bytes(30_000_000 - 2), 413, "Hãy chọn ảnh nhỏ hơn 10 MB"),
}


@pytest.mark.parametrize(("name", "content", "status", "said"), BAD.values(), ids=BAD)
def test_what_is_no_fit_picture_is_told_and_nothing_is_committed(
    newsroom: Newsroom, name: str, content: bytes, status: int, said: str
) -> None:
    desk = newsroom.sign_in(EDITOR)
    before = newsroom.objects()
    sent = asset(f"{OWN_FOLDER}/{name}", content)

    answers = [
        persist(desk, NEW, page_with(name), assets=[sent], new=True),
        persist(desk, OWN, page_with(name), assets=[sent]),
    ]

    assert [answer.status_code for answer in answers] == [status, status]
    assert [said in answer.json["error"] for answer in answers] == [True, True]
    assert newsroom.objects() == before
    assert newsroom.store.drafts() == []


@pytest.mark.parametrize("kind", BAD)
def test_the_small_form_tells_the_same(newsroom: Newsroom, kind: str) -> None:
    name, content, *_ = BAD[kind]
    desk = newsroom.sign_in(EDITOR)
    before = newsroom.objects()

    answer = fill(desk, NEW_NOTICE, **TYPED, picture=FileStorage(io.BytesIO(content), name))

    assert answer.status_code == 422
    assert re.search(r"Không mở được ảnh|lớn hơn 10 MB", text_of(answer))
    assert newsroom.objects() == before
    assert newsroom.store.drafts() == []
