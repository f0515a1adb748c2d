"""The files of a built site as they go into the bucket: also those that one machine draws when
it is asked, the QR codes of pages and the choices where several units bore a name."""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Callable, Iterator
from pathlib import Path

from werkzeug.utils import get_content_type

from functions.installed import TEMPLATES
from functions.local.page_codes import NAME as QR_NAME
from functions.local.page_codes import qr_svg
from functions.local.site import caching_of, create_site_app
from functions.stores.s3_site import RELEASE_PREFIX
from functions.stores.s3_site_sync import SiteFile
from functions.web.app import SiteSettings

_DRAWN = 1
"""Counts up when QR codes are to look different."""

# Not what this machine happens to know: the same site has the same types everywhere.
_TYPES = mimetypes.MimeTypes()
for _type, _suffix in (
    ("text/javascript", ".js"),
    ("image/webp", ".webp"),
    ("image/svg+xml", ".svg"),
    ("font/woff2", ".woff2"),
    ("application/manifest+json", ".webmanifest"),
):
    _TYPES.add_type(_type, _suffix)


def site_files(release: Path, public_url: str) -> Iterator[SiteFile]:
    """Yield all files of a release under the paths of their addresses."""
    site = release / "site"
    for file in sorted(site.rglob("*")):
        if file.is_file() and not _is_copy(file.name):
            path = file.relative_to(site).as_posix()
            yield _plain(path, file)
            if file.name == "index.html":
                yield _page_code(path, public_url)
    for name in ("facts.json", "search.json"):
        yield _plain(RELEASE_PREFIX + name, release / name)
    yield from _choices(release, public_url)


def _is_copy(name: str) -> bool:
    """Tell whether a file is a smaller copy of another, or was to become one."""
    return name.endswith((".gz", ".gz.new"))


def _file(path: str, key: str, content: Callable[[], bytes]) -> SiteFile:
    kind = _TYPES.guess_type(path)[0] or "application/octet-stream"
    caching = caching_of(path.rpartition("/")[2])
    return SiteFile(path, key, content, get_content_type(kind, "utf-8"), caching)


def _plain(path: str, file: Path) -> SiteFile:
    return _file(path, hashlib.sha256(file.read_bytes()).hexdigest(), file.read_bytes)


def _page_code(page: str, public_url: str) -> SiteFile:
    folder = page.removesuffix("index.html")
    address = f"{public_url}/{folder}"
    return _file(folder + QR_NAME, f"qr{_DRAWN} {address}", lambda: qr_svg(address))


def _choices(release: Path, public_url: str) -> Iterator[SiteFile]:
    """Yield, for each former unit with several heirs, the pages that all of them have."""
    site = release / "site"
    former = json.loads((release / "redirects.json").read_text("utf-8"))
    client = create_site_app(site, SiteSettings(public_url, TEMPLATES)).test_client()
    drawn_by = _hash_of_templates()
    for unit_id, leads in sorted(former.items()):
        if len(leads["to"]) < 2:
            continue
        known = json.dumps([drawn_by, leads], sort_keys=True, ensure_ascii=False)
        key = hashlib.sha256(known.encode()).hexdigest()
        for page in sorted(set.intersection(*(_pages(site / heir) for heir in leads["to"]))):
            if (site / unit_id / page).exists():
                continue
            path = f"{unit_id}/{page}"
            address = f"/{path.removesuffix('index.html')}"

            def draw(address: str = address) -> bytes:
                answer = client.get(address, base_url=public_url)
                if answer.status_code != 200:
                    raise ValueError(f"{address} answers {answer.status_code}")
                drawn: bytes = answer.data
                return drawn

            yield _file(path, f"{key} {page}", draw)


def _pages(unit: Path) -> set[str]:
    return {page.relative_to(unit).as_posix() for page in unit.rglob("index.html")}


def _hash_of_templates() -> str:
    found = hashlib.sha256()
    for file in sorted((TEMPLATES / "pages").glob("*.j2")):
        found.update(file.read_bytes())
    return found.hexdigest()
