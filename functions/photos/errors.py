"""The two ways in which cleaning a photo fails, by what the caller should do."""

from __future__ import annotations

from functions.core.errors import BinhyenError


class UnreadablePhotoError(BinhyenError):
    """This photo cannot be opened, and trying again will not help: mark it and carry on.

    `code` is one of `unknown-format`, `damaged`, `too-large`, `too-many-frames`,
    `out-of-memory`, `out-of-time` and `crashed`; it never quotes anything of the photo.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PhotoToolError(BinhyenError):
    """The machine could not do the work, whatever the photo is like: try again later.

    `code` is one of `not-started` (no memory, no process slot, a broken installation),
    `stopped` (somebody outside ended the child) and `no-descriptors` (the child lacked what
    only its own start can give it).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
