"""Ceph's S3 gateway (RGW) over the smallest cluster there is: one monitor, one disk in memory.

It checks what ministack does not, such as the signature of a posted form, and it is what an
office that keeps its data at home may run.
"""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.aws.engine import CREDENTIALS
from tests.engines.processes import running, wait_until_answering
from tests.ports import free_port

# Nobody but this machine's own accounts reaches it, so nobody signs in: hence `none` and the
# plain modes. One copy of everything on one disk; no manager, so no scaling of its own.
# Regions are AWS's: a bucket may name any.
_SETTINGS = """[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{monitor_port}/0]
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms mon service mode = crc
ms mon cluster mode = crc
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail warn = 1
mon data avail crit = 1
paxos propose interval = 0.05
paxos min wait = 0.01
run dir = {folder}
log file = {folder}/$name.log
pid file =
admin socket =
mon data = {folder}/mon
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 1073741824
[client.rgw]
rgw data = {folder}/rgw
rgw relaxed region enforcement = true
rgw frontends = beast endpoint=127.0.0.1:{gateway_port}
"""
_COMMAND_SECONDS = 60


@contextmanager
def radosgw(folder: Path) -> Iterator[str]:
    """Run the gateway with the credentials of the tests and yield its address."""
    cluster = _Cluster(folder)
    with (
        running(cluster.monitor(), folder / "mon.out"),
        running(cluster.disk(), folder / "osd.out"),
    ):
        # Waits for monitor and disk: it makes the pools and writes into them.
        cluster.run(
            "radosgw-admin", "--name=client.rgw", "user", "create", "--uid=tests",
            "--display-name=tests",
            f"--access-key={CREDENTIALS['AWS_ACCESS_KEY_ID']}",
            f"--secret-key={CREDENTIALS['AWS_SECRET_ACCESS_KEY']}",
        )  # fmt: skip
        gateway = ["radosgw", "--name=client.rgw", "-f", f"--conf={cluster.settings}"]
        with running(gateway, folder / "rgw.out") as process:
            wait_until_answering(cluster.url, process)
            yield cluster.url


class _Cluster:
    """The settings of one cluster, and its daemons' first steps."""

    def __init__(self, folder: Path) -> None:
        for name in ("mon", "osd", "rgw"):
            (folder / name).mkdir()
        self.settings = folder / "ceph.conf"
        self._fsid = str(uuid.uuid4())
        self._monitor_port = free_port()
        gateway_port = free_port()
        self.url = f"http://127.0.0.1:{gateway_port}"
        self.settings.write_text(
            _SETTINGS.format(
                fsid=self._fsid,
                folder=folder,
                monitor_port=self._monitor_port,
                gateway_port=gateway_port,
            ),
            encoding="utf-8",
        )

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [program, f"--conf={self.settings}", *arguments],
            check=True,
            capture_output=True,
            timeout=_COMMAND_SECONDS,
        )

    def monitor(self) -> list[str]:
        """Make the monitor's store; return the command that runs it."""
        plan = str(self.settings.with_name("monmap"))
        address = f"[v2:127.0.0.1:{self._monitor_port}/0]"
        self.run("monmaptool", "--create", f"--fsid={self._fsid}", "--addv", "a", address, plan)
        self.run("ceph-mon", "--mkfs", "--id=a", f"--monmap={plan}")
        return ["ceph-mon", "--id=a", "-f", f"--conf={self.settings}"]

    def disk(self) -> list[str]:
        """Enter the disk at the running monitor and make it; return the command that runs it."""
        disk_id = str(uuid.uuid4())
        self.run("ceph", "osd", "new", disk_id)
        self.run("ceph-osd", "--mkfs", "--id=0", f"--osd-uuid={disk_id}")
        return ["ceph-osd", "--id=0", "-f", f"--conf={self.settings}"]
