"""The forms about a unit's notices: a new one, its words and days, and its end by one tap."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask import Response, make_response, redirect, request

from functions.content.desk.drawing import HOME, go
from functions.content.guard import current_editor
from functions.content.quick.drawing import (
    Sheet,
    by_sent_name,
    mistake_words,
    problem_words,
    quick_page,
    refusal_words,
    typed_fields,
)
from functions.content.quick.forms import PICTURE, PageForm, Sent, Target, picture_was_sent
from functions.content.quick.saving import (
    TRIES,
    Change,
    How,
    Outcome,
    done_already,
    guarded,
    is_taken,
    save_form,
    store_edit,
)
from functions.content.quick.standing import Standing, published, standing
from functions.content.quick.targets import notice_page, permitted_unit, unit_target
from functions.content.services import ContentServices
from functions.content.texts.rewriting import new_page
from functions.core.editing import notices
from functions.core.editing.joined_fields import Fields, JoinedFields
from functions.core.editing.notices import OwnPicture
from functions.core.editing.permissions import Action, require
from functions.core.editing.services import EditingServices
from functions.core.editing.typed_values import TypedValues
from functions.core.errors import (
    ConflictError,
    InvalidContentError,
    MergeConflictError,
    NotAllowedError,
    NotFoundError,
)
from functions.core.models.content import ContentProblem, Edit, Editor, PageKind, PagePath
from functions.core.units import Unit
from functions.web.requests import MAX_FILE_BYTES

PICTURE_WORDS = "picture_words"
WITHOUT_PICTURE = "without_picture"
ENDED = "ket-thuc"
TAKE_AWAY = "go"


class NoticeForm(PageForm):
    """A notice that is there."""

    template = "quick_notice.html.j2"

    def target(self, **address: Any) -> Target:
        return notice_target(address["unit_id"], address["slug"], self._editing)

    def shown(self, target: Target, upon: Standing) -> Fields:
        picture = notices.picture_of(upon.page.body)
        return {
            **notices.notice_fields(upon.meta, upon.page.body),
            PICTURE_WORDS: picture.words if picture else "",
            WITHOUT_PICTURE: "",
        }

    def read(self, target: Target, typed: TypedValues, upon: Standing) -> Fields:
        fields = notices.read_notice(typed, self._editing.today(), is_new=False)
        words = notices.picture_words(typed.line(PICTURE_WORDS), "")
        return {**fields, PICTURE_WORDS: words, WITHOUT_PICTURE: typed.flag(WITHOUT_PICTURE)}

    def pictures(self, target: Target, typed: TypedValues) -> dict[PagePath, bytes]:
        content = sent_picture(typed)
        if content is None:
            return {}
        return {picture_page(target.page, content, self._editing): content}

    def change(self, target: Target, upon: Standing, joined: JoinedFields, sent: Sent) -> Change:
        facts = notices.FIELDS
        changes = {name: value for name, value in joined.changes.items() if name in facts}
        body: str | None = None
        gone: tuple[PagePath, ...] = ()
        if sent.pictures or joined.changes.keys() & {notices.BODY, PICTURE_WORDS, WITHOUT_PICTURE}:
            shown = notices.notice_fields(upon.meta, upon.page.body)
            text = changes.get(notices.BODY, shown[notices.BODY])
            picture = _picture_after(upon, sent)
            body = notices.body_of(text, picture)
            gone = own_pictures(target.page, upon, self._editing, picture)
        touched = bool(joined.touched) or bool(sent.pictures)
        return Change(notices.changed_notice(changes), body, is_touched=touched, gone=gone)

    def field_of(self, target: Target, problem: ContentProblem) -> str:
        return notice_field_of(problem)

    def fields(self) -> tuple[str, ...]:
        return (PICTURE,)

    def more(self, target: Target, upon: Standing) -> dict[str, Any]:
        today = self._editing.today()
        return {
            "picture": notices.picture_of(upon.page.body),
            "is_over": notices.is_over(upon.meta, today),
            "first_day": notices.first_day(upon.meta),
            "begins_later": notices.first_day(upon.meta) > today.isoformat(),
            "is_public": published(target.page, self._editing) is not None,
            "is_removed": notices.end_of(upon.meta, today) is None,
        }


class NewNoticeForm:
    """A notice that is not there yet."""

    def __init__(self, services: ContentServices) -> None:
        self._services = services
        self._editing = services.editing

    def show(self, **address: Any) -> Response:
        """Draw the empty form."""
        return self._draw(permitted_unit(address["unit_id"], self._editing), Sheet({}))

    def again(self, **address: Any) -> Response:
        """Draw the form with what was typed into it before the session ran out."""
        unit = permitted_unit(address["unit_id"], self._editing)
        sheet = Sheet(typed_fields(), top=[refusal_words("stale")], lost_picture=True)
        return self._draw(unit, sheet, 403)

    def send(self, **address: Any) -> Response:
        """Save the notice under an address that is free."""
        unit, typed = permitted_unit(address["unit_id"], self._editing), typed_fields()
        reader = TypedValues(typed)
        fields = notices.read_notice(reader, self._editing.today(), is_new=True)
        words = notices.picture_words(reader.line(PICTURE_WORDS), fields["title"])
        content = sent_picture(reader)
        if reader.mistakes:
            return self._wrong(unit, typed, mistake_words(reader.mistakes))
        saver = NoticeSaver(unit.unit_id, self._editing, current_editor())
        outcome = guarded(lambda: saver.save(fields, content, words))
        if outcome.how is not None and saver.page is not None:
            return go(f"{HOME}{unit.unit_id}/thong-bao/{saver.page.slug}", outcome.how)

        def field_of(problem: ContentProblem) -> str:
            return PICTURE if problem.path in saver.picture_paths else notice_field_of(problem)

        problems = by_sent_name(outcome.problems, saver.picture_paths)
        at_fields, top = problem_words(problems, typed, field_of)
        top = [refusal_words(outcome.refusal), *top]
        return self._wrong(unit, typed, at_fields, top, outcome.status)

    def _wrong(
        self,
        unit: Unit,
        typed: Mapping[str, str],
        at_fields: Mapping[str, list[str]],
        top: list[str] | None = None,
        status: int = 422,
    ) -> Response:
        lost = picture_was_sent()
        sheet = Sheet(typed, mistakes=at_fields, top=top or [], lost_picture=lost)
        return self._draw(unit, sheet, status)

    def _draw(self, unit: Unit, sheet: Sheet, status: int = 200) -> Response:
        here = f"{HOME}{unit.unit_id}/thong-bao"
        return quick_page(
            "quick_notice_new.html.j2", self._services, unit, status, form=sheet, here=here
        )


class NoticeSaver:
    """Saves a new notice once, however often it is sent."""

    def __init__(self, unit_id: str, editing: EditingServices, editor: Editor) -> None:
        self._unit_id = unit_id
        self._editing = editing
        self._editor = editor
        self.page: PagePath | None = None
        """Where the notice is, once it is saved."""
        self.picture_paths: set[str] = set()

    def save(
        self, fields: Fields, picture: bytes | None, words: str, over: Collection[PagePath] = ()
    ) -> Outcome:
        """Save it, at the best address that is free or has one of the notices that it is to
        take the place of. Raises as `save` does, with `address-taken` where there is none.
        """
        for page in self.free_pages(fields["title"]):
            edit = self.edit(page, fields, picture, words)
            outcome = self._saved(edit, may_replace=page in over)
            if outcome is not None:
                self.page = page
                return outcome
        raise InvalidContentError([ContentProblem("notice.md", 1, "title", "address-taken")])

    def _saved(self, edit: Edit, *, may_replace: bool) -> Outcome | None:
        """Return how a save at one address went; None where another notice has it.

        A second press of the button sends the same words while the first is still at work: so
        who comes too late looks again at what stands there by then.
        """
        for _ in range(TRIES):
            found = standing(edit.page, self._editor, self._editing)
            is_same = found is not None and found.text == edit.text
            if found is not None and not is_same and not may_replace:
                return None
            try:
                if found is not None and is_same:
                    return done_already(edit.page, found, self._editor, self._editing, is_all=True)
                based = replace(edit, base=found.blob if found else "")
                how, _ = store_edit(based, self._editor, self._editing)
            except (ConflictError, MergeConflictError):
                continue
            except InvalidContentError as wrong:
                if not is_taken(wrong):
                    raise
                if standing(edit.page, self._editor, self._editing) is None:
                    return None  # a page that cannot be read
                continue
            return Outcome(how)
        raise ConflictError(edit.page.path)

    def free_pages(self, title: str) -> Iterator[PagePath]:
        """Yield the pages that a notice of this title may be, best first."""
        for slug in notices.slugs_for(title):
            try:
                yield notice_page(self._unit_id, slug, self._editing)
            except NotAllowedError:
                continue  # a name that means something else here, as `index`

    def edit(self, page: PagePath, fields: Fields, picture: bytes | None, words: str) -> Edit:
        """Return the notice as the page would hold it."""
        pictures, own = {}, None
        if picture is not None:
            shown = picture_page(page, picture, self._editing)
            pictures, own = {shown: picture}, OwnPicture(shown.slug, words)
            self.picture_paths.add(shown.path)
        meta = notices.new_notice(fields, self._editing.today())
        body = notices.body_of(fields[notices.BODY], own)
        return Edit(page, new_page(PageKind.NOTICE, meta, body), "", pictures)


class EndNotice:
    """The button that ends a notice."""

    def __init__(self, services: ContentServices, form: NoticeForm) -> None:
        self._editing = services.editing
        self._form = form

    def show(self, **address: Any) -> Response:
        """Lead who opens the button's address, as a phone does that reloads it, to the notice."""
        target = self._form.permitted(address)
        return make_response(redirect(target.here, 303))

    def again(self, **address: Any) -> Response:
        """Draw the notice: after the session ran out the button has to be pressed again."""
        return self._form.again(**address)

    def send(self, **address: Any) -> Response:
        """End the notice; take it away where it would still be shown today, or later."""
        target, editor = self._form.permitted(address), current_editor()
        home, today = f"{HOME}{address['unit_id']}/", self._editing.today()
        upon = standing(target.page, editor, self._editing)
        if upon is None:
            # The second press of a button; for who may only ask, the first one still waits.
            waits = published(target.page, self._editing) is not None
            return go(home, f"{TAKE_AWAY}-{How.SENT}" if waits else TAKE_AWAY)
        last_day = notices.end_of(upon.meta, today)
        done = ENDED
        if notices.is_over(upon.meta, today):
            return go(home, ENDED)
        if last_day is None:
            done = TAKE_AWAY
            outcome = guarded(lambda: self._take_away(target.page, upon, editor))
        else:
            ended = Change({notices.ENDS: last_day})
            outcome = save_form(target.page, upon.blob, lambda _, now: ended, editor, self._editing)
        if outcome.how is None:
            return self._form.refused(target, upon, outcome)
        return go(home, done if outcome.how is How.PUBLISHED else f"{done}-{outcome.how}")

    def _take_away(self, page: PagePath, upon: Standing, editor: Editor) -> Outcome:
        gone = own_pictures(page, upon, self._editing)
        try:
            how, _ = store_edit(Edit(page, None, upon.blob), editor, self._editing, gone)
        except (ConflictError, MergeConflictError):
            if standing(page, editor, self._editing) is not None:
                raise
            # The button was pressed twice.
            how = How.PUBLISHED if published(page, self._editing) is None else How.SENT
        return Outcome(how)


