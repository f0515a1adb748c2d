"""The functions that run in CloudFront, run by the JavaScript engine of this machine."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from deploy.aws.edge import MOST_BYTES, MOST_CODE, EdgeError, edge_code, heirs_of
from functions.installed import TEMPLATES
from functions.local.site import create_site_app
from functions.web.app import SiteSettings

CALL = ";process.stdout.write(JSON.stringify(JSON.parse(process.argv[1]).map(handler)))"


@pytest.fixture(scope="module")
def code(built_release: Path) -> dict[str, str]:
    return edge_code(built_release)


def ask(code: str, *requests: dict[str, Any]) -> list[Any]:
    """Return what the function makes of each request."""
    events = [{"request": {"querystring": {}, "headers": {}, **one}} for one in requests]
    done = subprocess.run(
        ["node", "-e", code + CALL, json.dumps(events)], capture_output=True, text=True, check=True
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def address(code: dict[str, str], uri: str, **query: Any) -> Any:
    return ask(code["Addresses"], {"uri": uri, "querystring": query})[0]


def location(answer: Any) -> tuple[int, str]:
    return answer["statusCode"], answer["headers"]["location"]["value"]


def test_both_functions_are_small_enough_for_cloudfront(code: dict[str, str]) -> None:
    assert {name: len(text.encode()) < MOST_CODE for name, text in code.items()} == {
        "Addresses": True,
        "Sizes": True,
    }


@pytest.mark.parametrize(
    ("uri", "asked"),
    [
        ("/", "/index.html"),
        ("/phuong-tan-an/", "/phuong-tan-an/index.html"),
        ("/phuong-tan-an/thu-tuc/", "/phuong-tan-an/thu-tuc/index.html"),
        ("/assets/site.css", "/assets/site.css"),
        ("/phuong-tan-an/qr.svg", "/phuong-tan-an/qr.svg"),
        ("/404.html", "/404.html"),
    ],
)
def test_an_address_finds_its_object(code: dict[str, str], uri: str, asked: str) -> None:
    assert address(code, uri)["uri"] == asked


def test_a_missing_slash_is_added_and_the_query_kept(code: dict[str, str]) -> None:
    answer = address(code, "/phuong-tan-an/to-giac", loai={"value": "ma-tuy"}, x={"value": ""})

    assert location(answer) == (308, "/phuong-tan-an/to-giac/?loai=ma-tuy&x")


@pytest.mark.parametrize(
    "uri", ["//evil.example", "//evil.example/x", "///", "/\\evil.example", "/\\evil.example/x"]
)
def test_what_a_browser_takes_for_another_host_is_never_a_redirect(
    code: dict[str, str], uri: str
) -> None:
    assert address(code, uri)["uri"] == uri


@pytest.mark.parametrize(
    "uri", ["/%2F/evil", "/x//evil.example/y", "/phuong-1//evil.example/x", "/x/\\evil.example/y"]
)
def test_every_redirect_stays_on_its_host(code: dict[str, str], uri: str) -> None:
    leads_to = location(address(code, uri))[1]

    there = urlsplit(urljoin("https://binhyen.example/", leads_to.replace("\\", "/")))
    assert there.netloc == "binhyen.example"


def test_pages_of_former_units_lead_where_one_machine_leads(
    code: dict[str, str], built_release: Path
) -> None:
    former = json.loads((built_release / "redirects.json").read_text("utf-8"))
    paths = [f"/{unit}/thu-tuc/" for unit, leads in former.items() if len(leads["to"]) == 1]
    site = SiteSettings("https://binhyen.example", TEMPLATES)
    client = create_site_app(built_release / "site", site).test_client()

    answers = ask(code["Addresses"], *({"uri": path} for path in paths))

    assert len(paths) > 200
    for path, answer in zip(paths, answers, strict=True):
        there = client.get(path, base_url="https://binhyen.example")
        assert location(answer) == (there.status_code, there.headers["Location"])


def test_what_a_former_unit_still_shows_itself_is_served(code: dict[str, str]) -> None:
    assert address(code, "/phuong-1/")["uri"] == "/phuong-1/index.html"
    assert address(code, "/phuong-1/to-giac/")["uri"] == "/phuong-1/to-giac/index.html"
    assert location(address(code, "/phuong-1")) == (308, "/phuong-1/")
    assert location(address(code, "/phuong-1/thu-tuc")) == (308, "/phuong-tuy-hoa/thu-tuc/")
    assert address(code, "/phuong-9/thu-tuc/")["uri"] == "/phuong-9/thu-tuc/index.html"


def test_a_form_too_large_for_a_function_is_told_to_go_back(code: dict[str, str]) -> None:
    large = {"content-length": {"value": str(MOST_BYTES + 1)}}
    plain, wants_json, small, unknown = ask(
        code["Sizes"],
        {"uri": "/api/units/a/tips", "headers": large},
        {"uri": "/api/units/a/tips", "headers": {**large, "accept": {"value": "application/json"}}},
        {"uri": "/api/units/a/tips", "headers": {"content-length": {"value": str(MOST_BYTES)}}},
        {"uri": "/api/units/a/tips"},
    )

    assert (plain["statusCode"], wants_json["statusCode"]) == (413, 413)
    assert plain["headers"]["content-type"]["value"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in plain["headers"]["content-security-policy"]["value"]
    error = json.loads(wants_json["body"]["data"])["errors"][0]
    assert error["code"] == "body_too_large"
    for told in (plain["body"]["data"], error["message"]):
        assert "nút quay lại" in told
        assert "dưới 4 MB" in told
        # What one machine takes: five photos of 2 MB would obey it and fail for ever.
        assert "10 MB" not in told
    assert small["uri"] == unknown["uri"] == "/api/units/a/tips"


def test_base64_of_the_largest_form_that_passes_still_fits_lambda() -> None:
    envelope = 64 * 1024

    assert MOST_BYTES * 4 / 3 + envelope < 6 * 1024 * 1024


def test_ids_that_are_no_slugs_never_get_into_code() -> None:
    with pytest.raises(EdgeError):
        heirs_of({'a"; alert(1); "': {"to": ["phuong-1"]}})


def test_more_former_units_than_cloudfront_takes_are_refused_in_words(tmp_path: Path) -> None:
    former = {f"xa-cu-{number:05}": {"to": ["xa-moi"], "choice": []} for number in range(2000)}
    (tmp_path / "redirects.json").write_text(json.dumps(former))
    (tmp_path / "site").mkdir()

    with pytest.raises(EdgeError, match="key-value store"):
        edge_code(tmp_path)
