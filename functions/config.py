"""All settings, read once from the environment into one frozen value (design 4.2)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from functions.core.addresses import is_mail_address

ZALO_API_URL = "https://openapi.zalo.me"
ZALO_OAUTH_URL = "https://oauth.zaloapp.com"
ZALO_MEDIA_HOSTS = ("*.zdn.vn", "*.zadn.vn")
"""Where Zalo keeps what people send (reference, 5.3)."""

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# Two labels at least: `*.vn` would be everybody, and one label alone is no public host.
_MEDIA_HOST = re.compile(
    rf"(?=.{{1,250}}$)(?:\*\.(?:{_LABEL}\.)+(?=[a-z]){_LABEL}|(?:{_LABEL}\.)+{_LABEL}"
    r"|localhost|\[::1\])(?::(?P<port>[0-9]{1,5}))?"
)
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)*")


class SettingsError(Exception):
    """The settings cannot be used; `problems` lists all of them, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Backend(StrEnum):
    """Where tips, jobs and tokens are kept; design D5."""

    LOCAL = "local"
    AWS = "aws"


@dataclass(frozen=True)
class AwsSettings:
    """The names of what the template of `deploy/aws` makes; the usual AWS variables say who
    we are and which region."""

    endpoint_url: str = ""
    """Where all services answer, for another maker's engine; empty: AWS, or where the
    AWS_ENDPOINT_URL_<SERVICE> variables point."""
    tables: str = ""
    """What the names of the tables begin with."""
    photos_bucket: str = ""
    """Sealed photos. With the local backend: keep them there and not in the data folder."""
    uploads_bucket: str = ""
    """Where browsers put photos before their tip."""
    site_bucket: str = ""
    """The published site: search and duty phones read from it."""
    releases_bucket: str = ""
    """What is deployed, and the list of the site's files: for the machine of the editor."""
    distribution: str = ""
    """The id of CloudFront's distribution before the site; empty: nothing is told to forget."""
    queue_url: str = ""
    kms_key: str = ""
    """Id or ARN of the key that wraps the data keys."""
    mail_from: str = ""
    """The address that SES sends notices as; empty: no e-mail."""
    origin_secrets: tuple[str, ...] = field(default=(), repr=False)
    """One of them stands in every request that came through CloudFront; none: not looked for."""


