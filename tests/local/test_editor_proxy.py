"""The editor's own door in nginx: another name, another app, and no secret in its log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from tests.local.proxy import EDITOR_HOST, HOST, Proxy, recording_app, running
from tests.local.test_proxy import logged

MIB = 1024**2


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, list[object]]]:
    """A door before an editor that notes what it is asked, and before no site."""
    with recording_app() as (port, seen):
        proxy = Proxy(tmp_path_factory.mktemp("editor"), port - 2, "--editor-host", EDITOR_HOST)
        with running(proxy):
            yield proxy, seen


def test_the_editors_name_leads_to_the_editor_and_the_sites_to_the_site(
    door: tuple[Proxy, list[object]],
) -> None:
    proxy, seen = door
    seen.clear()

    editor = proxy.request("GET", "/", name=EDITOR_HOST, X_Forwarded_For="1.2.3.4")
    site = proxy.request("GET", "/")

    assert (editor.status, site.status) == (204, 502)
    [headers] = seen
    assert headers["host"] == [EDITOR_HOST]  # type: ignore[index]
    assert headers["x-forwarded-for"] == ["127.0.0.1"]  # type: ignore[index]


def test_a_one_time_link_stands_in_no_log(door: tuple[Proxy, list[object]]) -> None:
    proxy, _ = door

    proxy.request("GET", "/vao/bi-mat-cua-toi?x=1", name=EDITOR_HOST)

    assert logged(proxy, "/vao/-")["status"] == 204
    assert "bi-mat" not in proxy.access_log


def test_a_picture_passes_and_what_is_larger_is_refused_before_it_is_sent(
    door: tuple[Proxy, list[object]],
) -> None:
    proxy, _ = door

    refused = proxy.announce("/api/v1", 42 * MIB, "application/json", name=EDITOR_HOST)

    assert (refused.status, refused.headers["Content-Type"]) == (413, "application/json")
    assert json.loads(refused.data)["errors"][0]["code"] == "body_too_large"


def test_plain_http_leads_on_to_the_same_name(door: tuple[Proxy, list[object]]) -> None:
    proxy, _ = door

    answer = urllib3.request(
        "GET", f"http://127.0.0.1:{proxy.http_port}/sua-nhanh/", headers={"Host": EDITOR_HOST},
        redirect=False,
    )  # fmt: skip

    assert answer.status == 308
    assert answer.headers["Location"] == f"https://{EDITOR_HOST}:{proxy.https_port}/sua-nhanh/"


def test_without_the_option_there_is_no_public_editor(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, 1, "--editor-host", "")

    names = [path.name for path in (tmp_path / "etc/nginx/sites-enabled").iterdir()]
    with running(proxy), pytest.raises(urllib3.exceptions.ProtocolError):
        proxy.request("GET", "/", name=EDITOR_HOST)

    assert sorted(names) == ["00-binhyen-common", "binhyen"]
    assert HOST in (tmp_path / "etc/nginx/sites-available/binhyen").read_text()
