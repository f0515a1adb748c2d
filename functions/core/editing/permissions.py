"""Who may do what to which page. The officers' roles decide; nothing is set by hand."""

from __future__ import annotations

from enum import StrEnum

from functions.core.errors import NotAllowedError
from functions.core.models import Officer, Role
from functions.core.models.content import Editor, EditorRole, PagePath


class Action(StrEnum):
    READ = "read"
    """See drafts and versions in the editor; what is public everybody sees anyway."""
    WRITE = "write"
    """Save drafts, pictures among them, and throw drafts away."""
    SUBMIT = "submit"
    """Hand a draft in for review, or take it back."""
    APPROVE = "approve"
    PUBLISH = "publish"
    BRING_BACK = "bring-back"
    """Publish an older version again."""


_PROVINCE = (EditorRole.PROVINCE_EDITOR, EditorRole.PROVINCE_APPROVER)
_APPROVERS = (EditorRole.APPROVER, EditorRole.PROVINCE_APPROVER)
_FOR_APPROVERS = (Action.APPROVE, Action.PUBLISH, Action.BRING_BACK)


def editor_of(officer: Officer, is_province: bool, mark: str = "") -> Editor:
    """Return what an officer is to the pages: commanders publish, the province sees to all."""
    approves = officer.role is Role.COMMANDER
    if is_province:
        role = EditorRole.PROVINCE_APPROVER if approves else EditorRole.PROVINCE_EDITOR
    else:
        role = EditorRole.APPROVER if approves else EditorRole.EDITOR
    return Editor(officer.unit_id, role, mark)


def may(editor: Editor, action: Action, page: PagePath) -> bool:
    """Tell whether an editor may do this to that page or picture."""
    is_theirs = editor.role in _PROVINCE or page.unit_id == editor.unit_id
    return is_theirs and (action not in _FOR_APPROVERS or editor.role in _APPROVERS)


def require(editor: Editor, action: Action, page: PagePath) -> None:
    """Raises NotAllowedError where `may` says no."""
    if not may(editor, action, page):
        raise NotAllowedError(action)


def is_province(editor: Editor) -> bool:
    return editor.role in _PROVINCE


def is_approver(editor: Editor) -> bool:
    return editor.role in _APPROVERS
