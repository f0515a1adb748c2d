"""What the addresses of small forms lead to."""

from __future__ import annotations

from functions.content.desk.drawing import HOME
from functions.content.guard import current_editor
from functions.content.quick.forms import Target
from functions.core.editing.pages import UNIT_FOLDER
from functions.core.editing.permissions import Action, require
from functions.core.editing.services import EditingServices
from functions.core.editing.shared_changes import procedure_path
from functions.core.errors import NotAllowedError, NotFoundError
from functions.core.models.content import PagePath
from functions.core.units import Unit


def unit_page(unit_id: str, editing: EditingServices) -> PagePath:
    """Return a unit's own page. Raises NotAllowedError, for an unknown unit too."""
    return editing.page(f"site/{UNIT_FOLDER}/{unit_id}/index.md")


def unit_target(unit_id: str, form: str, editing: EditingServices) -> Target:
    """Return the target of a form about a unit's own page."""
    page = unit_page(unit_id, editing)
    here = f"{HOME}{unit_id}/{form}"
    return Target(page, editing.units.get(unit_id), here, f"/{unit_id}/")


def permitted_unit(unit_id: str, editing: EditingServices) -> Unit:
    """Return a unit whose pages the signed-in editor may write. Raises NotAllowedError."""
    require(current_editor(), Action.WRITE, unit_page(unit_id, editing))
    return editing.units.get(unit_id)


def procedure_page(slug: str, editing: EditingServices) -> PagePath:
    """Return the shared page of a procedure, which may be gone. Raises NotFoundError."""
    try:
        return editing.page(procedure_path(slug))
    except NotAllowedError:
        raise NotFoundError("procedure") from None


def require_procedure(slug: str, editing: EditingServices) -> None:
    """Raises NotFoundError where residents find no such procedure."""
    if not editing.store.blob_id(editing.store.published(), procedure_path(slug)):
        raise NotFoundError("procedure")


def notice_page(unit_id: str, slug: str, editing: EditingServices) -> PagePath:
    """Return the page of a notice, which need not be there. Raises NotAllowedError."""
    return editing.page(f"site/{UNIT_FOLDER}/{unit_id}/thong-bao/{slug}.md")
