"""A small site for the protocol's tests, and calls as Decap's client makes them."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from functions.installed import PROJECT
from tests.content.world import OTHER, UNIT, Desk, EditingWorld

COPIED = (
    "site/index.md",
    "site/duong-day-nong.md",
    "site/thu-tuc/index.md",
    "site/thu-tuc/ho-chieu.md",
    "site/thu-tuc/tach-ho.md",
    f"site/don-vi/{UNIT}/index.md",
    f"site/don-vi/{OTHER}/index.md",
)
NOTICE_TEXT = """---
title: Cắt điện ngày 25 tháng 11
posted_on: 2026-11-20
---

Dòng một.

Dòng hai.

Dòng ba.
"""
OWN_FOLDER = f"site/don-vi/{UNIT}/thong-bao"
OWN, OTHERS = f"{OWN_FOLDER}/cat-dien.md", f"site/don-vi/{OTHER}/thong-bao/cat-dien.md"
SHARED = "site/thu-tuc/ho-chieu.md"
OWN_COLLECTION, OTHERS_COLLECTION = f"{UNIT}--thong-bao", f"{OTHER}--thong-bao"
JPEG = b"\xff\xd8\xff\xe0 a picture"


def small_site(folder: Path) -> Path:
    """Make a `site/` of a few pages, one notice with a picture in each of two units."""
    for path in COPIED:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / path, target)
    for path in (OWN, OTHERS):
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(NOTICE_TEXT, encoding="utf-8")
        (folder / path).with_name("cot-dien.jpg").write_bytes(JPEG)
    return folder / "site"


def make_world(folder: Path) -> EditingWorld:
    return EditingWorld(folder / "data", small_site(folder / "brought"))


def asset(path: str, content: bytes = JPEG) -> dict[str, str]:
    return {
        "path": path,
        "content": base64.b64encode(content).decode("ascii"),
        "encoding": "base64",
    }


def persist(
    desk: Desk,
    path: str,
    raw: str,
    *,
    base: Mapping[str, str] | None = None,
    assets: Sequence[Mapping[str, Any]] = (),
    new: bool = False,
) -> Any:
    """Save as Decap's client does; `base` is what our own script adds to its call."""
    slug = path.rpartition("/")[2].removesuffix(".md")
    return desk.call(
        "persistEntry",
        branch="main",
        dataFiles=[{"path": path, "slug": slug, "raw": raw}],
        assets=list(assets),
        options={
            "newEntry": new,
            "commitMessage": "Create Thông báo",
            "collectionName": OWN_COLLECTION,
            "useWorkflow": True,
            "hasSubfolders": True,
            "unpublished": False,
            "status": "draft",
        },
        **({"base": base} if base is not None else {}),
    )


def references(world: EditingWorld) -> dict[str, str]:
    """Return everything that is named in the repository: what a refused call leaves alone."""
    repository = world.store._git.repository
    files = (path for path in (repository / "refs").rglob("*") if path.is_file())
    return {str(path.relative_to(repository)): path.read_text().strip() for path in files}


@contextmanager
def clean(world: EditingWorld) -> Iterator[EditingWorld]:
    """Lend a world that several tests share, and put everything back afterwards."""
    before = references(world)
    yield world
    world.checker.listed.clear()  # type: ignore[attr-defined]
    world.site.fails_with = ""  # type: ignore[attr-defined]
    put_back(world, before)


def put_back(world: EditingWorld, before: Mapping[str, str]) -> None:
    """Let the repository name again what it named before."""
    now = references(world)
    if now == before:
        return
    lines = [f"delete {name}" for name in now.keys() - before.keys()]
    lines += [f"update {name} {version}" for name, version in before.items()]
    world.store._git.output("update-ref", "--stdin", lines=lines)


def draft_text(world: EditingWorld, path: str) -> str:
    draft = world.store.draft(path)
    assert draft is not None
    content = world.store.read(draft.version, path)
    assert content is not None
    return content.decode("utf-8")


def call_entry(desk: Desk, action: str, slug: str = "cat-dien", **more: object) -> tuple[int, Any]:
    """Call as our own script does: with the version of the draft that the editor has seen."""
    place = {"collection": OWN_COLLECTION, "slug": slug}
    if action in OF_WHAT_WAS_SEEN:
        more = {"seen": seen_version(desk, **place), **more}
    answer = desk.call(action, **place, **more)
    return answer.status_code, answer.json


OF_WHAT_WAS_SEEN = (
    "updateUnpublishedEntryStatus",
    "publishUnpublishedEntry",
    "deleteUnpublishedEntry",
)


def seen_version(desk: Desk, collection: str, slug: str) -> str:
    """Look at a draft; return the version that was shown."""
    shown = desk.call("unpublishedEntry", collection=collection, slug=slug).json
    return str(shown.get("version", "none"))
