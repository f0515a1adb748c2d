"""What readers ask of the published release, wherever it lies."""

from __future__ import annotations

from typing import Protocol


class ReleaseFolder(Protocol):
    """A folder or file of the release; `pathlib.Path` is one.

    The folder holds `search.json`, `facts.json` and, under `site/`, what the public sees.
    """

    def __truediv__(self, name: str, /) -> ReleaseFolder: ...

    def read_text(self, encoding: str) -> str:
        """Return a file's text. Raises OSError, and StoreUnavailableError where the store of
        the site cannot be asked."""
        ...
