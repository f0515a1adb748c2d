"""All settings, read once from the environment into one frozen value (design 4.2)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ZALO_API_URL = "https://openapi.zalo.me"
ZALO_OAUTH_URL = "https://oauth.zaloapp.com"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SettingsError(Exception):
    """The settings cannot be used; `problems` lists all of them, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    data_dir: Path
    key_file: Path
    public_url: str
    """Without a trailing slash."""
    port: int
    zalo_api_url: str
    zalo_oauth_url: str
    sandbox: bool

    @property
    def sandbox_port(self) -> int:
        return self.port + 1

    @property
    def is_public_https(self) -> bool:
        return self.public_url.startswith("https://")

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read and check everything. Raises SettingsError listing every problem."""
        reader = _Reader(os.environ if env is None else env)
        backend = reader.text("BINHYEN_BACKEND", "local")
        if backend != "local":
            reader.problems.append("BINHYEN_BACKEND: only 'local' exists in this version")
        data_dir = reader.path("BINHYEN_DATA_DIR")
        key_file = reader.path("BINHYEN_KEY_FILE")
        if data_dir and key_file and key_file.is_relative_to(data_dir):
            reader.problems.append("BINHYEN_KEY_FILE must lie outside BINHYEN_DATA_DIR")
        public_url = reader.url("BINHYEN_PUBLIC_URL", None)
        port = reader.port("BINHYEN_PORT")
        sandbox = reader.flag("BINHYEN_ZALO_SANDBOX")
        if sandbox and public_url and not is_loopback(public_url):
            reader.problems.append(
                "BINHYEN_ZALO_SANDBOX=1 is refused: BINHYEN_PUBLIC_URL is not a loopback address"
            )
        base = f"http://127.0.0.1:{port + 1}" if sandbox else ""
        api_url = reader.url("BINHYEN_ZALO_API_URL", f"{base}/openapi" if base else ZALO_API_URL)
        oauth_url = reader.url(
            "BINHYEN_ZALO_OAUTH_URL", f"{base}/oauth" if base else ZALO_OAUTH_URL
        )
        if reader.problems or data_dir is None or key_file is None:
            raise SettingsError(reader.problems)
        return cls(data_dir, key_file, public_url, port, api_url, oauth_url, sandbox)


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in _LOOPBACK


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

    def path(self, name: str) -> Path | None:
        value = self.text(name, None)
        return Path(value).resolve() if value else None

    def flag(self, name: str) -> bool:
        value = self.text(name, "0")
        if value not in ("0", "1"):
            self.problems.append(f"{name} must be 0 or 1")
        return value == "1"

    def port(self, name: str) -> int:
        value = self.text(name, None)
        if value and (not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65533):
            self.problems.append(f"{name} must be a number from 1 to 65533")
            return 0
        return int(value or 0)

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
