"""What versions hold: plain files of any name and bytes, and nothing that leads elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.core.errors import NotAllowedError, NotFoundError
from functions.core.models.content import ChangeKind, ChangeNote
from functions.stores.git import GitContentStore
from tests.stores.git.kit import EDITOR, NOW, assert_whole, git, publish, saved, version_with

PAGE = "site/b/c.md"
LINK, PROGRAM = "120000", "100755"


def test_a_version_is_its_parents_files_with_some_put_and_some_taken_out(
    store: GitContentStore, first: str
) -> None:
    version = store.make_version(
        [first], {"site/new.md": b"new\n", "site/a.md": None, "site/never.md": None}, saved(""), NOW
    )

    assert store.paths(version).keys() == {PAGE, "site/new.md"}
    assert store.read(version, "site/new.md") == b"new\n"
    assert store.read(version, "site/a.md") is None
    assert store.read(first, "site/a.md") == b"a\n"


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"no end", b"\r\n\r\n", bytes(range(256)), "Đắk Lắk\n".encode(), b"x" * 2_000_000],
)
def test_bytes_come_back_as_they_went_in(
    store: GitContentStore, first: str, content: bytes
) -> None:
    version = store.make_version([first], {PAGE: content}, saved(PAGE), NOW)

    assert store.read(version, PAGE) == content
    assert store.blob(store.blob_id(version, PAGE)) == content


@pytest.mark.parametrize(
    "path",
    [
        "site/Đường dây nóng.md",
        "site/có dấu/tệp “lạ”.md",
        "site/tab\there.md",
        "site/line\nend.md",
        "site/*.md",
        "site/:(glob)x.md",
        "site/-rf.md",
        'site/"quoted".md',
        "site/🎉.md",
    ],
)
def test_any_name_is_found_again_and_only_it(store: GitContentStore, first: str, path: str) -> None:
    version = store.make_version([first], {path: b"here\n"}, saved(path), NOW)

    assert store.read(version, path) == b"here\n"
    assert store.paths(version, path) == {path: store.blob_id(version, path)}
    assert store.changed_paths(first, version) == [path]
    store.move_published(first, version)
    assert [found.files for found in store.versions(path)] == [(path,)]
    assert_whole(store)


def test_paths_are_those_below_a_folder(store: GitContentStore, first: str) -> None:
    publish(store, {"site/bb/d.md": b"d\n"})

    assert store.paths(store.published(), "site/b").keys() == {PAGE}
    assert store.paths(store.published(), "site").keys() == {PAGE, "site/a.md", "site/bb/d.md"}
    assert store.paths(store.published(), "site/none") == {}


@pytest.mark.parametrize("version", ["", "0" * 40, "f" * 40, "main", "HEAD", "--all", "a" * 39])
def test_a_version_that_is_none_has_no_files(
    store: GitContentStore, first: str, version: str
) -> None:
    assert store.paths(version) == {}
    assert store.read(version, PAGE) is None
    assert store.blob_id(version, PAGE) == ""
    assert not store.contains(first, version)


def test_many_contents_come_at_once_and_the_unknown_are_left_out(
    store: GitContentStore, first: str
) -> None:
    blobs = store.paths(first)
    tree = git(store, "rev-parse", f"{first}^{{tree}}")

    found = store.blobs([*blobs.values(), first, tree, "f" * 40, "", "no id", "a\nb"])

    assert found == {blobs["site/a.md"]: b"a\n", blobs[PAGE]: b"c\n"}
    assert store.blobs([]) == {}


@pytest.mark.parametrize("mode", [LINK, PROGRAM])
def test_links_and_programs_that_were_pushed_are_never_read(
    store: GitContentStore, first: str, tmp_path: Path, mode: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("không ai được đọc")
    pushed = version_with(store, {"site/link.md": (mode, str(secret).encode())})
    store.move_published(first, pushed)

    out = tmp_path / "out"
    out.mkdir()
    store.export(pushed, out)

    assert store.read(pushed, "site/link.md") is None
    assert store.blob_id(pushed, "site/link.md") == ""
    assert "site/link.md" not in store.paths(pushed)
    assert {path.name for path in out.rglob("*")} == {"a.md", "b", "c.md"}


def test_a_link_that_was_pushed_becomes_a_plain_file_when_staff_write_there(
    store: GitContentStore, first: str, tmp_path: Path
) -> None:
    target = tmp_path / "target.md"
    target.write_text("außen")
    pushed = version_with(store, {"site/link.md": (LINK, str(target).encode())})

    version = store.make_version([pushed], {"site/link.md": b"mine\n"}, saved(""), NOW)

    out = tmp_path / "out"
    out.mkdir()
    store.export(version, out)
    assert store.read(version, "site/link.md") == b"mine\n"
    assert not (out / "link.md").is_symlink()
    assert (out / "link.md").read_bytes() == b"mine\n"
    assert target.read_text() == "außen"


def test_a_folder_that_is_a_link_in_the_tree_leads_nowhere(
    store: GitContentStore, first: str, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.md").write_text("außen")
    pushed = version_with(store, {"site/folder": (LINK, str(outside).encode())})

    version = store.make_version([pushed], {"site/folder/x.md": b"mine\n"}, saved(""), NOW)
    out = tmp_path / "out"
    out.mkdir()
    store.export(version, out)

    assert store.read(pushed, "site/folder/x.md") is None
    assert not (out / "folder").is_symlink()
    assert (outside / "x.md").read_text() == "außen"


def test_a_path_that_would_leave_the_tree_is_refused(store: GitContentStore, first: str) -> None:
    for path in ("../x", "site/../../x", "site/.git/config", "/etc/passwd", ".GIT/x", "", "a\0b"):
        with pytest.raises(NotAllowedError):
            store.make_version([first], {path: b"x"}, saved(path), NOW)


def test_a_version_is_exported_whole_and_alone(
    store: GitContentStore, first: str, tmp_path: Path
) -> None:
    publish(store, {"site/a.md": b"later\n"})

    (tmp_path / "out").mkdir()
    store.export(first, tmp_path / "out")

    files = {
        path.relative_to(tmp_path / "out").as_posix(): path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert files == {"a.md": b"a\n", "b/c.md": b"c\n"}


def test_a_folder_becomes_a_version_without_its_links(
    store: GitContentStore, first: str, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    (folder / "thư mục").mkdir(parents=True)
    (folder / "thư mục" / "trang.md").write_bytes(b"trang\n")
    (folder / "link.md").symlink_to(folder / "thư mục" / "trang.md")
    note = ChangeNote(ChangeKind.RELEASE, EDITOR)

    version = store.version_of_folder(folder, [first], note, NOW)

    assert store.paths(version).keys() == {"site/thư mục/trang.md"}
    assert store.contains(version, first)


def test_changes_between_versions_that_are_none_are_not_found(
    store: GitContentStore, first: str
) -> None:
    with pytest.raises(NotFoundError):
        store.changed_paths(first, "f" * 40)


def test_a_name_that_is_no_utf8_hides_no_other_file(store: GitContentStore, first: str) -> None:
    blob = git(store, "hash-object", "-w", "--stdin", stdin=b"x")
    entry = f"100644 blob {blob}\t".encode() + b"\xff.md\0"
    inner = git(store, "mktree", "-z", stdin=entry)
    tree = git(store, "mktree", stdin=f"040000 tree {inner}\tsite\n".encode())
    odd = git(store, "commit-tree", tree, "-p", first, "-m", "pushed")

    version = store.make_version([odd], {PAGE: b"c\n"}, saved(PAGE), NOW)

    assert PAGE in store.paths(version)
    assert len(store.paths(version)) == 2
    assert len(store.changed_paths(first, version)) == 2
