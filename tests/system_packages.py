"""Installs the Debian packages that the tests drive, where they are missing.

Run as `python -m tests.system_packages` by `make test`, and with the word `engines` by
`make test-engines`. Needs root only when something is missing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

PACKAGES = {
    "chromium": "chromium",
    "git": "git",
    "strace": "strace",
    "npm": "npm",
    "nginx": "nginx",
    "logrotate": "logrotate",
    "systemd-analyze": "systemd",
}
"""Program on the PATH → Debian package."""

ENGINES = {
    "java": "default-jre-headless",
    "ceph-mon": "ceph-mon",
    "ceph-osd": "ceph-osd",
    "radosgw": "radosgw",
}


def main(words: list[str]) -> int:
    needed = PACKAGES | (ENGINES if "engines" in words else {})
    missing = [package for program, package in needed.items() if not shutil.which(program)]
    if not missing:
        return 0
    if not shutil.which("apt-get"):
        print(f"Please install: {' '.join(missing)}", file=sys.stderr)
        return 1
    print(f"Installing {' '.join(missing)} ...", file=sys.stderr)
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
        check=True,
        env={"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        stdout=subprocess.DEVNULL,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
