"""Kill -9 of all processes while residents and officers talk: each word once, in its order.

Residents write to the OAs and by the web, officers answer all of them from their groups; each
says the next thing when the last one was taken, and says a thing again until it was.
"""

from __future__ import annotations

import random
import re
import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from os import killpg
from pathlib import Path
from typing import Any

import pytest
import urllib3

from functions.core.models import EntryKind
from functions.core.reading_back import read_back
from functions.core.receipts import find_tip
from tests.faults.phones import ANSWER_SECONDS, Submission
from tests.faults.phones import send as send_tip
from tests.faults.photos import RED
from tests.faults.places import Place, carry_on
from tests.faults.reporting import Report
from tests.faults.sandbox import UNITS
from tests.faults.talking import FIRST_WORDS, Post, Talk, TalkingSandbox, assert_all_done
from tests.faults.test_everything_killed import STOP_SECONDS, serving

MESSAGES = 3
ANSWERS = 2
AGAIN_SECONDS = 0.1
LONG_AGO = 120
"""Seconds; what is not a minute old yet is not read back."""
_CARD = re.compile(r"^TIN MỚI (TB-[0-9A-Z]{6})")

Try = Callable[[], object]


class Ward:
    """A unit with a resident in its chat, one on the web, and an officer who answers both."""

    def __init__(self, world: World, unit_id: str) -> None:
        self.world = world
        self.unit_id = unit_id
        self.talk = Talk(world.sandbox, unit_id)
        self.by_chat = [f"{unit_id} trong chat, câu {n}." for n in range(1, MESSAGES + 1)]
        self.by_web = [f"{unit_id} trên web, câu {n}." for n in range(1, MESSAGES + 1)]
        self.receipt_code = ""

    def people(self) -> list[Try]:
        return [self._resident_in_chat, self._resident_on_the_web, self._officer]

    def answers_to(self, card_code: str) -> list[str]:
        return [f"Trả lời {n} cho tin {card_code[3:]}." for n in range(1, ANSWERS + 1)]

    def cards(self) -> list[str]:
        return [found[1] for text in self.talk.group() if (found := _CARD.match(text))]

    def _resident_in_chat(self) -> None:
        for number, text in enumerate(self.by_chat):
            photos = (RED,) if number == 1 else ()
            self._bring(self.talk.write(text, *photos))

    def _resident_on_the_web(self) -> None:
        tip = Submission(self.unit_id, text=self.by_web[0])
        answer: Any = self.world.until_taken(lambda: send_tip(self.world.url, tip))
        self.receipt_code = answer.receipt_code
        for text in self.by_web[1:]:
            fields = {"receipt_code": self.receipt_code, "text": text}
            body = urllib3.encode_multipart_formdata(
                {**fields, "message_key": secrets.token_urlsafe(24)}
            )
            self.world.until_taken(lambda body=body: self._post("/api/receipts/messages", *body))

    def _officer(self) -> None:
        """Answer each card when it stands in the group."""
        answered: set[str] = set()
        while len(answered) < 2:
            self.world.pause()
            for code in set(self.cards()) - answered:
                for text in self.answers_to(code):
                    self._bring(self.talk.order(f"#dap {code} {text}"))
                answered.add(code)

    def _bring(self, post: Post) -> None:
        self.world.until_taken(lambda: self._send(post.path, post.body.encode(), post.headers))

    def _post(self, path: str, body: bytes, content_type: str) -> bool:
        return self._send(path, body, {"Content-Type": content_type, "Accept": "application/json"})

    def _send(self, path: str, body: bytes, headers: dict[str, str]) -> bool:
        """Send once; return whether it was taken."""
        headers = headers | {"Connection": "close"}
        with urllib3.PoolManager(retries=False) as pool:
            try:
                answer = pool.request(
                    "POST", self.world.url + path, body=body, headers=headers,
                    timeout=ANSWER_SECONDS,
                )  # fmt: skip
            except urllib3.exceptions.HTTPError:
                return False
        assert answer.status in (200, 201)
        return True


class World:
    """Some units on one machine, and how much was said there so far."""

    def __init__(self, folder: Path, sandbox: TalkingSandbox, unit_ids: list[str]) -> None:
        self.sandbox = sandbox
        self.place = Place(folder, sandbox, unit_ids[0])
        self.url = self.place.url
        self.taken = threading.Semaphore(0)
        self._is_over = threading.Event()
        with self.place.services() as services:
            self.place.connect(services, *unit_ids[1:])
        self.wards = [Ward(self, unit_id) for unit_id in unit_ids]

    def until_taken(self, attempt: Try) -> object:
        """Say it again until it was taken: the machine may be down."""
        while not (result := attempt()):
            self.pause()
        self.taken.release()
        return result

    def pause(self) -> None:
        if self._is_over.wait(AGAIN_SECONDS):
            raise AssertionError("the test is over before all was said")

    def give_up(self) -> None:
        self._is_over.set()