@dataclass(frozen=True)
class MailAccount:
    """Where mail is handed in, and as whom; `BINHYEN_SMTP_URL` taken apart."""

    host: str
    port: int
    is_tls: bool
    """TLS from the first byte (smtps); otherwise STARTTLS, but for this machine's own server."""
    sender: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Settings:
    data_dir: Path
    """The current folder where none is named, as for functions on AWS; there `key_file` and
    `port` mean nothing either, but for the machine of the editor."""
    key_file: Path
    public_url: str
    """Without a trailing slash."""
    port: int
    zalo_api_url: str
    zalo_oauth_url: str
    sandbox: bool
    backend: Backend = Backend.LOCAL
    aws: AwsSettings = AwsSettings()
    zalo_media_hosts: tuple[str, ...] = ZALO_MEDIA_HOSTS
    """Hosts that photos of residents may be fetched from; `*.` stands for any one below. Each
    may name a port; http is for loopback hosts."""
    mail: MailAccount | None = None
    """None: no mail is sent by SMTP."""
    editor_url: str = ""
    """The origin of the editor; empty where none is set, but for a trial on this machine."""
    build_dir: Path | None = None
    """Where the built site lies; None: in the folder `build` of the software."""

    @property
    def has_data_dir(self) -> bool:
        return self.data_dir != Path()

    @property
    def sandbox_port(self) -> int:
        return self.port + 1

    @property
    def editor_port(self) -> int:
        return self.port + 2

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read and check everything. Raises SettingsError listing every problem."""
        reader = _Reader(os.environ if env is None else env)
        backend = reader.backend("BINHYEN_BACKEND")
        is_local = backend is Backend.LOCAL
        data_dir, key_file = reader.machine_paths(None if is_local else "")
        public_url = reader.url("BINHYEN_PUBLIC_URL", None)
        port = reader.port("BINHYEN_PORT", None if is_local else "")
        aws = _aws_settings(reader, backend)
        sandbox = reader.flag("BINHYEN_ZALO_SANDBOX")
        if sandbox and backend is Backend.AWS:
            reader.problems.append("BINHYEN_ZALO_SANDBOX=1 is refused with BINHYEN_BACKEND=aws")
            sandbox = False
        if sandbox and public_url and not is_loopback(public_url):
            reader.problems.append(
                "BINHYEN_ZALO_SANDBOX=1 is refused: BINHYEN_PUBLIC_URL is not a loopback address"
            )
        base = f"http://127.0.0.1:{port + 1}" if sandbox else ""
        api_url = reader.url("BINHYEN_ZALO_API_URL", f"{base}/openapi" if base else ZALO_API_URL)
        oauth_url = reader.url(
            "BINHYEN_ZALO_OAUTH_URL", f"{base}/oauth" if base else ZALO_OAUTH_URL
        )
        mail = reader.mail_account("BINHYEN_SMTP_URL", public_url)
        media_hosts = reader.media_hosts(
            "BINHYEN_ZALO_MEDIA_HOSTS",
            (f"127.0.0.1:{port + 1}",) if sandbox else ZALO_MEDIA_HOSTS,
        )
        # Of no use to anybody who comes from elsewhere.
        has_own = bool(port) and is_local and is_loopback(public_url)
        editor_url = reader.origin(
            "BINHYEN_EDITOR_URL", f"http://127.0.0.1:{port + 2}" if has_own else ""
        )
        if editor_url and editor_url == public_url:
            reader.problems.append("BINHYEN_EDITOR_URL must differ from BINHYEN_PUBLIC_URL")
        if reader.problems:
            raise SettingsError(reader.problems)
        return cls(
            data_dir,
            key_file,
            public_url,
            port,
            api_url,
            oauth_url,
            sandbox,
            backend,
            aws,
            media_hosts,
            mail,
            editor_url,
            reader.path("BINHYEN_BUILD_DIR", ""),
        )


@dataclass(frozen=True)
class BuildSettings:
    """What a build of the site must know of where it will be served."""

    upload_url: str = ""
    """Where browsers put photos before their tip; empty: photos come with the form."""
    data_dir: Path | None = None
    """Where the pages that staff wrote are kept; None: only those of the software are known."""
    build_dir: Path | None = None
    """As in `Settings`."""

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> BuildSettings:
        """Read and check. Raises SettingsError."""
        reader = _Reader(os.environ if env is None else env)
        upload_url = reader.url("BINHYEN_UPLOAD_URL", "")
        # It becomes a source of the pages' content policy, where other signs would mean more.
        if upload_url and not reader.problems and not _PLAIN_URL.fullmatch(upload_url):
            reader.problems.append(
                "BINHYEN_UPLOAD_URL may hold only a host, a port and a plain path"
            )
        data_dir = reader.path("BINHYEN_DATA_DIR", "")
        if reader.problems:
            raise SettingsError(reader.problems)
        return cls(upload_url, data_dir, reader.path("BINHYEN_BUILD_DIR", ""))


def _aws_settings(reader: _Reader, backend: Backend) -> AwsSettings:
    """Read the names; all are needed on AWS, and only two mean anything elsewhere."""
    needed = None if backend is Backend.AWS else ""
    endpoint_url = reader.url("BINHYEN_AWS_ENDPOINT_URL", "")
    photos_bucket = reader.name("BINHYEN_AWS_PHOTOS_BUCKET", needed)
    if backend is Backend.LOCAL:
        return AwsSettings(endpoint_url=endpoint_url, photos_bucket=photos_bucket)
    return AwsSettings(
        endpoint_url=endpoint_url,
        tables=reader.name("BINHYEN_AWS_TABLES"),
        photos_bucket=photos_bucket,
        uploads_bucket=reader.name("BINHYEN_AWS_UPLOADS_BUCKET"),
        site_bucket=reader.name("BINHYEN_AWS_SITE_BUCKET"),
        releases_bucket=reader.name("BINHYEN_AWS_RELEASES_BUCKET", ""),
        distribution=reader.text("BINHYEN_AWS_DISTRIBUTION", ""),
        queue_url=reader.url("BINHYEN_AWS_QUEUE_URL", None),
        kms_key=reader.text("BINHYEN_AWS_KMS_KEY", None),
        mail_from=reader.mail_address("BINHYEN_AWS_MAIL_FROM"),
        origin_secrets=reader.texts("BINHYEN_AWS_ORIGIN_SECRETS"),
    )


def is_loopback(url: str) -> bool:
    return is_loopback_host(urlsplit(url).hostname or "")


def is_loopback_host(host: str) -> bool:
    return host in _LOOPBACK


class _Reader:
    """Reads one variable after the other and collects what is wrong."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.problems: list[str] = []

    def text(self, name: str, default: str | None) -> str:
        value = self._env.get(name, "").strip()
        if not value and default is None:
            self.problems.append(f"{name} is missing")
        return value or default or ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return what stands between the commas."""
        parts = (part.strip() for part in self.text(name, "").split(","))
        return tuple(part for part in parts if part)

    def media_hosts(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Return hosts and `*.suffixes`, in small letters."""
        hosts = tuple(host.lower() for host in self.texts(name)) or default
        found = [_MEDIA_HOST.fullmatch(host) for host in hosts]
        if not all(host and 1 <= int(host["port"] or 1) <= 65535 for host in found):
            self.problems.append(
                f"{name} may hold hosts and *.suffixes of two names at least, with or without "
                "a port, between commas"
            )
        return hosts

    def name(self, name: str, default: str | None = None) -> str:
        """Return what a table or a bucket can be called."""
        value = self.text(name, default)
        if value and not _NAME.fullmatch(value):
            self.problems.append(f"{name} may hold a-z, 0-9, dots and hyphens, 63 at most")
        return value

    def backend(self, name: str) -> Backend:
        value = self.text(name, Backend.LOCAL).lower()
        if value not in list(Backend):
            self.problems.append(f"{name} must be local or aws")
            return Backend.LOCAL
        return Backend(value)

    def machine_paths(self, default: str | None) -> tuple[Path, Path]:
        """Return data folder and key file, which must not lie in it."""
        data_dir = self.path("BINHYEN_DATA_DIR", default)
        key_file = self.path("BINHYEN_KEY_FILE", default)
        if data_dir and key_file and key_file.is_relative_to(data_dir):
            self.problems.append("BINHYEN_KEY_FILE must lie outside BINHYEN_DATA_DIR")
        return data_dir or Path(), key_file or Path()

    def path(self, name: str, default: str | None) -> Path | None:
        value = self.text(name, default)
        return Path(value).resolve() if value else None

    def flag(self, name: str) -> bool:
        value = self.text(name, "0")
        if value not in ("0", "1"):
            self.problems.append(f"{name} must be 0 or 1")
        return value == "1"

    def port(self, name: str, default: str | None) -> int:
        value = self.text(name, default)
        if value and (not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65533):
            self.problems.append(f"{name} must be a number from 1 to 65533")
            return 0
        return int(value or 0)

    def mail_address(self, name: str) -> str:
        value = self.text(name, "")
        if value and not is_mail_address(value):
            self.problems.append(f"{name} must be an e-mail address")
        return value

    def mail_account(self, name: str, public_url: str) -> MailAccount | None:
        """Return the account of `smtp[s]://[user:password@]host[:port][?from=address]`."""
        value = self.text(name, "")
        if not value:
            return None
        try:
            parts = urlsplit(value)
            host, port = parts.hostname or "", parts.port
            asked = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        except ValueError:
            parts, host, port, asked = urlsplit(""), "", None, {}
        sender = asked.pop("from", f"binh-yen@{urlsplit(public_url).hostname}")
        is_whole = bool(host) and not asked and not parts.fragment and parts.path in ("", "/")
        if not is_whole or parts.scheme not in ("smtp", "smtps") or not is_mail_address(sender):
            self.problems.append(
                f"{name} must be smtp[s]://[user:password@]host[:port][?from=address]"
            )
            return None
        is_tls = parts.scheme == "smtps"
        return MailAccount(
            host,
            port or (465 if is_tls else 587),
            is_tls,
            sender,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )

    def origin(self, name: str, default: str) -> str:
        """Return an address that has no path."""
        value = self.url(name, default)
        if urlsplit(value).path:
            self.problems.append(f"{name} must be an address without a path")
        return value

    def url(self, name: str, default: str | None) -> str:
        value = self.text(name, default)
        if not value:
            return ""
        try:
            parts = urlsplit(value)
            usable = bool(parts.hostname) and not parts.query and not parts.fragment
            _ = parts.port
        except ValueError:
            usable = False
        if not usable or parts.scheme not in ("http", "https"):
            self.problems.append(f"{name} must be an http(s) address without query")
            return ""
        if parts.username or parts.password:
            self.problems.append(f"{name} must not contain a user name or password")
        elif parts.scheme == "http" and not is_loopback(value):
            self.problems.append(f"{name} must be https (http only on this machine)")
        return value.rstrip("/")
