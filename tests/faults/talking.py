"""People who write to a unit's OA and in its group, and the events that Zalo makes of that.

The sandbox holds its events back: an attempt brings each itself, and may bring it again.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from functions.bootstrap import Services
from functions.core.lanes import lanes_of
from functions.core.models import CaseEntry, Tip
from functions.core.receiving import Taken, receive_event
from functions.run_jobs.handler import run_due_jobs
from functions.zalo_webhook.handler import PATH
from tests.faults.sandbox import Sandbox

FIRST_WORDS = "Khu trọ hẻm 12 hay có người lạ tụ tập ban đêm."

_FROM_OA = 0
_A_WHILE = timedelta(minutes=5)


@dataclass(frozen=True)
class Post:
    """One event as Zalo posts it, and posts it again, byte for byte."""

    body: str
    signature: str
    path: str = PATH

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json", "X-ZEvent-Signature": self.signature}


class TalkingSandbox(Sandbox):
    """A Zalo whose people act."""

    def hold_events(self) -> None:
        """Make an event of all that is said, and send none."""
        # Nobody ever hears of this address: without one no events are made.
        self.control("webhook", url=f"{self.url}/nowhere", mode="hold")

    def resident(self, unit_id: str) -> str:
        with self._caller() as caller:
            return caller.resident(unit_id)

    def officer(self, unit_id: str) -> str:
        return str(self.import_file(unit_id)["units"][0]["officers"][0]["user_id"])

    def say(self, user_id: str, where: str, text: str, *photos: bytes, seconds_ago: int = 0) -> str:
        """Write to the OA ("message") or in its group ("group-message"), the photos in the same
        message; return its id."""
        media = [{"kind": "image", "base64": base64.b64encode(photo).decode()} for photo in photos]
        wanted = {"text": text, "media": media, "together": True, "seconds_ago": seconds_ago}
        with self._caller() as caller:
            return str(caller.control(f"users/{user_id}/{where}", **wanted).json["message_id"])

    def event_of(self, unit_id: str, message_id: str) -> Any:
        """Return the event that tells of this message."""
        with self._caller() as caller:
            found = caller.get("/control/webhook/events", unit=unit_id).json["events"]
        return next(one for one in reversed(found) if f'"{message_id}"' in one["body"])

    def chat(self, user_id: str) -> list[Any]:
        with self._caller() as caller:
            return list(caller.chat(user_id))


@contextmanager
def talking_sandbox_in(folder: Path) -> Iterator[TalkingSandbox]:
    """Start one whose events are held back; gone on leaving."""
    sandbox = TalkingSandbox(folder)
    sandbox.start()
    sandbox.hold_events()
    yield sandbox
    sandbox.stop()


class Talk:
    """One resident and one officer of a unit, each with a phone."""

    def __init__(self, sandbox: Sandbox, unit_id: str) -> None:
        assert isinstance(sandbox, TalkingSandbox)
        self._sandbox = sandbox
        self._seen = sandbox.last_message(unit_id)
        self.unit_id = unit_id
        self.resident = sandbox.resident(unit_id)
        self.officer = sandbox.officer(unit_id)

    def write(self, text: str, *photos: bytes) -> Post:
        """Let the resident write to the OA; return the event, which nobody has got yet."""
        return self._event(self._sandbox.say(self.resident, "message", text, *photos))

    def order(self, text: str) -> Post:
        """Let the officer write in the group."""
        return self._event(self._sandbox.say(self.officer, "group-message", text))

    def block(self) -> None:
        """Let the resident take nothing from the OA any more."""
        self._sandbox.control(f"users/{self.resident}/block")

    def chat(self) -> list[str]:
        """Return what the OA wrote to the resident."""
        found = self._sandbox.chat(self.resident)
        return [one["text"] for one in found if one["src"] == _FROM_OA]

    def told(self, unit_id: str = "") -> list[Any]:
        """Return what the OA posted in the group since this talk began."""
        found = self._sandbox.messages(unit_id or self.unit_id, after=self._seen)
        return [one for one in found if one["src"] == _FROM_OA]

    def group(self, unit_id: str = "") -> list[str]:
        return [one["text"] for one in self.told(unit_id)]

    def _event(self, message_id: str) -> Post:
        event = self._sandbox.event_of(self.unit_id, message_id)
        return Post(event["body"], event["signature"])


def bring(post: Post, services: Services) -> None:
    """Take an event in as the webhook does."""
    assert receive_event(post.body.encode(), post.signature, services.receive).taken is Taken.STORED


def open_case(talk: Talk, services: Services) -> Tip:
    """Let the resident's first message come in and all be done that follows from it."""
    bring(talk.write(FIRST_WORDS), services)
    run_due_jobs(services.work)
    assert len(talk.group()) == len(talk.chat()) == 1
    return the_tip(services)


def the_tip(services: Services) -> Tip:
    [tip_id] = services.stores.tips.all_ids()
    return services.stores.tips.get(tip_id)


def record_of(services: Services) -> list[CaseEntry]:
    return services.stores.cases.entries(the_tip(services).tip_id)


@contextmanager
def oa_is_silent(unit_id: str, services: Services) -> Iterator[None]:
    """Let nothing be sent meanwhile; afterwards what waits is due."""
    jobs, clock = services.stores.jobs, services.clock
    for lane in lanes_of(unit_id):
        jobs.pause_lane(lane, clock.now() + _A_WHILE)
    yield
    for lane in lanes_of(unit_id):
        jobs.rearm_lane(lane, clock.now())


def assert_said(texts: Sequence[str], *expected: tuple[str, ...]) -> None:
    """Check that just these messages stand there, in this order, by words that each has."""
    assert len(texts) == len(expected), texts
    for text, words in zip(texts, expected, strict=True):
        assert [word for word in words if word not in text] == [], texts
    assert not [text for text in texts if "trùng" in text]


def assert_all_done(services: Services) -> None:
    counts = services.stores.jobs.counts()
    assert (counts["pending"], counts["unknown"], counts["failed"]) == (0, 0, 0)
