"""What an installation on AWS is called and how large it is: one TOML file of the operator."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.config import is_loopback

_NAME = re.compile(r"[a-z][a-z0-9-]{2,23}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_PUBLIC = re.compile(r"https://[a-z0-9.-]+|http://(127\.0\.0\.1|localhost):\d+")
_CERTIFICATE = re.compile(r"arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate/[0-9a-f-]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

# Key in the file → parameter of the template.
_TEXTS = {
    "runtime": "Runtime",
    "architecture": "Architecture",
    "price_class": "PriceClass",
    "zalo_api_url": "ZaloApiUrl",
    "zalo_oauth_url": "ZaloOauthUrl",
    "endpoint_url": "EndpointUrl",
}
_NUMBERS = {
    "log_days": "LogDays",
    "site_version_days": "SiteVersionDays",
    "workers_at_once": "WorkersAtOnce",
    "requests_per_second": "RequestsPerSecond",
    "requests_at_once": "RequestsAtOnce",
    "oldest_due_seconds": "OldestDueSeconds",
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
    _check(own, problems)
    chosen = {_TEXTS[key]: _text(found, key, problems) for key in _TEXTS if key in found}
    for key, parameter in _NUMBERS.items():
        if key in found:
            chosen[parameter] = _number(found, key, problems)
    if chosen.get("Architecture", "arm64") not in ("arm64", "x86_64"):
        problems.append("architecture must be arm64 or x86_64")
    if not re.fullmatch(r"python3\.\d+", chosen.get("Runtime", "python3.12")):
        problems.append("runtime must be a Python of Lambda, such as python3.11")
    if problems:
        raise BadSettingsError(problems)
    return DeploySettings(**own, chosen=chosen)


def _check(own: dict[str, str], problems: list[str]) -> None:
    if not _NAME.fullmatch(own["name"]):
        problems.append("name must be 3 to 24 of a-z, 0-9 and - and begin with a letter")
    if not _REGION.fullmatch(own["region"]):
        problems.append("region must be a region of AWS, such as ap-southeast-1")
    if not _PUBLIC.fullmatch(own["public_url"]):
        problems.append("public_url must be https://host without path or trailing slash")
        return
    if is_loopback(own["public_url"]):
        return
    if not _CERTIFICATE.fullmatch(own["certificate_arn"]):
        problems.append("certificate_arn must be a certificate of ACM in us-east-1")
    if not _EMAIL.fullmatch(own["alarm_email"]):
        problems.append("alarm_email must be an e-mail address: alarms need a reader")


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
