"""What the pages of editors touch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from functions.core.editing.services import EditingServices
from functions.core.signin import SignInServices


def _on_time() -> bool:
    return False


@dataclass(frozen=True)
class ContentServices:
    signin: SignInServices
    """Of the editor's door."""
    editing: EditingServices
    project: Path
    """Where `data/` and `templates/` of the installed software lie."""
    out: Path
    """The build folder; previews are drawn from what it keeps of the shared pages."""
    public_url: str
    """Of the portal, without a trailing slash."""
    release: Callable[[], Path]
    """The folder of the release that is public now."""
    is_behind: Callable[[], bool] = _on_time
    """Whether people do not see yet what was published last, because their place is slow."""
