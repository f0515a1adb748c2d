"""What an installation on AWS is called and how large it is: one TOML file of the operator."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.aws.package import RUNTIMES
from deploy.aws.template import read_template
from functions.config import is_loopback

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_CERTIFICATE = re.compile(r"arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate/[0-9a-f-]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

_RUNTIMES_ON_AWS = tuple(one for one in RUNTIMES if one != "python3.11")
"""On Lambda python3.11 has a C library older than the wheels for photos need."""

# Key in the file → parameter of the template, which says what AWS takes for it.
_NAMES = {"name": "Name", "public_url": "PublicUrl"}
_TEXTS = {
    "runtime": "Runtime",
    "architecture": "Architecture",
    "price_class": "PriceClass",
    "zalo_api_url": "ZaloApiUrl",
    "zalo_oauth_url": "ZaloOauthUrl",
    "zalo_media_hosts": "ZaloMediaHosts",
    "mail_from": "MailFrom",
    "endpoint_url": "EndpointUrl",
    "editor_url": "EditorUrl",
}
_NUMBERS = {
    "log_days": "LogDays",
    "site_version_days": "SiteVersionDays",
    "workers_at_once": "WorkersAtOnce",
    "requests_per_second": "RequestsPerSecond",
    "requests_at_once": "RequestsAtOnce",
    "oldest_due_seconds": "OldestDueSeconds",
}
_PARAMETERS = {**_NAMES, **_TEXTS, **_NUMBERS}
_PATTERNS_IN_WORDS = {
    "name": "3 to 24 of a-z, 0-9 and - and begin with a letter",
    "public_url": "https://host without path or trailing slash",
    "mail_from": "an e-mail address that SES may send as",
    "editor_url": "https://host of the editor's machine, without path or trailing slash",
}
_OWN = ("name", "region", "public_url", "certificate_arn", "alarm_email")


class BadSettingsError(Exception):
    """The file cannot be used; `problems` lists all that is wrong, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class DeploySettings:
    name: str
    """What all names begin with; also the name of the stack."""
    region: str
    public_url: str
    certificate_arn: str
    alarm_email: str
    chosen: dict[str, str]
    """Parameters of the template that the file gives a value of its own."""

    @property
    def runtime(self) -> str:
        return self.chosen.get("Runtime", "python3.12")

    @property
    def architecture(self) -> str:
        return self.chosen.get("Architecture", "arm64")

    @property
    def endpoint_url(self) -> str:
        return self.chosen.get("EndpointUrl", "")

    @property
    def parameters(self) -> dict[str, str]:
        """Return the parameters of the template that no build decides."""
        return {
            "Name": self.name,
            "PublicUrl": self.public_url,
            "CertificateArn": self.certificate_arn,
            "AlarmEmail": self.alarm_email,
            "MailDomain": self.chosen.get("MailFrom", "").rpartition("@")[2],
            **self.chosen,
        }


def read_settings(file: Path) -> DeploySettings:
    """Read and check the file. Raises BadSettingsError listing every problem."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettingsError([f"{file}: {error}"]) from error
    problems = [
        f"{key} is no setting" for key in sorted(found.keys() - {*_OWN, *_TEXTS, *_NUMBERS})
    ]
    own = {key: _text(found, key, problems) for key in _OWN}
    texts = {key: _text(found, key, problems) for key in _TEXTS if key in found}
    numbers = {key: _number(found, key, problems) for key in _NUMBERS if key in found}
    chosen = texts | numbers
    _check_by_template(own | chosen, problems)
    _check_own(own, problems)
    _check_runtime(chosen, problems)
    if problems:
        raise BadSettingsError(problems)
    return DeploySettings(**own, chosen={_PARAMETERS[key]: chosen[key] for key in chosen})


def _check_by_template(values: dict[str, str], problems: list[str]) -> None:
    """Hold each value against its parameter, so that the file is refused and not the stack."""
    parameters = read_template()["Parameters"]
    named = {problem.split(" ")[0] for problem in problems}
    for key in _PARAMETERS.keys() & (values.keys() - named):
        if wanted := _wanted(key, values[key], parameters[_PARAMETERS[key]]):
            problems.append(f"{key} must be {wanted}")


def _wanted(key: str, value: str, parameter: dict[str, Any]) -> str:
    """Return what the parameter takes instead of the value; nothing where it takes the value."""
    allowed = [str(one) for one in parameter.get("AllowedValues", [])]
    if allowed and value not in allowed:
        return f"{', '.join(allowed[:-1])} or {allowed[-1]}"
    if not re.fullmatch(parameter.get("AllowedPattern", ".*"), value):
        return _PATTERNS_IN_WORDS[key]
    if "MinValue" in parameter and int(value) < parameter["MinValue"]:
        return f"at least {parameter['MinValue']}"
    if "MaxValue" in parameter and int(value) > parameter["MaxValue"]:
        return f"at most {parameter['MaxValue']}"
    return ""


def _check_own(own: dict[str, str], problems: list[str]) -> None:
    if not _REGION.fullmatch(own["region"]):
        problems.append("region must be a region of AWS, such as ap-southeast-1")
    if any(problem.startswith("public_url ") for problem in problems):
        return
    if is_loopback(own["public_url"]):
        return
    if not _CERTIFICATE.fullmatch(own["certificate_arn"]):
        problems.append("certificate_arn must be a certificate of ACM in us-east-1")
    if not _EMAIL.fullmatch(own["alarm_email"]):
        problems.append("alarm_email must be an e-mail address: alarms need a reader")


def _check_runtime(chosen: dict[str, str], problems: list[str]) -> None:
    # An engine of this machine runs the Pythons of this machine.
    taken = RUNTIMES if chosen.get("endpoint_url") else _RUNTIMES_ON_AWS
    if chosen.get("runtime", _RUNTIMES_ON_AWS[0]) not in taken:
        problems.append(f"runtime must be {' or '.join(taken)}")


def _text(found: dict[str, Any], key: str, problems: list[str]) -> str:
    value = found.get(key, "")
    if not isinstance(value, str):
        problems.append(f"{key} must be a text in quotes")
        return ""
    return value.strip()


def _number(found: dict[str, Any], key: str, problems: list[str]) -> str:
    value = found[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        problems.append(f"{key} must be a whole number from 1")
    return str(value)
