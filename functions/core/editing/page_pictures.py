"""Pictures that leave the public site with the page that showed them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from functions.core.editing.pages import PICTURES, UNIT_FOLDER
from functions.core.editing.services import EditingServices
from functions.core.errors import NotAllowedError
from functions.core.models.content import PagePath

Files = Mapping[str, bytes | None]
"""What changes, by path; None is taken away."""

_LONGEST_STEM = 60
_STORED_WITH = r"{}-[0-9a-f]{{8,10}}\.\w+"
"""How the small forms and Decap name a picture that comes with a page."""
_WHOLE_NAME = r"(?<![\w.-]){}(?![\w.-])"


def unshown_pictures(files: Files, published: str, services: EditingServices) -> Files:
    """Return the pictures to take away with a change of pages, because no page shows them then.

    Whoever takes a picture out of a page may do so for the sake of a person in it. A draft of
    another page does not keep it: that draft is told when it is published. What lies in the
    folder for pictures of no single page stays, unless it came with this very page. A version
    of the page that is brought back brings its pictures along.
    """
    left: dict[str, bytes | None] = {}
    for path, text in files.items():
        if path.endswith(".md"):
            page = services.page(path)
            dropped = set(_dropped(page, text or b"", published, services)) - files.keys()
            if dropped:
                shown = _shown_by_others(page, files, published, services)
                left |= dict.fromkeys(one for one in dropped if _name(one).encode() not in shown)
    return left


def _dropped(
    page: PagePath, text: bytes, published: str, services: EditingServices
) -> Iterator[str]:
    """Yield the page's own pictures that it shows in public and not in its new text."""
    before = services.store.read(published, page.path)
    if before is None:
        return
    stem = re.escape(page.slug[:_LONGEST_STEM].strip("-"))
    came_with_it = re.compile(_STORED_WITH.format(stem))
    area = _area(page)
    for path in services.store.paths(published, area):
        folder, _, name = path.rpartition("/")
        is_beside = folder == page.path.rpartition("/")[0]
        is_own = folder == f"{area}/{PICTURES}" and came_with_it.fullmatch(name)
        if not (is_beside or is_own) or path.endswith(".md") or not _is_of_staff(path, services):
            continue
        was_shown = re.search(_WHOLE_NAME.format(re.escape(name)).encode(), before)
        if was_shown and name.encode() not in text:
            yield path


def _shown_by_others(
    page: PagePath, files: Files, published: str, services: EditingServices
) -> bytes:
    """Return the text of all pages that may show the page's pictures, as they are to be."""
    store = services.store
    blobs = [
        blob
        for path, blob in store.paths(published, _area(page)).items()
        if path.endswith(".md") and path not in files
    ]
    texts = [text for path, text in files.items() if text and path.endswith(".md")]
    return b"\n".join([*store.blobs(blobs).values(), *texts])


def _area(page: PagePath) -> str:
    """Return the folder of the pages that may show the same pictures."""
    return f"site/{UNIT_FOLDER}/{page.unit_id}" if page.unit_id else "site"


def _is_of_staff(path: str, services: EditingServices) -> bool:
    try:
        services.page(path)
    except NotAllowedError:
        return False  # only the software brings it
    return True


def _name(path: str) -> str:
    return path.rpartition("/")[2]
