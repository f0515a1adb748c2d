"""Stand-ins for what surrounds the content store: who checks, who publishes, who makes pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from functions.core.errors import PublishFailedError
from functions.core.models.content import ContentProblem
from functions.core.ports.content import ContentStore


class ListedProblems:
    """The port ContentChecker: it finds what a test put on its list, in the paths it is on."""

    def __init__(self) -> None:
        self.listed: list[ContentProblem] = []

    def problems(
        self, version: str, paths: Collection[str], store: ContentStore
    ) -> Sequence[ContentProblem]:
        return [problem for problem in self.listed if problem.path in paths]


class RecordingSite:
    """The port SitePublisher: it only remembers what it was to publish."""

    def __init__(self) -> None:
        self.built: list[str] = []
        self.live = ""
        self.fails_with = ""
        self.problems: Sequence[ContentProblem] = ()
        """What a publication that fails names."""
        self._turn = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        with self._turn:
            yield

    def publish(self, version: str, confirm: Callable[[], None]) -> None:
        if self.fails_with:
            raise PublishFailedError(self.fails_with, self.problems)
        confirm()
        self.built.append(version)
        self.live = version

    def live_version(self) -> str:
        return self.live


class SamePictures:
    """The port PictureMaker: it takes what begins like a picture as it is."""

    def remake(self, name: str, original: bytes) -> bytes | None:
        return original if original.startswith((b"\x89PNG", b"\xff\xd8", b"RIFF")) else None
