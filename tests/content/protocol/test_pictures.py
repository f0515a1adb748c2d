"""Pictures: with their page, under names of ours, and the library of a folder."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from functions.content.decap import protocol_media
from functions.content.decap.protocol_pictures import MAX_PICTURE
from tests.content.protocol.kit import (
    JPEG,
    OTHERS,
    OWN,
    OWN_COLLECTION,
    OWN_FOLDER,
    asset,
    call_entry,
    persist,
)
from tests.content.world import APPROVER, PROVINCE_APPROVER, UNIT, Desk, EditingWorld

PHONE = f"{OWN_FOLDER}/image.jpg"
OTHER_JPEG = b"\xff\xd8\xff\xe0 another picture"


def page_with(*names: str) -> str:
    shown = "".join(f"![ảnh]({name})\n" for name in names)
    return f'---\ntitle: Cắt điện\nposted_on: "2026-11-20"\n---\nChữ.\n\n{shown}'


def stored(world: EditingWorld, path: str = OWN) -> dict[str, bytes]:
    """Return the pictures that a draft brings."""
    draft = world.store.draft(path)
    assert draft is not None
    pictures = [file for file in draft.files if not file.endswith(".md")]
    return {file: world.store.read(draft.version, file) or b"" for file in pictures}


def text(world: EditingWorld, path: str = OWN) -> str:
    draft = world.store.draft(path)
    assert draft is not None
    return (world.store.read(draft.version, path) or b"").decode()


def test_a_picture_is_stored_under_a_name_of_ours_that_the_page_then_shows(
    world: EditingWorld, desk: Desk
) -> None:
    saved = persist(desk, OWN, page_with("image.jpg"), assets=[asset(PHONE)])

    ((path, content),) = stored(world).items()
    assert content == JPEG
    assert path.startswith(f"{OWN_FOLDER}/cat-dien-")
    assert path.endswith(".jpg")
    assert f"![ảnh]({path.rpartition('/')[2]})" in text(world)
    assert "image.jpg" not in text(world)
    assert saved.json["renamed"] == {PHONE: path}


def test_the_same_picture_sent_with_every_save_is_stored_once(
    world: EditingWorld, desk: Desk
) -> None:
    first = persist(desk, OWN, page_with("image.jpg"), assets=[asset(PHONE)])
    pictures = stored(world)

    again = persist(
        desk,
        OWN,
        page_with("image.jpg") + "Thêm.\n",
        assets=[asset(PHONE)],
        base=first.json["base"],
    )

    assert again.status_code == 200
    assert stored(world) == pictures
    assert "Thêm." in text(world)
    assert "image.jpg" not in text(world)


def test_a_stored_picture_sent_back_is_not_painted_anew(world: EditingWorld, desk: Desk) -> None:
    first = persist(desk, OWN, page_with("image.jpg"), assets=[asset(PHONE)])
    ((path, content),) = stored(world).items()
    opened = desk.call(
        "unpublishedEntryDataFile", collection=OWN_COLLECTION, slug="cat-dien", path=OWN
    ).json

    again = persist(desk, OWN, opened["data"], assets=[asset(path, content)], base=opened["base"])

    assert again.json["renamed"] == {}
    assert again.json["base"] == first.json["base"]
    assert stored(world) == {path: content}


def test_two_phones_pictures_of_one_name_do_not_overwrite_each_other(
    world: EditingWorld, desk: Desk
) -> None:
    approver = world.sign_in(APPROVER)
    persist(desk, OWN, page_with("image.jpg"), assets=[asset(PHONE)])
    new = f"{OWN_FOLDER}/mat-dien.md"
    persist(approver, new, page_with("image.jpg"), assets=[asset(PHONE, OTHER_JPEG)], new=True)

    for slug in ("cat-dien", "mat-dien"):
        assert call_entry(approver, "publishUnpublishedEntry", slug)[0] == 200

    published = world.store.paths(world.store.published(), OWN_FOLDER)
    contents = world.store.blobs(published.values()).values()
    assert JPEG in contents
    assert OTHER_JPEG in contents


def test_a_picture_that_the_page_does_not_show_is_not_stored(
    world: EditingWorld, desk: Desk
) -> None:
    persist(desk, OWN, page_with(), assets=[asset(PHONE)])

    assert stored(world) == {}


def test_a_picture_taken_out_of_the_page_leaves_the_draft(world: EditingWorld, desk: Desk) -> None:
    first = persist(desk, OWN, page_with("image.jpg"), assets=[asset(PHONE)])

    persist(desk, OWN, page_with(), assets=[asset(PHONE)], base=first.json["base"])

    assert stored(world) == {}


@pytest.mark.parametrize(
    "name", ["img_20261120_081500.jpg", "anh.heic", "z599.jpeg", "anh-1-.png", "man-hinh.webp"]
)
def test_any_name_that_decap_makes_of_a_file_is_taken(
    world: EditingWorld, desk: Desk, name: str
) -> None:
    sent = asset(f"{OWN_FOLDER}/{name}")

    answer = persist(desk, OWN, page_with(name), assets=[sent])

    assert answer.status_code == 200
    assert list(stored(world).values()) == [JPEG]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("anh.svg", b"<svg><script>alert(1)</script></svg>"),
        ("anh.png", b"PK\x03\x04 a zip"),
        ("phim.mp4", b"\0\0\0 ftypmp42"),
        ("rong.jpg", b""),
    ],
)
def test_what_is_no_picture_is_told_by_the_name_it_was_sent_with(
    world: EditingWorld, desk: Desk, name: str, content: bytes
) -> None:
    refused = persist(desk, OWN, page_with(name), assets=[asset(f"{OWN_FOLDER}/{name}", content)])

    assert refused.status_code == 422
    assert f"Không mở được ảnh {name}." in refused.json["error"]
    assert world.store.drafts() == []


def test_a_picture_over_ten_megabytes_is_told_by_name(world: EditingWorld, desk: Desk) -> None:
    sent = asset(PHONE, b"\xff\xd8" + bytes(MAX_PICTURE))

    refused = persist(desk, OWN, page_with("image.jpg"), assets=[sent])

    assert refused.status_code == 422
    assert "Ảnh image.jpg lớn hơn 10 MB" in refused.json["error"]
    assert world.store.drafts() == []


def test_a_picture_of_ten_megabytes_is_taken(world: EditingWorld, desk: Desk) -> None:
    content = b"\xff\xd8" + bytes(MAX_PICTURE - 2)

    saved = persist(desk, OWN, page_with("image.jpg"), assets=[asset(PHONE, content)])

    assert saved.status_code == 200
    assert list(stored(world).values()) == [content]


@pytest.mark.parametrize(
    "path",
    [
        "site/thu-tuc/image.jpg",
        OTHERS.replace("cat-dien.md", "image.jpg"),
        "site/assets/image.jpg",
        f"{OWN_FOLDER}/../image.jpg",
        f"{OWN_FOLDER}/..",
        f"{OWN_FOLDER}/Image.jpg",
        f"{OWN_FOLDER}/a\\image.jpg",
        "image.jpg",
    ],
)
def test_a_picture_stands_only_where_it_is_published_with_its_page(
    world: EditingWorld, path: str
) -> None:
    province = world.sign_in(PROVINCE_APPROVER)
    name = path.rpartition("/")[2]

    refused = persist(province, OWN, page_with(name), assets=[asset(path)])

    assert refused.status_code == 403
    assert world.store.drafts() == []


def test_a_picture_may_stand_in_the_folder_of_the_units_pictures(
    world: EditingWorld, desk: Desk
) -> None:
    own = f"site/don-vi/{UNIT}/index.md"
    opened = desk.call("getEntry", path=own).json

    answer = persist(
        desk,
        own,
        opened["data"] + "![trụ sở](anh/image.jpg)\n",
        assets=[asset(f"site/don-vi/{UNIT}/anh/image.jpg")],
        base=opened["base"],
    )

    assert answer.status_code == 200
    ((path, _),) = stored(world, own).items()
    assert path.startswith(f"site/don-vi/{UNIT}/anh/{UNIT}-")
    assert f"(anh/{path.rpartition('/')[2]})" in text(world, own)


def test_a_picture_of_a_draft_is_opened_and_no_other_file(world: EditingWorld, desk: Desk) -> None:
    persist(desk, OWN, page_with("image.jpg"), assets=[asset(PHONE)])
    ((path, content),) = stored(world).items()

    def opened(asked: str) -> tuple[int, object]:
        answer = desk.call(
            "unpublishedEntryMediaFile", collection=OWN_COLLECTION, slug="cat-dien", path=asked
        )
        return answer.status_code, answer.json

    status, file = opened(path)
    assert status == 200
    assert isinstance(file, dict)
    assert base64.b64decode(file["content"]) == content
    assert (file["encoding"], file["path"], file["name"]) == (
        "base64",
        path,
        path.rpartition("/")[2],
    )
    assert opened(f"{OWN_FOLDER}/cot-dien.jpg")[0] == 404
    assert opened(OWN)[0] == 403
    assert opened(OTHERS)[0] == 403


def test_the_library_lists_the_pictures_of_its_folder(desk: Desk) -> None:
    listed = desk.call("getMedia", mediaFolder=OWN_FOLDER).json

    assert [(file["path"], base64.b64decode(file["content"])) for file in listed] == [
        (f"{OWN_FOLDER}/cot-dien.jpg", JPEG)
    ]
    assert desk.call("getMedia", mediaFolder=f"site/don-vi/{UNIT}/anh").json == []


def test_a_large_folder_lists_its_newest_pictures(
    world: EditingWorld, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol_media, "MAX_LISTED", 100)
    store, note = world.store, world.store.versions()[0].note
    for number in (3, 1, 2):
        world.clock.advance(timedelta(minutes=1))
        before = store.published()
        files = {f"{OWN_FOLDER}/anh-{number}.jpg": b"\xff\xd8 %27d" % number}
        store.move_published(before, store.make_version([before], files, note, world.clock.now()))

    listed = desk.call("getMedia", mediaFolder=OWN_FOLDER).json

    assert [file["name"] for file in listed] == ["anh-2.jpg", "anh-1.jpg", "anh-3.jpg"]
    left_out = desk.call("getMediaFile", path=f"{OWN_FOLDER}/cot-dien.jpg")
    assert base64.b64decode(left_out.json["content"]) == JPEG


def test_a_single_picture_is_opened(desk: Desk) -> None:
    path = f"{OWN_FOLDER}/cot-dien.jpg"

    opened = desk.call("getMediaFile", path=path)

    assert base64.b64decode(opened.json["content"]) == JPEG
    assert desk.call("getMediaFile", path=path.replace("cot", "day")).status_code == 404
    assert desk.call("getMediaFile", path=OWN).status_code == 403


def test_an_approver_puts_a_picture_into_the_library_at_once(world: EditingWorld) -> None:
    approver = world.sign_in(APPROVER)

    answer = approver.call("persistMedia", asset=asset(PHONE), options={"commitMessage": "x"})

    assert answer.status_code == 200
    path = answer.json["path"]
    assert path.startswith(f"{OWN_FOLDER}/image-")
    assert world.store.read(world.store.published(), path) == JPEG
    listed = approver.call("getMedia", mediaFolder=OWN_FOLDER).json
    assert path in [file["path"] for file in listed]
    again = approver.call("persistMedia", asset=asset(PHONE))
    assert again.json == answer.json
    assert approver.call("deleteFiles", paths=[path]).status_code == 200
    assert world.store.read(world.store.published(), path) is None


def test_an_editor_is_told_to_add_the_picture_in_its_page(world: EditingWorld, desk: Desk) -> None:
    before = world.store.published()

    answer = desk.call("persistMedia", asset=asset(PHONE))

    assert (answer.status_code, answer.json["code"]) == (422, "picture-needs-page")
    assert "trong trang đó" in answer.json["error"]
    assert world.store.published() == before
