"""The editor's scripts: as they came, compressed, kept for ever, and open to any browser."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator

import pytest

from functions.content.decap.files import EditorFiles
from functions.installed import TEMPLATES
from tests.content.world import EditingWorld

DECAP = TEMPLATES / "editor" / "decap"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    return EditingWorld(tmp_path_factory.mktemp("files"))


def listed_hashes() -> Iterator[tuple[str, str]]:
    for line in (DECAP / "HASH").read_text("utf-8").splitlines():
        digest, name = line.split()
        yield name, digest


def test_decap_is_the_file_that_was_published() -> None:
    hashes = dict(listed_hashes())

    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in DECAP.iterdir()
        if path.name not in ("HASH", "README.md")
    }

    assert found == hashes
    assert {"decap-cms.js", "decap-cms.js.LICENSE.txt", "LICENSE"} == set(hashes)
    assert 'console.log("decap-cms 3.16.3")' in (DECAP / "decap-cms.js").read_text("utf-8")
    assert "3.16.3" in (DECAP / "README.md").read_text("utf-8")


def test_scripts_are_compressed_and_may_be_kept_for_ever(world: EditingWorld) -> None:
    address = next(name for name in EditorFiles(TEMPLATES).scripts if "decap-cms" in name)
    client = world.app.test_client()

    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    plain = client.get(address)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert len(packed.data) < 2_000_000
    assert gzip.decompress(packed.data) == plain.data == (DECAP / "decap-cms.js").read_bytes()
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_address_of_a_script_changes_with_its_content() -> None:
    files = EditorFiles(TEMPLATES)

    for address in (*files.scripts, *files.styles):
        answer = re.fullmatch(r"/bien-tap/[a-z-]+\.[0-9a-f]{16}\.(?:js|css)", address)

        assert answer is not None


def test_other_files_of_the_templates_are_not_served(world: EditingWorld) -> None:
    client = world.app.test_client()

    for name in ("fields.yml", "decap-cms.js", "..%2Fmessages.yml", "HASH"):
        assert client.get(f"/bien-tap/{name}").status_code == 404
