"""The operator's file: all that is wrong with it is named at once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deploy.aws.settings import BadSettingsError, read_settings
from deploy.aws.template import read_template
from functions.installed import PROJECT
from tests.deploy.cloud import DEPLOY

GOOD = """
name = "binh-yen-dak-lak"
region = "ap-southeast-1"
public_url = "https://binhyen.example.vn"
certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d"
alarm_email = "truc@example.vn"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_good_file_gives_parameters_that_the_template_knows(tmp_path: Path) -> None:
    more = 'runtime = "python3.13"\nlog_days = 14\nworkers_at_once = 20\n'

    settings = read_settings(written(tmp_path, GOOD + more))

    assert settings.parameters["LogDays"] == "14"
    assert settings.runtime == "python3.13"
    assert settings.parameters.keys() <= read_template()["Parameters"].keys()


def test_bad_settings_are_all_named_and_exit_2(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        'name = "B"\nregion = "here"\npublic_url = "https://a.example"\nalarm_email = "nobody"\n'
        'log_days = "x"\narchitecture = "z80"\nruntime = "node"\ncolour = 1\n',
    )

    done = subprocess.run([DEPLOY, "--settings", file], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    named = ("name", "region", "certificate_arn", "alarm_email", "log_days", "architecture")
    for setting in (*named, "runtime", "colour"):
        assert any(line.startswith(setting) for line in done.stderr.splitlines()), setting


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("log_days = 31", "log_days must be 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180 or 365"),
        ("workers_at_once = 1", "workers_at_once must be at least 2"),
        ("workers_at_once = 1001", "workers_at_once must be at most 1000"),
        ('mail_from = "nobody"', "mail_from must be an e-mail address that SES may send as"),
        ("requests_per_second = 0", "requests_per_second must be a whole number from 1"),
        ('architecture = "z80"', "architecture must be arm64 or x86_64"),
        ("architecture = 64", "architecture must be a text in quotes"),
        (
            'price_class = "cheap"',
            "price_class must be PriceClass_100, PriceClass_200 or PriceClass_All",
        ),
        ('runtime = "python3.11"', "runtime must be python3.12 or python3.13"),
        ('runtime = "python3.99"', "runtime must be python3.12 or python3.13"),
    ],
)
def test_what_aws_would_refuse_is_refused_by_the_file(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(BadSettingsError) as refused:
        read_settings(written(tmp_path, f"{GOOD}{line}\n"))

    assert refused.value.problems == [said]


def test_what_aws_just_takes_is_taken(tmp_path: Path) -> None:
    at_the_ends = 'log_days = 365\nworkers_at_once = 2\nprice_class = "PriceClass_All"\n'

    chosen = read_settings(written(tmp_path, GOOD + at_the_ends)).chosen

    assert chosen == {"LogDays": "365", "WorkersAtOnce": "2", "PriceClass": "PriceClass_All"}


def test_an_engine_of_this_machine_may_run_an_older_python(tmp_path: Path) -> None:
    here = 'runtime = "python3.11"\nendpoint_url = "http://127.0.0.1:4566"\n'

    assert read_settings(written(tmp_path, GOOD + here)).runtime == "python3.11"


def test_the_example_is_a_good_file() -> None:
    example = read_settings(PROJECT / "deploy" / "aws" / "settings.example.toml")

    assert example.parameters["Name"] == "binh-yen-dak-lak"
    assert example.chosen["WorkersAtOnce"] == "10"


@pytest.mark.parametrize(
    "address", ["http://binhyen.example.vn", "https://a.example/", "https://a.example/x", "a"]
)
def test_the_public_address_is_https_and_bare(tmp_path: Path, address: str) -> None:
    file = written(tmp_path, GOOD.replace("https://binhyen.example.vn", address))

    with pytest.raises(BadSettingsError, match="public_url"):
        read_settings(file)


def test_a_file_that_is_missing_or_no_toml_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadSettingsError):
        read_settings(tmp_path / "none.toml")
    with pytest.raises(BadSettingsError):
        read_settings(written(tmp_path, "name = "))
