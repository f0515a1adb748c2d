"""What stops a build: every problem with its file, its line and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class Problem(str):
    """A mistake in a page: it reads as `file:line: sentence` for whoever builds the site.

    Its code and values let others tell the same in other words, as the editor does.
    """

    path: str
    """Below the project."""
    line: int
    """From 1; of the whole file, front matter included."""
    key: str
    """The key of the front matter, `body`, or empty where it is about the file."""
    code: str
    values: Mapping[str, str]
    """What the sentence speaks of; `part` is a key within `key`, `item` says which entry."""

    __slots__ = ("code", "key", "line", "path", "values")

    def __new__(
        cls, path: str, line: int, text: str, code: str, key: str = "", **values: str
    ) -> Problem:
        self = super().__new__(cls, f"{path}:{line}: {text}")
        self.path, self.line, self.key, self.code, self.values = path, line, key, code, values
        return self


class PublishError(Exception):
    """The site cannot be built as it stands; the last good site stays where it is."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))
