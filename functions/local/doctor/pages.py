"""Checks of what staff write: git, the repository, and whether what is published is public."""

from __future__ import annotations

from collections.abc import Iterator

from functions.bootstrap import Services
from functions.config import Settings
from functions.core.errors import BinhyenError
from functions.local.doctor.findings import Finding, note, ok, wrong
from functions.stores.git.copies import REPOSITORY, damage
from functions.stores.git.program import git_problem


def examine_pages(services: Services) -> Iterator[Finding]:
    """Yield every finding; reads only."""
    settings = services.settings
    repository = settings.data_dir / REPOSITORY
    has_pages, problem = (repository / "HEAD").is_file(), git_problem()
    yield check_editor(settings)
    yield check_git(problem, has_pages)
    if problem or not has_pages:
        return
    found = check_repository(damage(repository))
    yield found
    if not found.remedy:
        yield _ask_public(services)


def check_editor(settings: Settings) -> Finding:
    """Staff can edit somewhere."""
    if not settings.editor_url:
        return note(
            "editor", "BINHYEN_EDITOR_URL is not set: staff cannot edit pages",
            "run deploy/local/install with --editor-host",
        )  # fmt: skip
    return ok("editor", settings.editor_url)


def check_git(problem: str, has_pages: bool) -> Finding:
    """There is a git that keeps the pages of staff."""
    if not problem:
        return ok("git", "there and new enough")
    remedy = "apt-get install git (2.38 or newer)"
    if has_pages:
        return wrong("git", f"{problem}: nobody can edit or publish, no backup is taken", remedy)
    return note("git", f"{problem}: nobody can edit", remedy)


def check_repository(damage_found: str) -> Finding:
    """git finds everything that a version or a draft needs."""
    if damage_found:
        return wrong(
            "pages", f"damaged: {damage_found}",
            "stop the editor, keep a copy of content.git in the data folder, restore that folder"
            " from the last backup; look after the disk",
        )  # fmt: skip
    return ok("pages", "whole")


def check_public(published: str, live: str, day: str, today: str) -> Finding:
    """What staff published is what people see."""
    if published != live:
        return wrong(
            "public site", "is not what was published last",
            "binhyen content publish; it says why it cannot be built",
        )  # fmt: skip
    if day != today:
        return wrong(
            "public site", f"is of {day or 'an unknown day'}",
            "binhyen build; see systemctl status binhyen-build.timer",
        )  # fmt: skip
    return ok("public site", "is what was published last, as of today")


def _ask_public(services: Services) -> Finding:
    from functions.local.editing import make_editing

    try:
        editing = make_editing(services)
        published = editing.services.store.published()
        live = editing.publisher.live_version()
    except BinhyenError as error:
        return wrong("public site", str(error), "see the words above")
    today = editing.services.today().isoformat()
    return check_public(published, live, editing.publisher.built_for(), today)
