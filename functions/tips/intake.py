"""Reading a request with photos: three kinds of body become the same fields and photos.

Nothing is judged here but shape: whether the body can be read, and whether what claims to be
a photo begins like one. What the fields say is for `core.submissions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from functions.core.errors import FieldError, InvalidInputError
from functions.core.submissions import FIELDS, MAX_PHOTO_BYTES
from functions.photos.sniff import HEAD_LENGTH, sniff_format
from functions.web.fields import JSON, MULTIPART, URLENCODED, has_empty_body, read_json_object
from functions.web.requests import MAX_FORM_PARTS, MAX_TEXT_BODY

UNREADABLE = FieldError("", "unreadable")
TOO_LARGE_FORM = FieldError("photos", "form_too_large")
_NUMBERS = frozenset({"latitude", "longitude"})

Draft = TypeVar("Draft")


@dataclass(frozen=True)
class Submission:
    """What came in, as text, with what is wrong about its shape."""

    fields: dict[str, str]
    photos: tuple[bytes, ...] = ()
    errors: tuple[FieldError, ...] = ()
    upload_ids: tuple[str, ...] = ()
    """Photos that were uploaded before, in their order; one named twice counts once."""


def read_submission(request: Request, max_form: int, names: Sequence[str] = FIELDS) -> Submission:
    """Read the named fields and the photos of a body, by its content type.

    A form over `max_form` bytes is read all the same, so that its words can be shown again,
    and named as too large. Raises the HTTP errors 413 (beyond what is read at all, or too
    many parts) and 415 (a type no form has).
    """
    submission = _reader_of(request)(request, names)
    if (request.content_length or 0) <= max_form:
        return submission
    return replace(submission, errors=(TOO_LARGE_FORM, *submission.errors))


def read_all(read: Callable[[Submission], Draft], submission: Submission) -> Draft:
    """Return what `read` makes of the submission, where its shape is right too.

    Raises InvalidInputError with one mistake per field.
    """
    if UNREADABLE in submission.errors:
        raise InvalidInputError((UNREADABLE,))
    found = list(submission.errors)
    try:
        draft = read(submission)
    except InvalidInputError as invalid:
        found.extend(invalid.errors)
    if found:
        first_of_each = {error.field: error for error in reversed(found)}
        raise InvalidInputError(tuple(reversed(first_of_each.values())))
    return draft


def kind_errors(photos: Iterable[bytes]) -> tuple[FieldError, ...]:
    """Return the mistake of photos that do not begin like one, at most once."""
    if all(sniff_format(photo[:HEAD_LENGTH]) for photo in photos):
        return ()
    return (FieldError("photos", "unsupported_type"),)


def _reader_of(request: Request) -> Callable[[Request, Sequence[str]], Submission]:
    readers = {MULTIPART: _read_multipart, URLENCODED: _read_urlencoded, JSON: _read_json}
    if request.mimetype in readers:
        return readers[request.mimetype]
    if has_empty_body(request):
        return _read_urlencoded
    raise UnsupportedMediaType


def _read_multipart(request: Request, names: Sequence[str]) -> Submission:
    try:
        files = request.files.getlist("photos")
        fields = _form_fields(request, names)
        upload_ids = _form_uploads(request)
    except ValueError:
        return Submission({}, errors=(UNREADABLE,))
    photos: list[bytes] = []
    for file in files:
        photo = file.stream.read(MAX_PHOTO_BYTES + 1)
        if not photo and not file.filename:
            continue  # what a browser sends where no file was chosen
        photos.append(photo)
    return Submission(fields, tuple(photos), kind_errors(photos), upload_ids)


def _read_urlencoded(request: Request, names: Sequence[str]) -> Submission:
    request.max_content_length = MAX_TEXT_BODY
    try:
        fields = _form_fields(request, names)
        upload_ids = _form_uploads(request)
    except ValueError:
        return Submission({}, errors=(UNREADABLE,))
    if request.form.get("photos"):
        # A form that forgot its enctype sends file names: taking it would lose the photos.
        return Submission(fields, errors=(FieldError("photos", "not_in_json"),))
    return Submission(fields, upload_ids=upload_ids)


def _form_fields(request: Request, names: Sequence[str]) -> dict[str, str]:
    """Return the named fields; of a repeated one the first."""
    if sum(1 for _ in request.form.items(multi=True)) > MAX_FORM_PARTS:
        raise RequestEntityTooLarge
    return {name: request.form[name] for name in names if name in request.form}


def _form_uploads(request: Request) -> tuple[str, ...]:
    return tuple(dict.fromkeys(named for named in request.form.getlist("uploads") if named))


def _read_json(request: Request, names: Sequence[str]) -> Submission:
    document = read_json_object(request)
    if document is None:
        return Submission({}, errors=(UNREADABLE,))
    if len(document) > MAX_FORM_PARTS:
        raise RequestEntityTooLarge
    fields: dict[str, str] = {}
    errors: list[FieldError] = []
    for name in names:
        value = document.get(name)
        if value is None:
            continue
        text = _as_text(name, value)
        if text is None:
            errors.append(FieldError(name, "wrong_type"))
        else:
            fields[name] = text
    if document.get("photos"):
        errors.append(FieldError("photos", "not_in_json"))
    upload_ids = document.get("uploads") or []
    if not isinstance(upload_ids, list) or not all(isinstance(one, str) for one in upload_ids):
        errors.append(FieldError("photos", "wrong_type"))
        upload_ids = []
    return Submission(fields, errors=tuple(errors), upload_ids=tuple(dict.fromkeys(upload_ids)))


def _as_text(name: str, value: object) -> str | None:
    """Return a JSON value as the form would have sent it, None where it cannot be one."""
    if isinstance(value, str):
        return value
    if name == "sealed" and isinstance(value, bool):
        return "1" if value else "0"
    if name in _NUMBERS and isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)
    return None
