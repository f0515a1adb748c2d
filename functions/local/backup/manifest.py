"""What belongs to a backup: its manifest, and the names in a place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from functions.core.errors import KeyUnavailableError, NotFoundError
from functions.local.backup.places import BackupPlace
from functions.local.backup.sealed_files import unseal_file
from functions.stores.keys import KeyWrapper

FORMAT = 1
_ID = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}")
_TIME = "%Y%m%dT%H%M%S.%fZ"
_MANIFEST_NAME = re.compile(r"backups/([^/]+)/manifest")


@dataclass(frozen=True)
class Checked:
    """How long a file is and what it must hash to."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    backup_id: str
    taken_at: datetime
    schema_version: int
    database: Checked
    """Of the database itself, not of its sealed copy."""
    blobs: Mapping[str, Checked]
    """By key; of the sealed photos as they lie in the place."""
    was_running: bool
    """Whether a worker was alive at that moment."""
    content: Checked | None = None
    """Of the pages that staff wrote, not of their sealed copy; None where there were none."""

    def to_json(self) -> bytes:
        document = {
            "format": FORMAT,
            "backup_id": self.backup_id,
            "taken_at": self.taken_at.isoformat(),
            "schema_version": self.schema_version,
            "was_running": self.was_running,
            "database": [self.database.size, self.database.sha256],
            "blobs": {key: [blob.size, blob.sha256] for key, blob in sorted(self.blobs.items())},
        }
        if self.content is not None:
            document["content"] = [self.content.size, self.content.sha256]
        return json.dumps(document, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Raises ValueError for a manifest of another format."""
        document = json.loads(data)
        if document["format"] != FORMAT:
            raise ValueError(f"the backup has format {document['format']}, this program knows 1")
        return cls(
            backup_id=document["backup_id"],
            taken_at=datetime.fromisoformat(document["taken_at"]),
            schema_version=document["schema_version"],
            database=Checked(*document["database"]),
            blobs={key: Checked(*blob) for key, blob in document["blobs"].items()},
            was_running=document["was_running"],
            content=Checked(*document["content"]) if "content" in document else None,
        )


def new_backup_id(now: datetime, random: bytes) -> str:
    return f"{now.astimezone(UTC):{_TIME}}-{random.hex()}"


def time_of(backup_id: str) -> datetime:
    """Return when a backup was taken."""
    return datetime.strptime(backup_id.partition("-")[0], _TIME).replace(tzinfo=UTC)


def database_name(backup_id: str) -> str:
    return f"backups/{backup_id}/database"


def content_name(backup_id: str) -> str:
    return f"backups/{backup_id}/content"


def manifest_name(backup_id: str) -> str:
    return f"backups/{backup_id}/manifest"


def blob_name(key: str) -> str:
    return f"blobs/{key[:2]}/{key}"


def backup_ids(place: BackupPlace) -> list[str]:
    """Return the whole backups of a place, oldest first."""
    found = (_MANIFEST_NAME.fullmatch(name) for name in place.sizes("backups/"))
    return sorted(match[1] for match in found if match and _ID.fullmatch(match[1]))


def read_manifest(place: BackupPlace, backup_id: str, wrapper: KeyWrapper) -> Manifest:
    """Return the manifest of a backup.

    Raises NotFoundError, KeyUnavailableError where another key file made it, and ValueError.
    """
    if backup_id not in backup_ids(place):
        raise NotFoundError(f"no backup {backup_id}")
    name = manifest_name(backup_id)
    with place.read(name) as file:
        manifest = Manifest.from_json(b"".join(unseal_file(name, file, wrapper)))
    if manifest.backup_id != backup_id:
        raise KeyUnavailableError("the manifest belongs to another backup")
    return manifest
