"""Pictures of pages: painted anew like photos of tips, but small, in the format of their name."""

from __future__ import annotations

import threading

from functions.core.errors import ToolUnavailableError
from functions.photos.errors import PhotoToolError, UnreadablePhotoError
from functions.photos.limits import FORMS
from functions.photos.runner import clean_photo
from functions.photos.sniff import HEAD_LENGTH, sniff_format

_FORM_OF = {"jpg": "page-jpeg", "jpeg": "page-jpeg", "png": "page-png", "webp": "page-webp"}
_AT_ONCE = 2
"""The largest photos take 0.8 GiB; a small machine must bear it."""


class ChildPictureMaker:
    """The port PictureMaker, in child processes with limits."""

    def __init__(self) -> None:
        self._at_once = threading.Semaphore(_AT_ONCE)

    def remake(self, name: str, original: bytes) -> bytes | None:
        form = FORMS.get(_FORM_OF.get(name.rpartition(".")[2].lower(), ""))
        if form is None or sniff_format(original[:HEAD_LENGTH]) is None:
            return None
        try:
            with self._at_once:
                return clean_photo(original, form=form)
        except UnreadablePhotoError:
            return None
        except PhotoToolError as error:
            raise ToolUnavailableError(error.code) from error
