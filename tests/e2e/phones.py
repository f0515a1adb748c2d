"""People at their phones: what residents and officers write in Zalo, and what they see there.

The sandbox has an OA and a group for every unit, so a test that takes a unit of its own has a
Zalo of its own.
"""

from __future__ import annotations

import base64
import io
import json
import re
import urllib.request
from dataclasses import dataclass
from typing import Any

from PIL import Image

from tests.system import System, get_json

FROM_OA = 0


@dataclass(frozen=True)
class Person:
    """Somebody whom an OA knows."""

    user_id: str
    name: str
    unit_id: str


class Phones:
    """All phones around one running system."""

    def __init__(self, system: System) -> None:
        self.system = system

    def resident(self, unit_id: str, name: str = "Chị Lan") -> Person:
        made = self.system.control(f"oas/{unit_id}/residents", {"name": name})
        return Person(made["user_id"], name, unit_id)

    def member(self, unit_id: str, role: str = "officer") -> Person:
        """Return a member of the unit's group: "officer", "commander", or "admin", whom nobody
        enrolled."""
        users = get_json(f"{self.system.sandbox_url}/control/users/{unit_id}")["users"]
        found = next(user for user in users if user["role"] == role)
        return Person(found["user_id"], found["name"], unit_id)

    def write(self, who: Person, text: str = "", photos: int = 0, **more: object) -> str:
        """Write to the OA; each photo is a message of its own. Return the first one's id."""
        return self._say(who, "message", text, photos, more)

    def write_in_group(self, who: Person, text: str, **more: object) -> str:
        return self._say(who, "group-message", text, 0, more)

    def change(self, path: str, **body: object) -> None:
        """Order something of the sandbox that it answers with nothing."""
        request = urllib.request.Request(
            f"{self.system.sandbox_url}/control/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 204

    def chat(self, who: Person) -> list[str]:
        """Return what the OA wrote to the person, oldest first."""
        document = get_json(f"{self.system.sandbox_url}/control/users/{who.user_id}/messages")
        return [item["text"] for item in document["messages"] if item["src"] == FROM_OA]

    def told(self, unit_id: str) -> list[dict[str, Any]]:
        """Return what the OA posted in the unit's group, oldest first."""
        return [item for item in self.system.group(unit_id) if item["src"] == FROM_OA]

    def told_texts(self, unit_id: str) -> list[str]:
        return [item["text"] for item in self.told(unit_id)]

    def card(self, unit_id: str, code: str = "TB-") -> dict[str, Any]:
        """Wait for the card in the unit's group and return it."""
        start = f"TIN MỚI {code}"
        found: dict[str, Any] = self.system.wait_for(
            lambda: next((one for one in self.told(unit_id) if one["text"].startswith(start)), None)
        )
        return found

    def wait_for_group(self, unit_id: str, words: str) -> str:
        """Wait until the OA posted these words in the group; return the whole message."""
        return self._wait(lambda: self.told_texts(unit_id), words)

    def wait_for_chat(self, who: Person, words: str) -> str:
        """Wait until the OA wrote these words to the person; return the whole message."""
        return self._wait(lambda: self.chat(who), words)

    def ask_to_sign_in(self, officer: Person, typed: str = "đăng nhập", **more: object) -> str:
        """Write to the OA and return the one-time link that it answers with."""
        before = len(self.chat(officer))
        self.write(officer, typed, **more)
        answers = self.system.wait_for(lambda: self.chat(officer)[before:])
        link = re.search(r"http\S+/can-bo/vao/\S+", answers[0])
        assert link is not None, answers
        return link.group()

    def _wait(self, texts: Any, words: str) -> str:
        found: str = self.system.wait_for(
            lambda: next((text for text in texts() if words in text), None)
        )
        return found

    def _say(self, who: Person, where: str, text: str, photos: int, more: dict[str, Any]) -> str:
        media = [{"kind": "image", "base64": picture(number)} for number in range(photos)]
        body = {"text": text, "media": media, **more}
        answer = self.system.control(f"users/{who.user_id}/{where}", body)
        assert "message_id" in answer, answer
        return str(answer["message_id"])


def code_of(card: dict[str, Any]) -> str:
    found = re.search(r"TB-[0-9A-Z]{6}", card["text"])
    assert found is not None
    return found.group()


def picture(number: int = 0) -> str:
    """Return a JPEG in base64; another number is another picture."""
    held = io.BytesIO()
    grey = Image.linear_gradient("L").rotate(90 * number).resize((320, 240))
    grey.convert("RGB").save(held, "JPEG")
    return base64.b64encode(held.getvalue()).decode()
