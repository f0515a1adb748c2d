"""Installs the Debian packages that the tests drive, where they are missing.

Run as `python -m tests.system_packages` by `make test`. Needs root only when something is
missing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

PACKAGES = {"chromium": "chromium", "strace": "strace", "npm": "npm"}
"""Program on the PATH → Debian package."""


def main() -> int:
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program)]
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
    sys.exit(main())
