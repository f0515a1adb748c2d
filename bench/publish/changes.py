"""What staff change: the same text for who publishes it and for who builds it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Change:
    """One page as it is to be, made of how it is now; nothing yet is an empty text."""

    name: str
    path: str
    text: Callable[[str], str]

    def write(self, root: Path) -> None:
        """Make the change in the files of a project."""
        file = root / self.path
        before = file.read_text("utf-8") if file.is_file() else ""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.text(before), "utf-8")


def changes_of_round(number: int, unit_id: str, procedure: str) -> list[Change]:
    """Return the changes of a round; in every round other texts, so that all is new."""
    unit = f"site/don-vi/{unit_id}"
    phone = f'duty_phone: "0262 3 {800 + number} 234"'
    notice = (
        f"---\ntitle: Thông báo lịch làm việc {number}\nposted_on: 2026-11-20\n"
        "valid_until: 2026-12-20\n---\n\nNgày mai xã làm việc cả buổi chiều.\n"
    )
    line = f"\nThông tin bổ sung lần {number}.\n"

    def with_other_title(text: str) -> str:
        title = rf"title: \1 (lần {number})"
        return re.sub(r"^title: (.*?)( \(lần \d+\))?$", title, text, count=1, flags=re.M)

    return [
        Change(
            "phone", f"{unit}/index.md", lambda text: re.sub(r"duty_phone:.*", phone, text, count=1)
        ),
        Change("notice", f"{unit}/thong-bao/lich-{number}.md", lambda _: notice),
        Change("procedure", f"site/thu-tuc/{procedure}.md", lambda text: text + line),
        Change("title", f"site/thu-tuc/{procedure}.md", with_other_title),
    ]
