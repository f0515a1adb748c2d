"""What a build reads from the environment: where browsers put photos before their tip."""

from __future__ import annotations

import pytest

from functions.config import BuildSettings, SettingsError


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", ""),
        ("https://binhyen-uploads.s3.amazonaws.com/", "https://binhyen-uploads.s3.amazonaws.com"),
        ("https://s3.ap-southeast-1.amazonaws.com/b-1", "https://s3.ap-southeast-1.amazonaws.com/b-1"),
        ("http://127.0.0.1:4566/b-1", "http://127.0.0.1:4566/b-1"),
    ],
)  # fmt: skip
def test_address_for_uploads_is_taken_without_its_last_slash(given: str, expected: str) -> None:
    assert BuildSettings.from_env({"BINHYEN_UPLOAD_URL": given}).upload_url == expected


def test_without_the_setting_photos_come_with_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BINHYEN_UPLOAD_URL", raising=False)

    assert BuildSettings.from_env() == BuildSettings(upload_url="")


@pytest.mark.parametrize(
    "given",
    [
        "uploads.example",
        "ftp://uploads.example",
        "http://uploads.example",
        "https://user:word@uploads.example",
        "https://uploads.example?a=b",
        "https://uploads.example; script-src *",
        "https://uploads.example/;script-src",
        "https://uploads.example,https://evil.example",
        "https://uploads.example https://evil.example",
        "https://*.example",
        "https://uploads.example/'unsafe-inline'",
        "https://uploads.example/a//b",
        "https://uploads.example:port",
        "*",
    ],
)
def test_address_that_would_mean_more_in_a_policy_is_refused(given: str) -> None:
    with pytest.raises(SettingsError) as caught:
        BuildSettings.from_env({"BINHYEN_UPLOAD_URL": given})

    (problem,) = caught.value.problems
    assert problem.startswith("BINHYEN_UPLOAD_URL ")
