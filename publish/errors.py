"""What stops a build: every problem with its file, its line and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable


class PublishError(Exception):
    """The site cannot be built as it stands; the last good site stays where it is."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))