@pytest.fixture
def world(tmp_path: Path, new_talking_sandbox: TalkingSandbox) -> Iterator[World]:
    with ExitStack() as stack:
        unit_ids = [stack.enter_context(new_talking_sandbox.unit()) for _ in range(3)]
        yield World(tmp_path, new_talking_sandbox, unit_ids)


@pytest.fixture
def said_before(talking_sandbox: TalkingSandbox) -> None:
    """What earlier tests leave behind in every unit that is lent again."""
    for _ in range(UNITS):
        with talking_sandbox.unit() as unit_id:
            resident = talking_sandbox.resident(unit_id)
            talking_sandbox.say(resident, "message", FIRST_WORDS, seconds_ago=LONG_AGO)


def live_through(world: World, kills: int, chance: random.Random) -> int:
    """Let all talk while everything is killed so many times; return how often it struck while
    somebody still had something to say."""
    people = [person for ward in world.wards for person in ward.people()]
    struck = 0
    with ThreadPoolExecutor(len(people)) as pool:
        talking = [pool.submit(person) for person in people]
        try:
            for _ in range(kills):
                with serving(world.place) as process:
                    for _ in range(chance.randint(2, 7)):
                        world.taken.acquire(timeout=10)
                    struck += not all(one.done() for one in talking)
                    killpg(process.pid, signal.SIGKILL)
            with serving(world.place) as process:
                for one in talking:
                    one.result(timeout=120)
                process.terminate()
                assert process.wait(timeout=STOP_SECONDS) == 0
        finally:
            world.give_up()
    carry_on(world.place)
    return struck


def in_order(said: list[str], texts: list[str]) -> list[str]:
    """Return which of these sentences stand there, in the order in which they do."""
    whole = "\n".join(texts)
    found = [(at.start(), text) for text in said for at in re.finditer(re.escape(text), whole)]
    return [text for _, text in sorted(found)]


def assert_each_word_once_and_in_order(world: World) -> None:
    for ward in world.wards:
        group, chat = ward.talk.group(), ward.talk.chat()
        cards = ward.cards()
        assert len(cards) == 2, "\n\n".join([*group, *chat])
        for said in (ward.by_chat, ward.by_web, *map(ward.answers_to, cards)):
            assert in_order(said, group) == said
        assert sum(" ảnh 1/1" in text for text in group) == 1
        assert len(group) == 2 * (MESSAGES + ANSWERS) + 1
        with world.place.services() as services:
            on_the_web = find_tip(ward.receipt_code, services.receipts)
            entries = services.stores.cases.entries(on_the_web.tip_id)
        told = [entry.text for entry in entries if entry.kind is EntryKind.ANSWER]
        assert told == ward.answers_to(on_the_web.card_code)
        [in_chat] = set(cards) - {on_the_web.card_code}
        answers = ward.answers_to(in_chat)
        assert in_order(answers, chat) == answers
        assert sum("đã lưu tin" in text for text in chat) == 1
        assert len(chat) == 1 + ANSWERS
        assert not [text for text in (*group, *chat) if "trùng" in text]
    with world.place.services() as services:
        assert services.stores.tips.counts()["stored"] == 2 * len(world.wards)
        assert_all_done(services)


def talk_and_kill(world: World, kills: int, seed: int) -> int:
    print(f"the chances are those of seed {seed}")
    struck = live_through(world, kills, random.Random(seed))
    assert_each_word_once_and_in_order(world)
    return struck


@pytest.mark.usefixtures("said_before")
def test_what_was_said_in_earlier_tests_is_not_read_back(world: World) -> None:
    with world.place.services() as services:
        missed = read_back(services.read_back)

    assert missed == 0


def test_all_processes_killed_while_people_talk_lose_and_double_no_word(
    world: World, report_points: Report
) -> None:
    report_points(talk_and_kill(world, kills=3, seed=3))


@pytest.mark.long
@pytest.mark.parametrize("run", range(5))
def test_all_processes_killed_many_times_while_people_talk_lose_and_double_no_word(
    world: World, report_points: Report, run: int
) -> None:
    report_points(talk_and_kill(world, kills=8, seed=secrets.randbits(32)))
