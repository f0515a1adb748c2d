"""Editors read that what they published is slow to show, and that they need not do it again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from functions.content.handler import ContentServices, create_content_app
from functions.core.signin import issue_link
from functions.installed import PROJECT, TEMPLATES
from functions.web.app import SiteSettings
from tests.content.world import EDITOR, UNIT, URL, EditingWorld

WORDS = "chưa hiện trên trang công khai"


@pytest.mark.parametrize("is_behind", [True, False])
def test_a_site_that_is_behind_is_told_on_every_page_of_the_editor(
    tmp_path: Path, is_behind: bool
) -> None:
    own = f"don-vi/{UNIT}"
    shutil.copytree(PROJECT / "site" / own, tmp_path / "site" / own)
    world = EditingWorld(tmp_path, tmp_path / "site")
    services = ContentServices(
        world.signin, world.editing, PROJECT, tmp_path / "out", "", lambda: tmp_path,
        lambda: is_behind,
    )  # fmt: skip
    client = create_content_app(services, SiteSettings(URL, TEMPLATES)).test_client()
    signed_out = client.get("/sua-nhanh/").get_data(as_text=True)
    client.post("/vao", data={"secret": issue_link(EDITOR, world.signin)})

    home = client.get("/sua-nhanh/").get_data(as_text=True)

    assert (WORDS in home) == is_behind
    assert WORDS not in signed_out
