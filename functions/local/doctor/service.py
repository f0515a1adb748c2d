"""Checks of how the service does: worker, jobs, tokens, alarms, site, backups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from functions.config import Settings, is_loopback
from functions.local.backup.marker import LastBackup
from functions.local.backup.settings import KEEP_DAYS, days_problem, place_problem
from functions.local.doctor.findings import Finding, note, ok, wrong

LATE = timedelta(minutes=5)
BACKUP_AGE = timedelta(hours=26)
_MOST_NAMES = 10


def check_worker(is_alive: bool) -> Finding:
    """A worker is running."""
    if not is_alive:
        return wrong(
            "worker", "none is running: tips are taken but not forwarded",
            "systemctl start binhyen-worker (or binhyen serve)",
        )  # fmt: skip
    return ok("worker", "running")


def check_due(oldest_due_at: datetime | None, now: datetime) -> Finding:
    """Nothing has been waiting for long."""
    if oldest_due_at is not None and now - oldest_due_at > LATE:
        minutes = int((now - oldest_due_at).total_seconds() / 60)
        return wrong(
            "waiting jobs", f"the oldest has been due for {minutes} minutes",
            "look at worker, tokens and alarms below; nothing is lost meanwhile",
        )  # fmt: skip
    return ok("waiting jobs", "none is late")


def check_failed(jobs: Mapping[str, int]) -> Finding:
    """No job was given up."""
    if jobs["failed"]:
        return wrong(
            "failed jobs", f"{jobs['failed']}: Zalo refused the content",
            "read those tips on their case pages; binhyen jobs retry tries again",
        )  # fmt: skip
    return ok("failed jobs", "none")


def check_tokens(counts: Mapping[str, int], not_renewable: Sequence[str]) -> Finding:
    """Every connected OA has a living pair that can be renewed."""
    if counts["needs_authorization"]:
        return wrong(
            "tokens", f"{counts['needs_authorization']} OAs need a new consent",
            "let their administrators consent again, then binhyen oa import",
        )  # fmt: skip
    if not_renewable:
        return wrong(
            "tokens", f"cannot be renewed since the restore: {_names(not_renewable)}",
            "let their administrators consent again before these end, then binhyen oa import",
        )  # fmt: skip
    if counts["expiring"]:
        return wrong(
            "tokens", f"{counts['expiring']} end within hours and were not renewed",
            "see that the refresher runs and Zalo's OAuth server is reachable",
        )  # fmt: skip
    return ok("tokens", f"{counts['ok']} living")


def check_alarms(alarms: Sequence[tuple[str, str]]) -> Finding:
    """No alarm is open; each is (code, unit id)."""
    if alarms:
        named = [f"{code} {unit_id}".strip() for code, unit_id in alarms]
        return wrong("alarms", _names(named), "see the table in deploy/runbook.md, 'Watching'")
    return ok("alarms", "none is open")


def check_units(unconnected: Sequence[str], live: int) -> Finding:
    """Every unit has an OA; one without gets its tips on the case page only."""
    if unconnected:
        return note(
            "units", f"{len(unconnected)} of {live} have no OA yet: {_names(unconnected)}",
            "binhyen oa import connects them; until then officers read tips on the case page",
        )  # fmt: skip
    return ok("units", f"all {live} have an OA")


def check_site(is_built: bool) -> Finding:
    """The site is there."""
    if not is_built:
        return wrong("site", "not built: visitors find no page", "binhyen build")
    return ok("site", "built")


def check_backup(last: LastBackup | None, now: datetime) -> Finding:
    """There is a backup of this day."""
    remedy = "binhyen backup; see systemctl status binhyen-backup.timer"
    if last is None:
        return wrong("backup", "none was ever taken from this data folder", remedy)
    age = now - last.taken_at
    hours = int(age.total_seconds() / 3600)
    if age > BACKUP_AGE:
        return wrong("backup", f"the last is {hours} hours old", remedy)
    return ok("backup", f"the last is {hours} hours old, in {last.place}")


def check_backup_settings(address: str, days: str, settings: Settings) -> Finding:
    """What `binhyen backup` will be told by the environment can be used."""
    name = "backup settings"
    problems = [days_problem(days), place_problem(address, settings) if address else ""]
    problem = "; ".join(filter(None, problems))
    if problem:
        return wrong(
            name, problem,
            "correct BINHYEN_BACKUP_TO and BINHYEN_BACKUP_DAYS: no backup is taken meanwhile",
        )  # fmt: skip
    if not address:
        return note(
            name, "BINHYEN_BACKUP_TO names no place",
            "name a folder of another disk, or s3://bucket/prefix",
        )  # fmt: skip
    return ok(name, f"to {address}, kept for {days or KEEP_DAYS} days")


def check_photos_bucket(bucket: str, failure: str) -> Finding:
    """The bucket of the photos answers."""
    name = "photos bucket"
    if failure:
        return wrong(
            name, f"{bucket}: {failure}",
            "tips with photos are refused meanwhile: look at BINHYEN_AWS_PHOTOS_BUCKET, the"
            " endpoint, the AWS variables and the network",
        )  # fmt: skip
    return ok(name, f"{bucket} answers")


def check_mail(is_set: bool, failure: str) -> Finding:
    """There is a second path for late tips and alarms, and its server lets us in."""
    if not is_set:
        return note(
            "mail", "no account: late tips and alarms reach nobody by e-mail",
            "name one in BINHYEN_SMTP_URL",
        )  # fmt: skip
    if failure:
        return wrong(
            "mail", f"the server does not let us in ({failure})",
            "look at BINHYEN_SMTP_URL, its password and the network; mail waits meanwhile",
        )  # fmt: skip
    return ok("mail", "the server lets us in")


def check_mailboxes(provinces: Sequence[str], sender: str) -> Finding:
    """Somebody reads what is sent about units without a mailbox; these provinces have none."""
    if provinces:
        return note(
            "mailboxes", f"none for {_names(provinces)}: its mail goes to {sender}",
            'name some as "emails" in a row of binhyen oa import',
        )  # fmt: skip
    return ok("mailboxes", "the province has one")


def check_trial(settings: Settings) -> Finding:
    """The sandbox plays Zalo on a trial installation only."""
    if settings.sandbox or is_loopback(settings.zalo_api_url):
        return note("Zalo address", "a sandbox on this machine: no real group gets anything")
    return ok("Zalo address", f"no sandbox: {settings.zalo_api_url}")


def check_reachable(name: str, url: str, is_reachable: bool) -> Finding:
    """Zalo answers at all."""
    if not is_reachable:
        return wrong(
            name, f"{url} does not answer",
            "look at network, DNS and firewall; tips wait and are forwarded later",
        )  # fmt: skip
    return ok(name, "answers")


def _names(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    shown = ", ".join(names[:_MOST_NAMES])
    return f"{shown} and {more} more" if more > 0 else shown