def notice_target(unit_id: str, slug: str, editing: EditingServices) -> Target:
    """Return the target of the form about one notice. Raises NotFoundError, NotAllowedError."""
    unit = unit_target(unit_id, f"thong-bao/{slug}", editing)
    require(current_editor(), Action.WRITE, unit.page)
    try:
        page = notice_page(unit_id, slug, editing)
    except NotAllowedError:
        raise NotFoundError("notice") from None
    return Target(page, unit.unit, unit.here, f"/{unit_id}/thong-bao/{slug}/", slug)


def notice_field_of(problem: ContentProblem) -> str:
    """Return the field of a notice in which the checks found something."""
    if problem.key == "body":
        return notices.BODY
    return problem.key if problem.key in notices.FIELDS else ""


def picture_page(page: PagePath, content: bytes, editing: EditingServices) -> PagePath:
    """Return where a notice's picture lies: beside it."""
    folder = page.path.rpartition("/")[0]
    return editing.page(f"{folder}/{notices.picture_name(page.slug, content)}")


def own_pictures(
    page: PagePath, upon: Standing, editing: EditingServices, after: OwnPicture | None = None
) -> tuple[PagePath, ...]:
    """Return the picture of a notice that it shows no more, if it was made for it alone."""
    before = notices.picture_of(upon.page.body)
    if before is None or not notices.is_own_picture(page.slug, before.name):
        return ()
    if after is not None and after.name == before.name:
        return ()
    return (editing.page(f"{page.path.rpartition('/')[0]}/{before.name}"),)


def sent_picture(typed: TypedValues) -> bytes | None:
    """Return the bytes of the picture that came with the form."""
    file = request.files.get(PICTURE)
    if file is None:
        return None
    content = file.stream.read(MAX_FILE_BYTES + 1)
    if not content and not file.filename:
        return None  # what a browser sends where no file was chosen
    if not content:
        typed.wrong(PICTURE, "picture-empty")
    elif len(content) > MAX_FILE_BYTES:
        typed.wrong(PICTURE, "picture-too-large")
    else:
        return content
    return None


def _picture_after(upon: Standing, sent: Sent) -> OwnPicture | None:
    title = sent.fields["title"]
    for page in sent.pictures:
        return OwnPicture(page.slug, notices.picture_words(sent.fields[PICTURE_WORDS], title))
    picture = notices.picture_of(upon.page.body)
    if picture is None or sent.fields[WITHOUT_PICTURE]:
        return None
    return OwnPicture(picture.name, sent.fields[PICTURE_WORDS] or picture.words)
