"""Paths that lead, or seem to lead, elsewhere: refused in every call, to everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from functions.core.models import Officer
from tests.content.protocol.kit import OWN, asset, put_back
from tests.content.protocol.matrix import PLACES, TEXT, Matrix, Params, by_entry
from tests.content.world import EDITOR, OTHER, UNIT

FORBIDDEN = (
    "",
    "/",
    ".",
    "..",
    "site/duong-day-nong",
    "mkdocs.yml",
    "README.md",
    "/etc/passwd",
    "/site/thu-tuc/ho-chieu.md",
    "data/units.csv",
    "templates/site/main.html",
    "functions/config.py",
    ".git/config",
    "site/.git/config",
    "site/thu-tuc/.git/config.md",
    "site/index.md",
    "site/thu-tuc/index.md",
    "site/quyen-rieng-tu/index.md",
    "site/assets/site.css",
    "site/thu-tuc/ho-chieu",
    "site/thu-tuc/ho-chieu.html",
    "site/thu-tuc/ho-chieu.md.bak",
    "site/thu-tuc/../thu-tuc/ho-chieu.md",
    "site/thu-tuc/../../mkdocs.yml",
    "site/thu-tuc/./ho-chieu.md",
    "site//thu-tuc/ho-chieu.md",
    "./site/thu-tuc/ho-chieu.md",
    "site/thu-tuc/con/ho-chieu.md",
    "site/thu-tuc/ho-chieu.md/",
    "site/thu-tuc\\ho-chieu.md",
    "site\\thu-tuc\\ho-chieu.md",
    "site/thu-tuc/..\\..\\mkdocs.yml",
    "site/thu-tuc/ho-chieu.md\0.md",
    "site/thu-tuc/\0.md",
    "site/thu-tuc/ho-chieu.md\n",
    "site/thu-tuc/ho chieu.md",
    "site/thu-tuc/%2e%2e/mkdocs.yml",
    "site/thu-tuc/ho%2dchieu.md",
    "site%2fthu-tuc%2fho-chieu.md",
    "site/thu-tuc/HO-CHIEU.md",
    "site/thu-tuc/ho-chieu.MD",
    "Site/thu-tuc/ho-chieu.md",
    "site/Thu-Tuc/ho-chieu.md",
    "site/thu-tuc/hộ-chiếu.md",
    "site/thu-tuc/ho\u0323-chie\u0302\u0301u.md",
    "site/thu-tuc/ho\u2010chieu.md",
    "site/thu-tuc/ｈo-chieu.md",
    "site/thu-tuc/-ho-chieu.md",
    "site/thu-tuc/.ho-chieu.md",
    "site/don-vi/_mau/index.md",
    "site/don-vi/_mau/thong-bao/mau.md",
    "site/don-vi/khong-co/index.md",
    "site/don-vi/khong-co/thong-bao/cat-dien.md",
    f"site/don-vi/{UNIT}",
    f"site/don-vi/{UNIT}/khac.md",
    f"site/don-vi/{UNIT}/thong-bao/index.md",
    f"site/don-vi/{UNIT}/khac/cat-dien.md",
    f"site/don-vi/{UNIT}/../{OTHER}/index.md",
    f"site/don-vi/{UNIT}/thong-bao/cat-dien.md/../../index.md",
    f"site/don-vi/{UNIT}/anh/cat-dien.md",
    f"SITE/DON-VI/{UNIT}/INDEX.MD",
    f"refs/drafts/site/don-vi/{UNIT}/index.md",
    "--output=x.md",
    "-rf",
    ":(glob)site/**",
    "site/thu-tuc/*.md",
)
BY_PATH: Mapping[str, Callable[[str], Params]] = {
    "entriesByFiles": lambda path: {"files": [{"path": OWN}, {"path": path}]},
    "getEntry": lambda path: {"path": path},
    "persistEntry": lambda path: {
        "dataFiles": [{"path": path, "slug": "x", "raw": TEXT}],
        "assets": [],
        "options": {"newEntry": True},
    },
    "unpublishedEntryDataFile": lambda path: {**by_entry(*PLACES["own"]), "path": path},
    "unpublishedEntryMediaFile": lambda path: {**by_entry(*PLACES["own"]), "path": path},
    "getMediaFile": lambda path: {"path": path},
    "persistMedia": lambda path: {"asset": asset(path)},
    "deleteFile": lambda path: {"path": path},
    "deleteFiles": lambda path: {"paths": [path]},
    "entriesByFolder": lambda path: {"folder": path, "extension": "md", "depth": 1},
    "getMedia": lambda path: {"mediaFolder": path},
}


@pytest.mark.parametrize("action", BY_PATH)
def test_a_path_that_is_no_page_of_staff_is_refused_even_to_the_province(
    matrix: Matrix, action: str
) -> None:
    desk = matrix.desks["province-approver"]
    got = {path: matrix.status(desk, action, BY_PATH[action](path)) for path in FORBIDDEN}

    # What a picture is called when it is sent does not matter: it gets a name of ours.
    names = {f"site/thu-tuc/ho-chieu{ending}" for ending in ("", ".html", ".md.bak")}
    allowed = names if action == "persistMedia" else set()
    assert {path for path, status in got.items() if status != 403} == allowed


FORBIDDEN_FOLDERS = (
    "site",
    "site/don-vi",
    f"site/don-vi/{UNIT}",
    f"site/don-vi/{UNIT}/",
    f"site/don-vi/{UNIT}/thong-bao/",
    f"site/don-vi/{UNIT}/thong-bao/.",
    f"site/don-vi/{UNIT}/../{OTHER}/thong-bao",
    f"site/don-vi/{UNIT}//thong-bao",
    "site/don-vi/_mau/thong-bao",
    "site/thu-tuc/",
    "site/thu-tuc/..",
    "site/theo-doi",
    "Site/thu-tuc",
    "site/thu-tục",
    "thu-tuc",
    "templates",
    "data",
    ".git",
    "*",
)


@pytest.mark.parametrize("folder", FORBIDDEN_FOLDERS)
def test_only_folders_of_pages_are_listed(matrix: Matrix, folder: str) -> None:
    desk = matrix.desks["province-approver"]

    for action, name in (("entriesByFolder", "folder"), ("getMedia", "mediaFolder")):
        assert matrix.status(desk, action, {name: folder, "extension": "md"}) == 403


def test_a_folder_of_pictures_has_no_pages(matrix: Matrix) -> None:
    desk = matrix.desks["province-approver"]

    for folder in ("site/anh", f"site/don-vi/{UNIT}/anh"):
        assert matrix.status(desk, "entriesByFolder", {"folder": folder}) == 403
        assert matrix.status(desk, "getMedia", {"mediaFolder": folder}) == 200


BY_ENTRY = (
    "unpublishedEntry",
    "unpublishedEntryDataFile",
    "unpublishedEntryMediaFile",
    "deleteUnpublishedEntry",
    "updateUnpublishedEntryStatus",
    "publishUnpublishedEntry",
)
ODD_ENTRIES = (
    ("thu-tuc", "index", 403),
    ("thu-tuc", "../thu-tuc/ho-chieu", 403),
    ("thu-tuc", "../../mkdocs", 403),
    ("thu-tuc", "HO-CHIEU", 403),
    ("thu-tuc", "ho-chieu\0", 403),
    ("thu-tuc", "con/ho-chieu", 403),
    (f"{UNIT}/../{OTHER}--thong-bao", "cat-dien", 403),
    ("_mau--thong-bao", "cat-dien", 403),
    ("khong-co--thong-bao", "cat-dien", 403),
    (f"{UNIT}--trang-don-vi", OTHER, 404),
    (f"{UNIT}--khac", "cat-dien", 404),
    ("khong-co", "cat-dien", 404),
    ("", "cat-dien", 404),
    ("--thong-bao", "cat-dien", 404),
    ("trang-chung", "index", 404),
    ("trang-chung", "../mkdocs", 404),
)


@pytest.mark.parametrize("action", BY_ENTRY)
def test_an_entry_of_an_odd_name_is_refused_or_not_there(matrix: Matrix, action: str) -> None:
    desk = matrix.desks["province-approver"]
    more = {"path": OWN, "newStatus": "draft"}

    got = [
        matrix.status(desk, action, {"collection": collection, "slug": slug, **more})
        for collection, slug, _ in ODD_ENTRIES
    ]

    assert got == [status for _, _, status in ODD_ENTRIES]


def test_a_link_in_the_repository_leads_nowhere(matrix: Matrix) -> None:
    world = matrix.world
    git = world.store._git
    blob = git.output("hash-object", "-w", "--stdin", stdin=b"/etc/passwd").decode().strip()
    folder = OWN.rpartition("/")[0]
    with git.index() as index:
        git.output("read-tree", world.store.published(), env=index)
        for name in ("lien-ket.md", "lien-ket.jpg"):
            git.output(
                "update-index", "--add", "--cacheinfo", f"120000,{blob},{folder}/{name}", env=index
            )
        tree = git.text("write-tree", env=index)
    pushed = git.text("commit-tree", tree, "-p", world.store.published(), "-m", "pushed")
    world.store.move_published(world.store.published(), pushed)
    desk = matrix.desks["province-approver"]

    listed = desk.call("entriesByFolder", folder=folder, extension="md").json
    media = desk.call("getMedia", mediaFolder=folder).json
    page = desk.call("getEntry", path=f"{folder}/lien-ket.md")
    picture = desk.call("getMediaFile", path=f"{folder}/lien-ket.jpg")
    files = desk.call("entriesByFiles", files=[{"path": f"{folder}/lien-ket.md"}]).json
    put_back(world, matrix.start)

    assert [entry["file"]["path"] for entry in listed] == [OWN]
    assert "lien-ket.jpg" not in [file["name"] for file in media]
    assert (page.status_code, picture.status_code) == (404, 404)
    assert files[0]["data"] is None


def test_an_officer_whose_unit_is_no_more_is_let_nowhere(matrix: Matrix) -> None:
    gone = Officer("tinh-phu-yen", "7000000000000000009", "Nguyễn Văn Cũ", EDITOR.role)
    matrix.world.officers.enroll(gone, matrix.world.clock.now())

    assert matrix.status(matrix.world.sign_in(gone), "info", {}) == 403
