"""Addresses of former units, as the site answers them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from functions.installed import TEMPLATES
from functions.local.site import create_site_app
from functions.web.app import SiteSettings


def heir(unit_id: str, name: str) -> dict[str, str]:
    return {"unit_id": unit_id, "name": name, "office": f"Công an {name}"}


HEIRS = [heir("xa-tay", "Xã Tây"), heir("xa-dong", "Xã Đông")]
REDIRECTS = {
    "xa-cu": {"to": ["xa-tay"], "choice": []},
    "xa-chia": {
        "to": ["xa-tay", "xa-dong"],
        "choice": [{"name": "Xã <Chia>", "district": "Huyện A", "successors": HEIRS}],
    },
}


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release with two units that have one procedure each, and a page only one of them has."""
    pages = ["", "xa-tay/thu-tuc/tam-tru", "xa-dong/thu-tuc/tam-tru", "xa-tay/tin-tuc", "xa-cu"]
    for page in pages:
        folder = tmp_path / "site" / page
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.html").write_text(f"<h1>{page}</h1>", encoding="utf-8")
    (tmp_path / "site/404.html").write_text("<h1>không có</h1>", encoding="utf-8")
    (tmp_path / "facts.json").write_text('{"script_hashes": [], "style_hashes": []}')
    (tmp_path / "redirects.json").write_text(json.dumps(REDIRECTS), encoding="utf-8")
    return tmp_path


@pytest.fixture
def client(release: Path) -> FlaskClient:
    site = SiteSettings("http://127.0.0.1:8000", TEMPLATES)
    return create_site_app(release / "site", site).test_client()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("/xa-cu/thu-tuc/tam-tru/", "/xa-tay/thu-tuc/tam-tru/"),
        ("/xa-cu/thu-tuc/tam-tru", "/xa-tay/thu-tuc/tam-tru/"),
        ("/xa-cu/thu-tuc/tam-tru/?q=a%20b&x=1", "/xa-tay/thu-tuc/tam-tru/?q=a%20b&x=1"),
        ("/xa-cu/tin-tuc/", "/xa-tay/tin-tuc/"),
    ],
)
def test_page_of_a_merged_unit_leads_to_the_same_page_of_its_heir(
    client: FlaskClient, asked: str, told: str
) -> None:
    answer = client.get(asked, buffered=True)

    assert (answer.status_code, answer.headers["Location"]) == (308, told)
    assert answer.headers["Cache-Control"] == "no-cache"


def test_page_of_a_split_unit_offers_the_same_page_of_each_heir(client: FlaskClient) -> None:
    answer = client.get("/xa-chia/thu-tuc/tam-tru/")

    assert answer.status_code == 200
    assert 'href="/xa-tay/thu-tuc/tam-tru/"' in answer.text
    assert 'href="/xa-dong/thu-tuc/tam-tru/"' in answer.text
    assert "Xã &lt;Chia&gt;" in answer.text
    assert "<Chia>" not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    "asked",
    [
        "/xa-cu/thu-tuc/khong-co/",
        "/xa-chia/tin-tuc/",
        "/xa-la/thu-tuc/tam-tru/",
        "/xa-cu/../../facts.json",
        "/xa-cu//example.org/",
        "/xa-cu/%2e%2e/%2e%2e/facts.json",
    ],
)
def test_page_that_no_heir_has_is_not_found(client: FlaskClient, asked: str) -> None:
    answer = client.get(asked, buffered=True)

    assert answer.status_code == 404
    assert "Location" not in answer.headers


def test_static_page_of_an_old_address_stays_what_it_is(client: FlaskClient) -> None:
    assert client.get("/xa-cu/", buffered=True).status_code == 200


def test_next_release_is_read_without_a_restart(release: Path, client: FlaskClient) -> None:
    assert client.get("/xa-cu/thu-tuc/tam-tru/").status_code == 308
    moved = {"xa-cu": {"to": ["xa-dong"], "choice": []}}
    file = release / "redirects.json"
    file.write_text(json.dumps(moved), encoding="utf-8")
    os.utime(file, (1, 1))

    answer = client.get("/xa-cu/thu-tuc/tam-tru/")

    assert answer.headers["Location"] == "/xa-dong/thu-tuc/tam-tru/"


def test_site_without_old_addresses_is_served(release: Path, client: FlaskClient) -> None:
    (release / "redirects.json").unlink()

    assert client.get("/xa-cu/thu-tuc/tam-tru/", buffered=True).status_code == 404
