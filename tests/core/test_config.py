"""The settings: checked whole at the start, every problem listed at once (design 4.2)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.config import (
    ZALO_API_URL,
    ZALO_MEDIA_HOSTS,
    ZALO_OAUTH_URL,
    AwsSettings,
    Backend,
    Settings,
    SettingsError,
    is_loopback,
)
from functions.zalo.media_hosts import AllowedHost

GOOD = {
    "BINHYEN_DATA_DIR": "/srv/binhyen/data",
    "BINHYEN_KEY_FILE": "/srv/binhyen/key",
    "BINHYEN_PUBLIC_URL": "https://binhyen.example/",
    "BINHYEN_PORT": "8000",
}
LOCAL = GOOD | {"BINHYEN_PUBLIC_URL": "http://127.0.0.1:8000"}


def problems(**changes: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(GOOD | changes)
    assert str(caught.value) == "; ".join(caught.value.problems)
    return caught.value.problems


def names(found: list[str]) -> list[str]:
    return [problem.split(" ")[0].split("=")[0].rstrip(":") for problem in found]


def test_four_settings_are_enough() -> None:
    settings = Settings.from_env(GOOD)

    assert settings == Settings(
        data_dir=Path("/srv/binhyen/data"),
        key_file=Path("/srv/binhyen/key"),
        public_url="https://binhyen.example",
        port=8000,
        zalo_api_url=ZALO_API_URL,
        zalo_oauth_url=ZALO_OAUTH_URL,
        sandbox=False,
        editor_url="",
    )
    assert settings.sandbox_port == 8001


def test_a_trial_on_this_machine_has_its_editor_two_ports_on() -> None:
    assert Settings.from_env(LOCAL).editor_url == "http://127.0.0.1:8002"


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)

    assert Settings.from_env() == Settings.from_env(GOOD)


def test_every_missing_setting_is_listed_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({})

    assert caught.value.problems == [f"{name} is missing" for name in GOOD]


def test_every_bad_setting_is_listed_at_once() -> None:
    found = problems(
        BINHYEN_BACKEND="cloud",
        BINHYEN_KEY_FILE="/srv/binhyen/data/key",
        BINHYEN_PUBLIC_URL="binhyen.example",
        BINHYEN_PORT="http",
        BINHYEN_ZALO_SANDBOX="yes",
        BINHYEN_ZALO_API_URL="ftp://127.0.0.1",
        BINHYEN_ZALO_OAUTH_URL="http://oauth.example",
        BINHYEN_ZALO_MEDIA_HOSTS="*",
    )

    assert names(found) == [
        "BINHYEN_BACKEND",
        "BINHYEN_KEY_FILE",
        "BINHYEN_PUBLIC_URL",
        "BINHYEN_PORT",
        "BINHYEN_ZALO_SANDBOX",
        "BINHYEN_ZALO_API_URL",
        "BINHYEN_ZALO_OAUTH_URL",
        "BINHYEN_ZALO_MEDIA_HOSTS",
    ]


@pytest.mark.parametrize(
    "key_file", ["/srv/binhyen/data/key", "/srv/binhyen/data", "/srv/binhyen/x/../data/a/b"]
)
def test_key_inside_the_data_folder_is_refused(key_file: str) -> None:
    assert names(problems(BINHYEN_KEY_FILE=key_file)) == ["BINHYEN_KEY_FILE"]


def test_sandbox_brings_its_own_addresses() -> None:
    settings = Settings.from_env(LOCAL | {"BINHYEN_ZALO_SANDBOX": "1"})

    assert settings.sandbox
    assert settings.zalo_api_url == "http://127.0.0.1:8001/openapi"
    assert settings.zalo_oauth_url == "http://127.0.0.1:8001/oauth"
    assert settings.zalo_media_hosts == ("127.0.0.1:8001",)


def test_addresses_that_are_set_go_before_the_sandboxes() -> None:
    settings = Settings.from_env(
        LOCAL | {"BINHYEN_ZALO_SANDBOX": "1", "BINHYEN_ZALO_API_URL": "http://localhost:9/x/"}
    )

    assert settings.zalo_api_url == "http://localhost:9/x"


MEDIA_HOSTS = "BINHYEN_ZALO_MEDIA_HOSTS"


@pytest.mark.parametrize("nothing", ["", " ", ",", " , "])
def test_media_come_from_zalos_own_hosts_unless_told_otherwise(nothing: str) -> None:
    settings = Settings.from_env(GOOD | {MEDIA_HOSTS: nothing})

    assert settings.zalo_media_hosts == ZALO_MEDIA_HOSTS == ("*.zdn.vn", "*.zadn.vn")


@pytest.mark.parametrize("sandbox", ["0", "1"])
def test_media_hosts_that_are_set_stand_alone(sandbox: str) -> None:
    hosts = "*.ZDN.vn, media.example.vn:8443 ,localhost,127.0.0.1:9,[::1]:9,203.0.113.5:9000"

    settings = Settings.from_env(LOCAL | {MEDIA_HOSTS: hosts, "BINHYEN_ZALO_SANDBOX": sandbox})

    assert settings.zalo_media_hosts == (
        "*.zdn.vn", "media.example.vn:8443", "localhost", "127.0.0.1:9", "[::1]:9",
        "203.0.113.5:9000",
    )  # fmt: skip


@pytest.mark.parametrize(
    "entry",
    [
        "*", "*.", "*.vn", "vn", "a.*.vn", "*a.zdn.vn", "*.*.zdn.vn", "*.0.0.1", "https://f.zdn.vn",
        "f.zdn.vn/", "f.zdn.vn.", ".zdn.vn", "f..zdn.vn", "-f.zdn.vn", "f.zdn.vn-", "f zdn.vn",
        "f.zdn.vn:", "f.zdn.vn:0", "f.zdn.vn:65536", "f.zdn.vn:x", "user@f.zdn.vn", "đắk.vn",
        "::1", "[::2]", "*.localhost", "a." * 125 + "vn", "a" * 64 + ".vn",
    ],
)  # fmt: skip
@pytest.mark.parametrize("beside", ["", "*.zdn.vn,"])
def test_media_host_that_cannot_be_one_is_refused(entry: str, beside: str) -> None:
    assert names(problems(**{MEDIA_HOSTS: beside + entry})) == [MEDIA_HOSTS]


@given(
    st.lists(
        st.text("a-z0.*:[]1-9_,", max_size=20)
        | st.from_regex(r"(\*\.)?[a-z0-9.-]{1,20}(:[0-9]{1,5})?", fullmatch=True),
        max_size=3,
    )
)
def test_media_hosts_that_are_taken_can_be_used(hosts: list[str]) -> None:
    try:
        taken = Settings.from_env(GOOD | {MEDIA_HOSTS: ",".join(hosts)}).zalo_media_hosts
    except SettingsError:
        taken = ZALO_MEDIA_HOSTS

    assert len(taken) == len([AllowedHost.parse(host) for host in taken]) > 0


@pytest.mark.parametrize("url", ["https://binhyen.example", "https://127.0.0.1.example"])
def test_sandbox_on_a_public_address_is_refused(url: str) -> None:
    found = problems(BINHYEN_ZALO_SANDBOX="1", BINHYEN_PUBLIC_URL=url)

    assert len(found) == 1
    assert "BINHYEN_ZALO_SANDBOX=1 is refused" in found[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://binhyen.example",
        "https://",
        "https://binhyen.example/?a=1",
        "https://binhyen.example/#a",
        "https://user:pw@binhyen.example",
        "https://user@binhyen.example",
        "https://binhyen.example:99999",
        "http://[::1",
        "javascript:alert(1)",
    ],
)
@pytest.mark.parametrize("sandbox", ["0", "1"])
def test_address_that_cannot_be_used_is_named(url: str, sandbox: str) -> None:
    found = problems(BINHYEN_PUBLIC_URL=url, BINHYEN_ZALO_SANDBOX=sandbox)

    assert "BINHYEN_PUBLIC_URL" in names(found)


@pytest.mark.parametrize("port", ["0", "65534", "-1", "8000.0", "٨٠٠٠", "x"])
def test_port_that_cannot_be_used_is_named(port: str) -> None:
    assert names(problems(BINHYEN_PORT=port)) == ["BINHYEN_PORT"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost", "http://[::1]:80/a"])
def test_http_is_taken_on_this_machine(url: str) -> None:
    assert is_loopback(url)
    assert Settings.from_env(GOOD | {"BINHYEN_PUBLIC_URL": url}).public_url == url


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*GOOD, "BINHYEN_ZALO_SANDBOX", "BINHYEN_ZALO_API_URL"]),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
        | st.just("1"),
    )
)
def test_any_environment_is_taken_or_refused_with_problems(changes: dict[str, str]) -> None:
    try:
        Settings.from_env(GOOD | changes)
    except SettingsError as error:
        found = error.problems
    else:
        found = ["none"]

    assert found


AWS = {
    "BINHYEN_BACKEND": "aws",
    "BINHYEN_PUBLIC_URL": "https://binhyen.example",
    "BINHYEN_AWS_TABLES": "binhyen",
    "BINHYEN_AWS_PHOTOS_BUCKET": "binhyen-photos",
    "BINHYEN_AWS_UPLOADS_BUCKET": "binhyen-uploads",
    "BINHYEN_AWS_SITE_BUCKET": "binhyen-site",
    "BINHYEN_AWS_QUEUE_URL": "https://sqs.ap-southeast-1.amazonaws.com/1/binhyen.fifo",
    "BINHYEN_AWS_KMS_KEY": "alias/binhyen",
}


def test_aws_needs_no_folder_key_file_or_port() -> None:
    settings = Settings.from_env(AWS)

    assert settings.backend is Backend.AWS
    assert settings.aws.tables == "binhyen"
    assert settings.aws.queue_url.endswith("/binhyen.fifo")


def test_the_machine_of_the_editor_on_aws_has_folder_and_port_too() -> None:
    named = {
        "BINHYEN_DATA_DIR": "/srv/binhyen/data",
        "BINHYEN_PORT": "8000",
        "BINHYEN_EDITOR_URL": "https://bien-tap.binhyen.example/",
        "BINHYEN_AWS_RELEASES_BUCKET": "binhyen-releases",
        "BINHYEN_AWS_DISTRIBUTION": "E2QWRUHAPOMQZL",
    }

    settings = Settings.from_env(AWS | named)

    assert settings.has_data_dir
    assert not Settings.from_env(AWS).has_data_dir
    assert (settings.port, settings.editor_port) == (8000, 8002)
    assert settings.editor_url == "https://bien-tap.binhyen.example"
    assert settings.aws.releases_bucket == "binhyen-releases"
    assert settings.aws.distribution == "E2QWRUHAPOMQZL"


def test_every_missing_name_of_aws_is_listed_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"BINHYEN_BACKEND": "aws"})

    missing = {problem.split(" ")[0] for problem in caught.value.problems}
    assert missing == AWS.keys() - {"BINHYEN_BACKEND"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BINHYEN_AWS_TABLES", "Sai tên!"),
        ("BINHYEN_AWS_PHOTOS_BUCKET", "../photos"),
        ("BINHYEN_AWS_UPLOADS_BUCKET", "UPPER"),
        ("BINHYEN_AWS_SITE_BUCKET", "a" * 64),
        ("BINHYEN_AWS_QUEUE_URL", "ftp://queue"),
        ("BINHYEN_AWS_ENDPOINT_URL", "http://elsewhere.example"),
        ("BINHYEN_ZALO_SANDBOX", "1"),
    ],
)
def test_what_cannot_be_on_aws_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(AWS | {name: value})

    assert names(caught.value.problems) == [name]


def test_on_one_machine_only_bucket_and_endpoint_mean_anything() -> None:
    settings = Settings.from_env(
        GOOD | AWS | {"BINHYEN_BACKEND": "local", "BINHYEN_AWS_TABLES": "Sai tên!"}
    )

    assert settings.backend is Backend.LOCAL
    assert settings.aws == AwsSettings(photos_bucket="binhyen-photos")
