"""Tells units by their OA, once a month, which of their pages are due to be looked at again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from functions.bootstrap import Services
from functions.content.desk.reading import PageReader
from functions.core.editing.reminding import remind
from functions.core.editing.reviews import due
from functions.core.editing.services import EditingServices
from functions.core.models.content import ReviewItem
from functions.core.units import PROVINCE_KIND


def remind_editors(services: Services, editing: EditingServices) -> int:
    """Plan the reminders of this month that are not planned yet; return how many are new.

    It may be called as often as one likes. Raises StoreUnavailableError.
    """
    return remind(due_by_unit(editing), services.settings.editor_url, services.work)


def due_by_unit(editing: EditingServices) -> Mapping[str, Sequence[ReviewItem]]:
    """Return what is due of the published pages, by unit; shared pages are the province's."""
    reader = PageReader(editing)
    province = next(
        unit.unit_id
        for unit in editing.units.with_pages(editing.today())
        if unit.kind is PROVINCE_KIND
    )
    dates = [reader.dates(one.page, one.document) for one in reader.published()]
    found: dict[str, list[ReviewItem]] = {}
    for item in due(dates, editing.today()):
        found.setdefault(item.page.unit_id or province, []).append(item)
    return found
