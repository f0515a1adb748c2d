"""Pictures that come with a page: named by us, never by who sent them, and only those it shows."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from functions.content.decap.protocol_calls import Call, Params, RefusedError
from functions.core.editing.permissions import Action
from functions.core.errors import InvalidContentError, NotAllowedError
from functions.core.models.content import ContentProblem, PageKind, PagePath
from functions.core.vietnamese import slug_of

MAX_PICTURE = 10 * 1024 * 1024
MOST_PICTURES = 20
"""New ones in one save: each is made anew, which may take seconds of a processor."""

_NAME_OF_DECAP = re.compile(r"(?!\.\.?\Z)[a-z0-9._~-]{1,255}", re.ASCII)
"""What Decap makes of a file's name."""
_NAME_ENDS = r"(?<![\w.~-]){}(?![\w.~-])"
_FORMATS = ("jpg", "jpeg", "png", "webp")
_LONGEST_STEM = 60


@dataclass(frozen=True)
class TakenPictures:
    text: str
    """The page, with our names in it."""
    contents: Mapping[PagePath, bytes] = field(default_factory=dict)
    """Those that are to be stored."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Our paths by those that were sent."""


def pictures_of(assets: Sequence[Params], page: PagePath, raw: str, call: Call) -> TakenPictures:
    """Return the pictures of a page that are not stored yet.

    Decap sends every picture again with every save until the page is opened anew, also those
    that were taken out of the text; and phones call all of theirs alike. Raises as
    `read_asset`, and InvalidContentError (too-many-pictures).
    """
    standing = _standing(page, call)
    contents: dict[PagePath, bytes] = {}
    renamed: dict[str, str] = {}
    text = raw
    for asset in assets:
        path, content = read_asset(asset)
        folder, _, name = path.rpartition("/")
        _require_folder(folder, page, call)
        mentioned = re.compile(_NAME_ENDS.format(re.escape(name)))
        if not mentioned.search(raw) or standing.get(path) == content:
            continue
        own = picture_name(page.slug.removesuffix(".md"), name, content)
        picture = call.page(f"{folder}/{own}", Action.WRITE)
        text = mentioned.sub(own, text)
        renamed[path] = picture.path
        if picture.path not in standing:  # its name tells what was sent
            contents[picture] = content
    if len(contents) > MOST_PICTURES:
        values = {"most": str(MOST_PICTURES)}
        raise InvalidContentError(
            [ContentProblem(page.path, 1, "body", "too-many-pictures", values)]
        )
    return TakenPictures(text, contents, renamed)


def read_asset(asset: Params) -> tuple[str, bytes]:
    """Return the path and content of what Decap sends as a file.

    Raises RefusedError, NotAllowedError for a path that Decap would not make, and
    InvalidContentError for a picture that is too large.
    """
    path = asset.text("path")
    name = path.rpartition("/")[2]
    if not _NAME_OF_DECAP.fullmatch(name) or name.endswith(".md"):
        raise NotAllowedError("path")
    try:
        content = base64.b64decode(asset.text("content"), validate=True)
    except (ValueError, binascii.Error) as exc:
        raise RefusedError(400, "unreadable") from exc
    if len(content) > MAX_PICTURE:
        problem = ContentProblem(path, 1, "", "picture-too-large", {"name": name})
        raise InvalidContentError([problem])
    return path, content


def picture_name(stem: str, name: str, content: bytes) -> str:
    """Return a name by which no two pictures of one folder are taken for each other."""
    ending = name.rpartition(".")[2]
    mark = hashlib.sha256(content).hexdigest()[:10]
    begin = slug_of(stem)[:_LONGEST_STEM].strip("-") or "anh"
    return f"{begin}-{mark}.{ending if ending in _FORMATS else 'jpg'}"


def with_sent_names(error: InvalidContentError, taken: TakenPictures) -> InvalidContentError:
    """Let problems speak of a picture by the name its sender knows."""
    sent = {own: path.rpartition("/")[2] for path, own in taken.renamed.items()}
    return InvalidContentError(
        [
            replace(problem, values={**problem.values, "name": sent[problem.path]})
            if problem.path in sent
            else problem
            for problem in error.problems
        ]
    )


def _require_folder(folder: str, page: PagePath, call: Call) -> None:
    """Refuse pictures that would not be published together with their page."""
    probe = call.page(f"{folder}/anh.jpg", Action.WRITE)
    if probe.kind is not PageKind.PICTURE or probe.unit_id != page.unit_id:
        raise NotAllowedError("path")


def _standing(page: PagePath, call: Call) -> Mapping[str, bytes]:
    """Return the pictures that the page's draft holds already."""
    store = call.services.store
    draft = store.draft(page.path)
    if draft is None:
        return {}
    blobs = {path: store.blob_id(draft.version, path) for path in draft.files if path != page.path}
    contents = store.blobs([blob for blob in blobs.values() if blob])
    return {path: contents[blob] for path, blob in blobs.items() if blob}
