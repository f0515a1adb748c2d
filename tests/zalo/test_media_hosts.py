"""Which addresses media may be fetched from: only those that can be read in one way."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.zalo.media_hosts import AllowedHost, Target, is_public, target_of

ZALO = ("*.zdn.vn", "*.zadn.vn")
OTHERS = ("media.example.vn", "bucket.example.vn:9000", "127.0.0.1:8001", "[::1]:8001", "localhost")


def target(url: str, *hosts: str) -> Target | None:
    return target_of(url, tuple(AllowedHost.parse(host) for host in hosts or ZALO + OTHERS))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://f.zdn.vn/a.jpg", Target(True, "f.zdn.vn", 443, "/a.jpg")),
        (
            "https://f20-zpc.zdn.vn/9/a?x=1&y=%20",
            Target(True, "f20-zpc.zdn.vn", 443, "/9/a?x=1&y=%20"),
        ),
        ("https://a.b.zadn.vn", Target(True, "a.b.zadn.vn", 443, "/")),
        ("HTTPS://F.ZDN.VN/A#top", Target(True, "f.zdn.vn", 443, "/A")),
        ("https://f.zdn.vn:443/a", Target(True, "f.zdn.vn", 443, "/a")),
        ("http://f.zdn.vn/a", Target(True, "f.zdn.vn", 443, "/a")),
        ("http://f.zdn.vn:80/a", Target(True, "f.zdn.vn", 443, "/a")),
        ("http://f.zdn.vn:443/a", Target(True, "f.zdn.vn", 443, "/a")),
        ("https://media.example.vn/a", Target(True, "media.example.vn", 443, "/a")),
        ("https://bucket.example.vn:9000/a", Target(True, "bucket.example.vn", 9000, "/a")),
        ("http://bucket.example.vn:9000/a", Target(True, "bucket.example.vn", 9000, "/a")),
        ("http://127.0.0.1:8001/a", Target(False, "127.0.0.1", 8001, "/a")),
        ("http://[::1]:8001/a", Target(False, "::1", 8001, "/a")),
        ("http://[0:0::1]:8001/a", Target(False, "::1", 8001, "/a")),
        ("https://127.0.0.1:8001/a", Target(True, "127.0.0.1", 8001, "/a")),
        ("http://localhost/a", Target(False, "localhost", 80, "/a")),
        (
            "https://f.zdn.vn?x=//elsewhere.vn/",
            Target(True, "f.zdn.vn", 443, "/?x=//elsewhere.vn/"),
        ),
    ],
)
def test_listed_address_is_taken_apart(url: str, expected: Target) -> None:
    assert target(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "f.zdn.vn/a",
        "//f.zdn.vn/a",
        "https:f.zdn.vn",
        "https:///a",
        "ftp://f.zdn.vn/a",
        "file:///etc/passwd",
        "data:image/png;base64,AA",
        "javascript://f.zdn.vn/%0a",
        "https://zdn.vn/a",
        "https://evilzdn.vn/a",
        "https://f.zdn.vn.evil.vn/a",
        "https://evil.vn/f.zdn.vn",
        "https://evil.vn/?f.zdn.vn",
        "https://evil.vn#.zdn.vn",
        "https://f.zdn.vn@evil.vn/a",
        "https://evil.vn@f.zdn.vn/a",
        "https://user:pw@f.zdn.vn/a",
        "https://@f.zdn.vn/a",
        "https://evil.vn\\@f.zdn.vn/a",
        "https://evil.vn\\.zdn.vn/a",
        "https://f.zdn.vn./a",
        "https://f..zdn.vn/a",
        "https://.zdn.vn/a",
        "https://-.zdn.vn/a",
        "https://*.zdn.vn/a",
        "https://f.zdn.vn:8443/a",
        "https://f.zdn.vn:80/a",
        "https://f.zdn.vn:/a",
        "https://f.zdn.vn:0/a",
        "https://f.zdn.vn:99999/a",
        "https://f.zdn.vn:443:443/a",
        "https://f.zdn.vn%2eevil.vn/a",
        "https://f%2ezdn.vn/a",
        "https://f.zdn。vn/a",
        "https://f.ｚdn.vn/a",
        "https://f.zdn.vn/é",
        "https://f.zdn.vn/a b",
        "https://f.zdn.vn/a\r\nHost: evil.vn",
        "https://f.zdn.vn\t.evil.vn/",
        " https://f.zdn.vn/a",
        "https://sub.media.example.vn/a",
        "https://media.example.vn:9000/a",
        "https://bucket.example.vn/a",
        "http://bucket.example.vn/a",
        "http://127.0.0.1/a",
        "http://127.0.0.1:8002/a",
        "http://127.1:8001/a",
        "http://2130706433:8001/a",
        "http://0x7f.0.0.1:8001/a",
        "http://0177.0.0.1:8001/a",
        "http://127.0.0.2:8001/a",
        "http://[::ffff:127.0.0.1]:8001/a",
        "http://[::1%25lo]:8001/a",
        "http://[::1/a",
        "http://[x]:8001/",
        "http://[::1]x:8001/",
        "http://localhost:8001/a",
        "http://localhost.evil.vn/a",
        "https://8.8.8.8/a",
        "https://169.254.169.254/latest/meta-data",
        "https://" + "a" * 64 + ".zdn.vn/a",
        "https://" + "a." * 130 + "zdn.vn/a",
        "https://f.zdn.vn/" + "a" * 2_000,
    ],
)  # fmt: skip
def test_every_other_address_is_refused(url: str) -> None:
    assert target(url) is None


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://f.zdn.vn/", "f.zdn.vn"),
        ("https://bucket.example.vn:9000/", "bucket.example.vn:9000"),
        ("http://[::1]:8001/", "[::1]:8001"),
        ("http://localhost/", "localhost"),
    ],
)
def test_authority_names_the_port_where_it_is_not_the_usual(url: str, authority: str) -> None:
    found = target(url)

    assert found is not None
    assert found.authority == authority


@pytest.mark.parametrize(
    "entry",
    ["", "*.", "*", "https://f.zdn.vn", "f.zdn.vn/", "f.zdn.vn:x", "f.zdn.vn:65536", "a.*.vn",
     "[x]", "f.zdn.vn.", "Đ.vn", "F.ZDN.VN"],
)  # fmt: skip
def test_entry_that_is_none_is_refused(entry: str) -> None:
    with pytest.raises(ValueError):
        AllowedHost.parse(entry)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2a00:1450:4001::200e", True),
        ("64:ff9b::808:808", True),
        ("2002:808:808::1", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a00:1", False),
        ("2002:7f00:1::1", False),
        ("2002:c0a8:101::1", False),
    ],
)
def test_only_what_the_whole_world_reaches_is_public(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize(
    ("host", "address", "may"),
    [
        ("f.zdn.vn", "8.8.8.8", True),
        ("f.zdn.vn", "127.0.0.1", False),
        ("f.zdn.vn", "10.0.0.1", False),
        ("localhost", "127.0.0.1", True),
        ("localhost", "::1", True),
        ("localhost", "8.8.8.8", False),
        ("localhost", "10.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("10.0.0.5", "10.0.0.5", True),
        ("10.0.0.5", "10.0.0.6", False),
    ],
)
def test_a_name_stands_only_where_its_kind_may(host: str, address: str, may: bool) -> None:
    target = Target(True, host, 443, "/")

    assert target.may_be_at(ipaddress.ip_address(address)) is may


def test_target_does_not_print_its_path() -> None:
    assert "secret" not in repr(target("https://f.zdn.vn/secret?secret"))


@given(
    st.text(max_size=60), st.sampled_from(["", "https://", "https://f.zdn.vn", "http://127.0.0.1"])
)
def test_any_text_leads_to_a_listed_host_or_nowhere(text: str, start: str) -> None:
    found = target(start + text)

    if found is not None:
        assert found.host.endswith((".zdn.vn", ".zadn.vn")) or found.host == "127.0.0.1"
        assert found.port in (443, 8001)
        assert found.path.startswith("/")
