"""Compressed files are sent to browsers that take them, and to no other."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from functions.installed import TEMPLATES
from functions.local.site import create_site_app
from functions.web.app import SiteSettings
from publish.compression import compress_files

PAGE = "<!doctype html><title>Công an</title>" + "<p>Thủ tục</p>" * 200
SMALL = "<p>Thủ tục</p>"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    (site / "thu-tuc").mkdir(parents=True)
    (site / "index.html").write_text(PAGE, encoding="utf-8")
    (site / "thu-tuc/index.html").write_text(SMALL, encoding="utf-8")
    (site / "site.css").write_text("p{}" * 1000, encoding="utf-8")
    (tmp_path / "facts.json").write_text('{"script_hashes": [], "style_hashes": []}')
    compress_files(site, ["index.html", "thu-tuc/index.html", "site.css"])
    return site


@pytest.fixture
def client(site: Path) -> FlaskClient:
    settings = SiteSettings("http://127.0.0.1:8000", TEMPLATES)
    return create_site_app(site, settings).test_client()


@pytest.mark.parametrize("taken", ["gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "*"])
def test_browser_that_takes_gzip_gets_the_compressed_page(client: FlaskClient, taken: str) -> None:
    answer = client.get("/", headers={"Accept-Encoding": taken}, buffered=True)

    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.content_length is not None
    assert answer.content_length < 200
    assert gzip.decompress(answer.data).decode("utf-8") == PAGE


@pytest.mark.parametrize("taken", [None, "", "br", "identity", "gzip;q=0", "*;q=0", "\xff"])
def test_browser_that_does_not_take_gzip_gets_the_page_itself(
    client: FlaskClient, taken: str | None
) -> None:
    answer = client.get(
        "/", headers={} if taken is None else {"Accept-Encoding": taken}, buffered=True
    )

    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.get_data(as_text=True) == PAGE


def test_small_file_has_no_compressed_one_and_is_the_same_for_all(client: FlaskClient) -> None:
    answer = client.get("/thu-tuc/", headers={"Accept-Encoding": "gzip"}, buffered=True)

    assert answer.get_data(as_text=True) == SMALL
    assert "Content-Encoding" not in answer.headers


def test_both_forms_of_a_page_have_their_own_tag_and_answer_304(client: FlaskClient) -> None:
    packed = client.get("/site.css", headers={"Accept-Encoding": "gzip"}, buffered=True)
    plain = client.get("/site.css", buffered=True)

    again = client.get(
        "/site.css",
        headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]},
        buffered=True,
    )

    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert again.status_code == 304
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"]


def test_headers_of_pages_stand_on_compressed_ones_too(client: FlaskClient) -> None:
    answer = client.get("/", headers={"Accept-Encoding": "gzip"}, buffered=True)

    assert "default-src" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-cache"


def test_compressing_twice_gives_the_same_bytes(site: Path) -> None:
    before = (site / "index.html.gz").read_bytes()

    compress_files(site, ["index.html"])

    assert (site / "index.html.gz").read_bytes() == before
    assert not list(site.glob("*.new"))
