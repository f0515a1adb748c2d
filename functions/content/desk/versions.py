"""Drafts, versions, reviews, and what changed in the text that all units share."""

from __future__ import annotations

from flask import Flask

from functions.content.desk import drafts, history, review_pages, shared_text
from functions.content.desk.field_names import PageFieldNames
from functions.content.desk.reading import PageReader
from functions.content.services import ContentServices
from functions.core.editing.shared_changes import procedure_path


def add_routes(app: Flask, services: ContentServices) -> None:
    """Add the routes."""
    reader = PageReader(services.editing)

    def title_of_procedure(slug: str) -> str:
        store, path = services.editing.store, procedure_path(slug)
        document = reader.at(store.published(), path)
        return str(document.meta.get("title") or slug) if document else slug

    names = PageFieldNames(services.project, title_of_procedure)
    drafts.add_routes(app, drafts.DraftViews(services, reader, names))
    history.add_routes(app, history.HistoryViews(services, reader, names))
    review_pages.add_routes(app, review_pages.ReviewViews(services, reader))
    shared_text.add_routes(app, shared_text.SharedTextViews(services, reader, names))
