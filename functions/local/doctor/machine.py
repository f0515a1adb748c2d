"""Checks of what lies under the program: folders, disk, key, database file, clock."""

from __future__ import annotations

import stat
from datetime import datetime, timedelta
from pathlib import Path

from functions.core.errors import BinhyenError
from functions.local.doctor.findings import Finding, note, ok, wrong
from functions.stores.keys import FileKeyWrapper
from functions.stores.sqlite.database import OLDEST_SQLITE

LEAST_FREE_BYTES = 2 * 1024**3
LEAST_FREE_SHARE = 0.05
CLOCK_TOLERANCE = timedelta(minutes=2)


def check_data_folder(data_dir: Path, account: int) -> Finding:
    """The data folder is there, ours, and closed to other accounts."""
    name = "data folder"
    try:
        state = data_dir.stat()
    except OSError as error:
        return wrong(
            name,
            f"{data_dir} cannot be read: {error.strerror}",
            "correct BINHYEN_DATA_DIR, mount the disk, or restore a backup",
        )
    if stat.S_IMODE(state.st_mode) & 0o077:
        return wrong(name, f"{data_dir} is open to other accounts", f"chmod 700 {data_dir}")
    if state.st_uid != account:
        return wrong(
            name,
            f"{data_dir} belongs to account {state.st_uid}, this is {account}",
            "run this as the service's account; else chown the folder to it",
        )
    return ok(name, str(data_dir))


def check_disk(
    free_bytes: int, total_bytes: int, free_inodes: int, total_inodes: int, where: str
) -> Finding:
    """There is room for tips and photos; some file systems count no inodes (0 of 0)."""
    name = "disk space"
    gib = free_bytes / 1024**3
    if free_bytes < LEAST_FREE_BYTES or free_bytes < total_bytes * LEAST_FREE_SHARE:
        return wrong(
            name,
            f"only {gib:.1f} GiB free where {where} lies",
            "make room or enlarge the disk: when it is full no tip can be taken",
        )
    if total_inodes and free_inodes < total_inodes * LEAST_FREE_SHARE:
        return wrong(
            name,
            f"only {free_inodes} files more fit where {where} lies",
            "remove many small files from that disk, or use a file system with more inodes",
        )
    return ok(name, f"{gib:.0f} GiB free")


def check_key_file(path: Path, is_anything_sealed: bool) -> Finding:
    """The key file is there, whole and private; whether it fits is asked elsewhere."""
    name = "key file"
    try:
        FileKeyWrapper(path)
    except BinhyenError as error:
        if not is_anything_sealed and isinstance(error.__cause__, FileNotFoundError):
            return note(
                name,
                f"{path}: none yet, it is made at the first start",
                "to restore a backup, first bring the key file back that sealed it",
            )
        return wrong(
            name, f"{path}: {error}", "bring the right key file back; never make a new one"
        )
    return ok(name, "there and private")


def check_sqlite(version: tuple[int, ...]) -> Finding:
    """The SQLite library is new enough."""
    words = ".".join(map(str, version))
    if version < OLDEST_SQLITE:
        return wrong("SQLite", f"version {words} is too old", "install Python with a newer SQLite")
    return ok("SQLite", f"version {words}")


def check_database(damages: list[str]) -> Finding:
    """SQLite finds nothing wrong with the file."""
    if damages:
        return wrong(
            "database",
            f"damaged: {damages[0]}",
            "stop the service, keep a copy of the data folder, restore the last backup; look"
            " after the disk",
        )
    return ok("database", "whole")


def check_schema(version: int, newest: int) -> Finding:
    """Program and tables fit each other."""
    name = "tables"
    if version > newest:
        return note(
            name,
            f"at {version}, this program knows {newest}: it is older, which is allowed",
            "upgrade again when you can (deploy/local/upgrade)",
        )
    if version < newest:
        return wrong(
            name,
            f"at {version}, this program needs {newest}",
            "start the service once: it brings the tables up to date",
        )
    return ok(name, f"at {version}")


def check_clock(now: datetime, newest_file: datetime | None, server: datetime | None) -> Finding:
    """The clock agrees with Zalo's, or at least is not behind what was written before."""
    name = "clock"
    remedy = "let systemd-timesyncd or chrony set the clock"
    if server is not None:
        off = abs(now - server)
        if off > CLOCK_TOLERANCE:
            words = f"differs from Zalo's server by {int(off.total_seconds())} s"
            return wrong(name, words, remedy)
        return ok(name, "agrees with Zalo's server")
    if newest_file is not None and newest_file - now > CLOCK_TOLERANCE:
        behind = int((newest_file - now).total_seconds())
        return wrong(name, f"is {behind} s behind the newest file of the data folder", remedy)
    return note(name, "could not be compared with Zalo's server")
